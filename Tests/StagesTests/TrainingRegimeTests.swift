import Artifacts
import Stages
import Testing

/// Where a training got to, beside the rule of the documentation applied to what it recorded.
@Suite struct TrainingRegimeTests {
  private let meanings = ["below", "edge", "diverged", "dead", "unknown"]

  private func train(_ parameters: String) async throws -> Artifact {
    let data = try await StageRunner.artifact(
      "data/synthetic",
      "{ examples: 100, dimension: 32, classes: 10, decay: 1.5 }"
    )
    let common = "depth: 3\nwidth: 64\nsteps: 1500\n"
    return try await StageRunner.artifact("train", common + parameters, inputs: ["data": data], threads: 2)
  }

  /// The regime by what was recorded.
  private func expected(_ run: Artifact, _ rate: Int) throws -> String {
    func row(_ name: String) throws -> [Double] {
      let length = try #require(run[name]?.shape.last)
      return Array(try run.numbers(name)[rate * length..<(rate + 1) * length])
    }
    let end = try run.numbers("end")[rate]
    if end == 2 { return "diverged" }
    if end == 3 { return "dead" }
    let (steps, loss) = (try run.numbers("steps_taken")[rate], try row("loss"))
    let probes = zip(try run.numbers("probe"), try row("eta_sharpness")).filter { $1.isFinite }
    guard loss[Int(steps)] < loss[0] / 2 else { return probes.contains { $1 >= 1.9 } ? "dead" : "below" }
    let late = probes.filter { $0.0 >= steps / 5 }.map(\.1)
    guard let greatest = late.max() else { return "unknown" }
    return greatest >= 1.9 ? "edge" : "below"
  }

  private func found(_ run: Artifact) throws -> [String] {
    #expect(run["regime"]?.dimensions == ["learning_rate"])
    #expect(run["regime"]?.attributes["flag_meanings"] == .string(meanings.joined(separator: " ")))
    return try run.numbers("regime").map { meanings[Int($0)] }
  }

  @Test func `Small learning rates stay below the edge, larger ones reach it, the largest do not learn`() async throws {
    let run = try await train(
      "parameterization: SP\nweight_variance: 0.25\nlearning_rate: [0.0625, 1, 4, 16, 32, 1000]\nprobes: { every: 25 }"
    )
    let found = try found(run)
    for rate in found.indices { #expect(found[rate] == (try expected(run, rate))) }
    #expect(found[0] == "below" && found[1] == "edge" && found[2] == "edge")
    #expect(Set(found.suffix(2)).isSubset(of: ["dead", "diverged"]))
    // What the sharpness was before a loss left every bound is no summary of a run.
    for (regime, late) in zip(found, try run.numbers("late_eta_sharpness")) where regime == "diverged" {
      #expect(late.isNaN)
    }
  }

  @Test func `Of a run that ends with its loss the later part is that of its own length`() async throws {
    let run = try await train(
      "parameterization: muP\nweight_variance: 0.5\nlearning_rate: [0.25, 1]\ntarget_loss: 1e-2\nprobes: { every: 10 }"
    )
    #expect(try run.numbers("end") == [1, 1])
    #expect(try run.numbers("steps_taken").allSatisfy { $0 < 1500 })
    let found = try found(run)
    for rate in found.indices { #expect(found[rate] == (try expected(run, rate))) }
  }

  @Test func `What was not measured in the later part is not known`() async throws {
    let rates = "parameterization: SP\nweight_variance: 0.25\nlearning_rate: [1, 1000]\n"
    #expect(try found(await train(rates + "probes: [0]")) == ["unknown", "diverged"])
    #expect(try found(await train(rates + "probes: [0, 1400]")) == ["edge", "diverged"])
  }

  @Test func `A run that has not learned yet is below the edge if its learning rate is small`() async throws {
    let rates = "learning_rate: [0.001]\ntarget_loss: 1e-9\nprobes: { every: 100 }\n"
    #expect(try found(await train(rates + "parameterization: SP\nweight_variance: 0.25")) == ["below"])
  }
}
