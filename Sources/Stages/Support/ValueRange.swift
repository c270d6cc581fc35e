public import Configuration
internal import Tensors

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
    .init("spacing", \.spacing, "Equal differences (linear) or equal ratios (log)."),
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
    if spacing == .log, !((from ?? 0) > 0 && (to ?? 0) > 0) {
      return [Inconsistency("from", "a range spaced by log begins and ends above zero")]
    }
    return []
  }

  /// All values, in order.
  public var all: [Double] {
    guard values.isEmpty, let from, let to, let count else { return values }
    guard count > 1 else { return [from] }
    return (0..<count).map { index in
      // The ends are exact.
      if index == 0 { return from }
      if index == count - 1 { return to }
      let share = Double(index) / Double(count - 1)
      return switch spacing {
      case .linear: from + share * (to - from)
      case .log: from * Elementary.exp(share * Elementary.log(to / from))
      }
    }
  }
}

extension Limit where Value == ValueRange {
  /// At least one value, all above zero.
  static var positiveValues: Limit {
    Limit("one or more positive values") { !$0.all.isEmpty && $0.all.allSatisfy { $0 > 0 } }
  }

  /// At least two values, each above the one before.
  static var ascending: Limit {
    Limit("two or more ascending values") { range in
      let all = range.all
      return all.count > 1 && zip(all, all.dropFirst()).allSatisfy { $0 < $1 }
    }
  }
}
