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
      if labelled.count < 2 {
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
    let last = Int((range.end - 1e-9).rounded(.up))
    let inside = (first...max(first, last)).filter { range.containsWithSlack(Figures.powerOfTen($0)) }
    let isFine = inside.count < 2
    // The decades that are labelled lie a whole number of decades apart, counted from 1.
    let stride = max(1, (inside.count + count - 1) / count)
    for decade in first...max(first, last) {
      for digit in 1...9 {
        let value = Double("\(digit)e\(decade)") ?? 0
        guard range.containsWithSlack(value) else { continue }
        if isFine, [1, 2, 5].contains(digit) {
          labelled.append(Labelled(value: value, label: FigureText(NumberText.significant(value, digits: 3))))
        } else if !isFine, digit == 1, decade % stride == 0 {
          labelled.append(Labelled(value: value, label: FigureText(NumberText.powerOfTen(decade))))
        } else if stride == 1 || digit == 1 {
          small.append(value)
        }
      }
    }
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
  /// How many digits stand behind the point.
  var decimals: Int { max(0, plain.split(separator: ".").dropFirst().first?.count ?? 0) }
}
