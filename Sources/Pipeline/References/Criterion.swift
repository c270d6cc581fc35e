public import Configuration

/// What an element must be: a number, or a text or the meaning of a label.
public enum Criterion: ConfigurationValue, Equatable {
  /// This number.
  case number(ExactNumber)
  /// This text, or the label with this meaning.
  case meaning(String)

  /// A number or a word.
  public static var shape: ValueShape { .either([.number, .string]) }

  /// Reads a number where there is one, else a word.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Criterion? {
    switch JSONValue(node) {
    case .number(let number): .number(.real(number))
    case .whole(let number): .number(ExactNumber(number))
    case .string(let word): .meaning(word)
    default: reject(node, &diagnostics)
    }
  }

  /// The number or the word.
  public var json: JSONValue {
    switch self {
    case .number(let number): number.json
    case .meaning(let word): .string(word)
    }
  }
}
