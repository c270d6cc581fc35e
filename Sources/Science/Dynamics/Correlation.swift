/// How two series rise and fall together, by Pearson's and Spearman's coefficients.
public struct Correlation: Sendable, Equatable {
  /// Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²): 1 where y is a rising straight line of x.
  public let pearson: Double
  /// Pearson's coefficient of the ranks: 1 where y always rises with x. Equal values share the mean of their ranks.
  public let spearman: Double
  /// The number of pairs.
  public let count: Int

  /// The correlation of the pairs of which neither value is missing or infinite.
  ///
  /// - Parameter least: with fewer pairs there are no coefficients (NaN), nor are there where a series is constant.
  /// - Precondition: the series are equally long.
  public init(_ x: some Collection<Double>, _ y: some Collection<Double>, least: Int = 3) {
    precondition(x.count == y.count, "series of \(x.count) and \(y.count) values")
    let pairs = zip(x, y).filter { $0.isFinite && $1.isFinite }
    count = pairs.count
    guard pairs.count >= max(2, least) else {
      pearson = .nan
      spearman = .nan
      return
    }
    let (first, second) = (pairs.map(\.0), pairs.map(\.1))
    pearson = Self.coefficient(first, second)
    spearman = Self.coefficient(Self.ranks(first), Self.ranks(second))
  }

  /// The rank of each value, from 1; of equal values the mean of the ranks that they take up together.
  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      let end = order[start...].firstIndex { values[$0] != values[order[start]] } ?? order.count
      for place in order[start..<end] { ranks[place] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }

  private static func coefficient(_ x: [Double], _ y: [Double]) -> Double {
    // A constant series has no deviations, whatever its mean is rounded to.
    guard x.contains(where: { $0 != x.first }), y.contains(where: { $0 != y.first }) else { return .nan }
    let (dx, dy) = (deviations(x), deviations(y))
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    // Under one root, as the square root of a square is exact: equal ranks have exactly 1.
    let coefficient = product(dx, dy) / (product(dx, dx) * product(dy, dy)).squareRoot()
    // Rounding may lead out of the interval by an ulp.
    return min(max(coefficient, -1), 1)
  }

  /// The differences from the mean, over the greatest of them, so that no square overflows or vanishes.
  private static func deviations(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    let differences = values.map { $0 - mean }
    let greatest = differences.lazy.map(\.magnitude).max() ?? 0
    return differences.map { $0 / greatest }
  }
}
