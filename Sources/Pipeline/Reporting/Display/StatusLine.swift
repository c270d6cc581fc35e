internal import Configuration

/// A line of the status: pieces of text, each with its look.
package struct StatusLine: Sendable, Equatable {
  /// How a piece looks where colours are shown.
  package enum Look: Sendable {
    case plain
    /// What is done.
    case done
    /// What is not done yet, and what matters less.
    case faint
    /// What went wrong.
    case wrong
  }

  package private(set) var pieces: [(text: String, look: Look)] = []

  /// Adds a piece.
  package mutating func add(_ text: String, _ look: Look = .plain) {
    if !text.isEmpty { pieces.append((text.printable, look)) }
  }

  /// The columns that it takes.
  package var columns: Int { pieces.reduce(0) { $0 + $1.text.columns } }

  /// The text without colours.
  package var plainText: String { pieces.map(\.text).joined() }

  /// The text with the terminal's codes for its colours.
  package var colouredText: String {
    pieces.map { piece in
      switch piece.look {
      case .plain: piece.text
      case .done: "\u{1b}[36m\(piece.text)\u{1b}[0m"
      case .faint: "\u{1b}[2m\(piece.text)\u{1b}[0m"
      case .wrong: "\u{1b}[31m\(piece.text)\u{1b}[0m"
      }
    }.joined()
  }

  /// The line, if it takes no more columns than these; else its beginning.
  package func cut(to width: Int) -> StatusLine {
    guard columns > width else { return self }
    var line = StatusLine()
    var left = width
    for piece in pieces where left > 0 {
      line.add(piece.text.cut(to: left), piece.look)
      left -= piece.text.columns
    }
    return line
  }

  package static func == (left: StatusLine, right: StatusLine) -> Bool {
    left.pieces.elementsEqual(right.pieces) { $0.text == $1.text && $0.look == $1.look }
  }
}
