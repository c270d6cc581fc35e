import Dynamics
import Testing

@Suite struct CorrelationTests {
  @Test func `Points on a line have the coefficients 1 or -1, whatever their scale`() {
    for scale in [1.0, 1e-180, 1e180] {
      let x = [1.0, 2, 4, 8, 9].map { $0 * scale }
      let rising = Correlation(x, x.map { 3 * $0 - scale })
      #expect((rising.pearson - 1).magnitude < 1e-15 && rising.spearman == 1 && rising.count == 5)
      let falling = Correlation(x, x.map { -$0 / 7 })
      #expect((falling.pearson + 1).magnitude < 1e-15 && falling.spearman == -1)
    }
  }

  @Test func `Small sets have the values that the formulas give by hand`() {
    // Deviations (-1.5, -0.5, 0.5, 1.5) and (-1, 1, -1, 1): 2 / sqrt(5 * 4).
    let alternating = Correlation([1, 2, 3, 4], [1, 3, 1, 3])
    #expect((alternating.pearson - 1 / 5.0.squareRoot()).magnitude < 1e-15)
    // The ranks of y are 1.5, 3.5, 1.5, 3.5: the same deviations.
    #expect((alternating.spearman - 1 / 5.0.squareRoot()).magnitude < 1e-15)
    // Without ties: 1 - 6 sum d^2 / (n (n^2 - 1)), here d = (1, -1, 0, 0, 0): 1 - 12 / 120.
    let swapped = Correlation([1, 2, 3, 4, 5], [20, 10, 300, 4_000, 50_000])
    #expect((swapped.spearman - 0.9).magnitude < 1e-15)
    #expect(swapped.pearson < 0.9)
  }

  @Test func `A monotone curve has rank correlation 1, and another Pearson's`() {
    let x = (1...20).map(Double.init)
    let cubes = Correlation(x, x.map { $0 * $0 * $0 })
    #expect(cubes.spearman == 1)
    #expect(cubes.pearson > 0.9 && cubes.pearson < 0.95)
  }

  @Test func `Equal values share the mean of their ranks`() {
    // A coefficient by mean ranks does not depend on the order of equal values.
    let pairs = [(1.0, 2.0), (1, 1), (2, 2), (3, 3)]
    let (ahead, back) = (pairs, Array(pairs.reversed()))
    let first = Correlation(ahead.map(\.0), ahead.map(\.1)).spearman
    #expect((first - Correlation(back.map(\.0), back.map(\.1)).spearman).magnitude < 1e-15)
    // Ranks (1.5, 1.5, 3, 4) and (2.5, 1, 2.5, 4): 3.75 / sqrt(4.5 * 4.5).
    #expect((first - 3.75 / 4.5).magnitude < 1e-15)
  }

  @Test func `Pairs with a missing or infinite value are left out`() {
    let x = [1, .nan, 2, 3, 4, .infinity]
    let y = [2, 5, 4, .nan, 8, 1]
    let found = Correlation(x, y)
    #expect(found == Correlation([1, 2, 4], [2, 4, 8]))
    #expect(found.count == 3)
  }

  @Test func `Too few pairs and constant series have no coefficient`() {
    #expect(Correlation([1, 2], [1, 2]).pearson.isNaN)
    #expect(Correlation([1, 2], [1, 2], least: 2).pearson == 1)
    #expect(Correlation([1, 2, 3, 4], [1, 2, 3, 4], least: 5).spearman.isNaN)
    // A tenth has no exact mean, and the rounding is no deviation.
    let constant = Correlation((1...10).map(Double.init), [Double](repeating: 0.1, count: 10))
    #expect(constant.pearson.isNaN && constant.spearman.isNaN && constant.count == 10)
    #expect(Correlation([], []).count == 0)
  }

  @Test func `The UV model's trace is correlated with its weight norm to ten digits`() {
    var network = UVParameters(
      .init(
        width: 16,
        inputDimension: 4,
        interpolation: 0.5,
        weightVariance: 0.5,
        inputNorm: 1,
        target: 2,
        seed: 3
      )
    )
    var (norms, traces): ([Double], [Double]) = ([], [])
    for _ in 0..<500 {
      norms.append(network.squaredWeightNorm)
      traces.append(network.tangentKernel)
      network.descend(learningRate: 0.1)
    }
    #expect((Correlation(norms, traces).pearson - 1).magnitude < 1e-10)
  }
}
