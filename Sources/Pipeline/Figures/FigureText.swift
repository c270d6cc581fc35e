public import Configuration

/// A text in a figure: UTF-8 with a little markup. `_` lowers and `^` raises what follows, a character or a group in
/// braces (`λ_H`, `10^{−3}`); a group may begin with a font (`{/:Italic x}`, `{/*0.8 small}`). A backslash makes one of
/// `_ ^ { } \` an ordinary character; every other character is drawn as it is.
///
/// Texts come from files that someone sent. What could leave the text is refused here: control characters, font names
/// with characters that would end an attribute of the SVG file, and letters larger than a page.
public struct FigureText: ConfigurationValue, Equatable {
  /// The longest text.
  public static let maximumLength = 400
  /// How much larger or smaller than the others letters may be.
  static let sizeFactors = 0.1...10.0

  /// The text with its markup.
  public let markup: String

  /// The text for gnuplot, to which more characters mean something than to us.
  var script: String {
    let tokens = Markup.tokens(markup)
    var result = ""
    for (index, token) in tokens.enumerated() {
      switch token {
      case .plain(let scalar):
        if "\\{}_^@&~".unicodeScalars.contains(scalar) { result += "\\" }
        result.unicodeScalars.append(scalar)
      // With nothing to lower or to raise, the sign is meant itself.
      case .lower: result += index == tokens.count - 1 ? "\\_" : "_"
      case .raise: result += index == tokens.count - 1 ? "\\^" : "^"
      case .open: result += "{"
      case .close: result += "}"
      }
    }
    return result
  }

  /// The text without its fonts and braces, for where there are no fonts.
  var plain: String {
    var result = String.UnicodeScalarView()
    var reader = Markup.Reader(markup)
    while let token = reader.next() {
      switch token {
      case .plain(let scalar): result.append(scalar)
      case .lower: result.append("_")
      case .raise: result.append("^")
      case .open: _ = reader.font()
      case .close: break
      }
    }
    return String(result)
  }

  /// A text that this program has put together.
  init(_ markup: String) {
    self.markup = markup
  }

  /// No text.
  public static var empty: FigureText { FigureText("") }

  /// Whether there is nothing to draw.
  public var isEmpty: Bool { markup.isEmpty }

  /// A text.
  public static var shape: ValueShape { .string }

  /// Reads a text.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> FigureText? {
    guard let text = String.decode(node, &diagnostics) else { return nil }
    if let problem = problem(in: text) {
      diagnostics.report(problem, at: node.location, hints: "a brace, _ or ^ that is meant itself: \\{")
      return nil
    }
    return FigureText(text)
  }

  /// The text.
  public var json: JSONValue { .string(markup) }

  private static func problem(in text: String) -> String? {
    let count = text.unicodeScalars.count
    guard count <= maximumLength else {
      return "a text of \(count) characters in a figure; it may have \(maximumLength)"
    }
    if let control = text.unicodeScalars.first(where: isUndrawable) {
      return "the control character U+\(String(control.value, radix: 16, uppercase: true)) in a text"
    }
    // How much larger the letters of each open group are; groups within groups multiply.
    var sizes = [1.0]
    var reader = Markup.Reader(text)
    while let token = reader.next() {
      if token == .close {
        sizes.removeLast()
        guard !sizes.isEmpty else { return "a '}' without '{' in a text" }
      }
      guard token == .open else { continue }
      guard let specification = reader.font() else {
        sizes.append(sizes[sizes.count - 1])
        continue
      }
      guard let font = Markup.Font(specification) else { return "'{/\(specification)' is no font" }
      let size = font.size(within: sizes[sizes.count - 1])
      guard sizeFactors.contains(size) else {
        return "'{/\(specification)' makes letters \(NumberText.shortest(size)) times as large; 0.1 to 10 is possible"
      }
      sizes.append(size)
    }
    return sizes.count == 1 ? nil : "a '{' without '}' in a text"
  }

  /// Control characters, and the two codes that XML 1.0 has no place for, not even escaped.
  private static func isUndrawable(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar.value == 0xfffe || scalar.value == 0xffff
  }

  /// The meaning of a label as words; in flag_meanings, which spaces separate, these are joined by signs.
  static func words(_ meaning: String) -> String {
    escaped(String(meaning.map { "_-".contains($0) ? " " : $0 }))
  }

  /// A text as it is, with everything escaped that markup gives a meaning.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars where !isUndrawable(scalar) {
      if Markup.isSign(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
