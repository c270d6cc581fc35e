/// A type whose values can be read from a node, written as JSON, and described.
///
/// `decode` of what `json` gives is the same value: that is how an action's parameters reach a worker.
public protocol ConfigurationValue: Sendable {
  /// What a value looks like in a file.
  static var shape: ValueShape { get }
  /// The value of `node`; nil when it is not one, which has then been reported.
  static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Self?
  /// The value as JSON.
  var json: JSONValue { get }
}

extension ConfigurationValue {
  /// Reports that `node` is not of this type.
  public static func reject(_ node: Node, _ diagnostics: inout Diagnostics, hint: String? = nil) -> Self? {
    guard !node.isUnresolved else { return nil }
    diagnostics.report(
      "\(node.summary) where \(shape) is expected",
      at: node.location,
      hints: hint
    )
    return nil
  }
}

extension Double {
  /// A number as YAML's core schema writes it, without Swift's hexadecimal and `nan` forms.
  init?(plainNumber text: String) {
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), text.utf8.contains(where: { 48...57 ~= $0 })
    else { return nil }
    self.init(text)
  }
}

extension Double: ConfigurationValue {
  /// A number.
  public static var shape: ValueShape { .number }

  /// Reads a finite number.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Double? {
    guard case .scalar(let text, let isPlain) = node.content else { return reject(node, &diagnostics) }
    guard isPlain else { return reject(node, &diagnostics, hint: "a number is written without quotes") }
    guard let number = Double(plainNumber: text) else { return reject(node, &diagnostics) }
    guard number.isFinite else { return reject(node, &diagnostics, hint: "it is too large for a double") }
    return number
  }

  /// The number.
  public var json: JSONValue { .number(self) }
}

extension Int: ConfigurationValue {
  /// A whole number.
  public static var shape: ValueShape { .integer }

  /// Reads a whole number of at most 2^53, which JSON holds exactly; `1e6` is one.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Int? {
    guard case .scalar(let text, let isPlain) = node.content else { return reject(node, &diagnostics) }
    guard isPlain else { return reject(node, &diagnostics, hint: "a number is written without quotes") }
    guard Double(plainNumber: text) != nil else { return reject(node, &diagnostics) }
    // From the digits, and not by way of a double: that would round 2^53 + 1 to 2^53.
    guard let whole = ExactInteger.value(of: text) else {
      return reject(node, &diagnostics, hint: "it must be whole and at most 2^53")
    }
    return whole
  }

  /// The number.
  public var json: JSONValue { .integer(self) }
}

extension Bool: ConfigurationValue {
  /// `true` or `false`.
  public static var shape: ValueShape { .boolean }

  /// Reads `true` or `false`.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Bool? {
    switch node.content {
    case .scalar("true", isPlain: true): return true
    case .scalar("false", isPlain: true): return false
    case .scalar(let text, _):
      let meant = ["yes", "on", "true"].contains(text.lowercased()) ? "true" : "false"
      let isWord = ["yes", "no", "on", "off", "true", "false"].contains(text.lowercased())
      return reject(node, &diagnostics, hint: isWord ? "did you mean \(meant), without quotes?" : nil)
    default: return reject(node, &diagnostics)
    }
  }

  /// The boolean.
  public var json: JSONValue { .boolean(self) }
}

extension String: ConfigurationValue {
  /// A text.
  public static var shape: ValueShape { .string }

  /// Reads any scalar but null.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> String? {
    guard case .scalar(let text, _) = node.content, !node.isNull else { return reject(node, &diagnostics) }
    return text
  }

  /// The string.
  public var json: JSONValue { .string(self) }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
  /// A list.
  public static var shape: ValueShape { .list(Element.shape) }

  /// Reads a list; every bad element is reported.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> [Element]? {
    guard case .sequence(let items) = node.content else {
      return reject(node, &diagnostics, hint: "a list is written [a, b] or with one '- ' a line")
    }
    let elements = items.map { Element.decode($0, &diagnostics) }
    let valid = elements.compactMap { $0 }
    return valid.count == elements.count ? valid : nil
  }

  /// The list.
  public var json: JSONValue { .array(map(\.json)) }
}

extension Dictionary: ConfigurationValue where Key == String, Value: ConfigurationValue {
  /// A mapping whose keys are free.
  public static var shape: ValueShape { .dictionary(Value.shape) }

  /// Reads a mapping; every bad value is reported.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> [String: Value]? {
    guard let entries = node.entries else { return reject(node, &diagnostics) }
    let values = entries.map { ($0.key, Value.decode($0.value, &diagnostics)) }
    let valid = values.compactMap { key, value in value.map { (key, $0) } }
    return valid.count == values.count ? Dictionary(uniqueKeysWithValues: valid) : nil
  }

  /// The mapping.
  public var json: JSONValue { .object(mapValues(\.json)) }
}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
  /// The wrapped shape; absence is written by leaving the key out.
  public static var shape: ValueShape { Wrapped.shape }

  /// Reads null as nil, else the wrapped value.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Wrapped?? {
    if node.isNull { return .some(nil) }
    return Wrapped.decode(node, &diagnostics).map { .some($0) }
  }

  /// Null or the wrapped value.
  public var json: JSONValue { self?.json ?? .null }
}

extension JSONValue: ConfigurationValue {
  /// Any value.
  public static var shape: ValueShape { .any }

  /// Reads any node, unless it has a whole number that would be rounded.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> JSONValue? {
    node.reportRoundedIntegers(&diagnostics) ? nil : JSONValue(node)
  }

  /// Itself.
  public var json: JSONValue { self }
}

/// A closed set of words. Conform an `enum Name: String, CaseIterable` to it.
public protocol Choice: ConfigurationValue, CaseIterable, RawRepresentable where RawValue == String {}

extension Choice {
  /// The words.
  public static var shape: ValueShape { .choice(allCases.map(\.rawValue)) }

  /// Reads one of the words, or names the nearest.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Self? {
    guard case .scalar(let text, _) = node.content else { return reject(node, &diagnostics) }
    if let value = Self(rawValue: text) { return value }
    return reject(node, &diagnostics, hint: Suggestion.hint(for: text, among: allCases.map(\.rawValue)))
  }

  /// The word.
  public var json: JSONValue { .string(rawValue) }
}
