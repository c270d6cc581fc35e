import Artifacts
import Planning
import Stages
import TestSupport
import Testing

@Suite struct UVKindsTests {
  private static let cases = """
    cases:
      - { name: state, start: { kappa: 1, target: 2, output: 0, trace: 1 } }
      - { name: network, network: { width: 12, input_dimension: 3, interpolation: 0.5, seed: 4 } }
    """

  @Test func `Trajectories put map and network side by side`() async throws {
    let artifact = try await StageRunner.artifact(
      "uv/trajectories",
      Self.cases + "\nlearning_rate: { values: [0.2, 1.1], relative_to: critical }\nsteps: 100"
    )
    #expect(artifact["trace"]?.dimensions == ["case", "learning_rate", "step"])
    #expect(artifact["trace"]?.shape == [2, 2, 101])
    #expect(artifact["case"]?.values == .string(["state", "network"]))
    // The first case at η = 0.55 is the reference trajectory.
    let (eta, trace) = (try artifact.numbers("eta"), try artifact.numbers("trace"))
    #expect(eta[1] == 0.55)
    #expect((trace[101 + 20] - 4.9825663784).magnitude < 1e-9)
    let network = try artifact.numbers("network_tangent_kernel")
    expectEqual(network, trace, within: .relative(1e-11))
    let (closed, measured) = (try artifact.numbers("sharpness"), try artifact.numbers("network_sharpness"))
    expectEqual(measured, closed, within: .relative(1e-10))
    #expect(artifact["regime"]?.attributes["flag_meanings"]?.text?.contains("edge-of-stability") == true)
    #expect(try artifact.numbers("outcome") == [0, 1, 0, 1])
  }

  @Test func `Threads do not change a bit of the trajectories`() async throws {
    let with = Self.cases + "\nlearning_rate: { values: [0.2, 0.7, 1.1], relative_to: critical }\nsteps: 50"
    let alone = try await StageRunner.artifact("uv/trajectories", with).address
    #expect(try await StageRunner.artifact("uv/trajectories", with, threads: 7).address == alone)
  }

  @Test func `A fit of recorded trajectories gives back the model`() async throws {
    let recorded = try await StageRunner.artifact(
      "uv/trajectories",
      Self.cases + "\nlearning_rate: { values: [0.2, 1.1], relative_to: critical }\nsteps: 60"
    )
    let fit = try await StageRunner.artifact("uv/fit", "{}", inputs: ["trajectory": recorded])
    #expect(
      fit["series"]?.values
        == .string([
          "case=state, learning_rate=0.2", "case=state, learning_rate=1.1", "case=network, learning_rate=0.2",
          "case=network, learning_rate=1.1",
        ])
    )
    let kappa = try recorded.numbers("kappa")
    let expected = [kappa[0], kappa[0], kappa[1], kappa[1]]
    expectEqual(try fit.numbers("kappa"), expected, within: .relative(1e-8))
    expectEqual(try fit.numbers("ratio"), [0.2, 1.1, 0.2, 1.1], within: 1e-8)
  }

  @Test func `A fit of something else has the status not-UV`() async throws {
    var input = Artifact()
    try input.add(Variable(.float64([1, 1, 1, 1]), over: [("step", 4)]), as: "residual")
    try input.add(Variable(.float64([1, 2, 4, 8]), over: [("step", 4)]), as: "trace")
    try input.add(Variable(.float64([0.1])), as: "eta")
    let fit = try await StageRunner.artifact("uv/fit", "{}", inputs: ["trajectory": input])
    #expect(try fit.numbers("status") != [0])
    #expect(try fit.numbers("kappa")[0].isNaN)
  }

  @Test func `Fixed points of closed form and of Newton's method are the same`() async throws {
    let artifact = try await StageRunner.artifact(
      "uv/fixed-points",
      "learning_rate: { values: [0.8, 1.1, 1.6], relative_to: critical }"
    )
    #expect(artifact["trace"]?.shape == [3, 4])
    #expect(try artifact.numbers("distance").allSatisfy { $0 < 1e-12 })
    #expect(try artifact.numbers("newton_defect").allSatisfy { $0 < 1e-12 })
    #expect(try artifact.numbers("newton_strangers") == [0, 0, 0])
  }

  @Test func `The bifurcation diagram locates the flips and the onset`() async throws {
    let artifact = try await StageRunner.artifact(
      "uv/bifurcation",
      "{ ratio: [1.1, 1.25, 1.4, 2.1], steps: 4000, value: { from: 0, to: 8, count: 81 } }"
    )
    #expect(try artifact.numbers("period") == [2, 4, 0, -1])
    let flips = [1, 1.2360679775, 1.2880317545, 1.2992279397, 1.3016289140]
    #expect(artifact["flip"]?.shape == [8])
    expectEqual(Array(try artifact.numbers("flip").prefix(5)), flips, within: 1e-9)
    #expect((try artifact.numbers("onset")[0] - 1.3022834627).magnitude < 1e-7)
    #expect(artifact["density"]?.shape == [81, 4])
    #expect(artifact["orbit_eta_trace"]?.shape == [4, 4])
  }

  @Test func `The phase diagram's rule and simulation agree, and its border is where the rule changes`() async throws {
    let artifact = try await StageRunner.artifact(
      "uv/phase-diagram",
      """
      learning_rate: { from: 0.05, to: 2.2, count: 80, relative_to: critical }
      initial: { from: 0.05, to: 8, count: 60 }
      """
    )
    #expect(try artifact.numbers("disagreements_inside") == [0])
    #expect(try artifact.numbers("agreement")[0] > 0.97)
    let (rates, border) = (try artifact.numbers("learning_rate"), try artifact.numbers("divergence_border"))
    let exact = try artifact.numbers("exact")
    for row in border.indices {
      for column in rates.indices {
        #expect((exact[row * rates.count + column] == 2) == (rates[column] >= border[row]))
      }
    }
  }

  @Test func `Rows of weight variances stand for their expected trace`() async throws {
    let artifact = try await StageRunner.artifact(
      "uv/phase-diagram",
      """
      learning_rate: { values: [0.5], relative_to: critical }
      initial: { from: 0.25, to: 1, count: 4 }
      quantity: weight_variance
      input_norm: 2
      steps: 160
      """
    )
    #expect(try artifact.numbers("initial_trace") == [2, 4, 6, 8])
  }

  @Test func `Rows between NTP and muP have their own critical learning rate`() async throws {
    let artifact = try await StageRunner.artifact(
      "uv/phase-diagram",
      """
      model: { target: 2 }
      learning_rate: { from: 0.3, to: 20, count: 40, spacing: log, relative_to: trace }
      initial: { from: 0, to: 1, count: 21 }
      quantity: interpolation
      width: 64
      weight_variance: 1
      """
    )
    #expect(try artifact.numbers("disagreements_inside") == [0])
    #expect(try artifact.numbers("initial_trace").allSatisfy { $0 == 2 })
    let (critical, border) = (try artifact.numbers("critical"), try artifact.numbers("divergence_border"))
    // c of eta_c is lambda_0/(kappa y), with kappa = 1/8 in NTP and 1 in muP; the border is c = 4 - r^2, r = c/c_c.
    for (place, expected) in [(0, 8.0), (10, 8.0.squareRoot()), (20, 1)] {
      #expect((critical[place] / expected - 1).magnitude < 1e-14)
    }
    let ratios = zip(border, critical).map { $0 / $1 }
    expectEqual(border, ratios.map { 4 - $0 * $0 }, within: 1e-12)
  }

  @Test func `The portrait's trajectories and triangle are those of the map`() async throws {
    let artifact = try await StageRunner.artifact(
      "uv/phase-portrait",
      """
      learning_rate: { values: [0.8, 2.5], relative_to: critical }
      residual: { from: -4, to: 4, count: 9 }
      trace: { from: 0, to: 10, count: 5 }
      starts: [{ residual: -2, trace: 1 }]
      steps: 10
      """
    )
    #expect(artifact["direction_trace"]?.dimensions == ["learning_rate", "trace", "residual"])
    #expect(artifact["trajectory_trace"]?.shape == [2, 1, 11])
    #expect(try artifact.numbers("basin_trace")[2] == 4 / 0.4 - 4)
    #expect(try artifact.numbers("basin_trace")[3].isNaN)
  }

  @Test func `A spectrum of the edge of stability lies near one half`() async throws {
    let recorded = try await StageRunner.artifact(
      "uv/trajectories",
      "cases: [{ name: a, start: {} }]\nlearning_rate: { values: [1.1, 1.2], relative_to: critical }\nsteps: 3000"
    )
    let artifact = try await StageRunner.artifact(
      "spectrum",
      "{ variable: eta_sharpness, skip: 900, segment: 1024 }",
      inputs: ["series": recorded]
    )
    #expect(try artifact.numbers("share_near_half").allSatisfy { $0 >= 0.95 })
    #expect(artifact["power"]?.shape == [2, 513])
    #expect(try artifact.numbers("segments") == [3])
  }

  @Test func `A series that is too short is refused with the numbers`() async throws {
    var input = Artifact()
    try input.add(Variable(.float64([1, 2, 3]), over: [("step", 3)]), as: "x")
    let error = await #expect(throws: StageFailure.self) {
      try await StageRunner.artifact("spectrum", "{ variable: x, skip: 1, segment: 8 }", inputs: ["series": input])
    }
    #expect(error?.description == "2 values are left after skipping 1, fewer than a segment of 8")
  }
}
