internal import Autodiff
internal import Datasets
internal import Networks
internal import Tensors

/// A network whose outputs are targets.
struct TeacherNetwork {
  private let network: FullyConnected
  private let weights: [Double]

  /// A network without biases in the standard parameterization, with weights of the seed's.
  init(_ network: FullyConnected, seed: UInt64) {
    precondition(!network.hasBias && network.parameterization == .standard)
    self.network = network
    weights = SyntheticTargets.teacherWeights(
      layers: network.parameterShapes.map { ($0.rows, $0.columns) },
      variance: network.weightVariance,
      seed: seed
    )
  }

  /// The outputs for inputs, one example a row.
  func outputs(_ inputs: [Double], threads: Int) -> [Double] {
    var outputs: [Double] = []
    // Many examples at once are fast; all at once would need memory for every layer of each.
    let piece = 4_096 * network.inputs
    for start in stride(from: 0, to: inputs.count, by: piece) {
      outputs += evaluate(Array(inputs[start..<min(start + piece, inputs.count)]), threads: threads)
    }
    return outputs
  }

  private func evaluate(_ inputs: [Double], threads: Int) -> [Double] {
    var graph = Graph()
    let examples = graph.input(Shape(inputs.count / network.inputs, network.inputs))
    let parameters = network.parameterShapes.map { graph.input($0) }
    let layers = network.layers(examples, parameters: parameters, in: &graph)
    let plan = Plan(
      graph,
      inputs: [[examples], parameters],
      outputs: [[layers[layers.count - 1]]],
      precision: .float64,
      workers: Workers(threads: threads)
    )
    plan.arena.write(inputs, to: plan.inputs(0))
    plan.arena.write(weights, to: plan.inputs(1))
    plan.run()
    return plan.arena.read(plan.outputs(0))
  }
}
