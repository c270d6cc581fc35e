/// A text with a name, kept in lines so that a diagnostic can show the one it speaks of.
public struct SourceText: Sendable, Hashable {
  /// The name under which the text is reported, usually a path.
  public let name: String
  /// The lines, without their terminators.
  public let lines: [Substring]

  /// Splits `text` where YAML does, so that its line numbers are the parser's.
  public init(name: String, text: String) {
    self.name = name
    self.lines = Self.split(text)
  }

  private static func split(_ text: String) -> [Substring] {
    var lines: [Substring] = []
    let scalars = text.unicodeScalars
    var start = scalars.startIndex
    var position = start
    while position < scalars.endIndex {
      let scalar = scalars[position]
      var next = scalars.index(after: position)
      if isBreak(scalar) {
        lines.append(text[start..<position])
        if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
        start = next
      }
      position = next
    }
    lines.append(text[start...])
    return lines
  }

  /// Line feed, carriage return, next line, line separator, paragraph separator.
  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0a, 0x0d, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}

/// A place in a text: line and column counted from 1, the column in Unicode scalars.
public struct SourcePosition: Sendable, Hashable {
  /// The line, from 1.
  public let line: Int
  /// The column, from 1.
  public let column: Int

  /// A position from its one-based line and column.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A stretch of a text, from `start` up to, not including, `end`.
public struct SourceLocation: Sendable, Hashable {
  /// The text.
  public let source: SourceText
  /// The first position of the stretch.
  public let start: SourcePosition
  /// The position just past the stretch.
  public let end: SourcePosition

  /// A stretch of `source`.
  public init(source: SourceText, start: SourcePosition, end: SourcePosition) {
    self.source = source
    self.start = start
    self.end = end
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `file:line:column`.
  public var description: String { "\(source.name):\(start.line):\(start.column)" }
}
