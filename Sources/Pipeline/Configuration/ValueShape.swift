/// What a value looks like in a file: the one description from which messages, the documentation of a kind and
/// the JSON Schema follow.
public indirect enum ValueShape: Sendable {
  /// `true` or `false`.
  case boolean
  /// A whole number.
  case integer
  /// A number.
  case number
  /// A text.
  case string
  /// One of a few words.
  case choice([String])
  /// A list.
  case list(ValueShape)
  /// A mapping whose keys are free.
  case dictionary(ValueShape)
  /// A mapping with known keys.
  case record([FieldDescription])
  /// One of several forms.
  case either([ValueShape])
  /// Anything.
  case any
}

/// A field of a record, without the record's type.
public struct FieldDescription: Sendable {
  /// The key.
  public let name: String
  /// One line of documentation.
  public let help: String
  /// The unit, if the field is a quantity.
  public let unit: String?
  /// What the value looks like.
  public let shape: ValueShape
  /// The limits on the value, in words, if it has any.
  public let limits: String?
  /// What of the limits a JSON Schema can say.
  public let bounds: ValueBounds?
  /// The default, or nil if the field must be given.
  public let defaultValue: JSONValue?
}

extension ValueShape: CustomStringConvertible {
  /// The shape in words: "a number", "a list of numbers", "one of a, b".
  public var description: String {
    switch self {
    case .boolean: "true or false"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "a text"
    case .choice(let words): words.count == 1 ? words[0] : "one of " + words.joined(separator: ", ")
    case .list(let element): "a list (each: \(element))"
    case .dictionary(let element): "a mapping of names (each: \(element))"
    case .record(let fields): "a mapping with " + fields.map(\.name).joined(separator: ", ")
    case .either(let shapes): shapes.map(\.description).joined(separator: ", or ")
    case .any: "any value"
    }
  }
}
