import Artifacts
import Configuration
import Planning
import Stages
import Testing

/// The probes of `train`, each on its schedule.
@Suite struct TrainingProbesTests {
  private func data() async throws -> Artifact {
    try await StageRunner.artifact("data/synthetic", "{ examples: 20, dimension: 6, classes: 3, seed: 4 }")
  }

  private let small = """
    depth: 3
    width: 8
    activation: tanh
    weight_variance: 0.5
    learning_rate: [0.5, 1]
    steps: 40
    probes: { every: 10 }
    precision: float64
    """

  @Test func `A probe that is not asked for leaves no array, and the others as they are`() async throws {
    let data = try await data()
    let plain = try await StageRunner.artifact("train", small, inputs: ["data": data])
    let names = Set(plain.variables.keys)
    let others = [
      "top_eigenvalues", "rank", "trace", "ntk", "target_kernel", "target_length", "step_curvature", "norm_step",
    ]
    for name in others { #expect(!names.contains(name)) }
    #expect(plain["gradient_norm"]?.dimensions == ["learning_rate", "probe"])
    let probed = try await StageRunner.artifact(
      "train",
      small + "\ntrace: { every: 20 }\nntk: [0, 3]\ntarget_kernel: [0]\ntop_eigenvalues: { from: 2, to: 4 }",
      inputs: ["data": data]
    )
    for (name, variable) in plain.variables { #expect(probed[name] == variable) }
  }

  @Test func `Each probe has its steps as a dimension`() async throws {
    let run = try await StageRunner.artifact(
      "train",
      small + """

        norms: { every: 8 }
        accuracy: [1, 2]
        top_eigenvalues: { every: 20 }
        top_eigenvalue_count: 3
        trace: { every: 40 }
        trace_samples: 50
        ntk: { from: 5, to: 7 }
        target_kernel: { from: 2, to: 4 }
        curvature: { per_decade: 1 }
        """,
      inputs: ["data": data()]
    )
    #expect(try run.numbers("probe") == [0, 10, 20, 30, 40])
    let expected: [(steps: String, values: [Double], arrays: [String])] = [
      ("norm_step", [0, 8, 16, 24, 32, 40], ["gradient_norm", "squared_weight_norm"]),
      ("accuracy_step", [1, 2], ["accuracy"]),
      ("eigenvalue_step", [0, 20, 40], ["top_eigenvalues", "top_eigenvalue_residual"]),
      ("trace_step", [0, 40], ["trace", "trace_error"]),
      ("ntk_step", [5, 6, 7], ["ntk", "ntk_residual", "ntk_products"]),
      ("target_step", [2, 3, 4], ["target_residual", "target_kernel", "target_share"]),
      ("curvature_step", [0, 1, 10], ["gradient_curvature", "step_curvature"]),
    ]
    for probe in expected {
      #expect(try run.numbers(probe.steps) == probe.values)
      for name in probe.arrays {
        let isRanked = probe.steps == "eigenvalue_step"
        #expect(run[name]?.dimensions == ["learning_rate", probe.steps] + (isRanked ? ["rank"] : []))
        #expect(try run.numbers(name).allSatisfy(\.isFinite), "\(name)")
      }
    }
    #expect(try run.numbers("rank") == [1, 2, 3])
    // One-hot: a third of the targets is 1.
    #expect((try run.numbers("target_length")[0] - (1.0 / 3).squareRoot()).magnitude < 1e-15)
    #expect(run["top_eigenvalue_products"]?.shape == [2, 3])
    // The largest of them is the sharpness, to the tolerance's square over the gap; they go down with the rank.
    let (top, sharpness) = (try run.numbers("top_eigenvalues"), try run.numbers("sharpness"))
    for (place, probe) in [0, 2, 4].enumerated() {
      #expect((top[place * 3] / sharpness[probe] - 1).magnitude < 1e-3)
      #expect(top[place * 3] >= top[place * 3 + 1] && top[place * 3 + 1] >= top[place * 3 + 2])
    }
    let (trace, error) = (try run.numbers("trace"), try run.numbers("trace_error"))
    #expect(trace.count == error.count && !trace.isEmpty)
    for (trace, error) in zip(trace, error) { #expect(error > 0 && error < 0.2 * trace) }
    // Gradient descent without momentum on all examples goes along the gradient.
    #expect(run["gradient_curvature"]?.values == run["step_curvature"]?.values)
  }

  @Test func `Targets that are zero have no direction`() async throws {
    var data = Artifact()
    try data.add(Variable(.float64([1, 2, 3, 4]), over: [("example", 2), ("feature", 2)]), as: "input")
    try data.add(Variable(.float64([0, 0]), over: [("example", 2), ("output", 1)]), as: "target")
    await #expect(throws: StageFailure.self) {
      try await StageRunner.artifact("train", small + "\ntarget_kernel: [0]", inputs: ["data": data])
    }
    _ = try await StageRunner.artifact("train", small, inputs: ["data": data])
  }

  @Test func `A window may have a stride, and joins what else is given`() async throws {
    let run = try await StageRunner.artifact(
      "train",
      small.replacing("every: 10", with: "every: 15, from: 2, to: 12, stride: 4"),
      inputs: ["data": data()]
    )
    #expect(try run.numbers("probe") == [0, 2, 6, 10, 15, 30])
  }

  @Test func `Each sharpness has an upper bound, within a factor of four after a search from a random start`()
    async throws
  {
    let run = try await StageRunner.artifact("train", small, inputs: ["data": data()])
    let (value, upper) = (try run.numbers("sharpness"), try run.numbers("sharpness_upper"))
    #expect(run["sharpness_upper"]?.dimensions == ["learning_rate", "probe"])
    #expect(value.count == upper.count && value.count == 10)
    for (value, upper) in zip(value, upper) { #expect(upper >= value && upper.isFinite) }
    for start in [0, 5] { #expect(upper[start] < 4 * value[start]) }
  }

  @Test func `A figure of a probe that is not taken is refused before anything runs`() throws {
    let text = """
      pipeline: test
      stages:
        data: { kind: data/synthetic, with: { examples: 20, dimension: 6, classes: 3 } }
        train: { kind: train, inputs: { data: data }, with: { learning_rate: [1], ntk: [0] } }
        one: { kind: arrays, inputs: { run: train }, with: { take: { a: run/ntk } } }
        two: { kind: arrays, inputs: { run: train }, with: { take: { a: run/trace } } }
      """
    let node = try YAMLParser.parse(Array(text.utf8), name: "test.yaml")
    let error = try #require(throws: (any Error).self) { try Pipeline(node, choices: .init(), kinds: .all) }
    #expect("\(error)".contains("test.yaml:6:"))
    #expect(!"\(error)".contains("test.yaml:5:"))
  }

  @Test(arguments: [
    ("top_eigenvalue_count: 0", "must be between 1 and 100"), ("trace_samples: 1", "must be between 2 and"),
    ("trace: { every: 0 }", "must be"), ("ntk: { from: 4 }", "'from' needs a 'to'"),
    ("target_kernel: [0]\nloss: cross-entropy", "it takes the loss 'mse'"),
    ("tolerance_of: error", "leave it out: the tolerance is that of the residual"),
    ("ntk: { stride: 4 }", "'stride' is for the window"),
    ("ntk: { from: 4, to: 10, stride: 0 }", "must be"),
    ("ntk: { from: 0, to: 9000000, stride: 2 }", "more than a million steps"),
  ])
  func `Mistakes are reported before anything runs`(with: String, message: String) throws {
    #expect(try StageRunner.complaint("train", "learning_rate: [1]\n" + with).contains(message))
  }
}
