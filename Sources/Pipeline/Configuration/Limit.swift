/// A limit on a value: a test, with its words for messages and documentation.
public struct Limit<Value: Sendable>: Sendable {
  /// What a value must be, after "must be": "positive", "between 0 and 1".
  public let words: String
  /// Whether a value is within the limit.
  public let holds: @Sendable (Value) -> Bool

  /// A limit from its words and its test.
  public init(_ words: String, _ holds: @escaping @Sendable (Value) -> Bool) {
    self.words = words
    self.holds = holds
  }
}

extension Limit where Value: Comparable & Numeric & ConfigurationValue {
  /// Above zero.
  public static var positive: Limit { Limit("positive") { $0 > 0 } }
  /// Zero or above.
  public static var nonNegative: Limit { Limit("zero or positive") { $0 >= 0 } }

  /// At least `bound`.
  public static func atLeast(_ bound: Value) -> Limit {
    Limit("at least \(bound.json.canonicalText)") { $0 >= bound }
  }

  /// Within a closed range.
  public static func within(_ range: ClosedRange<Value>) -> Limit {
    let bounds = "\(range.lowerBound.json.canonicalText) and \(range.upperBound.json.canonicalText)"
    return Limit("between \(bounds)") { range.contains($0) }
  }
}

extension Limit {
  /// A list with at least one element, each within `limit`.
  public static func each<Element>(_ limit: Limit<Element>) -> Limit where Value == [Element] {
    Limit("a list of at least one value, each \(limit.words)") { !$0.isEmpty && $0.allSatisfy(limit.holds) }
  }

  /// A list with at least one element.
  public static func notEmpty<Element>() -> Limit where Value == [Element] {
    Limit("a list of at least one value") { !$0.isEmpty }
  }

  /// Absent, or within `limit`.
  public static func ifPresent<Wrapped>(_ limit: Limit<Wrapped>) -> Limit where Value == Wrapped? {
    Limit(limit.words) { $0.map(limit.holds) ?? true }
  }
}
