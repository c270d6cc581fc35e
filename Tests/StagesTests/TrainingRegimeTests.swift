import Artifacts
import Stages
import Testing

/// The regimes of `train`, beside those known for each run. `scripts/check-regimes` compares them with an independent
/// program.
@Suite struct TrainingRegimeTests {
  private func train(_ parameters: String, examples: String = "examples: 100, dimension: 32") async throws -> Artifact {
    let data = try await StageRunner.artifact("data/synthetic", "{ \(examples), classes: 10, decay: 1.5 }")
    let common = "depth: 3\nwidth: 64\nsteps: 1500\n"
    return try await StageRunner.artifact("train", common + parameters, inputs: ["data": data], threads: 2)
  }

  private func regimes(_ run: Artifact) throws -> [String] {
    #expect(run["regime"]?.dimensions == ["learning_rate"])
    let meanings = try #require(run["regime"]?.attributes["flag_meanings"]?.text).split(separator: " ").map(String.init)
    return try run.numbers("regime").map { meanings[Int($0)] }
  }

  @Test func `Small learning rates stay below the edge, larger ones reach it, the largest do not learn`() async throws {
    let run = try await train(
      "parameterization: SP\nweight_variance: 0.25\nlearning_rate: [0.0625, 1, 4, 1000]\nprobes: { every: 25 }"
    )
    #expect(try regimes(run) == ["slow", "edge", "edge", "diverged"])
    // The sharpness before a loss left every bound does not summarize a run.
    #expect(try run.numbers("late_eta_sharpness")[3].isNaN)
    #expect(try run.numbers("greatest_late_eta_sharpness")[3].isNaN)
  }

  @Test func `The threshold of momentum is 2 (1 + mu), so a run between 2 and it is not at the edge`() async throws {
    let run = try await train(
      "parameterization: SP\nweight_variance: 0.25\nmomentum: 0.9\nlearning_rate: [0.1, 1]\nprobes: { every: 15 }"
    )
    let (eta, edge) = (try run.numbers("eta"), try run.numbers("edge"))
    try #require(eta.count == 2 && edge.count == 2)
    for (rate, threshold) in zip(eta, edge) { #expect((threshold * rate - 3.8).magnitude < 1e-12) }
    let late = try run.numbers("late_eta_sharpness")
    try #require(late[1] > 2 && late[1] < 3.6)
    #expect(try regimes(run) == ["converged", "converged"])
  }

  @Test func `A large start in SP whose outputs shrink to zero is dead, although its loss fell by more than half`()
    async throws
  {
    let run = try await train(
      "parameterization: SP\nweight_variance: 4\nlearning_rate: [16]\nprobes: { every: 15 }"
    )
    let (losses, constant) = (try run.numbers("loss"), try run.numbers("constant_loss")[0])
    try #require(losses[0] > 2 * constant && (try run.numbers("final_loss")[0]) > 0.9 * constant)
    #expect(try regimes(run) == ["dead"])
  }

  @Test func `A mini-batch run whose units are all off is dead`() async throws {
    let run = try await train(
      "parameterization: SP\nweight_variance: 0.25\nbatch_size: 20\nlearning_rate: [16]\nprobes: { every: 15 }"
    )
    try #require(try run.numbers("gradient_norm").last { $0.isFinite } == 0)
    #expect(try regimes(run) == ["dead"])
  }

  @Test func `A run that oscillates at the edge on data that are hard to fit is at the edge`() async throws {
    let run = try await train(
      "parameterization: muP\nweight_variance: 0.5\nlearning_rate: [1]\nprobes: { every: 15 }",
      examples: "examples: 400, dimension: 8"
    )
    #expect(try regimes(run) == ["edge"])
  }

  @Test func `With cross-entropy a run that climbed to the edge and came down has left it`() async throws {
    let run = try await train(
      "parameterization: SP\nweight_variance: 0.5\nloss: cross-entropy\nlearning_rate: [0.5]\nprobes: { every: 5 }"
    )
    let values = try run.numbers("eta_sharpness").filter(\.isFinite)
    try #require((values.max() ?? 0) > 1.9 && (values.last ?? 9) < 1.9 && values[0] < 1.9)
    #expect(try regimes(run) == ["left-edge"])
  }

  @Test func `Without a late sharpness the regime is unknown`() async throws {
    let rates = "parameterization: SP\nweight_variance: 0.25\nlearning_rate: [1, 1000]\n"
    #expect(try regimes(await train(rates + "probes: [0]")) == ["unknown", "diverged"])
    #expect(try regimes(await train(rates + "probes: [0, 1400]"))[1] == "diverged")
  }

  @Test func `A run at a small learning rate that has not learned yet is slow`() async throws {
    let rates = "learning_rate: [0.01]\ntarget_loss: 1e-9\nprobes: { every: 100 }\n"
    #expect(try regimes(await train(rates + "parameterization: SP\nweight_variance: 0.25")) == ["slow"])
  }

  @Test func `Late means and maxima are taken over the same share of the probes`() async throws {
    let run = try await train(
      "parameterization: SP\nweight_variance: 0.25\nlearning_rate: [1]\nlate: 0.1\nprobes: { every: 15 }"
    )
    // 100 probes follow the start.
    let late = try run.numbers("eta_sharpness").suffix(10)
    #expect(((try run.numbers("late_eta_sharpness")[0]) - late.reduce(0, +) / 10).magnitude < 1e-12)
    #expect(try run.numbers("greatest_late_eta_sharpness")[0] == late.max())
  }
}
