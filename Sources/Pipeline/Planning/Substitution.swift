internal import Configuration

/// Replaces `${{ parameters.NAME }}` and, in a sweep, `${{ matrix.AXIS }}` in a node.
///
/// A scalar that is one expression becomes the parameter's value, of whatever type; an expression inside a longer
/// text becomes the text of a scalar parameter.
struct Substitution {
  /// How many nodes, and how many bytes of text, may be put in: a small file may not become a huge pipeline.
  private static let maximumSize = 10_000_000

  private let values: [String: Node]
  private let sizes: [String: Int]
  private var size = 0
  /// The values of the sweep's point; nil outside of a sweep.
  var point: [String: Node]?

  init(_ values: [String: Node]) {
    self.values = values
    sizes = values.mapValues(Self.size)
  }

  mutating func apply(to node: Node, _ diagnostics: inout Diagnostics) -> Node {
    switch node.content {
    case .sequence(let items):
      return Node(.sequence(items.map { apply(to: $0, &diagnostics) }), at: node.location)
    case .mapping(let entries):
      let replaced = entries.map { entry in
        Node.Entry(key: entry.key, keyLocation: entry.keyLocation, value: apply(to: entry.value, &diagnostics))
      }
      return Node(.mapping(replaced), at: node.location)
    case .scalar(let text, _):
      guard text.utf8.contains(UInt8(ascii: "$")), text.contains("${{") else { return node }
      if let replaced = replace(in: text, of: node, &diagnostics) { return replaced }
      var unresolved = node
      unresolved.isUnresolved = true
      return unresolved
    }
  }

  /// Reports expressions in values that are taken as they are.
  static func refuse(in node: Node, _ diagnostics: inout Diagnostics) {
    switch node.content {
    case .sequence(let items):
      for item in items { refuse(in: item, &diagnostics) }
    case .mapping(let entries):
      for entry in entries { refuse(in: entry.value, &diagnostics) }
    case .scalar(let text, _):
      guard text.utf8.contains(UInt8(ascii: "$")), text.contains("${{") else { return }
      diagnostics.report(
        "an expression in the value of a parameter",
        at: node.location,
        hints: "parameters are values; expressions stand in stages"
      )
    }
  }

  private mutating func replace(in text: String, of node: Node, _ diagnostics: inout Diagnostics) -> Node? {
    var result = ""
    var rest = text[...]
    while let open = rest.firstRange(of: "${{") {
      guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
        diagnostics.report("'${{' without '}}'", at: node.location)
        return nil
      }
      let expression = rest[open.upperBound..<close.lowerBound].split(separator: " ").joined(separator: " ")
      guard let value = value(of: expression, at: node.location, &diagnostics) else { return nil }
      let isWhole = open.lowerBound == text.startIndex && close.upperBound == text.endIndex
      if isWhole { return value }
      guard case .scalar(let inserted, _) = value.content else {
        diagnostics.report(
          "\(expression) is \(value.summary), which cannot stand inside a text",
          at: node.location,
          hints: "write ${{ \(expression) }} alone"
        )
        return nil
      }
      result += rest[..<open.lowerBound] + inserted
      rest = rest[close.upperBound...]
    }
    return Node(.scalar(text: result + rest, isPlain: false), at: node.location)
  }

  private mutating func value(
    of expression: String,
    at location: SourceLocation?,
    _ diagnostics: inout Diagnostics
  ) -> Node? {
    let parts = expression.split(separator: ".", maxSplits: 1).map(String.init)
    let (what, known) = parts.first == "matrix" ? ("axis", point) : ("parameter", values)
    guard parts.count == 2, ["parameters", "matrix"].contains(parts[0]), let known else {
      diagnostics.report(
        parts.first == "matrix"
          ? "the expression '\(expression)' in a stage without a matrix"
          : "the expression '\(expression)' is not known",
        at: location,
        hints: "an expression is 'parameters.NAME', or 'matrix.AXIS' in a stage that has a matrix"
      )
      return nil
    }
    let name = parts[1]
    guard let value = known[name] else {
      let names = known.keys.sorted()
      diagnostics.report(
        "there is no \(what) '\(name)'",
        at: location,
        hints: Suggestion.hint(for: name, among: names),
        names.isEmpty ? "the file declares none" : (what == "axis" ? "axes: " : "parameters: ") + Suggestion.list(names)
      )
      return nil
    }
    guard what == "parameter" else { return Node(value.content, at: location) }
    size += sizes[name] ?? 0
    guard size <= Self.maximumSize else {
      diagnostics.report("the values of parameters, written out, are beyond \(Self.maximumSize) bytes", at: location)
      return nil
    }
    return value
  }

  private static func size(_ node: Node) -> Int {
    switch node.content {
    case .scalar(let text, _): 1 + text.utf8.count
    case .sequence(let items): items.reduce(1) { $0 + size($1) }
    case .mapping(let entries): entries.reduce(1) { $0 + $1.key.utf8.count + size($1.value) }
    }
  }
}
