public import Networks
public import Tensors

/// How much memory a computation will take, found out without doing it: what is allocated, and so what is used once a
/// search of eigenvalues needs all its vectors.
///
/// Several trainings, or looks at a Hessian, may be under way at the same time, each on threads of its own. All of them
/// have the same examples and begin with the same parameters.
public struct MemoryUse: Sendable, Equatable {
  /// The number of vectors that the searches of eigenvalues and estimates of traces of one training keep, with their random
  /// starts, by their size in bytes.
  public private(set) var vectors: [Int: Int] = [:]
  /// The bytes that one training takes for parameters, gradients and what the layers compute.
  public private(set) var network = 0
  /// The bytes that a checkpoint of one training takes for a while, beyond those of the random starts, which are made at
  /// another time.
  public private(set) var passing = 0
  /// The bytes that all trainings share: the examples and the parameters of the start.
  public private(set) var examples = 0
  /// How many trainings are under way at the same time.
  public let count: Int

  /// No memory.
  ///
  /// - Parameter count: how many trainings are under way at the same time.
  public init(count: Int = 1) {
    self.count = count
  }

  /// The bytes of all trainings together.
  public var total: Int { examples + count * vectors.reduce(network + passing) { $0 + $1.key * $1.value } }

  private static let number = MemoryLayout<Double>.stride

  private mutating func add(_ count: Int, vectorsOf dimension: Int) {
    vectors[dimension * Self.number, default: 0] += count
  }

  private mutating func add(_ network: FullyConnected, examples count: Int) {
    // The examples as they are read and as numbers of double precision.
    examples += count * (network.inputs + network.outputs) * (MemoryLayout<Float>.stride + Self.number)
    examples += network.parameterCount * Self.number
  }

  /// The memory of trainings.
  ///
  /// - Parameters:
  ///   - atOnce: how many are under way at the same time.
  ///   - threads: how many threads each of them has.
  ///   - readingBack: the bytes that it takes to read back a checkpoint whose file has so many bytes.
  public static func training(
    of network: FullyConnected,
    loss: Loss,
    examples count: Int,
    settings: TrainingSettings,
    precision: Precision,
    atOnce: Int = 1,
    threads: Int = 1,
    readingBack: (Int) -> Int = { _ in 0 }
  ) -> MemoryUse {
    var use = MemoryUse(count: atOnce)
    use.add(network, examples: count)
    let (parameters, outputs) = (network.parameterCount, count * network.outputs)
    let hasBatches = settings.batchSize.map { $0 < count } ?? false
    func addObjective(_ count: Int, hasProducts: Bool, hasTangentKernel: Bool, hasVelocity: Bool) {
      use.network += Objective.memory(
        network: network,
        loss: loss,
        count: count,
        precision: precision,
        hasProducts: hasProducts,
        hasTangentKernel: hasTangentKernel
      )
      // Without momentum nothing is written there, and what is not written takes no memory.
      if !hasVelocity { use.network -= parameters * precision.width }
      use.network += Arena.workspace(precision: precision, threads: threads)
    }
    addObjective(
      count,
      hasProducts: settings.needsProducts,
      hasTangentKernel: settings.needsTangentKernel,
      hasVelocity: settings.momentum != 0 && (!hasBatches || settings.stepCurvature != .never)
    )
    if let batch = settings.batchSize, hasBatches {
      addObjective(batch, hasProducts: false, hasTangentKernel: false, hasVelocity: settings.momentum != 0)
    }
    // The parameters and, with momentum, the velocity: as they are, and rounded where the precision is single.
    let states = settings.momentum == 0 ? 1 : 2
    var checkpoint = states * parameters * (Self.number + (precision == .float32 ? precision.width : 0))
    var file = states * parameters * precision.width
    var starts = 0
    func add(_ schedule: StepSchedule, _ number: Int, _ dimension: Int) {
      guard schedule != .never else { return }
      let eigenvalueSettings = settings.eigenvalueSettings
      use.add(
        LargestEigenvalues.vectorCount(number, dimension: dimension, settings: eigenvalueSettings),
        vectorsOf: dimension
      )
      let remembered = LargestEigenvalues.rememberedCount(
        number,
        dimension: dimension,
        settings: eigenvalueSettings
      )
      checkpoint += remembered * dimension * Self.number
      file += remembered * dimension * Self.number
      starts += number * dimension * Self.number
    }
    add(settings.sharpness, 1, parameters)
    add(settings.topEigenvalues, settings.topEigenvalueCount, parameters)
    add(settings.tangentKernel, 1, outputs)
    if settings.trace != .never { use.add(3, vectorsOf: parameters) }
    use.passing = max(0, checkpoint + readingBack(file) - starts)
    return use
  }

  /// The memory of looks at the Hessian at given parameters.
  ///
  /// - Parameters:
  ///   - eigenvalues: how many eigenvalues are found.
  ///   - hasTrace: whether the trace is estimated.
  ///   - densitySteps: how many products each direction of a density takes; nil for no density.
  ///   - atOnce: how many looks are under way at the same time.
  ///   - threads: how many threads each of them has.
  public static func hessian(
    of network: FullyConnected,
    loss: Loss,
    examples count: Int,
    precision: Precision,
    eigenvalues: Int,
    settings: LargestEigenvalues.Settings,
    hasTrace: Bool,
    densitySteps: Int?,
    atOnce: Int = 1,
    threads: Int = 1
  ) -> MemoryUse {
    var use = MemoryUse(count: atOnce)
    use.add(network, examples: count)
    use.network += Objective.memory(network: network, loss: loss, count: count, precision: precision)
    use.network -= network.parameterCount * precision.width
    use.network += Arena.workspace(precision: precision, threads: threads)
    let dimension = network.parameterCount
    use.add(
      LargestEigenvalues.vectorCount(eigenvalues, dimension: dimension, settings: settings),
      vectorsOf: dimension
    )
    // Whichever is larger: one is given back before the other begins.
    let density = densitySteps.map { KrylovSpace.vectorCount(dimension: dimension, capacity: $0, block: 1) + 1 } ?? 0
    use.add(max(hasTrace ? 3 : 0, density), vectorsOf: dimension)
    // The parameters that are looked at.
    use.passing = dimension * Self.number
    return use
  }
}
