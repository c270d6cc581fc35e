import Dynamics
import Tensors
import Testing

@Suite struct UVModelTests {
  private let model = UVModel(kappa: 1, target: 2)

  /// The reference trajectories: κ = 1, y = 2, f0 = 0, λ0 = 1.
  @Test(arguments: [
    (0.1, 1, -1.8, 1.04), (0.1, 5, -0.9469659589, 2.2805476535), (0.1, 10, -0.1471285922, 3.803911422),
    (0.1, 20, -0.0008519071, 4.0893855855), (0.1, 1000, 0, 4.0910514616),
    (0.55, 1, -0.9, 2.21), (0.55, 5, -0.6657610634, 2.6712182719), (0.55, 10, 0.4917631255, 4.983976228),
    (0.55, 20, 0.4912591041, 4.9825663784), (0.55, 1000, 0.4911931125, 4.982386225),
  ])
  func `Reference trajectories come out`(eta: Double, step: Int, residual: Double, trace: Double) {
    let start = model.state(output: 0, trace: 1)
    let state = model.trajectory(from: start, learningRate: eta, count: step)[step]
    // The references have ten decimals.
    #expect((state.residual - residual).magnitude < 1e-10)
    #expect((state.trace - trace).magnitude < 1e-9)
  }

  private func randomStates(_ count: Int) -> [(model: UVModel, state: UVModel.State, eta: Double)] {
    var random = RandomStream(seed: 21, "states")
    return (0..<count).map { _ in
      let model = UVModel(kappa: random.uniform(in: 0.1...2), target: random.uniform(in: 0.2...3))
      let output = random.uniform(in: -3...3)
      let trace = 2 * model.kappa * output.magnitude + random.uniform(in: 0...4)
      let eta = random.uniform(in: 0.02...1.9) * model.criticalLearningRate
      return (model, model.state(output: output, trace: trace), eta)
    }
  }

  @Test func `W and S change by the factors that the theory gives`() {
    for (model, state, eta) in randomStates(2_000) {
      let next = model.step(state, learningRate: eta)
      let z = eta * model.kappa * state.residual
      let r = eta * model.kappa * model.target
      let w = (1 - z * z) * (1 - z * z) * model.imbalance(state)
      let s = (1 + r * z + z * z) * model.boundedness(state, learningRate: eta)
      let size = next.trace * next.trace + 1
      #expect((model.imbalance(next) - w).magnitude <= 1e-11 * size)
      #expect((model.boundedness(next, learningRate: eta) - s).magnitude <= 1e-11 * (1 + s.magnitude + size))
    }
  }

  @Test func `Accessible states stay accessible`() {
    for (model, state, eta) in randomStates(2_000) {
      let next = model.step(state, learningRate: eta)
      #expect(next.trace >= 2 * model.kappa * (next.residual + model.target).magnitude * (1 - 1e-12) - 1e-12)
    }
  }

  @Test func `Small learning rates end near the trace of gradient flow`() {
    var random = RandomStream(seed: 22, "flow")
    for _ in 0..<300 {
      let model = UVModel(kappa: random.uniform(in: 0.3...2), target: random.uniform(in: 0.5...3))
      let output = random.uniform(in: -1...1)
      let start = model.state(output: output, trace: 2 * model.kappa * output.magnitude + random.uniform(in: 0.05...3))
      let eta = 0.02 / (start.trace + 2 * model.kappa * model.target + 2 * model.kappa * output.magnitude)
      let end = model.trajectory(from: start, learningRate: eta, count: 40_000)[40_000]
      let flow = model.gradientFlowTrace(start)
      #expect((end.trace / flow - 1).magnitude < 0.005)
      #expect(end.trace < 2 / eta)
    }
  }

  @Test(arguments: [1.05, 1.1, 1.15, 1.2])
  func `Between the first two flips the mean sharpness is (3 + r) / 2 over eta`(r: Double) {
    let eta = r * model.criticalLearningRate
    let states = model.trajectory(from: model.state(output: 0, trace: 1), learningRate: eta, count: 6_000)
    let late = states.suffix(1_000)
    let mean = late.reduce(0) { $0 + eta * model.sharpness($1) } / 1_000
    #expect((mean - (3 + r) / 2).magnitude < 1e-6)
  }

  @Test func `The recipe with all four regimes gives the numbers of the pilot`() {
    // κ|w+|² = 0.01 and κ|w−|² = 1.5.
    let start = model.state(output: (0.01 - 1.5) / 2, trace: 0.01 + 1.5)
    let slow = model.trajectory(from: start, learningRate: 0.05, count: 4_000)
    let lowest = slow.indices.min { slow[$0].trace < slow[$1].trace }
    #expect(lowest == 11)
    #expect((slow[11].trace - 0.212).magnitude < 1e-3)
    #expect((slow[4_000].trace - 4.0042).magnitude < 1e-3)
    let fast = model.trajectory(from: start, learningRate: 0.55, count: 4_000).suffix(1_000)
    let sharpness = fast.map { 0.55 * model.sharpness($0) }
    #expect((sharpness.reduce(0, +) / 1_000 - 2.05).magnitude < 1e-3)
    #expect(((sharpness.min() ?? 0) - 1.090).magnitude < 1e-3)
    #expect(((sharpness.max() ?? 0) - 3.011).magnitude < 1e-3)
  }

  @Test(arguments: [1.02, 1.1, 1.2, 1.3, 1.4, 1.5])
  func `At the edge of stability the dynamics collapses on the manifold`(r: Double) {
    let eta = r * model.criticalLearningRate
    let end = model.trajectory(from: model.state(output: 0, trace: 1), learningRate: eta, count: 2_000)[2_000]
    #expect(model.imbalance(end).magnitude / (end.trace * end.trace) < 1e-12)
  }

  @Test func `A trajectory that diverges ends in missing values, not in infinities`() {
    let states = model.trajectory(from: model.state(output: 0, trace: 9), learningRate: 0.9, count: 100)
    #expect(states[100].residual.isNaN && states[100].trace.isNaN)
    #expect(states.allSatisfy { !$0.trace.isInfinite })
  }
}
