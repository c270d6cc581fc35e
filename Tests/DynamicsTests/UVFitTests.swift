import Dynamics
import Tensors
import Testing

@Suite struct UVFitTests {
  @Test(arguments: [(1.0, 2.0, 0.1), (1, 2, 0.55), (0.3, 1.2, 1.5), (2, 0.5, 0.9), (1, 2, 0.8)])
  func `A noiseless run gives back its model`(kappa: Double, target: Double, eta: Double) throws {
    let model = UVModel(kappa: kappa, target: target)
    let states = model.trajectory(from: model.state(output: 0.1, trace: 0.9), learningRate: eta, count: 200)
    let fit = try UVFit(states, learningRate: eta)
    #expect((fit.kappa.value / kappa - 1).magnitude < 1e-8)
    #expect((fit.target.value / target - 1).magnitude < 1e-8)
    #expect((fit.ratio.value / (eta * kappa * target) - 1).magnitude < 1e-8)
    #expect((fit.residualDetermination - 1).magnitude < 1e-12)
  }

  @Test func `With noise of a tenth of each step the intervals cover the truth in about 95 of 100 runs`() throws {
    let model = UVModel(kappa: 1, target: 2)
    let eta = 0.1
    var covered = (kappa: 0, target: 0, ratio: 0)
    for seed in 0..<200 {
      var noise = RandomStream(seed: UInt64(seed), "noise")
      var state = model.state(output: 0.1, trace: 0.9)
      var states = [state]
      for _ in 0..<60 {
        let next = model.step(state, learningRate: eta)
        state = UVModel.State(
          residual: state.residual + (next.residual - state.residual) * (1 + 0.1 * noise.normal()),
          trace: state.trace + (next.trace - state.trace) * (1 + 0.1 * noise.normal())
        )
        states.append(state)
      }
      let fit = try UVFit(states, learningRate: eta)
      func holds(_ estimate: UVFit.Estimate, _ truth: Double) -> Int {
        (estimate.low...estimate.high).contains(truth) ? 1 : 0
      }
      covered.kappa += holds(fit.kappa, 1)
      covered.target += holds(fit.target, 2)
      covered.ratio += holds(fit.ratio, eta * 2)
    }
    // 190 are expected; the binomial distribution leaves 180 ... 198 about once in a thousand times.
    #expect((180...198).contains(covered.kappa), "κ is covered in \(covered.kappa) of 200")
    #expect((180...198).contains(covered.target), "y is covered in \(covered.target) of 200")
    #expect((180...198).contains(covered.ratio), "r is covered in \(covered.ratio) of 200")
  }

  @Test func `Data without a model are refused with a reason`() {
    let still = [UVModel.State](repeating: UVModel.State(residual: 0, trace: 1), count: 10)
    #expect(throws: UVFit.Failure.undetermined) { try UVFit(still, learningRate: 0.1) }
    #expect(throws: UVFit.Failure.tooFewSteps(1)) { try UVFit(Array(still.prefix(2)), learningRate: 0.1) }
  }
}
