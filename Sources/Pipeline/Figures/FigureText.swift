public import Configuration

/// A text in a figure: UTF-8 with gnuplot's enhanced markup (`λ_H`, `10^{−3}`, `{/:Italic x}`, `\_` for a plain
/// underscore).
///
/// Texts come from files that someone sent. What could leave the text is refused here: control characters, and font
/// names with characters that would end an attribute of the SVG file.
public struct FigureText: ConfigurationValue, Equatable {
  /// The longest text.
  public static let maximumLength = 400

  /// The text with its markup.
  public let markup: String

  /// The markup for gnuplot, to which an ampersand not before a brace means nothing that anyone writes.
  var script: String {
    var result = ""
    var rest = markup[...]
    while let character = rest.popFirst() {
      if character == "&", rest.first != "{" { result += "\\" }
      result.append(character)
      if character == "\\", let escaped = rest.popFirst() { result.append(escaped) }
    }
    return result
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
      diagnostics.report(problem, at: node.location, hints: "a brace, _, ^, @, & or ~ that is meant itself: \\{")
      return nil
    }
    return FigureText(text)
  }

  /// The text.
  public var json: JSONValue { .string(markup) }

  private static func problem(in text: String) -> String? {
    let scalars = Array(text.unicodeScalars)
    guard scalars.count <= maximumLength else {
      return "a text of \(scalars.count) characters in a figure; it may have \(maximumLength)"
    }
    if let control = scalars.first(where: { $0.properties.generalCategory == .control }) {
      return "the control character U+\(String(control.value, radix: 16, uppercase: true)) in a text"
    }
    var depth = 0
    var index = 0
    while index < scalars.count {
      switch scalars[index] {
      case "\\": index += 1
      case "}": depth -= 1
      case "{":
        depth += 1
        if index + 1 < scalars.count, scalars[index + 1] == "/" {
          let name = scalars[(index + 2)...].prefix { $0 != " " && $0 != "}" }
          guard name.allSatisfy(isFontCharacter) else {
            return "'{/\(String(String.UnicodeScalarView(name)))' is no font"
          }
        }
      default: break
      }
      guard depth >= 0 else { return "a '}' without '{' in a text" }
      index += 1
    }
    return depth == 0 ? nil : "a '{' without '}' in a text"
  }

  private static func isFontCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", ",", ":", "=", "*", "+": true
    default: false
    }
  }

  /// The meaning of a label as words; in flag_meanings, which spaces separate, their spaces are underscores.
  static func words(_ meaning: String) -> String {
    escaped(String(meaning.map { $0 == "_" ? " " : $0 }))
  }

  /// A text as it is, with everything escaped that markup gives a meaning.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars where scalar.properties.generalCategory != .control {
      if "\\{}_^@&~".unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}

extension FigureText {
  /// The width in units of the font size, close enough to lay out a figure with.
  var width: Double {
    var reader = WidthReader(Array(markup.unicodeScalars))
    return reader.group()
  }
}

/// Adds up the widths of a marked-up text.
private struct WidthReader {
  private let scalars: [Unicode.Scalar]
  private var index = 0

  init(_ scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  /// The width up to the end of the group that has been entered, or of the text.
  mutating func group() -> Double {
    var width = 0.0
    while index < scalars.count, scalars[index] != "}" {
      width += item()
    }
    return width
  }

  private mutating func item() -> Double {
    guard index < scalars.count else { return 0 }
    let scalar = scalars[index]
    index += 1
    switch scalar {
    case "\\": return item(plain: true)
    case "_", "^": return 0.8 * item()
    case "@":
      // The next item takes no room.
      _ = item()
      return 0
    case "&": return index < scalars.count && scalars[index] == "{" ? item() : DejaVuSans.width(scalar)
    case "~":
      let width = item()
      _ = item()
      return width
    case "{": return braced()
    default: return DejaVuSans.width(scalar)
    }
  }

  private mutating func item(plain: Bool) -> Double {
    guard index < scalars.count else { return 0 }
    index += 1
    return DejaVuSans.width(scalars[index - 1])
  }

  private mutating func braced() -> Double {
    var factor = 1.0
    if index < scalars.count, scalars[index] == "/" {
      let specification = scalars[index...].prefix { $0 != " " && $0 != "}" }
      index += specification.count
      if index < scalars.count, scalars[index] == " " { index += 1 }
      let text = String(String.UnicodeScalarView(specification))
      if let star = text.firstIndex(of: "*"), let scale = Double(text[text.index(after: star)...]) { factor = scale }
      if text.contains("Bold") { factor *= 1.1 }
    }
    let width = group()
    index = min(index + 1, scalars.count)
    return factor * width
  }
}

/// The font of all figures. Debian's gnuplot-nox cannot be installed without a sans-serif font, and this is the one
/// that its dependencies name first (libgd3, libfontconfig1, fontconfig-config, fonts-dejavu-core); it has the Greek
/// letters and the mathematical signs.
enum DejaVuSans {
  static let name = "DejaVu Sans"
  /// The height of a capital letter, in units of the font size.
  static let capHeight = 0.73
  /// The height of a line.
  static let lineHeight = 1.2

  /// Advance widths of U+0020 to U+007E, in thousandths of the font size, from the font itself.
  private static let ascii: [Double] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
  ]

  /// The width of a character in units of the font size.
  static func width(_ scalar: Unicode.Scalar) -> Double {
    switch scalar.value {
    case 0x20...0x7e: ascii[Int(scalar.value) - 0x20] / 1000
    case 0x300...0x36f: 0
    case 0x2190...0x22ff: 0.838
    default: 0.65
    }
  }
}
