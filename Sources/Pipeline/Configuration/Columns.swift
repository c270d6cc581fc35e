/// How many columns of a terminal a text takes.
extension StringProtocol {
  /// The columns of all characters: two for wide ones, none for what is drawn over its neighbour.
  package var columns: Int {
    // Most texts are plain, and this is asked for every line that is drawn.
    if utf8.allSatisfy({ 0x20...0x7e ~= $0 }) { return utf8.count }
    return reduce(0) { $0 + $1.columns }
  }

  /// The text with spaces behind it, up to a number of columns.
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - columns)) }

  /// The text, if it takes no more columns than these; else its beginning with an ellipsis.
  package func cut(to width: Int) -> String {
    guard columns > width else { return String(self) }
    guard width > 0 else { return "" }
    var result = ""
    var used = 0
    for character in self {
      guard used + character.columns <= width - 1 else { break }
      result.append(character)
      used += character.columns
    }
    return result + "…"
  }
}

extension Character {
  /// How many columns it takes: 0, 1 or 2.
  package var columns: Int {
    guard let first = unicodeScalars.first else { return 0 }
    // The selector of the emoji form makes a narrow sign wide.
    if unicodeScalars.contains("\u{fe0f}") || unicodeScalars.contains(where: \.isWide) { return 2 }
    return first.takesNoColumn ? 0 : 1
  }
}

extension Unicode.Scalar {
  /// Marks that are drawn over the character before them, and signs that show nothing.
  fileprivate var takesNoColumn: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: true
    default: false
    }
  }

  /// Whether it is wide or full-width in Unicode Standard Annex 11, or an emoji by itself.
  fileprivate var isWide: Bool {
    guard value >= 0x1100 else { return false }
    return properties.isEmojiPresentation || Self.wide.contains { $0.contains(value) }
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
    0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60,
    0xffe0...0xffe6, 0x16fe0...0x18aff, 0x1b000...0x1b2ff, 0x1f200...0x1f2ff, 0x20000...0x2fffd, 0x30000...0x3fffd,
  ]
}
