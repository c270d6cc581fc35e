/// The tics of an axis: labelled ones, and small ones between them.
struct Tics: Sendable {
  /// A labelled tic.
  struct Labelled: Sendable {
    let value: Double
    let label: FigureText
  }

  var labelled: [Labelled] = []
  var small: [Double] = []

  /// Tics for a range that is drawn `length` points long, at least `spacing` points from label to label.
  init(_ range: AxisRange, length: Double, spacing: Double, step: Double? = nil) {
    switch range.scale {
    case .linear:
      if let step {
        fill(range, every: step)
      } else {
        fill(range, atLeast: (range.to - range.from) * min(1, spacing / max(length, 1)))
      }
    case .log:
      fillDecades(range, count: max(1, Int(length / spacing)))
      // Within a part of a decade, steps are more use than digits.
      if labelled.count < 2, range.end - range.start < 2 {
        (labelled, small) = ([], [])
        fill(range, atLeast: (range.to - range.from) * min(1, spacing / max(length, 1)))
      }
    }
  }

  /// The width of the widest label, in units of the font size.
  var labelWidth: Double { labelled.map(\.label.width).max() ?? 0 }

  private mutating func fill(_ range: AxisRange, atLeast least: Double) {
    let step = RoundStep(atLeast: least)
    for index in Self.indices(range, step.value) {
      let value = step.multiple(index)
      labelled.append(Labelled(value: value, label: Self.label(value, exponent: step.exponent, range)))
    }
    let parts = labelled.count < 2 ? 1 : step.digit == 2 ? 4 : 5
    for index in Self.indices(range, step.value / Double(parts)) where index % parts != 0 {
      small.append(Double(index) * step.value / Double(parts))
    }
  }

  private mutating func fill(_ range: AxisRange, every step: Double) {
    let decimals = DecimalDigits(step).decimals
    for index in Self.indices(range, step).prefix(200) {
      let value = Double(index) * step
      labelled.append(Labelled(value: value, label: Self.label(value, exponent: -decimals, range)))
    }
    for index in Self.indices(range, step / 2).prefix(400) where index % 2 != 0 {
      small.append(Double(index) * step / 2)
    }
  }

  private static func label(_ value: Double, exponent: Int, _ range: AxisRange) -> FigureText {
    let isPlain = max(range.from.magnitude, range.to.magnitude) < 1e5 && exponent >= -5
    if isPlain { return FigureText(NumberText.fixed(value, decimals: max(0, -exponent))) }
    return FigureText(NumberText.significant(value, digits: 6))
  }

  /// The multiples of `step` within the range.
  private static func indices(_ range: AxisRange, _ step: Double) -> [Int] {
    let slack = 1e-9
    let first = (range.from / step - slack).rounded(.up)
    let last = (range.to / step + slack).rounded(.down)
    guard first.magnitude < 1e15, last.magnitude < 1e15, first <= last, last - first < 10_000 else { return [] }
    return Array(Int(first)...Int(last))
  }

  private mutating func fillDecades(_ range: AxisRange, count: Int) {
    let first = Int((range.start + 1e-9).rounded(.down))
    let last = max(first, Int((range.end - 1e-9).rounded(.up)))
    let inside = (first...last).filter { range.containsWithSlack(Figures.powerOfTen($0)) }
    guard inside.count > 1 else { return fillWithinDecades(range, first...last) }
    let steps = DecadeSteps(inside, labels: min(count, 8))
    for decade in inside {
      let value = Figures.powerOfTen(decade)
      if decade.isMultiple(of: steps.labelled) {
        labelled.append(Labelled(value: value, label: FigureText(NumberText.powerOfTen(decade))))
      } else if decade.isMultiple(of: steps.small) {
        small.append(value)
      }
    }
    if labelled.count < 2 {
      labelled = [inside.min(), inside.max()].compactMap { $0 }.map { decade in
        Labelled(value: Figures.powerOfTen(decade), label: FigureText(NumberText.powerOfTen(decade)))
      }
    }
    if steps.areDivided {
      for decade in first...last { small += Self.multiples(of: decade).dropFirst().filter(range.containsWithSlack) }
    }
  }

  /// Tics at 1, 2 and 5 times a power of ten, where there are no two powers of ten.
  private mutating func fillWithinDecades(_ range: AxisRange, _ decades: ClosedRange<Int>) {
    for value in decades.flatMap(Self.multiples) where range.containsWithSlack(value) {
      if [1, 2, 5].contains(DecimalDigits(value).leading) {
        labelled.append(Labelled(value: value, label: FigureText(NumberText.significant(value, digits: 3))))
      } else {
        small.append(value)
      }
    }
  }

  /// One to nine times a power of ten.
  private static func multiples(of decade: Int) -> [Double] {
    (1...9).map { Double("\($0)e\(decade)") ?? 0 }
  }
}

/// How many decades lie from tic to tic of a logarithmic axis.
private struct DecadeSteps {
  /// From label to label.
  let labelled: Int
  /// From small tic to small tic.
  let small: Int
  /// Whether there are small tics within a decade.
  let areDivided: Bool

  /// Round steps, with which no more than `labels` of the decades are labelled.
  init(_ decades: [Int], labels: Int) {
    let steps = [(1, 1), (2, 1), (3, 1), (5, 1), (10, 2), (20, 5), (50, 10), (100, 20), (200, 50), (500, 100)]
    let step = steps.first { step in decades.count { $0.isMultiple(of: step.0) } <= max(1, labels) } ?? (500, 100)
    (labelled, small) = step
    areDivided = labelled == 1 && decades.count <= 12
  }
}

/// A step of 1, 2 or 5 times a power of ten.
struct RoundStep {
  private(set) var digit: Int
  private(set) var exponent: Int

  /// The smallest step of at least `least`.
  init(atLeast least: Double) {
    exponent = Int(decimalLogarithm(max(least, 1e-300)).rounded(.down))
    let mantissa = least / Figures.powerOfTen(exponent)
    digit = mantissa <= 1.000001 ? 1 : mantissa <= 2.000001 ? 2 : mantissa <= 5.000001 ? 5 : 10
    if digit == 10 {
      digit = 1
      exponent += 1
    }
  }

  var value: Double { multiple(1) }

  /// A multiple from its decimal digits, so that it is the number nearest to what a label says.
  func multiple(_ index: Int) -> Double {
    Double("\(index * digit)e\(exponent)") ?? Double(index * digit) * Figures.powerOfTen(exponent)
  }
}

extension AxisRange {
  /// Whether a value lies within, or beyond an end by no more than rounding.
  fileprivate func containsWithSlack(_ value: Double) -> Bool {
    value >= from * (1 - 1e-12) && value <= to * (1 + 1e-12)
  }
}

extension DecimalDigits {
  /// The first digit.
  fileprivate var leading: Int { Int(mantissa.prefix(1)) ?? 0 }

  /// How many digits stand behind the point.
  var decimals: Int { max(0, plain.split(separator: ".").dropFirst().first?.count ?? 0) }
}
