import Tensors
import Testing

@Suite struct UVSweepTests {
  /// Points that converge, stay at the edge and diverge, with one group that ends in the middle of a vector.
  private struct Points {
    var positive: [Double] = []
    var negative: [Double] = []
    var ratio: [Double] = []

    init(count: Int) {
      var random = RandomStream(seed: 11, "points")
      for _ in 0..<count {
        positive.append(random.uniform(in: 0...1.6))
        negative.append(random.uniform(in: 0...1.2))
        ratio.append(random.uniform(in: 0.05...2.2))
      }
    }
  }

  private func run(
    _ points: Points,
    steps: Int = 800,
    _ instructionSet: InstructionSet = .preferred,
    threads: Int = 1,
    stopWhenSettled: Bool = true
  ) async throws -> [UInt64] {
    let outcomes = try await UVSweep.run(
      positive: points.positive,
      negative: points.negative,
      ratio: points.ratio,
      steps: steps,
      instructionSet: instructionSet,
      threads: threads,
      stopWhenSettled: stopWhenSettled
    )
    return outcomes.flatMap { outcome in
      let numbers = [
        outcome.halfAmplitude, outcome.finalAmplitude, outcome.meanTrace, outcome.meanSharpness,
        Double(outcome.divergedAfter ?? 0),
      ]
      return numbers.map(\.bitPattern)
    }
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func `Every instruction set gives the bits of the baseline`(instructionSet: InstructionSet) async throws {
    let points = Points(count: 1_003)
    #expect(try await run(points, instructionSet) == run(points, .baseline))
  }

  @Test(arguments: [2, 7])
  func `The number of threads does not change a bit`(threads: Int) async throws {
    let points = Points(count: 20_001)
    #expect(try await run(points, threads: threads) == run(points))
  }

  @Test func `Stopping settled points early leaves every outcome as it is`() async throws {
    let points = Points(count: 5_000)
    let stopped = try await run(points, steps: 4_000)
    #expect(try await run(points, steps: 4_000, stopWhenSettled: false) == stopped)
  }

  @Test func `A point follows the map step by step`() async throws {
    // One block in plain arithmetic, without fused operations: equal up to rounding.
    let (start, ratio) = ((u: 0.7, v: 0.3), 0.9)
    let outcome = try await UVSweep.run(positive: [start.u], negative: [start.v], ratio: [ratio], steps: 16)[0]
    var (u, v) = start
    var (amplitude, trace, sharpness) = (0.0, 0.0, 0.0)
    for _ in 0..<16 {
      let z = u * u - v * v - ratio
      amplitude = max(amplitude, z.magnitude)
      let half = u * u + v * v
      trace += 2 * half / 16
      sharpness += (half + (half * half + z * (3 * z + 2 * ratio)).squareRoot()) / 16
      (u, v) = (u - z * u, v + z * v)
    }
    #expect((outcome.finalAmplitude - amplitude).magnitude < 1e-14)
    #expect((outcome.meanTrace - trace).magnitude < 1e-14)
    #expect((outcome.meanSharpness - sharpness).magnitude < 1e-14)
    #expect(outcome.divergedAfter == nil)
  }

  @Test func `Divergence is noticed at the end of a block and leaves no infinities`() async throws {
    let outcomes = try await UVSweep.run(positive: [3, 0.5], negative: [0, 0.1], ratio: [1.5, 0.5], steps: 160)
    #expect(outcomes[0].divergedAfter == 16)
    #expect(outcomes[0].finalAmplitude.isNaN)
    #expect(outcomes[1].divergedAfter == nil)
    #expect(outcomes[1].finalAmplitude < 1e-12)
  }
}
