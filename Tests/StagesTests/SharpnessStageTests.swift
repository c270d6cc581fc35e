import Artifacts
import Configuration
import Planning
import Stages
import TestSupport
import Testing

@Suite struct SharpnessStageTests {
  private let training = """
    depth: 3
    width: 8
    activation: tanh
    weight_variance: 0.5
    learning_rate: [0.5, 1, 1000]
    steps: 40
    probes: { every: 20 }
    tolerance: 1e-8
    maximum_products: 2000
    precision: float64
    """

  private func data(seed: Int = 4) async throws -> Artifact {
    try await StageRunner.artifact("data/synthetic", "{ examples: 20, dimension: 6, classes: 3, seed: \(seed) }")
  }

  private let everything = """
    count: 3
    tolerance: 1e-8
    trace_samples: 100
    density: { directions: 3, steps: 25, points: 300 }
    """

  @Test func `What is found at kept parameters is what the training found there`() async throws {
    let data = try await data()
    let run = try await StageRunner.artifact(
      "train",
      training + "\nkeep: { every: 20 }\ntrace: { every: 20 }\ntrace_samples: 100",
      inputs: ["data": data]
    )
    let found = try await StageRunner.artifact("sharpness", everything, inputs: ["run": run, "data": data])
    #expect(try found.numbers("kept") == [0, 20, 40])
    #expect(try found.numbers("eta") == run.numbers("eta"))
    #expect(found["eigenvalue"]?.dimensions == ["learning_rate", "kept", "rank"])
    let (ours, theirs) = (try found.numbers("eigenvalue"), try run.numbers("sharpness"))
    for place in 0..<6 {
      #expect((ours[place * 3] / theirs[place] - 1).magnitude < 1e-12)
      #expect(ours[place * 3] >= ours[place * 3 + 1] && ours[place * 3 + 1] >= ours[place * 3 + 2])
    }
    // The same signs: those of the seed and the step.
    let traces = try found.numbers("trace")
    expectEqual(traces.prefix(6), try run.numbers("trace").prefix(6), within: .relative(1e-12))
    // The third run diverged before step 20: its start alone is known.
    #expect(ours[6 * 3].isFinite && ours[7 * 3].isNaN && ours[8 * 3].isNaN)

    let (grid, density) = (try found.numbers("curvature"), try found.numbers("density"))
    #expect(found["density"]?.shape == [3, 3, 300])
    for place in 0..<6 {
      let values = density[place * 300..<place * 300 + 300]
      #expect((values.reduce(0, +) * (grid[1] - grid[0]) - 1).magnitude < 1e-3)
    }
    // The mean of the nodes is the trace over the number of parameters, within the errors of both estimates.
    let (node, weight) = (try found.numbers("node"), try found.numbers("weight"))
    let numbers = found["node"]?.shape[3] ?? 0
    let parameters = Double(run["parameters"]?.shape[2] ?? 0)
    for place in 0..<6 {
      let first = place * 3 * numbers
      let mean = (first..<first + 3 * numbers).reduce(0.0) { $0 + (node[$1].isNaN ? 0 : node[$1] * weight[$1]) } / 3
      let error = try found.numbers("trace_error")[place] * (100.0 / 3).squareRoot()
      #expect((mean * parameters - traces[place]).magnitude < 4 * error)
    }
  }

  @Test func `Threads change nothing, and a learning rate has its result whichever others there are`() async throws {
    let data = try await data()
    let run = try await StageRunner.artifact("train", training + "\nkeep: [0, 40]", inputs: ["data": data])
    let inputs = ["run": run, "data": data]
    let alone = try await StageRunner.artifact("sharpness", everything, inputs: inputs)
    let together = try await StageRunner.artifact("sharpness", everything, inputs: inputs, threads: 3)
    #expect(alone.address == together.address)
    let one = try await StageRunner.artifact(
      "train",
      training.replacing("[0.5, 1, 1000]", with: "[1]") + "\nkeep: [0, 40]",
      inputs: ["data": data]
    )
    let other = try await StageRunner.artifact("sharpness", everything, inputs: ["run": one, "data": data])
    #expect(try other.numbers("eigenvalue") == Array(alone.numbers("eigenvalue")[6..<12]))
  }

  @Test func `Runs that keep nothing and other data are refused`() async throws {
    let data = try await data()
    let plain = try await StageRunner.artifact("train", training, inputs: ["data": data])
    await #expect(throws: StageFailure.self) {
      try await StageRunner.artifact("sharpness", "{}", inputs: ["run": plain, "data": data])
    }
    let run = try await StageRunner.artifact("train", training + "\nkeep: [0]", inputs: ["data": data])
    let others = try await self.data(seed: 5)
    let failure = await #expect(throws: StageFailure.self) {
      try await StageRunner.artifact("sharpness", "{}", inputs: ["run": run, "data": others])
    }
    #expect(failure.map { "\($0)".contains("trained on other data") } == true)
    // A file that someone wrote: an attribute that is no training.
    var forged = run
    forged.attributes["training"] = .string("{ depth: [")
    await #expect(throws: StageFailure.self) {
      try await StageRunner.artifact("sharpness", "{}", inputs: ["run": forged, "data": data])
    }
  }

  @Test(arguments: [
    ("train: { kind: train, inputs: { data: data }, with: { learning_rate: [1] } }", "(train) keeps no parameters"),
    ("train: { kind: data/synthetic, with: { examples: 9, dimension: 2, classes: 3 } }", "is no training"),
    (
      """
      train:
          kind: train
          matrix: { seed: [1, 2] }
          inputs: { data: data }
          with: { learning_rate: [1], keep: [0], seed: "${{ matrix.seed }}" }
      """, "is a sweep over seed"
    ),
  ])
  func `A run that does not fit is refused before anything runs`(train: String, message: String) throws {
    let text = """
      pipeline: test
      stages:
        data: { kind: data/synthetic, with: { examples: 20, dimension: 6, classes: 3 } }
        spectrum: { kind: sharpness, inputs: { run: train, data: data } }
        \(train)
      """
    let node = try YAMLParser.parse(Array(text.utf8), name: "test.yaml")
    let error = try #require(throws: (any Error).self) { try Pipeline(node, choices: .init(), kinds: .all) }
    #expect("\(error)".contains(message), "\(error)")
    #expect("\(error)".contains("test.yaml:4:"))
  }
}
