public import Configuration
public import Store

/// What differs between how two results were made.
public struct RecordComparison: Sendable {
  /// One fact that differs.
  public struct Difference: Sendable {
    /// Which: `kind`, `code`, `inputs.data`, `parameters.model.kappa`.
    public let name: String
    /// The value in the first; nil where there is none.
    public let first: JSONValue?
    /// The value in the second; nil where there is none.
    public let second: JSONValue?
  }

  /// The differences, in the order of their names.
  public let differences: [Difference]

  /// Compares what determined two results: kind, parameters, inputs and code.
  public init(_ first: ActionRecord, _ second: ActionRecord) {
    differences = Self.compare(Self.facts(first), Self.facts(second), name: "")
  }

  private static func facts(_ record: ActionRecord) -> JSONValue {
    [
      "kind": .string(record.kind),
      "parameters": record.parameters,
      "inputs": record.inputs.json,
      "code": .string(record.code),
    ]
  }

  private static func compare(_ first: JSONValue, _ second: JSONValue, name: String) -> [Difference] {
    if first == second { return [] }
    switch (first, second) {
    case (.object(let old), .object(let new)):
      return Set(old.keys).union(new.keys).sorted().flatMap { key -> [Difference] in
        let place = name.isEmpty ? key : "\(name).\(key)"
        guard let old = old[key], let new = new[key] else {
          return [Difference(name: place, first: old[key], second: new[key])]
        }
        return compare(old, new, name: place)
      }
    case (.array(let old), .array(let new)) where old.count == new.count:
      return zip(old, new).enumerated().flatMap { compare($1.0, $1.1, name: "\(name)[\($0)]") }
    default:
      return [Difference(name: name, first: first, second: second)]
    }
  }

  /// One line for each difference.
  public var lines: [String] {
    differences.map { "\($0.name.printable): \(Self.text($0.first)) and \(Self.text($0.second))" }
  }

  private static func text(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    if case .string(let text) = value, text.count == 64, text.allSatisfy(\.isHexDigit) {
      return String(text.prefix(12))
    }
    let text = value.canonicalText.printable
    return text.count > 60 ? text.prefix(59) + "…" : text
  }

  /// The differences for machines.
  public var json: JSONValue {
    .array(
      differences.map {
        ["name": .string($0.name), "first": $0.first ?? .null, "second": $0.second ?? .null]
      }
    )
  }
}
