import Artifacts
import Configuration
import Planning
import Stages
import TestSupport
import Testing

@Suite struct CorrelationStageTests {
  /// Two runs of six times: y follows x until the third series exceeds 1.9, and turns around then; in the second never.
  private func runs() throws -> Artifact {
    var artifact = Artifact()
    let (rate, probe) = ((name: "rate", length: 2), (name: "probe", length: 6))
    try artifact.add(Variable(.float64([0.1, 0.2]), over: [rate]), as: "rate")
    try artifact.add(Variable(.float64((0..<6).map(Double.init)), over: [probe]), as: "probe")
    try artifact.add(Variable(.float64([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, .nan, .nan]), over: [rate, probe]), as: "norm")
    try artifact.add(
      Variable(.float64([2, 4, 6, 9, 8, 7, 3, 2, 1, 0, 5, 5]), over: [rate, probe]),
      as: "sharpness"
    )
    try artifact.add(
      Variable(.float64([1, .nan, 1.9, 2, 1, 3, 1, 1, 1, 1, .nan, .nan]), over: [rate, probe]),
      as: "edge"
    )
    try artifact.add(Variable(.float64([1, 2]), over: [rate]), as: "final")
    return artifact
  }

  @Test func `Each series has coefficients before and after the third exceeds its value`() async throws {
    let result = try await StageRunner.artifact(
      "correlation",
      "{ x: norm, y: sharpness, until: { variable: edge, above: 1.9 } }",
      inputs: ["series": runs()]
    )
    #expect(result["pearson"]?.dimensions == ["rate"])
    #expect(try result.numbers("rate") == [0.1, 0.2])
    #expect(try result.numbers("count") == [3, 4])
    #expect(try result.numbers("count_after") == [3, 0])
    #expect(try result.numbers("reached") == [1, 0])
    #expect(try result.numbers("spearman") == [1, -1])
    expectEqual(try result.numbers("pearson"), [1, -1], within: 1e-15)
    #expect(try result.numbers("spearman_after")[0] == -1)
    #expect(try result.numbers("spearman_after")[1].isNaN)
  }

  @Test func `Where the value must be exceeded, a series that never does has no coefficients`() async throws {
    let result = try await StageRunner.artifact(
      "correlation",
      "{ x: norm, y: sharpness, until: { variable: edge, above: 1.9, required: true } }",
      inputs: ["series": runs()]
    )
    #expect(try result.numbers("count") == [3, 0])
    #expect(try result.numbers("count_after") == [3, 0])
    #expect(try result.numbers("pearson")[1].isNaN)
  }

  @Test func `Without a division there is one coefficient for all of the time`() async throws {
    let result = try await StageRunner.artifact(
      "correlation",
      "{ x: norm, y: sharpness, least: 5 }",
      inputs: ["series": runs()]
    )
    #expect(Set(result.variables.keys) == ["rate", "pearson", "spearman", "count"])
    #expect(try result.numbers("count") == [6, 4])
    #expect(try result.numbers("pearson")[1].isNaN)
  }

  @Test(arguments: [
    ("x: final, y: sharpness", "different dimensions"), ("x: norm, y: loss", "no variable 'loss'"),
    ("x: norm, y: sharpness, until: { variable: final, above: 1 }", "different dimensions"),
  ])
  func `Series that do not belong together are refused`(with: String, message: String) async throws {
    let artifact = try runs()
    let error = await #expect(throws: StageFailure.self) {
      try await StageRunner.artifact("correlation", "{ \(with) }", inputs: ["series": artifact])
    }
    #expect(error?.description.contains(message) == true)
  }

  @Test func `A coefficient that the parameters do not make is refused before anything runs`() throws {
    func complaint(_ take: String, _ with: String) throws -> String {
      let text = """
        pipeline: test
        stages:
          data: { kind: data/synthetic, with: { examples: 20, dimension: 6, classes: 3 } }
          train: { kind: train, inputs: { data: data }, matrix: { seed: [0, 1] }, with: { learning_rate: [1], seed: "${{ matrix.seed }}" } }
          same: { kind: correlation, inputs: { series: train }, with: { \(with) } }
          taken: { kind: arrays, inputs: { run: same }, with: { take: { a: "run/\(take)" } } }
        """
      return try StageRunner.complaint(aboutPipeline: text)
    }
    let divided = "x: squared_weight_norm, y: sharpness, until: { variable: eta_sharpness, above: 1.9 }"
    #expect(try complaint("pearson_after[seed=1]", divided) == "")
    #expect(try complaint("pearson_after", "x: squared_weight_norm, y: sharpness").contains("pearson_after"))
    #expect(
      try complaint("pearson", "x: squared_weight_norm, y: loss").contains(
        "'loss' runs along seed, learning_rate, step"
      )
    )
    #expect(
      try complaint("pearson", "x: squared_weight_norms, y: sharpness").contains("did you mean 'squared_weight_norm'?")
    )
  }
}
