import Dynamics
import Testing

@Suite struct RegimesTests {
  private func order(_ regimes: [Regime]) -> [Regime] {
    regimes.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  private func regimes(_ model: UVModel, _ start: UVModel.State, eta: Double, count: Int = 400) -> [Regime] {
    let states = model.trajectory(from: start, learningRate: eta, count: count)
    return Regime.classify(states.map(\.trace), learningRate: eta)
  }

  private let model = UVModel(kappa: 1, target: 2)

  @Test func `The recipe passes through all four regimes in their order`() {
    let start = model.state(output: (0.01 - 1.5) / 2, trace: 1.51)
    let found = regimes(model, start, eta: 0.55)
    #expect(order(found) == [.earlyTransient, .intermediateSaturation, .progressiveSharpening, .edgeOfStability])
    #expect(found.last == .edgeOfStability)
  }

  @Test func `Below the critical learning rate training settles`() {
    let start = model.state(output: (0.01 - 1.5) / 2, trace: 1.51)
    let found = regimes(model, start, eta: 0.05)
    #expect(order(found) == [.earlyTransient, .intermediateSaturation, .progressiveSharpening, .settled])
  }

  @Test func `A small start rises without an early fall`() {
    let found = regimes(model, model.state(output: 0, trace: 1), eta: 0.1)
    #expect(!found.contains(.earlyTransient))
    #expect(found.contains(.progressiveSharpening))
  }

  @Test func `An empty or missing series has no regimes`() {
    #expect(Regime.classify([], learningRate: 0.1).isEmpty)
    #expect(Regime.classify([.nan, .nan], learningRate: 0.1) == [.settled, .settled])
  }
}
