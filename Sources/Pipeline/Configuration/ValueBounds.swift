/// What of a limit a JSON Schema can say: its keywords, and those of a list's elements.
public struct ValueBounds: Sendable, Equatable {
  /// Keywords such as `minimum`, `minItems` and `pattern`, with their values.
  public let keywords: [String: JSONValue]
  /// The keywords of each element of a list.
  public let elementKeywords: [String: JSONValue]

  /// Bounds from the keywords of JSON Schema, draft 7.
  public init(_ keywords: [String: JSONValue], each element: ValueBounds? = nil) {
    self.keywords = keywords
    elementKeywords = element?.keywords ?? [:]
  }
}
