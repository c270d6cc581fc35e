/// What a recorded series has settled on: a periodic orbit, or none.
public struct SettledOrbit: Sendable, Hashable {
  /// The shortest period with which the series repeats itself; 0 for none up to `longest`.
  public let period: Int
  /// How many different values there are.
  public let distinctValues: Int

  /// Looks at a series.
  ///
  /// - Parameters:
  ///   - longest: the longest period to look for; the series needs twice as many values.
  ///   - tolerance: values nearer than this share of the largest magnitude are the same.
  public init(_ series: [Double], longest: Int, tolerance: Double) {
    let near = tolerance * (series.map(\.magnitude).max() ?? 0)
    func repeats(after period: Int) -> Bool {
      zip(series, series.dropFirst(period)).allSatisfy { ($1 - $0).magnitude <= near }
    }
    // What is no number is not equal to itself, so that a series that holds one has no period.
    period = stride(from: 1, through: min(longest, series.count / 2), by: 1).first(where: repeats) ?? 0
    var last = -Double.infinity
    distinctValues = series.filter(\.isFinite).sorted().count { value in
      guard value - last > near else { return false }
      last = value
      return true
    }
  }
}
