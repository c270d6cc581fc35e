internal import Configuration

/// Replaces `${{ parameters.NAME }}` in a node.
///
/// A scalar that is one expression becomes the parameter's value, of whatever type; an expression inside a longer
/// text becomes the text of a scalar parameter.
struct Substitution {
  private let values: [String: Node]

  init(_ values: [String: Node]) {
    self.values = values
  }

  func apply(to node: Node, _ diagnostics: inout Diagnostics) -> Node {
    switch node.content {
    case .sequence(let items):
      return Node(.sequence(items.map { apply(to: $0, &diagnostics) }), at: node.location)
    case .mapping(let entries):
      let replaced = entries.map { entry in
        Node.Entry(key: entry.key, keyLocation: entry.keyLocation, value: apply(to: entry.value, &diagnostics))
      }
      return Node(.mapping(replaced), at: node.location)
    case .scalar(let text, _):
      guard text.contains("${{") else { return node }
      return replace(in: text, of: node, &diagnostics) ?? node
    }
  }

  private func replace(in text: String, of node: Node, _ diagnostics: inout Diagnostics) -> Node? {
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

  private func value(
    of expression: String,
    at location: SourceLocation?,
    _ diagnostics: inout Diagnostics
  ) -> Node? {
    let parts = expression.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, parts[0] == "parameters" else {
      diagnostics.report(
        "the expression '\(expression)' is not known",
        at: location,
        hints: "an expression is 'parameters.NAME'"
      )
      return nil
    }
    let name = String(parts[1])
    if let value = values[name] { return value }
    diagnostics.report(
      "there is no parameter '\(name)'",
      at: location,
      hints: Suggestion.hint(for: name, among: values.keys.sorted()),
      values.isEmpty ? "the file declares none" : "parameters: " + values.keys.sorted().joined(separator: ", ")
    )
    return nil
  }
}
