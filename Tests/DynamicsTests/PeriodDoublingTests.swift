import Dynamics
import TestSupport
import Testing

@Suite struct PeriodDoublingTests {
  private let cascade = PeriodDoubling(levels: 9)

  @Test func `Flips are where forty-digit arithmetic puts them`() {
    let flips = [1, 1.236067977500, 1.288031754483, 1.299227939650, 1.301628914037]
    expectEqual(cascade.levels.prefix(flips.count).map(\.flip), flips, within: 1e-12)
    #expect((cascade.levels[1].flip - (5.0.squareRoot() - 1)).magnitude < 1e-12)
  }

  @Test func `Superstable points are where forty-digit arithmetic puts them`() {
    let points = [0.5, 1.121320343560, 1.262989654536, 1.293843313498, 1.300474702160]
    expectEqual(cascade.levels.prefix(points.count).map(\.superstable), points, within: 1e-12)
    #expect((cascade.levels[1].superstable - (3 / 2.0.squareRoot() - 1)).magnitude < 1e-12)
  }

  @Test func `The cascade accumulates at the onset of chaos with Feigenbaum's ratio`() {
    #expect((cascade.onset - 1.302283462700712).magnitude < 1e-10)
    #expect((cascade.flipRatios[0] - 4.54293).magnitude < 1e-5)
    #expect((cascade.flipRatios[1] - 4.64120).magnitude < 1e-5)
    #expect((cascade.flipRatios[2] - 4.66318).magnitude < 1e-5)
    #expect(cascade.flipRatios.prefix(3).allSatisfy { (4.5...4.7).contains($0) })
    // The ratios approach Feigenbaum's constant geometrically, by its own factor.
    let errors = cascade.superstableRatios.map { ($0 - 4.669201609103).magnitude }
    #expect(errors.count > 3)
    for (error, next) in zip(errors.dropFirst(), errors.dropFirst(2)) { #expect(next < error / 4) }
    #expect((errors.last ?? 1) < 1e-4)
  }

  @Test func `The flips of the deepest level follow Feigenbaum's ratio as those above do`() {
    let deepest = PeriodDoubling(levels: 11)
    for ratio in deepest.flipRatios.suffix(3) { #expect((ratio - 4.669201609103).magnitude < 1e-4) }
    #expect(deepest.levels.prefix(9).elementsEqual(cascade.levels))
  }

  @Test func `At each flip the orbit's multiplier is minus one`() throws {
    for level in cascade.levels.dropFirst() {
      let map = CubicMap(ratio: level.flip)
      let start = CubicMap(ratio: level.superstable).criticalPoint
      let orbit = try #require(map.periodicOrbit(near: start, period: level.period))
      // The multiplier falls by 1 from the superstable point to the flip: a rounding of r moves it by this much.
      let slope = 1 / (level.flip - level.superstable)
      #expect((map.multiplier(of: orbit) + 1).magnitude < 1e-14 * slope * Double(level.period))
    }
  }
}
