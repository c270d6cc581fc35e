import Dynamics
import Tensors
import Testing

@Suite struct UVParametersTests {
  private func initialization(_ random: inout RandomStream, seed: UInt64) -> UVParameters.Initialization {
    UVParameters.Initialization(
      width: 2 + Int(random.uniform() * 60),
      inputDimension: 1 + Int(random.uniform() * 8),
      interpolation: [0, 0.3, 1][Int(random.uniform() * 3)],
      weightVariance: random.uniform(in: 0.2...2),
      inputNorm: random.uniform(in: 0.5...2),
      target: random.uniform(in: 0.5...3),
      seed: seed
    )
  }

  @Test func `Gradient descent on the parameters is the map in function space`() {
    var random = RandomStream(seed: 31, "networks")
    var worst = 0.0
    for seed in 0..<60 {
      let initialization = initialization(&random, seed: UInt64(seed))
      var network = UVParameters(initialization)
      let model = initialization.model
      var state = network.state
      // Half of the way to divergence at most: beyond, nothing is compared.
      let eta = random.uniform(in: 0.05...0.9) * min(model.criticalLearningRate, 2 / state.trace)
      let size = max(1, state.trace, model.target)
      for _ in 0..<100 {
        network.descend(learningRate: eta)
        state = model.step(state, learningRate: eta)
        let reached = network.state
        worst = max(worst, (reached.residual - state.residual).magnitude / size)
        worst = max(worst, (reached.trace - state.trace).magnitude / max(size, state.trace))
      }
    }
    #expect(worst < 1e-12)
  }

  @Test func `The sharpness from the parameters is the closed form, and the top of the whole Hessian`() {
    var random = RandomStream(seed: 32, "networks")
    for seed in 0..<20 {
      var initialization = initialization(&random, seed: UInt64(seed))
      initialization.width = 3
      initialization.inputDimension = 2
      let network = UVParameters(initialization)
      let model = initialization.model
      let closed = model.sharpness(network.state)
      #expect((network.sharpness / closed - 1).magnitude < 1e-12)
      #expect((Self.largestEigenvalue(network) / closed - 1).magnitude < 1e-6)
    }
  }

  /// The largest eigenvalue of the Hessian by finite differences of the gradient and shifted power iteration: nothing in
  /// common with the code under test.
  private static func largestEigenvalue(_ network: UVParameters) -> Double {
    let (n, d) = (network.second.count, network.input.count)
    func gradient(_ parameters: [Double]) -> [Double] {
      let first = parameters.prefix(n * d)
      let second = parameters.suffix(n)
      let hidden = (0..<n).map { row in (0..<d).reduce(0) { $0 + first[row * d + $1] * network.input[$1] } }
      let output = zip(second, hidden).reduce(0) { $0 + $1.0 * $1.1 } / network.scale
      let factor = (output - network.target) / network.scale
      let ofFirst = second.flatMap { weight in network.input.map { factor * weight * $0 } }
      return ofFirst + hidden.map { factor * $0 }
    }
    let point = network.first + network.second
    let count = point.count
    let columns = (0..<count).map { index in
      let step = 1e-5
      var (ahead, behind) = (point, point)
      ahead[index] += step
      behind[index] -= step
      return zip(gradient(ahead), gradient(behind)).map { ($0 - $1) / (2 * step) }
    }
    let shift = columns.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    var vector = (0..<count).map { 1 + 0.1 * Double($0) }
    var value = 0.0
    for _ in 0..<20_000 {
      let image = columns.map { column in zip(column, vector).reduce(0) { $0 + $1.0 * $1.1 } }
      let shifted = zip(image, vector).map { $0 + shift * $1 }
      let length = shifted.reduce(0) { $0 + $1 * $1 }.squareRoot()
      value = length - shift
      vector = shifted.map { $0 / length }
    }
    return value
  }

  @Test func `A network made for a state has that state, and moves as the map`() {
    let model = UVModel(kappa: 0.5, target: 2)
    let start = model.state(output: -0.4, trace: 0.9)
    var network = UVParameters(model, state: start)
    #expect((network.residual - start.residual).magnitude < 1e-15)
    #expect((network.tangentKernel - start.trace).magnitude < 1e-15)
    network.descend(learningRate: 0.3)
    let next = model.step(start, learningRate: 0.3)
    #expect((network.residual - next.residual).magnitude < 1e-14)
    #expect((network.tangentKernel - next.trace).magnitude < 1e-14)
  }

  @Test func `The trace is affine in the squared weight norm`() {
    var random = RandomStream(seed: 33, "networks")
    let initialization = initialization(&random, seed: 1)
    var network = UVParameters(initialization)
    let kappa = initialization.model.kappa
    let offset = network.tangentKernel - kappa * kappa * network.squaredWeightNorm
    for _ in 0..<50 {
      network.descend(learningRate: 0.3 / network.tangentKernel)
      let now = network.tangentKernel - kappa * kappa * network.squaredWeightNorm
      #expect((now - offset).magnitude < 1e-11 * network.tangentKernel)
    }
  }

  @Test(arguments: [0.0, 0.5, 1.0])
  func `The first trace has the mean that the initialisation implies`(interpolation: Double) {
    // E λ0 = 2σ²|x|²; its standard deviation over seeds is about √(4/n) of that.
    let traces = (0..<200).map { seed in
      UVParameters(
        UVParameters.Initialization(
          width: 256,
          inputDimension: 3,
          interpolation: interpolation,
          weightVariance: 0.5,
          inputNorm: 1.5,
          target: 2,
          seed: UInt64(seed)
        )
      ).tangentKernel
    }
    let mean = traces.reduce(0, +) / 200
    #expect((mean / (2 * 0.5 * 2.25) - 1).magnitude < 4 * (4.0 / 256).squareRoot() / 200.0.squareRoot())
  }
}
