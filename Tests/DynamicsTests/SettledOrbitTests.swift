import Dynamics
import Testing

@Suite struct SettledOrbitTests {
  private func orbit(_ ratio: Double, _ count: Int = 64) -> [Double] {
    CubicMap(ratio: ratio).orbit(from: 0.7, count: 20_000).suffix(count)
  }

  @Test(arguments: [(0.9, 1), (1.1, 2), (1.25, 4), (1.29, 8), (1.3005, 16)])
  func `The map's periods are found, with as many values`(ratio: Double, period: Int) {
    let found = SettledOrbit(orbit(ratio), longest: 32, tolerance: 1e-5)
    #expect(found.period == period)
    #expect(found.distinctValues == period)
  }

  @Test func `Chaos and periods beyond the limit have no period`() {
    #expect(SettledOrbit(orbit(1.5), longest: 32, tolerance: 1e-5).period == 0)
    #expect(SettledOrbit(orbit(1.5, 32), longest: 16, tolerance: 1e-5).distinctValues > 25)
    #expect(SettledOrbit(orbit(1.29), longest: 4, tolerance: 1e-5).period == 0)
    #expect(SettledOrbit(orbit(1.29, 10), longest: 32, tolerance: 1e-5).period == 0)
  }

  @Test func `Nothing and what is no number have no period`() {
    #expect(SettledOrbit([], longest: 4, tolerance: 0.1) == SettledOrbit([.nan, .nan], longest: 4, tolerance: 0.1))
    #expect(SettledOrbit([1, .nan, 1, .nan], longest: 2, tolerance: 0.1).period == 0)
    #expect(SettledOrbit([0, 0, 0], longest: 1, tolerance: 0.1).period == 1)
  }
}
