public import Configuration

/// How far the values of an array may be from those that were recorded when `pipeline verify` makes them again. A value
/// is within the tolerance if it is within any of the bounds that are given.
///
/// It belongs to no key: a result does not depend on it.
public struct Tolerance: Record, Equatable {
  /// The largest absolute difference.
  public var absolute: Double?
  /// The largest difference as a part of the recorded value's magnitude.
  public var relative: Double?
  /// The largest difference in units of the last place, for floating-point numbers.
  public var units: Int?

  /// No bounds: nothing is within them but what is equal.
  public init() {}

  /// Some bounds.
  public init(absolute: Double? = nil, relative: Double? = nil, units: Int? = nil) {
    (self.absolute, self.relative, self.units) = (absolute, relative, units)
  }

  /// The keys of a tolerance.
  public static let fields: [Field<Tolerance>] = [
    .init("absolute", \.absolute, "The largest absolute difference.", limit: .ifPresent(.nonNegative)),
    .init(
      "relative",
      \.relative,
      "The largest difference as a part of the recorded value's magnitude.",
      limit: .ifPresent(.nonNegative)
    ),
    .init(
      "ulps",
      \.units,
      "The largest difference in units of the last place, for floating-point numbers.",
      limit: .ifPresent(.nonNegative)
    ),
  ]

  /// A tolerance without bounds.
  public func inconsistencies() -> [Inconsistency] {
    absolute == nil && relative == nil && units == nil
      ? [Inconsistency("absolute", "a tolerance has one or more of 'absolute', 'relative' and 'ulps'")] : []
  }
}
