internal import Tensors

/// The chi-squared distribution, whose number of degrees of freedom may be any positive number.
public struct ChiSquared: Sendable {
  /// The number of degrees of freedom ν.
  public let degreesOfFreedom: Double

  /// The distribution of ν degrees of freedom.
  public init(degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }

  /// The value that is not exceeded with `probability`, by bisection.
  ///
  /// - Precondition: `probability` lies between 1e-9 and 1 - 1e-9.
  public func quantile(_ probability: Double) -> Double {
    precondition((1e-9...1 - 1e-9).contains(probability), "a probability of \(probability)")
    var low = 0.0
    // Ten standard deviations above the mean, and enough for few degrees of freedom.
    var high = degreesOfFreedom + 60 + 10 * (2 * degreesOfFreedom).squareRoot()
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return middle }
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
  }

  /// The probability of at most `value`: the regularized incomplete gamma function P(a, x) with a = ν/2 and x = value/2
  /// by its power series, x^a e^-x / Γ(a + 1) · Σ x^n / ((a + 1) ... (a + n)), all of whose terms are positive.
  public func cumulative(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    let (a, x) = (degreesOfFreedom / 2, value / 2)
    var term = Elementary.exp(a * Elementary.log(x) - x - Self.logGamma(a + 1))
    var (sum, n) = (term, 1.0)
    while term > 1e-17 * sum {
      term *= x / (a + n)
      sum += term
      n += 1
    }
    return min(1, sum)
  }

  /// ln Γ(z) for z > 0: Stirling's series beyond 20, and Γ(z + 1) = z Γ(z) below.
  public static func logGamma(_ z: Double) -> Double {
    var (z, product) = (z, 1.0)
    while z < 20 {
      product *= z
      z += 1
    }
    let square = 1 / (z * z)
    let series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1_260 - square / 1_680))) / z
    let halfLogOfTwoPi = 0.918_938_533_204_672_7
    return (z - 0.5) * Elementary.log(z) - z + halfLogOfTwoPi + series - Elementary.log(product)
  }
}
