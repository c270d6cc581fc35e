import Artifacts
import Configuration
import Planning
import Stages
import Testing

@Suite struct StatisticsTests {
  private func input() throws -> Artifact {
    var artifact = Artifact()
    let (seed, step) = ((name: "seed", length: 3), (name: "step", length: 2))
    try artifact.add(Variable(.float64([0, 1]), over: [step]), as: "step")
    try artifact.add(Variable(.float64([1, 10, 2, .nan, 6, 30]), over: [seed, step], units: "m"), as: "loss")
    try artifact.add(Variable(.float64([1, 2, 3]), over: [seed]), as: "final")
    return artifact
  }

  @Test func `Statistics over a dimension leave the others and their coordinates`() async throws {
    let result = try await StageRunner.artifact("statistics", "{ over: [seed] }", inputs: ["data": try input()])
    #expect(result["loss_mean"]?.dimensions == ["step"])
    #expect(result["loss_mean"]?.units == "m")
    #expect(try result.numbers("loss_mean") == [3, 20])
    #expect(try result.numbers("loss_standard_deviation") == [Double(7).squareRoot(), Double(200).squareRoot()])
    #expect(try result.numbers("loss_least") == [1, 10])
    #expect(try result.numbers("loss_greatest") == [6, 30])
    #expect(try result.numbers("loss_count") == [3, 2])
    #expect(try result.numbers("final_mean") == [2])
    #expect(try result.numbers("step") == [0, 1])
  }

  @Test func `Only the named arrays are taken`() async throws {
    let result = try await StageRunner.artifact(
      "statistics",
      "{ over: [seed], variables: [final] }",
      inputs: ["data": try input()]
    )
    #expect(result["loss_mean"] == nil)
    #expect(result["final_mean"] != nil)
  }

  @Test func `A dimension that no array has is refused`() async throws {
    let artifact = try input()
    let error = await #expect(throws: StageFailure.self) {
      try await StageRunner.artifact("statistics", "{ over: [seeds] }", inputs: ["data": artifact])
    }
    #expect(error?.description == "no array of the input has the dimensions seeds")
  }

  /// Two rates by three seeds: a label, and one that is missing.
  private func labels() throws -> Artifact {
    var artifact = Artifact()
    let (rate, seed) = ((name: "rate", length: 2), (name: "seed", length: 3))
    try artifact.add(Variable(.float64([0.5, 1]), over: [rate]), as: "rate")
    var regime = try Variable(.int8([0, 2, 2, 1, 1, -1]), over: [rate, seed])
    regime.attributes["flag_values"] = .list(.int8([0, 1, 2]))
    regime.attributes["flag_meanings"] = .string("below edge dead")
    try artifact.add(regime, as: "regime")
    return artifact
  }

  @Test func `For labels it counts how often each occurs, and finds the most frequent`() async throws {
    let result = try await StageRunner.artifact("statistics", "{ over: [seed] }", inputs: ["data": try labels()])
    #expect(result["regime_count"]?.dimensions == ["rate", "regime"])
    #expect(result["regime"]?.values == .string(["below", "edge", "dead"]))
    #expect(try result.numbers("regime_count") == [1, 0, 2, 0, 2, 0])
    #expect(try result.numbers("regime_share") == [1.0 / 3, 0, 2.0 / 3, 0, 1, 0])
    #expect(result["regime_mode"]?.dimensions == ["rate"])
    #expect(try result.numbers("regime_mode") == [2, 1])
    #expect(result["regime_mode"]?.attributes["flag_meanings"] == .string("below edge dead"))
    #expect(try result.numbers("rate") == [0.5, 1])
  }

  @Test func `Only the meanings that are named count`() async throws {
    let result = try await StageRunner.artifact(
      "statistics",
      "{ over: [seed], among: [edge, dead] }",
      inputs: ["data": try labels()]
    )
    #expect(try result.numbers("regime_share") == [0, 0, 1, 0, 1, 0])
    let none = try await StageRunner.artifact(
      "statistics",
      "{ over: [rate, seed], among: [below] }",
      inputs: ["data": try labels()]
    )
    #expect(try none.numbers("regime_count") == [1, 0, 0])
    #expect(try none.numbers("regime_mode") == [0])
  }

  @Test func `Where no label counts there is no share and no label`() async throws {
    let result = try await StageRunner.artifact(
      "statistics",
      "{ over: [seed], among: [below] }",
      inputs: ["data": try labels()]
    )
    #expect(try result.numbers("regime_mode") == [0, -1])
    #expect(try result.numbers("regime_share").suffix(3).allSatisfy(\.isNaN))
  }

  @Test func `Claims may name the share of a label, and mistakes in it are reported before anything runs`() throws {
    func complaint(_ among: String, _ element: String) throws -> String {
      let text = """
        pipeline: test
        stages:
          data: { kind: data/synthetic, with: { examples: 20, dimension: 6, classes: 3 } }
          train: { kind: train, inputs: { data: data }, matrix: { seed: [0, 1] }, with: { learning_rate: [1, 2], seed: "${{ matrix.seed }}" } }
          shares: { kind: statistics, inputs: { data: train }, with: { over: [seed], variables: [regime], among: \(among) } }
          taken: { kind: arrays, inputs: { s: shares }, with: { take: { a: "s/\(element)" } } }
        """
      return try StageRunner.complaint(aboutPipeline: text)
    }
    #expect(try complaint("[slow, edge]", "regime_share[regime=edge]") == "")
    #expect(try complaint("[slow, edges]", "regime_share").contains("did you mean 'edge'?"))
    #expect(try complaint("[edge]", "regime_mean").contains("regime_mean"))
  }
}
