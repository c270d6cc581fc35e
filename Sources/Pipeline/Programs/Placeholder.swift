internal import Configuration

/// What stands between braces in a word of a command: `{inputs.orbit}`.
struct Placeholder: Hashable {
  /// What is named.
  enum Group: String, CaseIterable {
    case inputs
    case outputs
    case data
    case tools
  }

  let group: Group
  /// The name behind the group.
  let name: String
  /// For an input, the name of a file of its result.
  let file: String?
}

/// A word of a command, or the value of a variable, cut where placeholders stand.
struct TextWithPlaceholders {
  enum Part: Equatable {
    case text(String)
    case placeholder(Placeholder)
    /// Braces with a word that is nearly that of a group.
    case misspelt(word: String, meant: String)
  }

  private(set) var parts: [Part] = []

  /// Cuts a text. Braces that hold anything but a group, a point and a name are text.
  init(_ text: String) {
    var plain = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      plain += rest[..<open]
      rest = rest[open...]
      if let close = rest.firstIndex(of: "}"), let part = Self.part(rest[rest.index(after: open)..<close]) {
        if !plain.isEmpty { parts.append(.text(plain)) }
        plain = ""
        parts.append(part)
        rest = rest[rest.index(after: close)...]
      } else {
        plain += "{"
        rest = rest.dropFirst()
      }
    }
    plain += rest
    if !plain.isEmpty { parts.append(.text(plain)) }
  }

  private static func part(_ text: Substring) -> Part? {
    let words = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(words.count), words.allSatisfy(\.isName) else { return nil }
    guard let group = Placeholder.Group(rawValue: words[0]) else {
      return Suggestion.nearest(to: words[0], among: Placeholder.Group.allCases.map(\.rawValue))
        .map { .misspelt(word: words[0], meant: $0) }
    }
    return .placeholder(Placeholder(group: group, name: words[1], file: words.count == 3 ? words[2] : nil))
  }

  /// The placeholders.
  var placeholders: [Placeholder] {
    parts.compactMap { if case .placeholder(let placeholder) = $0 { placeholder } else { nil } }
  }

  /// The text with a value for each placeholder.
  func filled(_ value: (Placeholder) throws -> String) rethrows -> String {
    try parts.map { part in
      switch part {
      case .text(let text): text
      case .placeholder(let placeholder): try value(placeholder)
      case .misspelt(let word, _): word
      }
    }.joined()
  }
}
