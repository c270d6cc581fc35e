package import Artifacts

/// The differences between the values of a variable in two artifacts in which it has the same type and shape.
public struct ValueComparison: Sendable {
  /// An element that differs.
  public struct Element: Sendable {
    /// Its place: for each dimension the index, and the coordinate if there is one.
    public let place: [(dimension: String, index: Int, coordinate: String?)]
    /// The value in the first.
    public let first: String
    /// The value in the second.
    public let second: String
    /// The distance in units in the last place; nil if one is not a floating-point number, or NaN.
    public let units: UInt64?
  }

  /// A largest difference, and where it is.
  public struct Largest: Sendable {
    /// The difference.
    public let difference: Double
    /// The element.
    public let element: Element
  }

  /// The number of values.
  public let count: Int
  /// The number of those that differ.
  public let differing: Int
  /// The first that differs, in row-major order.
  public let first: Element
  /// The largest absolute difference of two finite numbers; nil where there is none.
  public let largestAbsolute: Largest?
  /// The largest difference relative to the greater magnitude of the two.
  public let largestRelative: Largest?
  /// The largest difference in units of the last place, for floating-point numbers.
  public let mostUnits: UInt64?

  /// Compares bit by bit; nil if all values are the same.
  ///
  /// - Parameters:
  ///   - artifact: the one in which coordinates are looked up.
  ///   - counts: whether a difference at a place counts as one.
  package init?(
    _ old: Variable,
    _ new: Variable,
    in artifact: Artifact,
    where counts: (_ place: Int) -> Bool = { _ in true }
  ) {
    let places = old.values.differing(from: new.values).filter(counts)
    guard let place = places.first else { return nil }
    func element(_ place: Int) -> Element {
      Element(
        place: Self.indices(of: place, old, artifact),
        first: old.values.text(place),
        second: new.values.text(place),
        units: old.values.units(to: new.values, at: place)
      )
    }
    count = old.values.count
    differing = places.count
    first = element(place)
    mostUnits = places.compactMap { old.values.units(to: new.values, at: $0) }.max()
    var absolute: (place: Int, difference: Double)?
    var relative: (place: Int, difference: Double)?
    for place in places {
      guard let (difference, first, second) = old.values.difference(from: new.values, at: place) else { continue }
      let size = max(first, second)
      if difference > absolute?.difference ?? -1 { absolute = (place, difference) }
      let share = size == 0 ? 0 : difference / size
      if share > relative?.difference ?? -1 { relative = (place, share) }
    }
    largestAbsolute = absolute.map { Largest(difference: $0.difference, element: element($0.place)) }
    largestRelative = relative.map { Largest(difference: $0.difference, element: element($0.place)) }
  }

  private static func indices(
    of place: Int,
    _ variable: Variable,
    _ artifact: Artifact
  ) -> [(dimension: String, index: Int, coordinate: String?)] {
    var rest = place
    var indices: [(dimension: String, index: Int, coordinate: String?)] = []
    for (dimension, length) in zip(variable.dimensions, variable.shape).reversed() {
      let index = rest % length
      rest /= length
      // A coordinate says nothing about where it stands itself.
      let values =
        variable.dimensions == [dimension] && artifact[dimension] == variable ? nil : artifact[dimension]?.values
      indices.append((dimension, index, values.map { $0.text(index) }))
    }
    return indices.reversed()
  }
}

extension Values {
  /// The places at which these values and others of the same type and number differ in any bit.
  func differing(from others: Values) -> [Int] {
    switch (self, others) {
    case (.float64(let old), .float64(let new)): Self.places(old, new) { $0.bitPattern == $1.bitPattern }
    case (.float32(let old), .float32(let new)): Self.places(old, new) { $0.bitPattern == $1.bitPattern }
    case (.int64(let old), .int64(let new)): Self.places(old, new, ==)
    case (.int32(let old), .int32(let new)): Self.places(old, new, ==)
    case (.int8(let old), .int8(let new)): Self.places(old, new, ==)
    // Texts are compared by their bytes, as the address is: two spellings of one letter are two.
    case (.string(let old), .string(let new)): Self.places(old, new) { $0.utf8.elementsEqual($1.utf8) }
    default: Array(0..<count)
    }
  }

  /// The absolute difference of two finite numbers of one type, and the magnitude of each; nil for anything else.
  package func difference(from others: Values, at place: Int) -> (difference: Double, first: Double, second: Double)? {
    switch (self, others) {
    case (.float64(let old), .float64(let new)): Self.difference(old[place], new[place])
    case (.float32(let old), .float32(let new)): Self.difference(Double(old[place]), Double(new[place]))
    // Of whole numbers the difference is exact, however large they are.
    case (.int64(let old), .int64(let new)): Self.difference(old[place], new[place])
    case (.int32(let old), .int32(let new)): Self.difference(Int64(old[place]), Int64(new[place]))
    case (.int8(let old), .int8(let new)): Self.difference(Int64(old[place]), Int64(new[place]))
    default: nil
    }
  }

  private static func difference(_ old: Double, _ new: Double) -> (Double, Double, Double)? {
    old.isFinite && new.isFinite ? ((old - new).magnitude, old.magnitude, new.magnitude) : nil
  }

  private static func difference(_ old: Int64, _ new: Int64) -> (Double, Double, Double) {
    (Double(distance(old, new)), Double(old.magnitude), Double(new.magnitude))
  }

  private static func places<Element>(
    _ old: [Element],
    _ new: [Element],
    _ isSame: (Element, Element) -> Bool
  ) -> [Int] {
    old.indices.filter { !isSame(old[$0], new[$0]) }
  }

  /// The distance of two floating-point numbers in units in the last place; nil for NaN and other types.
  package func units(to others: Values, at place: Int) -> UInt64? {
    switch (self, others) {
    case (.float64(let old), .float64(let new)):
      guard !old[place].isNaN, !new[place].isNaN else { return nil }
      return Self.distance(Self.rank(old[place]), Self.rank(new[place]))
    case (.float32(let old), .float32(let new)):
      guard !old[place].isNaN, !new[place].isNaN else { return nil }
      return Self.distance(Self.rank(old[place]), Self.rank(new[place]))
    default: return nil
    }
  }

  /// The number of doubles between zero and this one, negative below zero.
  private static func rank(_ value: Double) -> Int64 {
    let rank = Int64(value.magnitude.bitPattern)
    return value.sign == .minus ? -rank : rank
  }

  private static func rank(_ value: Float) -> Int64 {
    let rank = Int64(value.magnitude.bitPattern)
    return value.sign == .minus ? -rank : rank
  }

  private static func distance(_ first: Int64, _ second: Int64) -> UInt64 {
    UInt64(bitPattern: max(first, second) &- min(first, second))
  }
}
