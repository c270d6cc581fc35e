import Networks
import Tensors
import Training

/// A small network with examples, for tests.
struct Sample {
  var network: FullyConnected
  var examples: Examples

  /// Normal inputs, and a label of `outputs` for each.
  init(
    count: Int = 24,
    inputs: Int = 10,
    width: Int = 12,
    outputs: Int = 4,
    depth: Int = 3,
    activation: Activation = .tanh,
    parameterization: Parameterization = .standard,
    weightVariance: Double = 1
  ) {
    network = FullyConnected(
      inputs: inputs,
      width: width,
      outputs: outputs,
      depth: depth,
      activation: activation,
      parameterization: parameterization,
      weightVariance: weightVariance
    )
    var random = RandomStream(seed: 9, "examples")
    let targets = (0..<count).flatMap { row in (0..<outputs).map { $0 == row * 7 % outputs ? 1.0 : 0 } }
    examples = Examples(inputs: random.normals(count * inputs), targets: targets, count: count)
  }

  /// The loss of all examples, in double precision.
  func objective(hasTangentKernel: Bool = false) -> Objective {
    let objective = Objective(
      network: network,
      loss: .meanSquaredError,
      count: examples.count,
      precision: .float64,
      workers: Workers(),
      hasTangentKernel: hasTangentKernel
    )
    objective.setExamples(examples.inputs, targets: examples.targets)
    return objective
  }

  func training(
    _ settings: TrainingSettings,
    precision: Precision = .float64,
    workers: Workers = Workers()
  ) -> Training {
    Training(
      network: network,
      loss: .meanSquaredError,
      examples: examples,
      parameters: network.initialParameters(seed: 2),
      settings: settings,
      precision: precision,
      workers: workers
    )
  }
}

extension Training {
  /// Everything that is recorded until the end.
  func records() -> [TrainingRecord] {
    var records: [TrainingRecord] = []
    while let record = advance() { records.append(record) }
    return records
  }
}
