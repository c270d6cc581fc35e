import Artifacts
import Configuration
import Planning
import Stages
import TestSupport
import Testing

@Suite struct UVEffectiveTests {
  /// A linear network of two layers on whitened inputs, whose edge is at sqrt(8), below it and above.
  private func training(_ more: String = "target_kernel: { every: 1 }") async throws -> Artifact {
    let data = try await StageRunner.artifact("data/regression", "{ examples: 16, dimension: 8, inputs: whitened }")
    return try await StageRunner.artifact(
      "train",
      """
      depth: 2
      width: 32
      activation: linear
      parameterization: muP
      weight_variance: 0.01
      learning_rate: [2.6, 3.3]
      relative_to: absolute
      steps: 200
      probes: [0]
      precision: float64
      \(more)
      """,
      inputs: ["data": data]
    )
  }

  private func meanings(_ name: String, of fit: Artifact) throws -> [String] {
    let words = try #require(fit[name]?.attributes["flag_meanings"]?.text).split(separator: " ").map(String.init)
    return try fit.numbers(name).map { words[Int($0)] }
  }

  private func fit(_ trajectory: Artifact, _ with: String = "{}") async throws -> Artifact {
    try await StageRunner.artifact("uv/effective", with, inputs: ["trajectory": trajectory])
  }

  @Test func `A linear network at the edge has the κ, y and r that follow from it`() async throws {
    let fit = try await fit(training())
    #expect(fit["kappa"]?.dimensions == ["learning_rate", "window"])
    #expect(try fit.numbers("learning_rate") == [2.6, 3.3])
    #expect(try fit.numbers("eta") == [2.6, 3.3])
    #expect(try fit.numbers("first_step") == Array(stride(from: 0, through: 160, by: 10)))
    #expect(try fit.numbers("window").first == 20)
    #expect(try fit.numbers("last_step").last == 200)
    let root = 8.0.squareRoot()
    for (name, value) in [("kappa", 1 / root), ("target", 1), ("ratio", 3.3 / root)] {
      for found in try fit.numbers(name).suffix(13) { #expect((found - value).magnitude < 1e-8, "\(name)") }
      for found in try fit.numbers("\(name)_low").suffix(13) { #expect(found <= value + 1e-12) }
    }
    #expect(try meanings("holds", of: fit).suffix(17).allSatisfy { $0 == "yes" })
    #expect(try fit.numbers("holds_share") == [1, 1])
    // Below the edge the run settles, and its last windows are undecided.
    #expect(try meanings("status", of: fit)[16] == "settled")
    #expect(try meanings("holds", of: fit)[16] == "undecided")
    #expect(try fit.numbers("holds_until")[1] == 200)
    #expect(try fit.numbers("holds_until")[0] < 150)
  }

  @Test func `The trajectory of the first window's model is that of the training`() async throws {
    let training = try await training()
    let fit = try await fit(training)
    #expect(fit["predicted_trace"]?.shape == [2, 201])
    // The model of the first window is right to 1e-3, as the network begins a little off the targets' direction.
    expectEqual(try fit.numbers("predicted_trace"), try training.numbers("target_kernel"), within: 5e-3)
  }

  @Test func `Steps that are not consecutive are refused with the gap, and a run that is too short`() async throws {
    let sparse = try await training("target_kernel: { every: 2 }")
    let gap = try await #require(throws: StageFailure.self) {
      try await fit(sparse)
    }
    #expect("\(gap)".contains("has 2.0 after 0.0"))
    let short = try await training("target_kernel: { from: 3, to: 20 }")
    let failure = try await #require(throws: StageFailure.self) {
      try await fit(short)
    }
    #expect("\(failure)".contains("a window of 40 steps does not fit into 17"))
    let late = try await fit(short, "{ window: 10, stride: 2 }")
    #expect(try late.numbers("first_step") == [3, 5, 7, 9])
  }

  @Test func `A series that is that of no UV model says so`() async throws {
    var input = Artifact()
    let residuals = (0..<60).map { Double($0 * $0 % 17) - 8 }
    let traces = residuals.reversed().map { 3 + 0.1 * $0 }
    try input.add(Variable(.float64(residuals), over: [("step", 60)]), as: "target_residual")
    try input.add(Variable(.float64(traces), over: [("step", 60)]), as: "target_kernel")
    try input.add(Variable(.float64([0.1])), as: "eta")
    let fit = try await fit(input, "{ window: 20, stride: 20 }")
    #expect(fit["kappa"]?.dimensions == ["window"])
    #expect(try meanings("holds", of: fit) == ["no", "no"])
    #expect(try fit.numbers("holds_share") == [0])
    #expect(try fit.numbers("holds_until")[0].isNaN)
  }

  @Test func `Its arrays are known before anything runs, with the dimensions of the training`() throws {
    func problems(_ take: String) throws -> String {
      let text = """
        pipeline: test
        stages:
          data: { kind: data/synthetic, with: { examples: 20, dimension: 6, classes: 3 } }
          train: { kind: train, inputs: { data: data }, with: { learning_rate: [1], target_kernel: { every: 1 } } }
          fit: { kind: uv/effective, inputs: { trajectory: train } }
          one: { kind: arrays, inputs: { fit: fit }, with: { take: { a: "\(take)" } } }
        """
      return try StageRunner.complaint(aboutPipeline: text)
    }
    #expect(try problems("fit/kappa[learning_rate=1, window@-1]") == "")
    #expect(try problems("fit/kapa").contains("did you mean 'kappa'?"))
    #expect(try problems("fit/kappa[rate=1]").contains("rate"))
  }
}
