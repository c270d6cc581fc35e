/// A node of a YAML document, with its place in the text.
public struct Node: Sendable {
  /// What a node holds.
  public enum Content: Sendable {
    /// A scalar's text; `isPlain` when it was written without quotes, so that it may be a number or a boolean.
    case scalar(text: String, isPlain: Bool)
    /// A list.
    case sequence([Node])
    /// A mapping, in the order of the text; its keys are distinct.
    case mapping([Entry])
  }

  /// A key of a mapping with its value.
  public struct Entry: Sendable {
    /// The key's text.
    public let key: String
    /// Where the key stands.
    public let keyLocation: SourceLocation?
    /// The value.
    public var value: Node

    /// An entry of a mapping.
    public init(key: String, keyLocation: SourceLocation?, value: Node) {
      self.key = key
      self.keyLocation = keyLocation
      self.value = value
    }
  }

  /// What the node holds.
  public var content: Content
  /// Where it stands; nil for a node made from a value.
  public var location: SourceLocation?
  /// Whether this is an expression without a value; that has been reported, so nothing else is.
  public var isUnresolved = false

  /// A node.
  public init(_ content: Content, at location: SourceLocation? = nil) {
    self.content = content
    self.location = location
  }
}

extension Node {
  /// Whether this is a plain `null`, `~` or nothing at all.
  public var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The entries of a mapping, or nil.
  public var entries: [Entry]? {
    guard case .mapping(let entries) = content else { return nil }
    return entries
  }

  /// The value under `key` of a mapping, if this is one and has it.
  public subscript(key: String) -> Node? {
    entries?.first { $0.key == key }?.value
  }

  /// What the node is, in words for a message: "a list", "the text 'abc'".
  public var summary: String {
    switch content {
    case .scalar where isNull: "nothing"
    case .scalar(let text, _): "'\(text.count > 60 ? text.prefix(57) + "…" : text[...])'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

extension Node {
  /// Reports each whole number in the node that a double would round.
  ///
  /// - Returns: whether there is one.
  public func reportRoundedIntegers(_ diagnostics: inout Diagnostics) -> Bool {
    switch content {
    case .sequence(let items):
      return items.reduce(false) { $1.reportRoundedIntegers(&diagnostics) || $0 }
    case .mapping(let entries):
      return entries.reduce(false) { $1.value.reportRoundedIntegers(&diagnostics) || $0 }
    case .scalar(let text, let isPlain):
      guard isPlain, ExactInteger.isRounded(text) else { return false }
      diagnostics.report("\(summary) cannot be held exactly", at: location, hints: ExactInteger.hint)
      return true
    }
  }
}
