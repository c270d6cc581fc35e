public import Configuration

/// A legend's text with places for values: `η = {learning_rate}`, or `{learning_rate:2}` for two significant digits.
///
/// A brace behind `_` or `^`, or before `/`, is markup; any other holds the name of a variable.
public struct LabelTemplate: ConfigurationValue {
  /// A piece of the text.
  enum Piece: Sendable, Equatable {
    case markup(String)
    case value(variable: String, digits: Int)
  }

  /// The text with its places.
  public let text: FigureText
  /// The text in pieces.
  let pieces: [Piece]

  /// The variables whose values are filled in.
  var variables: [String] {
    pieces.compactMap { piece in
      guard case .value(let variable, _) = piece else { return nil }
      return variable
    }
  }

  /// A text.
  public static var shape: ValueShape { .string }

  /// Reads a text with places.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> LabelTemplate? {
    guard let text = FigureText.decode(node, &diagnostics) else { return nil }
    guard let pieces = parse(text.markup) else {
      diagnostics.report(
        "a place for a value that is not {variable} or {variable:digits}",
        at: node.location,
        hints: "a brace behind _ or ^ is markup, any other holds the name of a variable"
      )
      return nil
    }
    return LabelTemplate(text: text, pieces: pieces)
  }

  /// The text.
  public var json: JSONValue { text.json }

  private static func parse(_ text: String) -> [Piece]? {
    var pieces: [Piece] = []
    var markup = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    // Whether what follows is lowered or raised, so that its brace is markup.
    var isShifted = false
    while let scalar = rest.popFirst() {
      let isMarkup = isShifted || rest.first == "/"
      isShifted = scalar == "_" || scalar == "^"
      guard scalar == "{", !isMarkup else {
        markup.append(scalar)
        if scalar == "\\", let next = rest.first, Markup.isSign(next) {
          markup.append(next)
          rest.removeFirst()
        }
        continue
      }
      guard let close = rest.firstIndex(of: "}") else { return nil }
      let parts = String(rest[..<close]).split(separator: ":", omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), let name = parts.first, !name.isEmpty,
        let digits = parts.count == 2 ? Int(parts[1]) : 3, (1...17).contains(digits)
      else { return nil }
      pieces += [.markup(String(markup)), .value(variable: String(name), digits: digits)]
      markup = String.UnicodeScalarView()
      rest = rest[rest.index(after: close)...]
    }
    pieces.append(.markup(String(markup)))
    return pieces
  }
}
