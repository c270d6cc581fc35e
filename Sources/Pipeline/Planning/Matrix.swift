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

    /// "[learning_rate=0.1,seed=2]"; a text that could be taken for more than one value is quoted.
    var suffix: String {
      "[" + values.map { "\($0.name)=\(Self.quoted($0.value.plainText))" }.joined(separator: ",") + "]"
    }

    private static func quoted(_ text: String) -> String {
      let isPlain = text.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && $0.value != 0x7f && !",=[]\"".unicodeScalars.contains($0)
      }
      return isPlain ? text : JSONValue.string(text).canonicalText
    }
  }

  /// The most points that a sweep may have.
  static let maximumPoints = 1_000_000
  /// The most places that the grid around them may have, since a stack has them all.
  static let maximumPlaces = 10_000_000

  private(set) var dimensions: [Dimension] = []
  private(set) var points: [Point] = []
  /// The axes of the stacked result.
  private(set) var sweepAxes: [SweepAxis] = []
  /// The values of each axis.
  private(set) var values: [String: Set<JSONValue>] = [:]

  /// Reads a sweep; nil when something is wrong with it, which has been reported.
  init?(_ node: Node, _ diagnostics: inout Diagnostics) {
    let entries = (node.entries ?? []).filter { !Self.reserved.contains($0.key) }
    guard !entries.isEmpty else {
      diagnostics.report(
        "\(node.summary) where the axes of a sweep are expected",
        at: node.location,
        hints: "write 'learning_rate: [0.1, 0.2]', one line for each parameter that varies"
      )
      return nil
    }
    var found = Diagnostics()
    let axes = entries.compactMap { Self.axis($0, &found) }
    dimensions = Self.join(axes, node["zip"], &found)
    if found.isEmpty { fill(node, &found) }
    for diagnostic in found.all { diagnostics.report(diagnostic) }
    if !found.isEmpty { return nil }
    sweepAxes = dimensions.map { dimension in
      SweepAxis(
        dimension.axes[0].name,
        dimension.axes.map { SweepAxis.Coordinate($0.name, $0.values.map { JSONValue($0) }, unit: $0.unit) }
      )
    }
    for axis in dimensions.flatMap(\.axes) { values[axis.name] = Set(axis.values.map { JSONValue($0) }) }
  }

  static let reserved = ["include", "exclude", "zip"]
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
        hints: "'range: 4' is 0, 1, 2, 3; 'range: [2, 5]' is 2, 3, 4; for other steps use from, to and count"
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
    guard axis.values.allSatisfy({ isSingle($0, &diagnostics) }) else { return nil }
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

  /// Whether a value is one that an axis may have; if not, that is reported.
  private static func isSingle(_ value: Node, _ diagnostics: inout Diagnostics) -> Bool {
    if case .scalar = value.content, !value.isNull { return !value.reportRoundedIntegers(&diagnostics) }
    diagnostics.report("\(value.summary) as a value of an axis", at: value.location, hints: "values are single")
    return false
  }

  /// The dimensions: axes that `zip` names together vary together, each other one by itself.
  private static func join(_ axes: [Axis], _ zip: Node?, _ diagnostics: inout Diagnostics) -> [Dimension] {
    var groups: [[Located<String>]] = []
    if let zip { groups = [[Located<String>]].decode(zip, &diagnostics) ?? [] }
    let names = axes.map(\.name)
    var grouped: Set<String> = []
    for name in groups.joined() where !grouped.insert(name.value).inserted {
      diagnostics.report("the axis '\(name.value)' varies together with others twice", at: name.location)
    }
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

  /// A choice of points as it is written, `{ learning_rate: 0.1 }`: values for some axes or for all.
  private static func choices(_ node: Node?, _ diagnostics: inout Diagnostics) -> [Node] {
    guard let node else { return [] }
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

  private func checkNames(_ choice: Node, _ diagnostics: inout Diagnostics) {
    let names = dimensions.flatMap { $0.axes.map(\.name) }
    for entry in choice.entries ?? [] {
      guard !names.contains(entry.key) else {
        _ = Self.isSingle(entry.value, &diagnostics)
        continue
      }
      diagnostics.report(
        "there is no axis '\(entry.key)'",
        at: entry.keyLocation,
        hints: Suggestion.hint(for: entry.key, among: names),
        "axes: " + names.joined(separator: ", ")
      )
    }
  }

  /// Makes the points: the product of the written axes without those that `exclude` names, and those that `include` adds.
  private mutating func fill(_ node: Node, _ diagnostics: inout Diagnostics) {
    let excluded = Self.choices(node["exclude"], &diagnostics)
    let included = Self.choices(node["include"], &diagnostics)
    for choice in excluded + included { checkNames(choice, &diagnostics) }
    let written = dimensions.map(\.length)
    guard diagnostics.isEmpty else { return }
    let filters = excluded.map { filter($0, &diagnostics) }
    var places = Set(include(included, &diagnostics))
    guard diagnostics.isEmpty else { return }
    for (what, lengths, limit) in [
      ("points", written, Self.maximumPoints), ("places of the grid", dimensions.map(\.length), Self.maximumPlaces),
    ] where lengths.reduce(1.0, { $0 * Double($1) }) > Double(limit) {
      diagnostics.report("more than \(limit) \(what)", at: node.location?.firstLine)
      return
    }
    for number in 0..<written.reduce(1, *) {
      let indices = Self.indices(of: number, lengths: written)
      let isExcluded = filters.contains { filter in filter.allSatisfy { $0.value.contains(indices[$0.key]) } }
      if !isExcluded { places.insert(indices) }
    }
    points = places.sorted { $0.lexicographicallyPrecedes($1) }.map { indices in
      let values = zip(dimensions, indices).flatMap { dimension, index in
        dimension.axes.map { (name: $0.name, value: $0.values[index]) }
      }
      return Point(indices: indices, values: values)
    }
    if points.isEmpty { diagnostics.report("every point of the sweep is excluded", at: node["exclude"]?.location) }
  }

  private static func indices(of number: Int, lengths: [Int]) -> [Int] {
    var (rest, indices) = (number, [Int](repeating: 0, count: lengths.count))
    for index in lengths.indices.reversed() {
      indices[index] = rest % lengths[index]
      rest /= lengths[index]
    }
    return indices
  }

  /// For each dimension that a choice names, the indices that have its values.
  private func filter(_ choice: Node, _ diagnostics: inout Diagnostics) -> [Int: Set<Int>] {
    var allowed: [Int: Set<Int>] = [:]
    for entry in choice.entries ?? [] {
      for (place, dimension) in dimensions.enumerated() {
        guard let axis = dimension.axes.first(where: { $0.name == entry.key }) else { continue }
        let text = entry.value.plainText
        let matching = Set(axis.values.indices.filter { axis.values[$0].plainText == text })
        if matching.isEmpty {
          diagnostics.report(
            "no point has \(entry.key) = \(text)",
            at: entry.value.location,
            hints: "values: " + Suggestion.list(axis.values.map(\.plainText))
          )
        }
        allowed[place] = allowed[place]?.intersection(matching) ?? matching
      }
    }
    return allowed
  }

  /// Finds the places of the points that are added, appending the values that axes lack.
  private mutating func include(_ choices: [Node], _ diagnostics: inout Diagnostics) -> [[Int]] {
    var known = dimensions.map { dimension in
      Dictionary(
        (0..<dimension.length).map { index in (dimension.axes.map { $0.values[index].plainText }, index) }
      ) { first, _ in first }
    }
    return choices.compactMap { choice in
      var indices: [Int] = []
      for place in dimensions.indices {
        let names = dimensions[place].axes.map(\.name)
        let values = names.compactMap { choice[$0] }
        guard values.count == names.count else {
          let missing = names.filter { choice[$0] == nil }.joined(separator: ", ")
          diagnostics.report("a point that is added names every axis; this lacks \(missing)", at: choice.location)
          return nil
        }
        let texts = values.map(\.plainText)
        if known[place][texts] == nil {
          known[place][texts] = dimensions[place].length
          for (axis, value) in values.enumerated() { dimensions[place].axes[axis].values.append(value) }
        }
        indices.append(known[place][texts] ?? 0)
      }
      return indices
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
