public import Configuration

/// Values along an axis: from one to another, or listed.
public struct ValueRange: Record, Equatable {
  /// The first value.
  public var from: Double?
  /// The last value.
  public var to: Double?
  /// The number of values.
  public var count: Int?
  /// How the values are spaced.
  public var spacing = Spacing.linear
  /// The values themselves; empty when they are given by their range.
  public var values: [Double] = []

  /// How values are spaced between two ends.
  public enum Spacing: String, Choice {
    /// Equal differences.
    case linear
    /// Equal ratios.
    case log
    /// Equal ratios; both ends are given, so that the base makes no difference.
    case log2
    /// Equal ratios; both ends are given, so that the base makes no difference.
    case log10
  }

  /// No values yet.
  public init() {}

  /// A range with equal differences.
  public init(from: Double, to: Double, count: Int) {
    (self.from, self.to, self.count) = (from, to, count)
  }

  /// The keys of a range.
  public static let fields: [Field<ValueRange>] = [
    .init("from", \.from, "The first value."),
    .init("to", \.to, "The last value."),
    .init("count", \.count, "The number of values.", limit: .ifPresent(.within(1...1_000_000))),
    .init("spacing", \.spacing, "Equal differences (linear) or equal ratios (log, log2, log10: both ends are given)."),
    .init("values", \.values, "The values, listed instead of from, to and count."),
  ]

  /// `[a, b]` or a number for `{ values: [a, b] }`.
  public static func expandShorthand(_ node: Node) -> Node? {
    switch node.content {
    case .sequence: wrap(node)
    case .scalar where !node.isNull: wrap(Node(.sequence([node]), at: node.location))
    default: nil
    }
  }

  /// A list, or a number.
  public static var shorthand: ValueShape? { .either([.list(.number), .number]) }

  private static func wrap(_ list: Node) -> Node {
    Node(.mapping([.init(key: "values", keyLocation: list.location, value: list)]), at: list.location)
  }

  /// Neither or both forms, and logarithms of what has none.
  public func inconsistencies() -> [Inconsistency] {
    let given = [("from", from != nil), ("to", to != nil), ("count", count != nil)].filter(\.1).map(\.0)
    if !values.isEmpty {
      return given.map { Inconsistency($0, "values are either listed or given by from, to and count") }
    }
    guard given.count == 3 else {
      return [Inconsistency(given.first ?? "values", "a range needs 'from', 'to' and 'count', or a list of 'values'")]
    }
    if spacing != .linear, !((from ?? 0) > 0 && (to ?? 0) > 0) {
      return [Inconsistency("from", "a range spaced by log begins and ends above zero")]
    }
    if !((to ?? 0) - (from ?? 0)).isFinite || spacing != .linear && !((to ?? 1) / (from ?? 1)).isNormal {
      return [Inconsistency("to", "the ends are too far apart: the values between them are no numbers")]
    }
    return []
  }

  /// The number of values.
  public var length: Int { values.isEmpty ? count ?? 0 : values.count }

  /// All values, in order.
  public var all: [Double] {
    guard values.isEmpty, let from, let to, let count else { return values }
    guard count > 1 else { return [from] }
    return (0..<count).map { index in
      // The ends are exact.
      if index == 0 { return from }
      if index == count - 1 { return to }
      if spacing == .linear { return from + Double(index) / Double(count - 1) * (to - from) }
      return from * Self.power(to / from, index, over: count - 1)
    }
  }

  /// x > 0 to the power of a fraction below 1. Where the power is a number that people write (10, 1/2) it is exact.
  ///
  /// By bisection: the values become parameters of stages, so that they must not depend on the C library's `pow`.
  private static func power(_ x: Double, _ numerator: Int, over denominator: Int) -> Double {
    let divisor = commonDivisor(numerator, denominator)
    let (up, down) = (numerator / divisor, denominator / divisor)
    // The root of the power is more exact than the power of the root, but needs the power to be in range.
    let whole = power(x, up)
    guard whole.isNormal else { return power(root(of: x, degree: down), up) }
    return root(of: whole, degree: down)
  }

  private static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }

  private static func root(of x: Double, degree: Int) -> Double {
    var (low, high) = (min(1, x), max(1, x))
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if power(middle, degree) <= x { low = middle } else { high = middle }
    }
    let isLowNearer = (power(low, degree) - x).magnitude <= (power(high, degree) - x).magnitude
    return isLowNearer ? low : high
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest % 2 == 1 { result *= square }
      square *= square
      rest /= 2
    }
    return result
  }
}

extension Limit where Value == ValueRange {
  /// At least one value, all above zero.
  public static var positiveValues: Limit {
    Limit("one or more positive values") { !$0.all.isEmpty && $0.all.allSatisfy { $0 > 0 } }
  }

  /// At least two values, each above the one before.
  public static var ascending: Limit {
    Limit("two or more ascending values") { range in
      let all = range.all
      return all.count > 1 && zip(all, all.dropFirst()).allSatisfy { $0 < $1 }
    }
  }
}
