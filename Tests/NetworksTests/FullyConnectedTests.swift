import Autodiff
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct FullyConnectedTests {
  /// A network on some examples in double precision.
  private func outputs(_ network: FullyConnected, _ examples: [Double], _ parameters: [Double]) -> [[Double]] {
    var graph = Graph()
    let x = graph.input(Shape(examples.count / network.inputs, network.inputs))
    let weights = network.parameterShapes.map { graph.input($0) }
    let layers = network.layers(x, parameters: weights, in: &graph)
    let plan = Plan(
      graph,
      inputs: [[x], weights],
      outputs: layers.map { [$0] },
      precision: .float64,
      workers: Workers()
    )
    plan.arena.write(examples, to: plan.inputs(0))
    plan.arena.write(parameters, to: plan.inputs(1))
    plan.run()
    return layers.indices.map { plan.arena.read(plan.outputs($0)) }
  }

  @Test(arguments: Activation.allCases, [false, true])
  func `A network is its formula`(activation: Activation, hasBias: Bool) {
    let network = FullyConnected(
      inputs: 3,
      width: 4,
      outputs: 2,
      depth: 3,
      activation: activation,
      hasBias: hasBias,
      parameterization: .neuralTangent,
      weightVariance: 1.7
    )
    var random = RandomStream(seed: 1, "network")
    let x = random.normals(3)
    let parameters = random.normals(network.parameterCount)
    var (values, rest) = (x, parameters[...])
    for layer in 0..<3 {
      let (fanIn, fanOut) = (layer == 0 ? 3 : 4, layer == 2 ? 2 : 4)
      let weights = Array(rest.prefix(fanIn * fanOut))
      rest = rest.dropFirst(fanIn * fanOut)
      let bias = hasBias ? Array(rest.prefix(fanOut)) : [Double](repeating: 0, count: fanOut)
      rest = hasBias ? rest.dropFirst(fanOut) : rest
      let multiplier = ((layer == 2 ? 1 : 1.7) / Double(fanIn)).squareRoot()
      values = (0..<fanOut).map { unit in
        let sum = (0..<fanIn).reduce(0.0) { $0 + values[$1] * weights[$1 * fanOut + unit] }
        let preactivation = multiplier * sum + bias[unit]
        guard layer < 2 else { return preactivation }
        return switch activation {
        case .relu: max(preactivation, 0)
        case .tanh: Elementary.tanh(preactivation)
        case .gelu: preactivation * 0.5 * (1 + Elementary.erf(preactivation / 2.0.squareRoot()))
        case .linear: preactivation
        }
      }
    }
    #expect(rest.isEmpty)
    expectEqual(outputs(network, x, parameters)[2], values, within: .mixed(1e-14))
  }

  @Test(arguments: [Parameterization.standard, .neuralTangent, .maximalUpdate, .interpolated(0.5)])
  func `Weights start with the variance of the parameterization`(parameterization: Parameterization) {
    let (inputs, width) = (200, 400)
    let network = FullyConnected(
      inputs: inputs,
      width: width,
      outputs: 100,
      depth: 3,
      hasBias: true,
      parameterization: parameterization,
      weightVariance: 2
    )
    let parameters = network.initialParameters(seed: 3)
    #expect(parameters.count == network.parameterCount)
    let n = Double(width)
    let expected: [Double] =
      switch parameterization {
      case .standard: [2 / Double(inputs), 2 / n, 1 / n]
      case .neuralTangent: [1, 1, 1]
      case .maximalUpdate: [2 / n, 2 / n, 1 / n]
      case .interpolated: [2 / n.squareRoot(), 2 / n, 1 / n]
      }
    var start = 0
    for (index, shape) in network.parameterShapes.enumerated() {
      let values = parameters[start..<start + shape.count]
      start += shape.count
      let variance = values.reduce(0) { $0 + $1 * $1 } / Double(shape.count)
      if index % 2 == 1 {
        #expect(values.allSatisfy { $0 == 0 })
      } else {
        // Five standard errors of a variance.
        let ratio = variance / expected[index / 2]
        #expect((ratio - 1).magnitude < 5 * (2 / Double(shape.count)).squareRoot())
      }
    }
    #expect(network.initialParameters(seed: 3) == parameters)
    #expect(network.initialParameters(seed: 4) != parameters)
  }

  @Test func `The interpolation ends in maximal update`() {
    func parameters(_ parameterization: Parameterization) -> [Double] {
      FullyConnected(
        inputs: 5,
        width: 30,
        outputs: 2,
        depth: 4,
        parameterization: parameterization,
        weightVariance: 1.5
      ).initialParameters(seed: 1)
    }
    #expect(parameters(.interpolated(1)) == parameters(.maximalUpdate))
  }
}
