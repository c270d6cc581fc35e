internal import Artifacts
internal import Configuration
internal import Reporting

/// A small drawing of a variable: lines over one dimension, or a field over two. Of an array of more dimensions the
/// first index of the others is drawn.
struct QuickPlot {
  let drawing: String
  /// What of the variable is not drawn.
  let note: String?

  /// So many lines are drawn into one picture; more rows make a field.
  private static let mostLines = 5

  /// Nil for what has no course: texts, single values, coordinates.
  ///
  /// - Parameter group: the group of the variable, which has its coordinates.
  init?(_ path: String, _ variable: Variable, in group: Artifact) {
    let name = String(path.split(separator: "/").last ?? "")
    guard variable.dimensions != [name], variable.values.doubles != nil else { return nil }
    // Dimensions of one value are no dimensions to the eye.
    let flat = zip(variable.dimensions, variable.shape).filter { $0.1 == 1 }.map(\.0)
    guard let squeezed = try? variable.slice(at: Dictionary(uniqueKeysWithValues: flat.map { ($0, 0) })) else {
      return nil
    }
    let fixed = squeezed.dimensions.dropLast(2)
    guard let shown = try? squeezed.slice(at: Dictionary(uniqueKeysWithValues: fixed.map { ($0, 0) })),
      let values = shown.values.doubles, values.contains(where: \.isFinite)
    else { return nil }
    note = fixed.isEmpty ? nil : "at index 0 of " + fixed.joined(separator: ", ")
    let axes = zip(shown.dimensions, shown.shape).map { Axis($0, length: $1, in: group) }
    let unit = variable.units.flatMap { $0 == "1" ? nil : " [\($0)]" } ?? ""
    let title = "\(name)\(unit)"
    switch axes.count {
    case 1 where axes[0].length > 1:
      drawing = LinePlot([.init(label: "", values: values)], over: axes[0], titled: title).svg
    case 2 where axes[1].length > 1 && axes[0].length <= Self.mostLines:
      let rows = (0..<axes[0].length).map { row in
        LinePlot.Line(
          label: "\(axes[0].name) = \(axes[0].text(row))",
          values: Array(values[row * axes[1].length..<(row + 1) * axes[1].length])
        )
      }
      drawing = LinePlot(rows, over: axes[1], titled: title).svg
    case 2 where axes[0].length > 1 && axes[1].length > 1:
      drawing = FieldPlot(values, axes[0], axes[1], titled: title).svg
    default: return nil
    }
  }

  /// A dimension with the values along it.
  struct Axis {
    let name: String
    let length: Int
    /// The label, with the unit.
    let label: String
    private let coordinate: Values?

    init(_ name: String, length: Int, in group: Artifact) {
      self.name = name
      self.length = length
      let variable = group[name].flatMap { $0.dimensions == [name] ? $0 : nil }
      coordinate = variable?.values
      label = name + (variable?.units.flatMap { $0 == "1" ? nil : " [\($0)]" } ?? "")
    }

    /// The numbers along it: its coordinate where that has finite numbers, else the indices.
    var numbers: [Double] {
      if let numbers = coordinate?.doubles, numbers.count == length, numbers.allSatisfy(\.isFinite) { return numbers }
      return (0..<length).map(Double.init)
    }

    /// The value at an index, as text.
    func text(_ index: Int) -> String {
      if case .string(let texts)? = coordinate, texts.indices.contains(index) { return texts[index].printable }
      return ShortNumber.text(numbers[index])
    }
  }
}

/// Values along an edge of a drawing, from the least to the greatest, with round numbers between.
struct PlotScale {
  let low: Double
  let high: Double
  /// Whether lengths are in proportion to logarithms.
  let isLogarithmic: Bool

  init(_ values: some Sequence<Double>, mayBeLogarithmic: Bool = false) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = (0, 1) }
    isLogarithmic = mayBeLogarithmic && low > 0 && high / low > 1_000
    if low == high {
      let margin = low == 0 ? 1 : low.magnitude / 10
      (low, high) = (low - margin, high + margin)
    }
    // Halves, since the difference of two finite values may not be finite.
    (self.low, self.high) = (
      max(low, -Double.greatestFiniteMagnitude / 4), min(high, Double.greatestFiniteMagnitude / 4)
    )
  }

  /// How far a value is from the least to the greatest, from 0 to 1.
  func share(_ value: Double) -> Double {
    let share = isLogarithmic ? (value.log10 - low.log10) / (high.log10 - low.log10) : (value - low) / (high - low)
    return min(1, max(0, share))
  }

  /// Three to six round numbers within.
  var tics: [Double] {
    if isLogarithmic {
      let (first, last) = (Int(low.log10.rounded(.up)), Int(high.log10.rounded(.down)))
      let step = max(1, (last - first + 4) / 5)
      return stride(from: first, through: last, by: step).map { Double("1e\($0)") ?? 1 }
    }
    let rough = (high - low) / 5
    guard rough > 0, rough.isFinite else { return [] }
    let power = Double("1e\(Int(rough.log10.rounded(.down)))") ?? 1
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    guard step > 0, (high / step).magnitude < 1e12, (low / step).magnitude < 1e12 else { return [] }
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    return first <= last ? (first...last).map { Double($0) * step } : []
  }

  /// A round number as text.
  static func text(_ value: Double) -> String {
    ShortNumber.text((value * 1e12).rounded() == 0 && value.magnitude < 1e-12 ? value : Self.rounded(value))
  }

  /// Without the last digits, which a multiple of a step has by accident.
  private static func rounded(_ value: Double) -> Double {
    guard value.isNormal else { return value }
    let text = "\(value)"
    guard text.count > 10 else { return value }
    let power = Double("1e\(9 - Int(value.magnitude.log10.rounded(.down)))") ?? 1
    return power.isNormal ? (value * power).rounded() / power : value
  }
}

extension Double {
  /// The decimal logarithm, near enough for a place in a drawing, and the same on every machine: no C library has a part
  /// in it.
  var log10: Double {
    guard self > 0, isFinite else { return 0 }
    // x = 2^e m with m from 1 to 2; ln m = 2 artanh((m − 1)/(m + 1)).
    let ratio = (significand - 1) / (significand + 1)
    var (power, sum) = (ratio, 0.0)
    for place in stride(from: 1.0, through: 31, by: 2) {
      sum += power / place
      power *= ratio * ratio
    }
    return (Double(exponent) * 0.693_147_180_559_945_3 + 2 * sum) / 2.302_585_092_994_046
  }
}
