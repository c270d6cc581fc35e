public import Artifacts
internal import Configuration
internal import References

extension Claim {
  /// Looks whether the results show what is claimed.
  ///
  /// A value that is missing (NaN) meets no claim, and makes what it is reduced to missing as well.
  ///
  /// - Parameter artifacts: those of the stages, by name.
  public func finding(in artifacts: [String: Artifact]) -> Finding {
    do throws(ArtifactError) {
      guard let selected = try value.array(in: artifacts) else { throw ArtifactError("a number is no result") }
      return try Evaluation(claim: self, artifacts: artifacts, selected: selected).finding()
    } catch {
      return Finding(failing: error.description)
    }
  }
}

/// Values over named dimensions.
private struct Grid<Value> {
  var dimensions: [String]
  var shape: [Int]
  var values: [Value]

  /// Each line along a dimension, made into one value.
  func reduced<Other>(along dimension: String, _ reduce: ([Value]) -> Other) -> Grid<Other> {
    guard let axis = dimensions.firstIndex(of: dimension) else { return .init(dimensions: [], shape: [], values: []) }
    let (length, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    let outer = shape[..<axis].reduce(1, *)
    var rest = Grid<Other>(dimensions: dimensions, shape: shape, values: [])
    rest.dimensions.remove(at: axis)
    rest.shape.remove(at: axis)
    for block in 0..<outer {
      for offset in 0..<inner {
        rest.values.append(reduce((0..<length).map { values[(block * length + $0) * inner + offset] }))
      }
    }
    return rest
  }

  /// The index along each dimension of a place.
  func indices(of place: Int) -> [Int] {
    var (rest, indices) = (place, [Int](repeating: 0, count: shape.count))
    for axis in shape.indices.reversed() {
      indices[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return indices
  }

  /// The value for each place of a grid that has at least these dimensions.
  func spread(over other: Grid<some Any>) -> [Value]? {
    let axes = dimensions.map { other.dimensions.firstIndex(of: $0) }
    guard zip(axes, shape).allSatisfy({ axis, length in axis.map { other.shape[$0] == length } ?? false }) else {
      return nil
    }
    return other.values.indices.map { place in
      let indices = other.indices(of: place)
      let own = zip(axes, shape).reduce(0) { sum, next in sum * next.1 + (next.0.map { indices[$0] } ?? 0) }
      return values[own]
    }
  }
}

/// The look at one claim.
private struct Evaluation {
  let claim: Claim
  let artifacts: [String: Artifact]
  let selected: SelectedArray

  func finding() throws(ArtifactError) -> Finding {
    if case .string(let texts) = selected.variable.values { return try finding(texts: texts) }
    var grid = try numbers(selected, claim.value.description)
    for step in claim.reduction.steps where !step.way.isQuantifier {
      guard let dimension = step.dimension else {
        grid = grid.flattened.reduced(along: "", step.way.value)
        continue
      }
      guard grid.dimensions.contains(dimension) else { throw noDimension(dimension) }
      grid = grid.reduced(along: dimension, step.way.value)
    }
    let holds = try comparison(grid)
    return finding(of: grid, texts: grid.values.map { $0.isNaN ? "missing" : text($0) }, holds) { grid.values[$0] }
  }

  private func noDimension(_ name: String) -> ArtifactError {
    ArtifactError("'\(claim.value)' has no dimension '\(name)' that is left")
  }

  private func numbers(_ array: SelectedArray, _ name: String) throws(ArtifactError) -> Grid<ExactNumber> {
    guard let values = array.variable.values.exact else { throw ArtifactError("'\(name)' holds texts") }
    return Grid(dimensions: array.variable.dimensions, shape: array.variable.shape, values: values)
  }

  /// A number, or the meaning that it has as a label.
  private func text(_ value: ExactNumber) -> String {
    let variable = selected.variable
    let isLabel = !claim.reduction.steps.contains { $0.way == .count || $0.way == .sum || $0.way == .mean }
    let meaning = variable.meanings.first { variable.label(meaning: $0) == value.double }
    if isLabel, let meaning { return meaning }
    return value.description
  }

  // MARK: Texts

  private func finding(texts: [String]) throws(ArtifactError) -> Finding {
    guard case .word(let word)? = claim.expected, claim.reduction.steps.allSatisfy(\.way.isQuantifier) else {
      throw ArtifactError("'\(claim.value)' holds texts, which are compared by 'expect' alone")
    }
    let grid = Grid(
      dimensions: selected.variable.dimensions,
      shape: selected.variable.shape,
      values: texts.map { $0 == word.value }
    )
    return finding(of: grid, texts: texts, grid) { _ in nil }
  }

  // MARK: Numbers

  private func comparison(_ grid: Grid<ExactNumber>) throws(ArtifactError) -> Grid<Bool> {
    var holds = Grid(dimensions: grid.dimensions, shape: grid.shape, values: grid.values.map { !$0.isNaN })
    func require(_ reference: DataReference?, _ test: (ExactNumber, ExactNumber) -> Bool) throws(ArtifactError) {
      guard let reference else { return }
      let bounds = try operand(reference, over: grid)
      for place in grid.values.indices where !test(grid.values[place], bounds[place]) { holds.values[place] = false }
    }
    try require(claim.above, >)
    try require(claim.atLeast, >=)
    try require(claim.below, <)
    try require(claim.atMost, <=)
    if let between = claim.between, between.count == 2 {
      try require(between[0], >=)
      try require(between[1], <=)
    }
    guard let expected = claim.expected else { return holds }
    let wanted: [ExactNumber]
    switch expected {
    case .value(let reference): wanted = try operand(reference, over: grid)
    case .numbers(let numbers):
      guard grid.shape == [numbers.count] else {
        throw ArtifactError("\(numbers.count) numbers are expected, and there are \(grid.values.count) values")
      }
      wanted = numbers
    case .word(let word):
      guard let label = selected.variable.label(meaning: word.value) else {
        throw ArtifactError("'\(word.value)' is no meaning of '\(claim.value)'")
      }
      wanted = grid.values.map { _ in .real(label) }
    }
    for place in grid.values.indices {
      let (value, target) = (grid.values[place], wanted[place])
      let limit = claim.tolerance ?? claim.relativeTolerance.map { $0 * target.double.magnitude } ?? 0
      // Equal infinities have no difference that would be a number.
      if !(value == target || value.distance(to: target) <= limit) { holds.values[place] = false }
    }
    return holds
  }

  /// The values of the other side of a comparison, one for each of the grid.
  private func operand(_ reference: DataReference, over grid: Grid<ExactNumber>) throws(ArtifactError) -> [ExactNumber]
  {
    guard let array = try reference.array(in: artifacts) else {
      guard case .number(let number) = reference.content else { return [] }
      return grid.values.map { _ in number }
    }
    let other = try numbers(array, reference.description)
    guard let values = other.spread(over: grid) else {
      throw ArtifactError("'\(reference)' has other dimensions than '\(claim.value)', or other lengths")
    }
    return values
  }

  // MARK: What was found

  private func finding(
    of grid: Grid<some Any>,
    texts: [String],
    _ holds: Grid<Bool>,
    _ number: (Int) -> ExactNumber?
  ) -> Finding {
    var rest = holds
    for step in claim.reduction.steps where step.way.isQuantifier {
      // One that speaks of every dimension that is left.
      guard let dimension = step.dimension else {
        rest = rest.flattened.reduced(along: "") { step.way == .any ? $0.contains(true) : $0.allSatisfy { $0 } }
        break
      }
      guard rest.dimensions.contains(dimension) else { return Finding(failing: noDimension(dimension).description) }
      rest = rest.reduced(along: dimension) { step.way == .any ? $0.contains(true) : $0.allSatisfy { $0 } }
    }
    let numbers = grid.values.indices.compactMap(number)
    let finite = numbers.filter(\.isFinite)
    var finding = Finding()
    // Of no values nothing holds.
    finding.verdict = !grid.values.isEmpty && rest.values.allSatisfy { $0 } ? .holds : .fails
    finding.values = grid.values.count
    finding.holding = holds.values.count { $0 }
    finding.missing = numbers.count(where: \.isNaN)
    finding.least = finite.min()
    finding.greatest = finite.max()
    finding.message = message(of: grid, texts: texts, holds, finding)
    return finding
  }

  private func message(of grid: Grid<some Any>, texts: [String], _ holds: Grid<Bool>, _ finding: Finding) -> String {
    switch texts.count {
    case 0: return "no values"
    case 1: return texts[0] + place(0, of: grid)
    default: break
    }
    let range: String
    if let least = finding.least, let greatest = finding.greatest {
      range = least == greatest ? text(least) : "\(text(least)) … \(text(greatest))"
    } else {
      range = Set(texts).sorted().prefix(4).joined(separator: ", ")
    }
    let asksForAny = claim.reduction.steps.contains { $0.way == .any }
    if asksForAny {
      let first = holds.values.firstIndex(of: true)
      return first.map { texts[$0] + place($0, of: grid) } ?? "\(range), none of \(texts.count) values"
    }
    let failing = holds.values.indices.filter { !holds.values[$0] }
    guard !failing.isEmpty else {
      return texts.count < 6 ? texts.joined(separator: ", ") : "\(range), \(texts.count) values"
    }
    let shown = failing.prefix(3).map { texts[$0] + place($0, of: grid) }.joined(separator: ", ")
    return "\(failing.count) of \(texts.count) values: \(shown)" + (failing.count > 3 ? ", …" : "")
  }

  /// Where a value stands: " at case=low, step=5"; nothing for a single one.
  private func place(_ place: Int, of grid: Grid<some Any>) -> String {
    guard !grid.dimensions.isEmpty else { return "" }
    let parts = zip(grid.dimensions, grid.indices(of: place)).map { dimension, index in
      let label = selected.label(of: index, along: dimension)
      return dimension + (label.hasPrefix("@") ? label : "=\(label)")
    }
    return " at " + parts.joined(separator: ", ")
  }
}

extension Grid {
  /// The same values along one dimension without a name.
  fileprivate var flattened: Grid { Grid(dimensions: [""], shape: [values.count], values: values) }
}

extension Reduction.Way {
  /// What is made of the values along a line.
  fileprivate func value(of values: [ExactNumber]) -> ExactNumber {
    switch self {
    case .count: return .real(Double(values.count { !$0.isNaN }))
    case .first: return values.first ?? .real(.nan)
    case .last: return values.last ?? .real(.nan)
    default: break
    }
    guard !values.isEmpty, !values.contains(where: \.isNaN) else { return .real(.nan) }
    return switch self {
    case .min: values.min() ?? .real(.nan)
    case .max: values.max() ?? .real(.nan)
    case .sum: Self.sum(values)
    case .mean: .real(Self.sum(values).double / Double(values.count))
    case .count, .first, .last, .any, .all: .real(.nan)
    }
  }

  /// The sum, which is exact for whole numbers as far as an integer of 64 bits holds it.
  private static func sum(_ values: [ExactNumber]) -> ExactNumber {
    var sum: Int64 = 0
    for value in values {
      let whole: Int64? = if case .large(let number) = value { number } else { Int64(exactly: value.double) }
      guard let whole, case let (next, overflow) = sum.addingReportingOverflow(whole), !overflow else {
        return .real(values.reduce(0) { $0 + $1.double })
      }
      sum = next
    }
    return ExactNumber(sum)
  }
}
