import Dynamics
import Foundation
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

  /// Errors of a series: of its measured states, over the root mean square of each variable; of the true states at each
  /// step, in proportion to the step or over y and 2/η.
  enum Noise: Sendable, CustomTestStringConvertible {
    case measured(Double)
    case proportional(Double)
    case additive(Double)

    var testDescription: String {
      switch self {
      case .measured(let size): "\(size) of the measured states"
      case .proportional(let size): "\(size) of each step"
      case .additive(let size): "\(size) at each step"
      }
    }

    /// A series of the model with these errors; nil if they make it diverge.
    func series(_ model: UVModel, learningRate eta: Double, steps: Int, seed: Int) -> [UVModel.State]? {
      var random = RandomStream(seed: UInt64(seed), "noise")
      var state = model.state(output: 0.1, trace: 0.9)
      var states = [state]
      for _ in 0..<steps {
        var next = model.step(state, learningRate: eta)
        switch self {
        case .measured: break
        case .proportional(let size):
          next.residual += size * random.normal() * (next.residual - state.residual)
          next.trace += size * random.normal() * (next.trace - state.trace)
        case .additive(let size):
          next.residual += size * random.normal() * model.target
          next.trace += size * random.normal() * 2 / eta
        }
        guard next.residual.magnitude < 100 else { return nil }
        state = next
        states.append(state)
      }
      guard case .measured(let size) = self else { return states }
      func rootMeanSquare(_ value: (UVModel.State) -> Double) -> Double {
        (states.reduce(0) { $0 + value($1) * value($1) } / Double(states.count)).squareRoot()
      }
      let (residual, trace) = (size * rootMeanSquare(\.residual), size * rootMeanSquare(\.trace))
      return states.map { state in
        let x = state.residual + residual * random.normal()
        return UVModel.State(residual: x, trace: state.trace + trace * random.normal())
      }
    }
  }

  /// More with `SERIES=10000`.
  private static var count: Int { Int(ProcessInfo.processInfo.environment["SERIES"] ?? "") ?? 250 }

  @Test(
    arguments: [
      (0.1, .measured(1e-4)), (0.1, .measured(0.05)), (0.1, .proportional(0.01)), (0.1, .proportional(0.1)),
      (0.55, .measured(1e-4)), (0.55, .measured(0.05)), (0.55, .additive(1e-3)), (0.66, .measured(0.01)),
    ] as [(Double, Noise)]
  )
  func `Intervals cover the truth in about 95 of 100 series`(eta: Double, noise: Noise) throws {
    let model = UVModel(kappa: 1, target: 2)
    var covered = [0, 0, 0]
    var count = 0
    for seed in 0..<Self.count {
      guard let states = noise.series(model, learningRate: eta, steps: 60, seed: seed) else { continue }
      count += 1
      let fit = try UVFit(states, learningRate: eta)
      for (index, (estimate, truth)) in [(fit.kappa, 1), (fit.target, 2), (fit.ratio, 2 * eta)].enumerated() {
        covered[index] += (estimate.low...estimate.high).contains(truth) ? 1 : 0
      }
    }
    // Coverage between 93 and 97 %, and three standard deviations of the binomial distribution of so many series.
    let chance = 3 * (0.05 * 0.95 / Double(count)).squareRoot()
    #expect(count > Self.count * 9 / 10)
    for (name, share) in zip(["κ", "y", "r"], covered.map { Double($0) / Double(count) }) {
      #expect((0.93 - chance...0.97 + chance).contains(share), "\(name) is covered in \(share) of \(count) series")
    }
  }

  @Test func `Without noise the intervals are as wide as rounding`() throws {
    for eta in [0.1, 0.55, 0.66] {
      let model = UVModel(kappa: 1, target: 2)
      let states = model.trajectory(from: model.state(output: 0.1, trace: 0.9), learningRate: eta, count: 60)
      let fit = try UVFit(states, learningRate: eta)
      for (estimate, truth) in [(fit.kappa, 1), (fit.target, 2), (fit.ratio, 2 * eta)] {
        #expect((estimate.value - truth).magnitude < 1e-14 * 60)
        #expect(estimate.high - estimate.low < 1e-14 * 60)
      }
    }
  }

  @Test func `A gap in the series is not stepped over`() throws {
    let model = UVModel(kappa: 1, target: 2)
    let noise = Noise.measured(1e-3)
    var states = try #require(noise.series(model, learningRate: 0.55, steps: 60, seed: 1))
    states[30] = UVModel.State(residual: .nan, trace: .nan)
    let fit = try UVFit(states, learningRate: 0.55)
    #expect(fit.steps == 58)
    #expect((fit.kappa.value - 1).magnitude < 4 * fit.kappa.standardError)
    #expect((fit.target.value - 2).magnitude < 4 * fit.target.standardError)
    #expect(fit.kappa.standardError < 1e-3)
  }

  @Test func `Data without a model are refused with a reason`() {
    let still = [UVModel.State](repeating: UVModel.State(residual: 0, trace: 1), count: 10)
    #expect(throws: UVFit.Failure.undetermined) { try UVFit(still, learningRate: 0.1) }
    #expect(throws: UVFit.Failure.tooFewSteps(1)) { try UVFit(Array(still.prefix(2)), learningRate: 0.1) }
  }
}
