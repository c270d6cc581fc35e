/// A value with its place in the file, so that what is found out later about it can be reported there.
///
/// The place is no part of the value's JSON: it does not enter the key of an action.
public struct Located<Value: ConfigurationValue>: ConfigurationValue {
  /// The value.
  public var value: Value
  /// Where it stands.
  public var location: SourceLocation?

  /// A value at a place.
  public init(_ value: Value, at location: SourceLocation? = nil) {
    self.value = value
    self.location = location
  }

  /// What the value looks like.
  public static var shape: ValueShape { Value.shape }

  /// Reads the value.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Located<Value>? {
    Value.decode(node, &diagnostics).map { Located($0, at: node.location) }
  }

  /// The value.
  public var json: JSONValue { value.json }
}

/// A mapping from names to values, with the places of both.
public struct NamedValues<Value: ConfigurationValue>: ConfigurationValue {
  /// A name with its value.
  public struct Entry: Sendable {
    /// The name.
    public let name: Located<String>
    /// The value.
    public let value: Located<Value>
  }

  /// The entries, in the order of the file.
  public var entries: [Entry] = []

  /// No entries.
  public init() {}

  /// The names.
  public var names: [String] { entries.map { $0.name.value } }

  /// A mapping whose keys are free.
  public static var shape: ValueShape { .dictionary(Value.shape) }

  /// Reads a mapping; every bad value is reported.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> NamedValues<Value>? {
    guard let pairs = node.entries else { return reject(node, &diagnostics) }
    var result = NamedValues()
    for pair in pairs {
      guard let value = Located<Value>.decode(pair.value, &diagnostics) else { continue }
      result.entries.append(Entry(name: Located(pair.key, at: pair.keyLocation), value: value))
    }
    return result.entries.count == pairs.count ? result : nil
  }

  /// The mapping.
  public var json: JSONValue {
    .object(Dictionary(entries.map { ($0.name.value, $0.value.json) }) { first, _ in first })
  }
}
