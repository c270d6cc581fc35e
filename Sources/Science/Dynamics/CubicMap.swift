internal import Tensors

/// The UV map on its edge-of-stability manifold λ = 2κf: g' = g(1 + r − g)², with g = ηκf and r = η/η_c.
///
/// The residual is z = g − r, the trace ηλ = 2g. The weight w = √g follows the odd cubic map w' = (1 + r)w − w³.
public struct CubicMap: Sendable, Hashable {
  /// r = η/η_c.
  public let ratio: Double

  /// The map at r.
  public init(ratio: Double) {
    self.ratio = ratio
  }

  /// The next value.
  public func callAsFunction(_ g: Double) -> Double {
    let factor = 1 + ratio - g
    return g * factor * factor
  }

  /// The derivative (1 + r − g)(1 + r − 3g).
  public func derivative(_ g: Double) -> Double {
    (1 + ratio - g) * (1 + ratio - 3 * g)
  }

  /// Where the map has its maximum, (1 + r)/3: a superstable orbit passes through it.
  public var criticalPoint: Double { (1 + ratio) / 3 }

  /// ηλ_H at g: 3g − r above r/2, r − g below.
  public func sharpness(_ g: Double) -> Double {
    g >= ratio / 2 ? 3 * g - ratio : ratio - g
  }

  /// ln|Δw_transverse'/Δw_transverse| = ln(1 + z)² is the rate at which the distance from the manifold changes.
  func transverseFactor(_ g: Double) -> Double {
    let factor = 1 + g - ratio
    return factor * factor
  }

  /// The orbit of `count` values from `start`, which is the first of them.
  public func orbit(from start: Double, count: Int) -> [Double] {
    var orbit: [Double] = []
    orbit.reserveCapacity(count)
    var g = start
    for _ in 0..<count {
      orbit.append(g)
      g = self(g)
    }
    return orbit
  }
}

// MARK: - Periodic orbits

extension CubicMap {
  /// The periodic orbit near `start`, by Newton's method on g ↦ mapᵖ(g) − g; nil if it leads nowhere.
  public func periodicOrbit(near start: Double, period: Int) -> [Double]? {
    var g = start
    var last = Double.infinity
    for _ in 0..<60 {
      var image = g
      var slope = 1.0
      for _ in 0..<period {
        slope *= derivative(image)
        image = self(image)
      }
      let step = (image - g) / (1 - slope)
      guard step.isFinite else { return nil }
      g += step
      // Quadratic convergence ends where rounding takes over: when steps are small and no longer shrink.
      if step.magnitude < 1e-12, step.magnitude >= last { return orbit(from: g, count: period) }
      if step == 0 { return orbit(from: g, count: period) }
      last = step.magnitude
    }
    return nil
  }

  /// The product of the derivatives along an orbit: the orbit attracts while it is within (−1, 1).
  public func multiplier(of orbit: [Double]) -> Double {
    orbit.reduce(1) { $0 * derivative($1) }
  }
}

/// Lyapunov exponents of the cubic map along an orbit, per step.
public struct LyapunovExponents: Sendable, Hashable {
  /// Within the manifold: the mean of ln|map'(g)|. Positive for chaos.
  public var within: Double
  /// Across the manifold: the mean of ln(1 + z)². Negative where the manifold attracts.
  public var across: Double
}

extension CubicMap {
  /// The exponents over `count` steps from `start`.
  public func lyapunovExponents(from start: Double, count: Int) -> LyapunovExponents {
    var g = start
    var (within, across) = (0.0, 0.0)
    var (slopes, factors) = (1.0, 1.0)
    for step in 1...count {
      slopes *= derivative(g)
      factors *= transverseFactor(g)
      g = self(g)
      // One logarithm for eight steps: eight factors stay far inside the range of a double. A factor of exactly zero
      // (a superstable orbit) counts as the smallest normal number, so that the exponent stays a number.
      if step % 8 == 0 || step == count {
        within += Elementary.log(max(slopes.magnitude, .leastNormalMagnitude))
        across += Elementary.log(max(factors, .leastNormalMagnitude))
        (slopes, factors) = (1, 1)
      }
    }
    return LyapunovExponents(within: within / Double(count), across: across / Double(count))
  }
}
