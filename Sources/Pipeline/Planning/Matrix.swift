internal import Configuration

/// The sweep of a stage as it is written under `matrix:`: axes, what varies together, and points left out or added.
struct Matrix {
  /// A dimension of the sweep: one axis, or several that vary together.
  struct Dimension {
    /// The axes, the first of which names the dimension.
    var axes: [Axis]
    var length: Int { axes.first?.values.count ?? 0 }
  }

  /// A parameter that varies.
  struct Axis {
    var name: String
    var values: [Node]
    var unit: String?
    var location: SourceLocation?
  }

  /// One point: the value of every axis.
  struct Point {
    /// The index along each dimension.
    var indices: [Int]
    var values: [(name: String, value: Node)]

    /// "[learning_rate=0.1,seed=2]".
    var suffix: String {
      "[" + values.map { "\($0.name)=\($0.value.plainText)" }.joined(separator: ",") + "]"
    }
  }

  /// The most points that a grid may have.
  static let maximumPoints = 1_000_000

  private(set) var dimensions: [Dimension] = []
  private(set) var points: [Point] = []

  /// Reads a sweep; nil when something is wrong with it, which has been reported.
  init?(_ node: Node, _ diagnostics: inout Diagnostics) {
    guard let entries = node.entries, !entries.isEmpty else {
      diagnostics.report(
        "\(node.summary) where the axes of a sweep are expected",
        at: node.location,
        hints: "write 'learning_rate: [0.1, 0.2]', one line for each parameter that varies"
      )
      return nil
    }
    var found = Diagnostics()
    let axes = entries.filter { !Self.reserved.contains($0.key) }.compactMap { Self.axis($0, &found) }
    dimensions = Self.join(axes, node["zip"], &found)
    // What `include` appends to an axis is no part of the product.
    let written = dimensions.map(\.length)
    if found.isEmpty, let added = node["include"] { include(added, &found) }
    let count = dimensions.reduce(1) { $0.multipliedReportingOverflow(by: $1.length).partialValue }
    let overflows = dimensions.reduce(1.0) { $0 * Double($1.length) } > Double(Self.maximumPoints)
    if overflows { found.report("more than \(Self.maximumPoints) points", at: node.location?.firstLine) }
    if found.isEmpty { fill(count, written, excluding: node["exclude"], adding: node["include"], &found) }
    for diagnostic in found.all { diagnostics.report(diagnostic) }
    if !found.isEmpty { return nil }
  }

  static let reserved = ["include", "exclude", "zip"]

  /// The axes of the stacked result.
  var sweepAxes: [SweepAxis] {
    dimensions.map { dimension in
      SweepAxis(
        dimension.axes[0].name,
        dimension.axes.map { SweepAxis.Coordinate($0.name, $0.values.map { JSONValue($0) }, unit: $0.unit) }
      )
    }
  }

  /// Where a point stands among the members of the stacked result.
  func offset(of point: Point) -> Int {
    zip(dimensions, point.indices).reduce(0) { $0 * $1.0.length + $1.1 }
  }
}

// MARK: - Reading

extension Matrix {
  /// The long form of an axis: a range, or values with a unit.
  struct LongForm: Record {
    var range = ValueRange()
    var unit: String?

    static let fields: [Field<LongForm>] = [
      .init("from", \.range.from, "The first value."),
      .init("to", \.range.to, "The last value."),
      .init("count", \.range.count, "The number of values.", limit: .ifPresent(.within(1...Matrix.maximumPoints))),
      .init("spacing", \.range.spacing, "Equal differences or equal ratios."),
      .init("values", \.range.values, "The values."),
      .init("unit", \.unit, "The unit."),
    ]

    func inconsistencies() -> [Inconsistency] { range.inconsistencies() }
  }

  /// `{ range: 4 }` for 0, 1, 2, 3 and `{ range: [2, 5] }` for 2, 3, 4.
  private static func wholeNumbers(_ node: Node, _ diagnostics: inout Diagnostics) -> [Node]? {
    let bounds: [Int]
    if case .sequence = node.content {
      guard let pair = [Int].decode(node, &diagnostics) else { return nil }
      bounds = pair
    } else {
      guard let count = Int.decode(node, &diagnostics) else { return nil }
      bounds = [0, count]
    }
    guard bounds.count == 2, bounds[0] < bounds[1], bounds[1] - bounds[0] <= maximumPoints else {
      diagnostics.report(
        "a range without numbers",
        at: node.location,
        hints: "'range: 4' is 0, 1, 2, 3; 'range: [2, 5]' is 2, 3, 4; at most \(maximumPoints)"
      )
      return nil
    }
    return (bounds[0]..<bounds[1]).map { Node(.integer($0)) }
  }

  private static func axis(_ entry: Node.Entry, _ diagnostics: inout Diagnostics) -> Axis? {
    guard entry.key.isName, entry.key.first?.isNumber == false else {
      diagnostics.report("'\(entry.key)' is not a name of letters, digits, - and _", at: entry.keyLocation)
      return nil
    }
    var axis = Axis(name: entry.key, values: [], location: entry.keyLocation)
    switch entry.value.content {
    case .sequence(let items):
      axis.values = items
    case .mapping(let entries) where entries.contains { $0.key == "range" }:
      guard entries.count == 1 else {
        diagnostics.report("'range' stands alone", at: entry.value.location?.firstLine)
        return nil
      }
      axis.values = wholeNumbers(entries[0].value, &diagnostics) ?? []
      if axis.values.isEmpty { return nil }
    case .mapping:
      guard let form = LongForm.decode(entry.value, &diagnostics) else { return nil }
      axis.values = form.range.all.map { Node(.number($0)) }
      axis.unit = form.unit
    case .scalar:
      diagnostics.report(
        "\(entry.value.summary) where the values of an axis are expected",
        at: entry.value.location,
        hints: "a list, '{ range: 4 }', or '{ from: 0.1, to: 1, count: 10, spacing: log }'"
      )
      return nil
    }
    for value in axis.values {
      guard case .scalar = value.content, !value.isNull else {
        diagnostics.report("\(value.summary) as a value of an axis", at: value.location, hints: "values are single")
        return nil
      }
    }
    var seen: Set<String> = []
    if let twice = axis.values.first(where: { !seen.insert($0.plainText).inserted }) {
      diagnostics.report("the value \(twice.plainText) is here twice", at: twice.location ?? entry.keyLocation)
      return nil
    }
    if axis.values.isEmpty {
      diagnostics.report("an axis without values", at: entry.value.location ?? entry.keyLocation)
      return nil
    }
    return axis
  }

  /// The dimensions: axes that `zip` names together vary together, each other one by itself.
  private static func join(_ axes: [Axis], _ zip: Node?, _ diagnostics: inout Diagnostics) -> [Dimension] {
    var groups: [[Located<String>]] = []
    if let zip { groups = [[Located<String>]].decode(zip, &diagnostics) ?? [] }
    let names = axes.map(\.name)
    for name in groups.joined() where !names.contains(name.value) {
      diagnostics.report(
        "there is no axis '\(name.value)'",
        at: name.location,
        hints: Suggestion.hint(for: name.value, among: names)
      )
    }
    var dimensions: [Dimension] = []
    var used: Set<String> = []
    for axis in axes where !used.contains(axis.name) {
      let group = groups.first { $0.contains { $0.value == axis.name } }
      let members = group.map { group in axes.filter { axis in group.contains { $0.value == axis.name } } } ?? [axis]
      if Set(members.map(\.values.count)).count > 1 {
        let lengths = members.map { "\($0.name) has \($0.values.count)" }.joined(separator: ", ")
        diagnostics.report("axes that vary together have equally many values: \(lengths)", at: axis.location)
      }
      used.formUnion(members.map(\.name))
      dimensions.append(Dimension(axes: members))
    }
    return dimensions
  }

  /// Adds the values that `include` names to the axes that lack them.
  private mutating func include(_ node: Node, _ diagnostics: inout Diagnostics) {
    for choice in Self.choices(node, &diagnostics) {
      for index in dimensions.indices {
        let names = dimensions[index].axes.map(\.name)
        let values = names.compactMap { choice[$0] }
        guard values.count == names.count else {
          let missing = names.filter { choice[$0] == nil }.joined(separator: ", ")
          diagnostics.report("a point that is added names every axis; this lacks \(missing)", at: choice.location)
          return
        }
        let isThere = (0..<dimensions[index].length).contains { position in
          zip(dimensions[index].axes, values).allSatisfy { $0.values[position].plainText == $1.plainText }
        }
        guard !isThere else { continue }
        for (axis, value) in values.enumerated() { dimensions[index].axes[axis].values.append(value) }
      }
      checkNames(choice, &diagnostics)
    }
  }

  private func checkNames(_ choice: Node, _ diagnostics: inout Diagnostics) {
    let names = dimensions.flatMap { $0.axes.map(\.name) }
    for entry in choice.entries ?? [] where !names.contains(entry.key) {
      diagnostics.report(
        "there is no axis '\(entry.key)'",
        at: entry.keyLocation,
        hints: Suggestion.hint(for: entry.key, among: names),
        "axes: " + names.joined(separator: ", ")
      )
    }
  }

  private static func choices(_ node: Node, _ diagnostics: inout Diagnostics) -> [Node] {
    guard case .sequence(let items) = node.content, items.allSatisfy({ $0.entries != nil }) else {
      diagnostics.report(
        "\(node.summary) where a list of points is expected",
        at: node.location,
        hints: "write '- { learning_rate: 0.1, seed: 0 }'"
      )
      return []
    }
    return items
  }

  /// The points of the grid: those of the written axes that `exclude` does not name, and those that `include` does.
  private mutating func fill(
    _ count: Int,
    _ written: [Int],
    excluding: Node?,
    adding: Node?,
    _ diagnostics: inout Diagnostics
  ) {
    let excluded = excluding.map { Self.choices($0, &diagnostics) } ?? []
    let included = adding.map { Self.choices($0, &diagnostics) } ?? []
    for choice in excluded { checkNames(choice, &diagnostics) }
    for place in 0..<count {
      var (rest, indices) = (place, [Int](repeating: 0, count: dimensions.count))
      for index in dimensions.indices.reversed() {
        indices[index] = rest % dimensions[index].length
        rest /= dimensions[index].length
      }
      let values = zip(dimensions, indices).flatMap { dimension, index in
        dimension.axes.map { (name: $0.name, value: $0.values[index]) }
      }
      let point = Point(indices: indices, values: values)
      let isWritten = zip(indices, written).allSatisfy { $0 < $1 }
      let isExcluded = excluded.contains { point.matches($0) }
      if isWritten && !isExcluded || included.contains(where: { point.matches($0) }) { points.append(point) }
    }
    if points.isEmpty { diagnostics.report("every point of the sweep is excluded", at: excluding?.location) }
  }
}

extension Matrix.Point {
  /// Whether the point has all the values that a choice names.
  fileprivate func matches(_ choice: Node) -> Bool {
    (choice.entries ?? []).allSatisfy { entry in
      values.contains { $0.name == entry.key && $0.value.plainText == entry.value.plainText }
    }
  }
}

extension Node {
  /// The text of a scalar; numbers in one form, so that 0.10 is 0.1.
  var plainText: String {
    switch JSONValue(self) {
    case .string(let text): text
    case let value: value.canonicalText
    }
  }
}
