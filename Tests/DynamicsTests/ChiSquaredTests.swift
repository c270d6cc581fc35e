import Dynamics
import Testing

/// Reference values are those of SciPy 1.x, `chi2.ppf` and `gammaln`.
@Suite struct ChiSquaredTests {
  @Test(arguments: [
    (1.0, 0.0009820691171752555, 5.023886187314888), (2, 0.05063561596857975, 7.377758908227871),
    (7.5, 1.9305886206109992, 16.77828611380784), (29.5, 16.418375227619432, 46.351316476548725),
    (1000, 914.257153799259, 1089.5309127749135),
  ])
  func `Quantiles are those of the chi-squared distribution`(degrees: Double, low: Double, high: Double) {
    let distribution = ChiSquared(degreesOfFreedom: degrees)
    #expect((distribution.quantile(0.025) / low - 1).magnitude < 1e-11)
    #expect((distribution.quantile(0.975) / high - 1).magnitude < 1e-11)
    #expect((distribution.cumulative(high) - 0.975).magnitude < 1e-12)
  }

  @Test(arguments: [(0.5, 0.5723649429247), (3.25, 0.9358019311087253), (500.5, 2608.2229044109863), (1, 0), (2, 0)])
  func `The logarithm of the gamma function agrees with a reference`(z: Double, expected: Double) {
    #expect((ChiSquared.logGamma(z) - expected).magnitude < 1e-13 * max(1, expected))
  }
}
