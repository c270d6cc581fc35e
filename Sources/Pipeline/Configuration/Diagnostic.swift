/// One thing that is wrong with an input: what, where, and what to do about it.
public struct Diagnostic: Sendable, Equatable {
  /// What is wrong, in one sentence without a full stop.
  public var message: String
  /// Where, if the input has places.
  public var location: SourceLocation?
  /// What was expected, the nearest valid name, how to mend it: one line each.
  public var hints: [String]

  /// A diagnostic; nil hints are left out, so that a caller may pass an optional suggestion.
  public init(_ message: String, at location: SourceLocation?, hints: String?...) {
    self.message = message
    self.location = location
    self.hints = hints.compactMap { $0 }
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `file:line:column: error: message`, the source line, a caret below it, and the hints.
  public var description: String {
    // Names and values from the input are in all of these, and none of them may begin a line of its own.
    var text = (location.map { "\($0): error: \(message)" } ?? "error: \(message)").printable
    if let location, location.start.line <= location.source.lines.count {
      text += Self.excerpt(location)
    }
    for hint in hints {
      text += "\n      = \(hint.printable)"
    }
    return text
  }

  private static func excerpt(_ location: SourceLocation) -> String {
    let line = location.source.lines[location.start.line - 1].unicodeScalars
    let start = min(location.start.column - 1, line.count)
    let endsHere = location.end.line == location.start.line
    let end = min(endsHere ? location.end.column - 1 : line.count, line.count)
    // A long line is shown as a window around the mark, so that the caret stays below its text.
    let width = 110
    let from = start > width * 3 / 4 ? start - width / 2 : 0
    let shown = line.dropFirst(from).prefix(width)
    let text = (from > 0 ? "…" : "") + printable(shown) + (from + width < line.count ? "…" : "")
    // In columns, not in characters: a wide character takes two, an accent of its own none.
    let before = line.dropFirst(from).prefix(start - from).split(separator: "\t", omittingEmptySubsequences: false)
    let blank = before.map { String(repeating: " ", count: printable($0).columns) }.joined(separator: "\t")
    let marked = printable(line.dropFirst(start).prefix(max(0, min(end, from + width) - start))).columns
    let mark = "^" + String(repeating: "~", count: max(0, marked - 1))
    let number = String(location.start.line)
    let margin = String(repeating: " ", count: max(0, 5 - number.count)) + number
    return "\n\(margin) | \(text)\n      | \(from > 0 ? " " : "")\(blank)\(mark)"
  }

  private static func printable(_ scalars: Substring.UnicodeScalarView.SubSequence) -> String {
    String(String.UnicodeScalarView(scalars)).printableLines
  }
}

/// All that is wrong with an input. Decoding collects into one of these, so that independent mistakes are
/// reported together.
public struct Diagnostics: Error, Sendable, Equatable {
  /// How many are kept: past a point more of the same helps nobody, and a hostile file shall not cost minutes.
  public static let maximum = 100
  /// The diagnostics in the order in which they were found.
  public private(set) var all: [Diagnostic] = []
  /// The reported places and messages: an alias shows the same place twice, and each mistake is reported once.
  private var reported: Set<String> = []

  /// No diagnostics.
  public init() {}

  /// A single diagnostic, to be thrown.
  public init(_ diagnostic: Diagnostic) {
    report(diagnostic)
  }

  /// Whether nothing is wrong.
  public var isEmpty: Bool { all.isEmpty }

  /// Whether no more are kept, so that looking for more is of no use.
  public var isFull: Bool { all.count >= Self.maximum }

  /// Adds one.
  public mutating func report(_ diagnostic: Diagnostic) {
    let place = diagnostic.location?.description ?? ""
    if !isFull, reported.insert("\(place) \(diagnostic.message)").inserted {
      all.append(diagnostic)
    }
  }

  /// Adds one from its parts.
  public mutating func report(_ message: String, at location: SourceLocation?, hints: String?...) {
    var diagnostic = Diagnostic(message, at: location)
    diagnostic.hints = hints.compactMap { $0 }
    report(diagnostic)
  }

  /// Throws the collection if it holds anything.
  public func throwIfAny() throws(Diagnostics) {
    if !isEmpty { throw self }
  }
}

extension Diagnostics: CustomStringConvertible {
  /// The diagnostics in the order of their places, those without one first, with a count when there are several.
  public var description: String {
    let sorted = all.enumerated().sorted { Self.order($0) < Self.order($1) }
    let limit = 20
    var parts = sorted.prefix(limit).map { $0.element.description }
    if all.count > 1 {
      let count = isFull ? "\(all.count) errors or more" : "\(all.count) errors"
      parts.append(count + (all.count > limit ? ", the first \(limit) shown" : ""))
    }
    return parts.joined(separator: "\n")
  }
  private static func order(_ entry: (offset: Int, element: Diagnostic)) -> (String, Int, Int, Int) {
    guard let location = entry.element.location else { return ("", 0, 0, entry.offset) }
    return (location.source.name, location.start.line, location.start.column, entry.offset)
  }
}
