public import Networks
public import Tensors

/// The examples of a training, one a row.
public struct Examples: Sendable {
  /// The inputs, example after example.
  public var inputs: [Double]
  /// The targets, example after example.
  public var targets: [Double]
  /// The number of examples.
  public var count: Int

  /// Examples.
  public init(inputs: [Double], targets: [Double], count: Int) {
    precondition(count > 0 && inputs.count % count == 0 && targets.count % count == 0)
    self.inputs = inputs
    self.targets = targets
    self.count = count
  }
}

/// What was measured before one step; what its schedule left out is nil.
public struct TrainingRecord: Sendable, Hashable, Codable {
  /// How many steps were done.
  public var step: Int
  /// The loss of the examples of the step; with all of them in a step, the training loss.
  public var loss: Double
  /// The sharpness of the loss on all examples: the largest eigenvalue of its Hessian.
  public var sharpness: LargestEigenvalues.Measurement?
  /// Several of the largest eigenvalues of that Hessian.
  public var topEigenvalues: LargestEigenvalues.Measurement?
  /// The trace of that Hessian.
  public var trace: Trace.Estimate?
  /// The largest eigenvalue of the tangent kernel.
  public var tangentKernel: LargestEigenvalues.Measurement?
  /// Residual and tangent kernel along the targets.
  public var alongTargets: TargetDirection?
  /// The norm of that loss's gradient.
  public var gradientNorm: Double?
  /// The norm of the parameters.
  public var parameterNorm: Double?
  /// The curvature of that loss along its gradient.
  public var gradientCurvature: Double?
  /// The curvature of that loss along the step that follows.
  public var stepCurvature: Double?
  /// The share of all examples whose largest output is at their largest target.
  public var accuracy: Double?

  /// Whether anything but the loss was measured.
  public var hasProbes: Bool {
    var other = self
    // A loss that is no number is not equal to itself.
    other.loss = 0
    return other != TrainingRecord(step: step, loss: 0)
  }
}

/// Why a training ended.
public enum TrainingEnd: String, Sendable, Hashable, Codable {
  /// All steps were done.
  case steps
  /// The loss reached its target.
  case targetLoss = "target-loss"
  /// The loss grew beyond bounds or is no number.
  case diverged
  /// The gradient is zero though the loss is not: all units are dead.
  case collapsed
}

/// The training of a network by gradient descent, all at once or in mini-batches, with or without momentum.
///
/// Everything that it does follows from settings, examples, network and parameters: bit for bit the same for every
/// number of threads and instruction set, and across checkpoints.
public final class Training {
  /// How many steps were done.
  public private(set) var step = 0
  /// Why it ended; nil as long as it has not.
  public private(set) var end: TrainingEnd?

  private let settings: TrainingSettings
  private let examples: Examples
  private let network: FullyConnected
  /// The loss on all examples.
  private let whole: Objective
  /// The loss on a batch; for full batches the same as `whole`.
  private let batch: Objective
  private let batchSize: Int
  private let probes: Probes
  private var order: (epoch: Int, indices: [Int])?

  /// A training from given parameters.
  public init(
    network: FullyConnected,
    loss: Loss,
    examples: Examples,
    parameters: [Double],
    settings: TrainingSettings,
    precision: Precision = .float32,
    workers: Workers
  ) {
    self.settings = settings
    self.examples = examples
    self.network = network
    whole = Objective(
      network: network,
      loss: loss,
      count: examples.count,
      precision: precision,
      workers: workers,
      hasProducts: settings.needsProducts,
      hasTangentKernel: settings.needsTangentKernel
    )
    whole.setExamples(examples.inputs, targets: examples.targets)
    batchSize = min(settings.batchSize ?? examples.count, examples.count)
    batch =
      batchSize == examples.count
      ? whole
      : Objective(
        network: network,
        loss: loss,
        count: batchSize,
        precision: precision,
        workers: workers,
        hasProducts: false
      )
    batch.parameters = parameters
    probes = Probes(settings, network: network, examples: examples, workers: workers)
  }

  /// The parameters.
  public var parameters: [Double] { batch.parameters }

  /// Measures what is due and does one step; nil once the training has ended. The record at the end is without a step.
  public func advance() -> TrainingRecord? {
    guard end == nil else { return nil }
    if batch !== whole { setBatch() }
    let loss = batch.evaluate()
    var record = TrainingRecord(step: step, loss: loss)
    probes.measure(&record, of: whole, batch: batch)
    if !(loss <= settings.greatestLoss) {
      end = .diverged
    } else if let target = settings.targetLoss, loss <= target {
      end = .targetLoss
    } else if step >= settings.steps {
      end = .steps
    } else if loss > 0, batch === whole, batch.isGradientZero {
      end = .collapsed
    } else {
      batch.step(learningRate: settings.learningRate, momentum: settings.momentum)
      step += 1
    }
    return record
  }

  // MARK: - Mini-batches

  /// Each epoch goes through the examples in an order of its own; a rest that fills no batch is left out.
  private func setBatch() {
    let perEpoch = examples.count / batchSize
    let epoch = step / perEpoch
    if order?.epoch != epoch { order = (epoch, shuffled(epoch)) }
    let first = step % perEpoch * batchSize
    let indices = order?.indices[first..<first + batchSize] ?? []
    let (inputs, outputs) = (network.inputs, network.outputs)
    batch.setExamples(
      indices.flatMap { examples.inputs[$0 * inputs..<($0 + 1) * inputs] },
      targets: indices.flatMap { examples.targets[$0 * outputs..<($0 + 1) * outputs] }
    )
  }

  private func shuffled(_ epoch: Int) -> [Int] {
    var random = RandomStream(seed: settings.seed, "order of epoch \(epoch)")
    var indices = Array(0..<examples.count)
    for last in indices.indices.reversed() {
      indices.swapAt(last, Int(random.uniform() * Double(last + 1)))
    }
    return indices
  }

  // MARK: - Checkpoints

  /// Where the training is.
  public var checkpoint: Checkpoint {
    var vectors = ["parameters": batch.parameters]
    if settings.momentum != 0 { vectors["velocity"] = batch.velocity }
    probes.save(in: &vectors)
    return Checkpoint(step: step, vectors: vectors)
  }

  /// Goes on from where another training with the same network, examples and settings was; only the number of steps may
  /// be another.
  ///
  /// - Throws: when the checkpoint is of another training; this one is as it was.
  public func resume(from checkpoint: Checkpoint) throws(Checkpoint.Mismatch) {
    let parameters = try checkpoint.vector("parameters", count: network.parameterCount)
    let velocity = try settings.momentum == 0 ? nil : checkpoint.vector("velocity", count: network.parameterCount)
    try probes.restore(from: checkpoint)
    step = checkpoint.step
    end = nil
    batch.parameters = parameters
    if let velocity { batch.velocity = velocity }
  }
}
