/// A limit on a value: a test, with its words for messages and documentation.
public struct Limit<Value: Sendable>: Sendable {
  /// What a value must be, after "must be": "positive", "between 0 and 1".
  public let words: String
  /// What of the limit a JSON Schema can say, if anything.
  public let bounds: ValueBounds?
  /// Whether a value is within the limit.
  public let holds: @Sendable (Value) -> Bool

  /// A limit from its words and its test.
  public init(_ words: String, bounds: ValueBounds? = nil, _ holds: @escaping @Sendable (Value) -> Bool) {
    self.words = words
    self.bounds = bounds
    self.holds = holds
  }
}

extension Limit where Value: Comparable & Numeric & ConfigurationValue {
  /// Above zero.
  public static var positive: Limit { Limit("positive", bounds: .init(["exclusiveMinimum": .number(0)])) { $0 > 0 } }
  /// Zero or above.
  public static var nonNegative: Limit {
    Limit("zero or positive", bounds: .init(["minimum": .number(0)])) { $0 >= 0 }
  }

  /// Within a closed range.
  public static func within(_ range: ClosedRange<Value>) -> Limit {
    let (low, high) = (range.lowerBound.json, range.upperBound.json)
    return Limit(
      "between \(low.canonicalText) and \(high.canonicalText)",
      bounds: .init(["minimum": low, "maximum": high])
    ) { range.contains($0) }
  }
}

extension Limit {
  /// A list with at least one element, each within `limit`.
  public static func each<Element>(_ limit: Limit<Element>) -> Limit where Value == [Element] {
    Limit(
      "a list of at least one value, each \(limit.words)",
      bounds: .init(["minItems": .number(1)], each: limit.bounds)
    ) { !$0.isEmpty && $0.allSatisfy(limit.holds) }
  }

  /// A list with at least one element.
  public static func notEmpty<Element>() -> Limit where Value == [Element] {
    Limit("a list of at least one value", bounds: .init(["minItems": .number(1)])) { !$0.isEmpty }
  }

  /// Absent, or within `limit`.
  public static func ifPresent<Wrapped>(_ limit: Limit<Wrapped>) -> Limit where Value == Wrapped? {
    Limit(limit.words, bounds: limit.bounds) { $0.map(limit.holds) ?? true }
  }
}
