internal import CLibYAML

/// Reads YAML into nodes with positions, through libyaml's document API.
///
/// The subset is what a pipeline needs: one document, mappings with distinct scalar keys, no tags. Anchors and
/// aliases work, within a bound on what they expand to. Nothing in the text is ever executed or loaded.
public enum YAMLParser {
  /// The largest text that is read, in bytes. A pipeline file is a few kilobytes.
  public static let maximumBytes = 16 << 20
  /// The largest number of nodes with every alias written out.
  public static let maximumNodes = 3_000_000
  /// The largest number of anchors.
  public static let maximumAnchors = 1_000
  /// The deepest nesting.
  public static let maximumDepth = 64

  /// The version of libyaml that is loaded.
  public static var libraryVersion: String { String(cString: yaml_get_version_string()) }

  /// Parses `bytes`, reported under `name`.
  ///
  /// - Throws: one diagnostic, at the first place where the text is not readable YAML.
  public static func parse(_ bytes: [UInt8], name: String) throws(Diagnostics) -> Node {
    guard bytes.count <= maximumBytes else {
      throw Diagnostics(tooLarge(name: name, bytes: bytes.count))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostics(notUTF8(bytes, name: name))
    }
    let source = SourceText(name: name, text: text)
    try checkFlowDepth(source)
    try checkAnchors(source)
    var builder = try DocumentBuilder(bytes, source)
    defer { builder.delete() }
    let node = try builder.root()
    try builder.expectEndOfStream()
    return node
  }

  /// The diagnostic for a text beyond `maximumBytes`.
  public static func tooLarge(name: String, bytes: Int) -> Diagnostic {
    Diagnostic(
      "\(name) has \(bytes) bytes; a pipeline file may have \(maximumBytes)",
      at: nil,
      hints: "data belongs in a data set or an artifact, which a stage reads by name"
    )
  }

  private static func notUTF8(_ bytes: [UInt8], name: String) -> Diagnostic {
    // The longest valid prefix ends where the decoder first repairs something.
    var valid: [UInt8] = []
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    scan: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): valid.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      case .emptyInput, .error: break scan
      }
    }
    let prefix = String(decoding: valid, as: UTF8.self)
    let source = SourceText(name: name, text: prefix)
    let column = (source.lines.last?.unicodeScalars.count ?? 0) + 1
    let position = SourcePosition(line: source.lines.count, column: column)
    return Diagnostic(
      "not UTF-8 text: the byte 0x\(String(bytes[min(valid.count, bytes.count - 1)], radix: 16)) at offset \(valid.count)",
      at: SourceLocation(source: source, start: position, end: position),
      hints: "save the file as UTF-8"
    )
  }

  /// libyaml's scanner is quadratic in the depth of `[` and `{`, so absurd nesting is refused before it sees it.
  /// Brackets inside quotes count too: a pipeline file has no business with a thousand of either.
  private static func checkFlowDepth(_ source: SourceText) throws(Diagnostics) {
    var depth = 0
    for (index, line) in source.lines.enumerated() {
      for (column, character) in line.utf8.enumerated() {
        switch character {
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
        default: continue
        }
        if depth > 1_000 {
          let position = SourcePosition(line: index + 1, column: column + 1)
          throw Diagnostics(
            Diagnostic(
              "brackets nested more than 1,000 deep",
              at: SourceLocation(source: source, start: position, end: position)
            )
          )
        }
      }
    }
  }
}

extension YAMLParser {
  /// libyaml looks through all anchors for each anchor and alias, so absurdly many are refused before it sees them.
  private static func checkAnchors(_ source: SourceText) throws(Diagnostics) {
    var count = 0
    for (index, line) in source.lines.enumerated() {
      var previous = UInt8(ascii: " ")
      for (column, byte) in line.utf8.enumerated() {
        // What looks like one inside a text counts too.
        if byte == UInt8(ascii: "&"), " \t[{,:-?".utf8.contains(previous) { count += 1 }
        previous = byte
        guard count > maximumAnchors else { continue }
        let position = SourcePosition(line: index + 1, column: column + 1)
        let place = SourceLocation(source: source, start: position, end: position)
        throw Diagnostics(Diagnostic("more than \(maximumAnchors) anchors", at: place))
      }
    }
  }
}
