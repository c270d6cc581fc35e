/// The tics of an axis: labelled ones, and small ones between them.
struct Tics: Sendable {
  /// A labelled tic.
  struct Labelled: Sendable {
    let value: Double
    let label: FigureText
  }

  var labelled: [Labelled] = []
  var small: [Double] = []
  /// A constant that the labels leave out, for the label of the axis.
  private(set) var offset: TicText.Offset?

  /// Tics for a range that is drawn `length` points long, at least `spacing` points from label to label.
  init(_ range: AxisRange, length: Double, spacing: Double, step: Double? = nil) {
    if range.logarithmsFrom != nil {
      let share = (range.end - range.withoutZero.start) / (range.end - range.start)
      self = Tics(range.withoutZero, length: share * length, spacing: spacing, step: step)
      labelled.insert(Labelled(value: range.from, label: FigureText("0")), at: 0)
      return
    }
    let least = (range.to - range.from) * min(1, spacing / max(length, 1))
    switch range.scale {
    case .linear:
      if let step {
        fill(range, every: step)
      } else {
        fill(range, atLeast: least)
      }
    case .log:
      fillDecades(range, count: max(1, Int(length / spacing)))
      // Within a part of a decade, steps are more use than digits.
      if labelled.count < 2, range.end - range.start < 2 {
        (labelled, small) = ([], [])
        fill(range, atLeast: least)
      }
    }
  }

  /// Tics whose labels do not touch: `room` is the distance between them, and `font` the size of their letters.
  static func fitting(_ range: AxisRange, length: Double, room: Double, font: Double, step: Double?) -> Tics {
    var spacing = room
    var tics = Tics(range, length: length, spacing: spacing, step: step)
    // Fewer labels may have more digits, and more labels too.
    for _ in 0..<8 where tics.labelWidth * font + room > spacing && spacing < length {
      spacing = tics.labelWidth * font + room
      tics = Tics(range, length: length, spacing: spacing, step: step)
    }
    return tics
  }

  /// The width of the widest label, in units of the font size.
  var labelWidth: Double { labelled.map(\.label.width).max() ?? 0 }

  private mutating func fill(_ range: AxisRange, atLeast least: Double) {
    // A step that the numbers themselves cannot make would give two tics one value.
    let step = RoundStep(atLeast: max(least, 2 * max(range.from.magnitude, range.to.magnitude).ulp))
    label(Self.indices(range, step.value), of: (step.digit, step.exponent))
    let parts = labelled.count < 2 ? 1 : step.digit == 2 ? 4 : 5
    for index in Self.indices(range, step.value / Double(parts)) where index % parts != 0 {
      small.append(Double(index) * step.value / Double(parts))
    }
  }

  private mutating func fill(_ range: AxisRange, every step: Double) {
    let indices = Array(Self.indices(range, step).prefix(200))
    if let whole = DecimalDigits(step).whole,
      (indices.map(\.magnitude).max() ?? 0) < Int.max.magnitude / whole.number.magnitude
    {
      label(indices, of: whole)
    } else {
      labelled = indices.map { index in
        let value = Double(index) * step
        return Labelled(value: value, label: FigureText(NumberText.significant(value, digits: 17)))
      }
    }
    for index in Self.indices(range, step / 2).prefix(400) where index % 2 != 0 {
      small.append(Double(index) * step / 2)
    }
  }

  /// Labels the multiples of a number of a few digits, each with the double nearest to what its label says.
  private mutating func label(_ indices: [Int], of step: (number: Int, exponent: Int)) {
    let multiples = indices.map { $0 * step.number }
    let text = TicText(multiples, exponent: step.exponent)
    offset = text.offset
    labelled = zip(multiples, text.labels).map { multiple, label in
      Labelled(value: Double("\(multiple)e\(step.exponent)") ?? 0, label: FigureText(label))
    }
  }

  /// The multiples of `step` within the range.
  private static func indices(_ range: AxisRange, _ step: Double) -> [Int] {
    let slack = 1e-9
    let first = (range.from / step - slack).rounded(.up)
    let last = (range.to / step + slack).rounded(.down)
    guard first.magnitude < 0x1p53, last.magnitude < 0x1p53, first <= last, last - first < 10_000 else { return [] }
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
}
