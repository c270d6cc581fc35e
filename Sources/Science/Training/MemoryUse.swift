public import Networks
public import Tensors

/// How much memory a computation will take, found out without doing it. It is what is allocated, and so what is used
/// once a search of eigenvalues needs all its vectors.
public struct MemoryUse: Sendable, Equatable {
  /// The number of vectors that searches of eigenvalues and estimates of traces keep, by their size in bytes.
  public private(set) var vectors: [Int: Int] = [:]
  /// The bytes for parameters, gradients and what the layers compute.
  public private(set) var network = 0
  /// The bytes for the examples.
  public private(set) var examples = 0

  /// No memory.
  public init() {}

  /// All bytes.
  public var total: Int { vectors.reduce(network + examples) { $0 + $1.key * $1.value } }

  private mutating func add(_ count: Int, vectorsOf dimension: Int) {
    vectors[dimension * MemoryLayout<Double>.stride, default: 0] += count
  }

  private mutating func add(_ network: FullyConnected, examples count: Int) {
    // The examples as they are read and as numbers of double precision.
    examples += count * (network.inputs + network.outputs) * (MemoryLayout<Float>.stride + MemoryLayout<Double>.stride)
    // The parameters as they are handed from one part to the next.
    self.network += 2 * network.parameterCount * MemoryLayout<Double>.stride
  }

  /// The memory of a training.
  public static func training(
    of network: FullyConnected,
    loss: Loss,
    examples count: Int,
    settings: TrainingSettings,
    precision: Precision
  ) -> MemoryUse {
    var use = MemoryUse()
    use.add(network, examples: count)
    use.network += Objective.memory(
      network: network,
      loss: loss,
      count: count,
      precision: precision,
      hasProducts: settings.needsProducts,
      hasTangentKernel: settings.needsTangentKernel
    )
    if let batch = settings.batchSize, batch < count {
      use.network += Objective.memory(
        network: network,
        loss: loss,
        count: batch,
        precision: precision,
        hasProducts: false
      )
    }
    let (parameters, outputs) = (network.parameterCount, count * network.outputs)
    func add(_ schedule: StepSchedule, _ number: Int, _ dimension: Int) {
      guard schedule != .never else { return }
      use.add(
        LargestEigenvalues.vectorCount(number, dimension: dimension, settings: settings.eigenvalueSettings),
        vectorsOf: dimension
      )
    }
    add(settings.sharpness, 1, parameters)
    add(settings.topEigenvalues, settings.topEigenvalueCount, parameters)
    add(settings.tangentKernel, 1, outputs)
    if settings.trace != .never { use.add(3, vectorsOf: parameters) }
    return use
  }

  /// The memory of a look at the Hessian at given parameters.
  ///
  /// - Parameters:
  ///   - eigenvalues: how many eigenvalues are found.
  ///   - hasTrace: whether the trace is estimated.
  ///   - densitySteps: how many products each direction of a density takes; nil for no density.
  public static func hessian(
    of network: FullyConnected,
    loss: Loss,
    examples count: Int,
    precision: Precision,
    eigenvalues: Int,
    settings: LargestEigenvalues.Settings,
    hasTrace: Bool,
    densitySteps: Int?
  ) -> MemoryUse {
    var use = MemoryUse()
    use.add(network, examples: count)
    use.network += Objective.memory(network: network, loss: loss, count: count, precision: precision)
    let dimension = network.parameterCount
    use.add(
      LargestEigenvalues.vectorCount(eigenvalues, dimension: dimension, settings: settings),
      vectorsOf: dimension
    )
    // Whichever is larger: one is given back before the other begins.
    let density = densitySteps.map { KrylovSpace.vectorCount(dimension: dimension, capacity: $0, block: 1) + 1 } ?? 0
    use.add(max(hasTrace ? 3 : 0, density), vectorsOf: dimension)
    return use
  }
}
