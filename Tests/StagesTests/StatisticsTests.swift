import Artifacts
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
}
