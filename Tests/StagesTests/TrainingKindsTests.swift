import Artifacts
import Planning
import Stages
import TestSupport
import Testing

@Suite struct TrainingKindsTests {
  private func data() async throws -> Artifact {
    try await StageRunner.artifact("data/synthetic", "{ examples: 30, dimension: 12, classes: 3, seed: 4 }")
  }

  private let small = """
    depth: 3
    width: 10
    activation: tanh
    weight_variance: 0.5
    learning_rate: [0.5, 1, 1000]
    steps: 40
    probes: { every: 10 }
    precision: float64
    """

  @Test func `A training has its labels, learning rates in units of the first sharpness, and nothing after its end`()
    async throws
  {
    let run = try await StageRunner.artifact("train", small, inputs: ["data": data()])
    #expect(run["loss"]?.shape == [3, 41])
    #expect(run["sharpness"]?.shape == [3, 5])
    #expect(try run.numbers("probe") == [0, 10, 20, 30, 40])
    let initial = try run.numbers("initial_sharpness")[0]
    let (eta, loss) = (try run.numbers("eta"), try run.numbers("loss"))
    expectEqual(eta.map { $0 * initial }, [0.5, 1, 1000], within: .relative(1e-15))
    for rate in 0..<3 { #expect(loss[rate * 41] == loss[0]) }
    #expect(loss[40] < loss[0])
    // Three hundred times the critical rate: the loss explodes, and the run is over.
    let taken = try run.numbers("steps_taken")
    #expect(taken[0] == 40 && taken[2] < 40)
    #expect(try run.numbers("end") == [0, 0, 2])
    #expect(loss[82..<123].last?.isNaN == true)
    let sharpness = try run.numbers("sharpness")
    #expect((sharpness[0] / initial - 1).magnitude < 1e-15)
    let residual = try run.numbers("sharpness_residual")
    #expect(sharpness.count == residual.count && sharpness.contains { !$0.isNaN })
    for (value, residual) in zip(sharpness, residual) where !value.isNaN { #expect(residual <= 1e-3 * value) }
  }

  @Test func `The number of classes is that of the data set, whatever labels the examples have`() async throws {
    // Three examples cannot have all of ten classes.
    let data = try await StageRunner.artifact("data/synthetic", "{ examples: 3, dimension: 12, classes: 10, seed: 1 }")
    let label = try #require(data["label"])
    #expect(label.attributes["flag_values"]?.values.doubles?.count == 10)
    let highest = try #require(label.values.doubles?.max())
    try #require(highest < 9)
    func loss(classes: Int?) async throws -> Double {
      var copy = Artifact()
      try copy.add(try #require(data["input"]), as: "input")
      var labels = label
      labels.attributes["flag_values"] = classes.map { .list(.int8([Int8](0..<Int8($0)))) }
      try copy.add(labels, as: "label")
      return try await StageRunner.artifact("train", small, inputs: ["data": copy]).numbers("loss")[0]
    }
    let declared = try await StageRunner.artifact("train", small, inputs: ["data": data]).numbers("loss")[0]
    #expect(try await loss(classes: 10) == declared)
    // Labels without classes of their own have those that occur.
    #expect(try await loss(classes: nil) == loss(classes: Int(highest) + 1))
    #expect(try await loss(classes: nil) != declared)
    await #expect(throws: StageFailure.self) { try await loss(classes: Int(highest)) }
  }

  @Test func `Neither threads nor the other learning rates change a bit of a run`() async throws {
    let data = try await data()
    let alone = try await StageRunner.artifact("train", small, inputs: ["data": data])
    for threads in [2, 5] {
      let other = try await StageRunner.artifact("train", small, inputs: ["data": data], threads: threads)
      #expect(other.address == alone.address)
    }
    let fewer = try await StageRunner.artifact(
      "train",
      small.replacing("[0.5, 1, 1000]", with: "[1]"),
      inputs: ["data": data]
    )
    let losses = try alone.numbers("loss")
    #expect(try fewer.numbers("loss") == Array(losses[41..<82]))
  }

  @Test func `Data that do not fit are refused`() async throws {
    let strange = try await StageRunner.artifact(
      "uv/trajectories",
      "{ cases: [{ name: a, start: {} }], learning_rate: 1, steps: 3 }"
    )
    await #expect(throws: StageFailure.self) {
      try await StageRunner.artifact("train", small, inputs: ["data": strange])
    }
  }

  @Test(arguments: [
    ("learning_rate: [0]", "learning rates are positive"),
    ("learning_rate: [1]\nparameterization: muP\nbias: true", "hidden biases would move as 1/width"),
    ("learning_rate: [1]\ndepth: 1", "must be between 2 and 64"),
    ("learning_rate: [1]\nparameterization: MUP", "muP"),
    ("learning_rate: [1, 2, 3]\nsteps: 9000000", "at most 20 million"),
    ("width: 3", "'learning_rate' is missing"),
  ])
  func `Mistakes are reported before anything runs`(with: String, message: String) throws {
    #expect(try StageRunner.complaint("train", with).contains(message))
  }

  @Test func `A synthetic data set is its seed's, and says what its labels are`() async throws {
    let (first, again) = (try await data(), try await data())
    #expect(first.address == again.address)
    #expect(first["input"]?.shape == [30, 12])
    #expect(Set(try first.numbers("label")) == [0, 1, 2])
  }
}
