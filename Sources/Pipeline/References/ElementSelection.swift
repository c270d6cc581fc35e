internal import Configuration

/// Which elements of an array are meant: what stands in brackets behind its name, such as `[case=low, step@-5..]`.
///
/// A selector is `name=value` (by the coordinate of a dimension, or by any other array that runs along one dimension, by
/// number, text or meaning), `name~number` (the nearest coordinate) or `name@index` (by position, counted from 0, or from
/// the end where negative). Instead of one value there may be several, `1|5|10`, or a range with both ends, `2..4`, either
/// of which may be left out. Without a name the dimensions are meant in their order.
public struct ElementSelection: Sendable, Equatable {
  /// What a dimension is selected by.
  public enum Way: Character, Sendable {
    /// The value along the dimension.
    case value = "="
    /// The nearest value along it.
    case nearest = "~"
    /// The position.
    case position = "@"
  }

  /// A value, or all from one to another.
  public enum Choice: Sendable, Equatable {
    /// This one.
    case one(Criterion)
    /// Those within these bounds, the bounds included.
    case range(Criterion?, Criterion?)
  }

  /// What is selected along one dimension.
  public struct Selector: Sendable, Equatable {
    /// The name of a dimension, or of an array along it; nil for the first dimension that no other selector names.
    public var name: String?
    /// By what it is selected.
    public var way: Way
    /// What is selected.
    public var choices: [Choice]

    /// The only value that is meant; nil where there may be several.
    var single: Criterion? {
      guard choices.count == 1, case .one(let value) = choices[0] else { return nil }
      return value
    }
  }

  /// The selectors, in the order in which they are written.
  public var selectors: [Selector]

  /// A selection of all elements, or by these selectors.
  public init(_ selectors: [Selector] = []) {
    self.selectors = selectors
  }

  /// Whether all elements are meant.
  public var isEmpty: Bool { selectors.isEmpty }
}

/// A selection that cannot be read.
struct SelectionError: Error {
  let message: String
  let hint: String?
}

// MARK: - Reading

extension ElementSelection {
  private static let form = "a selection is '[step=5]', '[step@-1]', '[ratio~1.4]', '[step=1|5|10]' or '[step@-5..]'"

  /// Reads what stands behind a name: nothing, or brackets.
  init(reading text: Substring) throws(SelectionError) {
    self.init()
    guard !text.isEmpty else { return }
    let inside = text.dropFirst().dropLast()
    guard text.first == "[", text.last == "]", text.count > 2, !inside.allSatisfy(\.isWhitespace) else {
      throw SelectionError(message: "'\(text)' is no selection in brackets", hint: Self.form)
    }
    for part in try Self.pieces(of: inside, separatedBy: ",") { selectors.append(try Self.selector(part)) }
  }

  /// The pieces between separators that stand outside of quotes.
  private static func pieces(
    of text: Substring,
    separatedBy separator: String
  ) throws(SelectionError) -> [Substring] {
    var pieces: [Substring] = []
    var (start, place, isQuoted) = (text.startIndex, text.startIndex, false)
    while place < text.endIndex {
      switch text[place] {
      case "\\" where isQuoted: text.formIndex(after: &place)
      case "\"": isQuoted.toggle()
      case _ where !isQuoted && text[place...].hasPrefix(separator):
        pieces.append(text[start..<place])
        text.formIndex(&place, offsetBy: separator.count)
        start = place
        continue
      default: break
      }
      if place < text.endIndex { text.formIndex(after: &place) }
    }
    guard !isQuoted else { throw SelectionError(message: "a quote is not closed in '[\(text)]'", hint: form) }
    return pieces + [text[start...]]
  }

  private static func selector(_ text: Substring) throws(SelectionError) -> Selector {
    let isBehindQuote = text.prefix { Way(rawValue: $0) == nil }.contains("\"")
    let sign = isBehindQuote ? nil : text.firstIndex { Way(rawValue: $0) != nil }
    let name = sign.map { text[..<$0].trimmed } ?? ""
    let way = sign.flatMap { Way(rawValue: text[$0]) } ?? .value
    let values = sign.map { text[text.index(after: $0)...] } ?? text
    var choices: [Choice] = []
    for piece in try pieces(of: values, separatedBy: "|") {
      let choice = try choice(piece)
      if let problem = problem(choice, way) { throw SelectionError(message: problem, hint: form) }
      choices.append(choice)
    }
    return Selector(name: name.isEmpty ? nil : String(name), way: way, choices: choices)
  }

  private static func choice(_ text: Substring) throws(SelectionError) -> Choice {
    let ends = try pieces(of: text, separatedBy: "..").map(\.trimmed)
    switch ends.count {
    case 1:
      guard let value = try value(ends[0]) else {
        throw SelectionError(message: "a selection without a value", hint: form)
      }
      return .one(value)
    case 2: return .range(try value(ends[0]), try value(ends[1]))
    default: throw SelectionError(message: "'\(text.trimmed)' is no range", hint: form)
    }
  }

  private static func value(_ text: Substring) throws(SelectionError) -> Criterion? {
    guard !text.isEmpty else { return nil }
    if text.first == "\"" {
      guard case .string(let word)? = try? JSONValue(reading: String(text), name: "selection") else {
        throw SelectionError(message: "\(text) is no text in quotes", hint: form)
      }
      return .meaning(word)
    }
    if let number = ExactNumber(JSONValue(Node(.scalar(text: String(text), isPlain: true)))) { return .number(number) }
    return .meaning(String(text))
  }

  private static func problem(_ choice: Choice, _ way: Way) -> String? {
    let values: [Criterion]
    switch choice {
    case .one(let value): values = [value]
    case .range(let low, let high):
      values = [low, high].compactMap { $0 }
      if way == .nearest { return "'~' selects by single numbers, and not by a range" }
    }
    for value in values {
      switch (value, way) {
      case (.number(let number), .position):
        guard Int(exactly: number.double) != nil else { return "'\(value)' is no position" }
      case (.meaning, .position): return "'\(value)' is no position; a value is selected by '='"
      case (.meaning, .nearest): return "'\(value)' is no number, and '~' looks for the nearest"
      case (.meaning, .value):
        if case .range = choice { return "'\(value)' is no number, and a range has numbers" }
      case (.number, _): break
      }
    }
    if case .range(.number(let low)?, .number(let high)?) = choice, low > high, way == .value || (low < 0) == (high < 0)
    {
      return "the range \(low) to \(high) is empty"
    }
    return nil
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    let start = drop { $0.isWhitespace }
    return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? start.prefix(0)
  }
}

// MARK: - Writing

extension ElementSelection: CustomStringConvertible {
  /// As it is written, in one form; nothing for all elements.
  public var description: String {
    isEmpty ? "" : "[" + selectors.map(\.description).joined(separator: ", ") + "]"
  }
}

extension ElementSelection.Selector: CustomStringConvertible {
  /// `name=value`.
  public var description: String {
    let values = choices.map { choice in
      switch choice {
      case .one(let value): value.description
      case .range(let low, let high): "\(low?.description ?? "")..\(high?.description ?? "")"
      }
    }
    let sign = name == nil && way == .value ? "" : String(way.rawValue)
    return (name ?? "") + sign + values.joined(separator: "|")
  }
}

extension Criterion: CustomStringConvertible {
  /// The number, or the word, in quotes where it could be taken for something else.
  public var description: String {
    switch self {
    case .number(let number): return number.description
    case .meaning(let word):
      let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
      let isWord = if case .string = JSONValue(Node(.scalar(text: word, isPlain: true))) { true } else { false }
      return isPlain && isWord && word == String(word[...].trimmed) ? word : JSONValue.string(word).canonicalText
    }
  }
}
