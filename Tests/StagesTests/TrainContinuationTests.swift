import Artifacts
import Configuration
import Planning
import Stages
import Synchronization
import Testing

@Suite struct TrainContinuationTests {
  private func data() async throws -> Artifact {
    try await StageRunner.artifact("data/regression", "{ examples: 16, dimension: 8, inputs: whitened }")
  }

  /// The network whose training is the UV model: the edge is at sqrt(8).
  private func with(_ rates: String, _ more: String = "") -> String {
    """
    depth: 2
    width: 32
    activation: linear
    parameterization: muP
    weight_variance: 1
    learning_rate: \(rates)
    relative_to: absolute
    tolerance: 1e-9
    precision: float64
    lead_in: 2000
    settle: 1500
    record: 32
    \(more)
    """
  }

  @Test func `A linear network on whitened inputs doubles its period where the UV map does`() async throws {
    let rates = "[2.7, 2.87, 3.3, 3.56, 3.655]"
    let run = try await StageRunner.artifact("train/continuation", with(rates), inputs: ["data": data()])
    #expect(try run.numbers("period") == [1, 2, 2, 4, 8])
    #expect(try run.numbers("distinct").prefix(4) == [1, 2, 2, 4])
    #expect(try run.numbers("end") == [0, 0, 0, 0, 0])
    #expect(try run.numbers("doubling") == [2, 4, 8, 16])
    #expect(try run.numbers("onset").prefix(3) == [2.87, 3.56, 3.655])
    #expect(try run.numbers("onset")[3].isNaN)
    // The loss of a run that converged is rounding, which has no period of its own.
    #expect(try run.numbers("loss_period").suffix(4) == [2, 2, 4, 8])
    #expect(try run.numbers("distinct_losses")[1..<4] == [2, 2, 4])
    #expect(try run.numbers("loss_onset").prefix(3) == [2.87, 3.56, 3.655])
    // <eta lambda_H> = (3 + r) / 2 on the orbit of period 2, as long as no other direction is steeper.
    let mean = try run.numbers("mean_eta_sharpness")[1]
    #expect((mean - (3 + 2.87 / 8.0.squareRoot()) / 2).magnitude < 1e-7)
    #expect(run["sharpness"]?.shape == [5, 32])
  }

  @Test(arguments: [1500, 1501])
  func `The largest eigenvalue is found whichever branch of an orbit comes first`(settle: Int) async throws {
    let with = with("[2.7, 3.0, 3.2]").replacing("settle: 1500", with: "settle: \(settle)")
      .replacing("width: 32", with: "width: 16")
    let run = try await StageRunner.artifact("train/continuation", with, inputs: ["data": data()])
    let values = try run.numbers("eta_sharpness")
    for (link, rate) in [(1, 3.0), (2, 3.2)] {
      // The upper branch of the UV model: eta lambda_H = 3 g - r.
      let r = rate / 8.0.squareRoot()
      let g = ((1 + r) + ((1 + r) * (1 + r) - 4).squareRoot()) / 2
      let greatest = try #require(values[link * 32..<(link + 1) * 32].max())
      #expect((greatest - (3 * g - r)).magnitude < 1e-6)
    }
  }

  @Test func `Nothing is known after a link that diverged`() async throws {
    let run = try await StageRunner.artifact("train/continuation", with("[2.7, 60, 3]"), inputs: ["data": data()])
    #expect(try run.numbers("end") == [0, 1, 3])
    let (period, sharpness) = (try run.numbers("period"), try run.numbers("sharpness"))
    #expect(period[0] == 1 && period[1].isNaN && period[2].isNaN)
    #expect(!sharpness.suffix(32).contains { !$0.isNaN })
  }

  /// Checkpoints in memory, which record what was looked for and stored.
  private final class Kept: StageCheckpoints {
    private let states = Mutex<[String: StageCheckpoint]>([:])
    var count: Int { states.withLock(\.count) }

    func furthest(of identity: JSONValue) -> StageCheckpoint? { states.withLock { $0[identity.canonicalText] } }

    func keep(_ checkpoint: StageCheckpoint, of identity: JSONValue) {
      states.withLock { $0[identity.canonicalText] = checkpoint }
    }
  }

  private func run(_ with: String, _ data: Artifact, _ checkpoints: Kept, threads: Int = 1) async throws -> Artifact {
    let context = StageContext(
      inputs: ["data": data],
      pipeline: "test",
      stage: "stage",
      threads: threads,
      scratch: "/nonexistent",
      checkpoints: checkpoints,
      report: { _ in }
    )
    return try await StageRunner.decode("train/continuation", with).run(context).artifact
  }

  @Test func `A longer chain goes on from the links that it shares, to the same bits`() async throws {
    let data = try await data()
    let (short, whole) = (Kept(), Kept())
    _ = try await run(with("[2.7, 3.0]"), data, short)
    #expect(short.count == 2)
    let continued = try await run(with("[2.7, 3.0, 3.3]"), data, short)
    #expect(short.count == 3)
    let alone = try await run(with("[2.7, 3.0, 3.3]"), data, whole, threads: 3)
    #expect(continued.address == alone.address)
    // Parameters that only change the report of a chain need no new links; those that move it do.
    _ = try await run(with("[2.7, 3.0, 3.3]", "longest_period: 8"), data, short)
    #expect(short.count == 3)
    _ = try await run(with("[2.7, 3.0, 3.3]", "perturbation: 1e-7"), data, short)
    #expect(short.count == 6)
  }

  @Test(arguments: [
    ("learning_rate: [0]", "learning rates are positive"),
    ("learning_rate: [1]\nrecord: 8", "to find a period takes a 'record' of twice as many steps"),
    ("width: 3", "'learning_rate' is missing"),
    ("learning_rate: [1]\nmomentum: 0.9", "unknown key 'momentum'"),
  ])
  func `Mistakes are reported before anything runs`(with: String, message: String) throws {
    #expect(try StageRunner.complaint("train/continuation", with).contains(message))
  }
}
