/// The period-doubling cascade of the cubic map: where each period is born and where it is superstable.
public struct PeriodDoubling: Sendable {
  /// One step of the cascade.
  public struct Level: Sendable, Hashable {
    /// The period 2^(n−1) that loses stability at `flip`.
    public let period: Int
    /// r at which the orbit of this period passes through the map's maximum (multiplier 0).
    public let superstable: Double
    /// r at which its multiplier is −1 and the orbit of twice the period is born; NaN where the orbit was lost on the
    /// way there.
    public let flip: Double
  }

  /// The levels, from period 1.
  public let levels: [Level]

  /// Feigenbaum's ratio (r_{n−1} − r_{n−2})/(r_n − r_{n−1}) of successive flips, from the third flip.
  public var flipRatios: [Double] { Self.ratios(levels.map(\.flip)) }

  /// The same ratio of the superstable points.
  public var superstableRatios: [Double] { Self.ratios(levels.map(\.superstable)) }

  /// Where the cascade accumulates and chaos begins: the superstable points' geometric series summed to its end, with
  /// the ratios themselves extrapolated (Aitken).
  public var onset: Double {
    var estimates = levels.map(\.superstable)
    // Aitken's process turns each three of a nearly geometric sequence into a better one; twice is what the digits of
    // the last levels carry.
    for _ in 0..<2 {
      estimates = zip(estimates, zip(estimates.dropFirst(), estimates.dropFirst(2))).map { a, rest in
        let (b, c) = rest
        let (first, second) = (b - a, c - b)
        return first == second ? c : c + second * second / (first - second)
      }
    }
    return estimates.last ?? .nan
  }

  /// Follows the cascade through `count` levels, at least 5 and at most 11 (beyond, doubles do not tell flips apart).
  public init(levels count: Int) {
    precondition((5...11).contains(count))
    // Period 1 is z = 0, g = r, with multiplier 1 − 2r.
    var levels = [Level(period: 1, superstable: 0.5, flip: 1)]
    var distance = 0.5
    while levels.count < count {
      let period = 2 * levels[levels.count - 1].period
      let previous = levels[levels.count - 1]
      // Feigenbaum's ratio predicts the next flip; the first step is by the table's own spacing.
      let guess = levels.count == 1 ? 1.12 : previous.superstable + distance / 4.6
      let superstable = Self.superstable(period: period, near: guess)
      distance = superstable - previous.superstable
      // Without a flip before it the orbit was born behind the superstable point of the one before.
      let born = previous.flip.isNaN ? previous.superstable : previous.flip
      let flip = Self.flip(period: period, superstable: superstable, born: born)
      levels.append(Level(period: period, superstable: superstable, flip: flip))
    }
    self.levels = levels
  }

  /// r at which the critical point returns to itself after `period` steps, by Newton's method in r.
  private static func superstable(period: Int, near guess: Double) -> Double {
    var r = guess
    for _ in 0..<50 {
      let map = CubicMap(ratio: r)
      var g = map.criticalPoint
      // dg/dr along the orbit; the critical point itself moves by 1/3.
      var slope = 1.0 / 3
      for _ in 0..<period {
        slope = map.derivative(g) * slope + 2 * g * (1 + r - g)
        g = map(g)
      }
      let step = (g - map.criticalPoint) / (slope - 1.0 / 3)
      r -= step
      if step.magnitude <= 1e-16 { break }
    }
    return r
  }

  /// r > `superstable` at which the multiplier of the orbit is −1, by bisection: the multiplier falls monotonically
  /// from 1 at the orbit's birth through 0 to −1.
  private static func flip(period: Int, superstable: Double, born: Double) -> Double {
    var low = superstable
    var orbit = CubicMap(ratio: low).criticalPoint
    // The multiplier is nearly linear in r, so the flip lies about as far beyond the superstable point as the birth
    // lies before it.
    var high = superstable + (superstable - born)
    while true {
      var next = low + (high - low) / 2
      guard next > low, next < high else { return low + (high - low) / 2 }
      var found = Self.orbit(period, near: orbit, at: next)
      // That Newton's method leads elsewhere says nothing of the multiplier: the orbit is followed in smaller steps.
      while found == nil {
        let closer = low + (next - low) / 2
        guard closer > low, closer < next else { return .nan }
        next = closer
        found = Self.orbit(period, near: orbit, at: next)
      }
      guard let found else { return .nan }
      if found.multiplier > -1 {
        (low, orbit) = (next, found.start)
      } else {
        high = next
      }
    }
  }

  /// The orbit of a period and no shorter one near a value; nil where Newton's method leads to none.
  private static func orbit(_ period: Int, near start: Double, at r: Double) -> (start: Double, multiplier: Double)? {
    let map = CubicMap(ratio: r)
    guard let orbit = map.periodicOrbit(near: start, period: period),
      (orbit[period / 2] - orbit[0]).magnitude > 1e-12
    else { return nil }
    return (orbit[0], map.multiplier(of: orbit))
  }

  private static func ratios(_ values: [Double]) -> [Double] {
    values.indices.dropFirst(2).map { (values[$0 - 1] - values[$0 - 2]) / (values[$0] - values[$0 - 1]) }
  }
}
