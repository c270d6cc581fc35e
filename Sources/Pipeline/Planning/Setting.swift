internal import Configuration

/// The value of a parameter that is given on the command line, `--set NAME=VALUE`.
///
/// It is read as one number, word, quoted text, `[list]` or `{mapping}` of YAML if it is exactly that, from its first
/// character to its last. Otherwise it is the text itself: YAML would drop what follows ` #`, take `a: b` for a mapping
/// and `- a` for a list, and refuse `*x`.
enum Setting {
  /// The node of a value that is not empty.
  static func node(_ value: String, name: String) -> Node {
    let source = SourceText(name: "--set \(name)", text: value)
    let start = SourcePosition(line: 1, column: 1)
    let end = SourcePosition(line: source.lines.count, column: (source.lines.last?.unicodeScalars.count ?? 0) + 1)
    // What YAML does not accept is a text, so its errors are not reported.
    if let parsed = try? YAMLParser.parse(Array(value.utf8), name: source.name), parsed.location?.end == end {
      switch (parsed.content, value.first) {
      case (.scalar(value, isPlain: true), _): return parsed
      case (.scalar(_, isPlain: false), "\""?), (.scalar(_, isPlain: false), "'"?): return parsed
      case (.sequence, "["?), (.mapping, "{"?): return parsed
      default: break
      }
    }
    let location = SourceLocation(source: source, start: start, end: end)
    return Node(.scalar(text: value, isPlain: false), at: location)
  }
}
