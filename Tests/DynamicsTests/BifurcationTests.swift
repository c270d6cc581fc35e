import Dynamics
import Tensors
import TestSupport
import Testing

@Suite struct BifurcationTests {
  private func columns(_ ratios: [Double], transient: Int = 20_000, steps: Int = 40_000)
    -> [BifurcationDiagram.Column]
  {
    let settings = BifurcationDiagram.Settings(transient: transient, steps: steps, bins: 100, range: 0...8)
    return BifurcationDiagram(ratios: ratios, settings: settings).columns
  }

  @Test(arguments: [
    (0.9, [0.9]), (1.1, [0.729843788, 1.370156212]), (1.2, [0.641742431, 1.558257569]),
    (1.25, [0.538946751, 0.712806311, 1.577876138, 1.684335964]),
  ])
  func `Orbits are the reference ones`(ratio: Double, orbit: [Double]) {
    let column = columns([ratio])[0]
    #expect(column.period == orbit.count)
    expectEqual(column.values.map { $0 / 2 }, orbit, within: 1e-9)
  }

  @Test func `Periods double up to chaos, and period three has its window`() {
    let ratios = [0.9, 1.1, 1.25, 1.295, 1.3, 1.31, 1.455, 1.9]
    // Zero is chaos; 1.31 lies beyond the onset at 1.3023, 1.455 in the window, 1.9 beyond it.
    #expect(columns(ratios).map(\.period) == [1, 2, 4, 8, 16, 0, 3, 0])
    #expect(columns([1.35])[0].period == 0)
  }

  /// Exponents and means over 64 starts x 40,000 steps; chaotic rows have three digits.
  @Test(arguments: [
    (1.05, -0.2596, -0.1054, 2.05, 2.025, 1e-4), (1.1, -0.8574, -0.2231, 2.1, 2.05, 1e-4),
    (1.2, -0.1928, -0.5108, 2.2, 2.1, 1e-4), (1.3, -0.0588, -0.8895, 2.3293, 2.369, 1e-3),
    (1.4, 0.343, -1.096, 2.476, 2.603, 5e-3), (1.5, 0.491, -1.487, 2.369, 2.687, 5e-3),
  ])
  func `Lyapunov exponents and means are the reference ones`(
    ratio: Double,
    within: Double,
    across: Double,
    trace: Double,
    sharpness: Double,
    tolerance: Double
  ) {
    let column = columns([ratio], steps: 2_000_000)[0]
    #expect((column.exponents.within - within).magnitude < tolerance)
    #expect((column.exponents.across - across).magnitude < tolerance)
    #expect((column.meanTrace - trace).magnitude < tolerance)
    #expect((column.meanSharpness - sharpness).magnitude < tolerance)
  }

  @Test func `Just below r = 2 the exponent is nearly ln 3, and above it the orbit leaves`() {
    let nearly = columns([1.9999], steps: 1_000_000)[0]
    #expect((nearly.exponents.within - 1.0986).magnitude < 0.02)
    #expect(columns([1.999])[0].period >= 0)
    #expect(columns([2.001])[0].period == -1)
    #expect(columns([3], transient: 0, steps: 8)[0].period == -1)
    #expect(columns([3], transient: 0, steps: 8)[0].meanTrace.isNaN)
  }

  @Test func `At r = 2 the map is chaotic with exponent ln 3 and the means of the arcsine measure`() {
    let column = columns([2], steps: 4_000_000)[0]
    #expect(column.period == 0)
    #expect((column.exponents.within - 1.0986).magnitude < 2e-3)
    #expect((column.meanTrace - 4).magnitude < 0.01)
    #expect((column.meanSharpness - 4.8720).magnitude < 0.01)
  }

  @Test func `The Lyapunov exponent changes sign at the onset of chaos`() {
    #expect(columns([1.3023 - 0.0005], steps: 400_000)[0].exponents.within < 0)
    let beyond = columns([1.3023 + 0.0002, 1.3023 + 0.0003, 1.3023 + 0.0004, 1.3023 + 0.0005], steps: 400_000)
    #expect(beyond.contains { $0.exponents.within > 0 })
  }

  @Test func `The density of a column adds up to one and lies on the orbit`() {
    let column = columns([1.1])[0]
    #expect((column.density.reduce(0, +) - 1).magnitude < 1e-12)
    #expect(column.density.count { $0 > 0 } == 2)
    #expect(column.sharpnessRange.0 == column.sharpness.first)
  }

  @Test(arguments: [(1.1, 2), (1.25, 4)])
  func `Networks with many parameters end on the same orbit`(ratio: Double, period: Int) {
    let initialization = UVParameters.Initialization(
      width: 16,
      inputDimension: 4,
      interpolation: 1,
      weightVariance: 0.3,
      inputNorm: 1,
      target: 2,
      seed: 3
    )
    var network = UVParameters(initialization)
    let model = initialization.model
    let eta = ratio * model.criticalLearningRate
    for _ in 0..<20_000 { network.descend(learningRate: eta) }
    let column = columns([ratio])[0]
    #expect(column.period == period)
    var values: [Double] = []
    for _ in 0..<period {
      values.append(eta * network.tangentKernel)
      network.descend(learningRate: eta)
    }
    expectEqual(values.sorted(), column.values, within: 1e-9)
  }
}
