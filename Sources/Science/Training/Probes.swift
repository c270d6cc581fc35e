internal import Networks
internal import Tensors

/// What is measured during a training, each on a schedule of its own, and what the next measurements begin from.
final class Probes {
  private let settings: TrainingSettings
  /// Those of the settings, which would make them anew at each step.
  private let schedules: Set<StepSchedule>
  private let examples: Examples
  private let sharpness: LargestEigenvalues?
  private let topEigenvalues: LargestEigenvalues?
  private let tangentKernel: LargestEigenvalues?
  private let trace: Trace?

  /// The probes that the settings ask for.
  init(_ settings: TrainingSettings, network: FullyConnected, examples: Examples, workers: Workers) {
    self.settings = settings
    schedules = settings.schedules
    self.examples = examples
    func eigenvalues(_ schedule: StepSchedule, _ count: Int, _ dimension: Int, _ name: String) -> LargestEigenvalues? {
      guard schedule != .never else { return nil }
      return LargestEigenvalues(
        count,
        dimension: dimension,
        settings: settings.eigenvalueSettings,
        seed: settings.seed,
        name: name,
        workers: workers
      )
    }
    let (parameters, outputs) = (network.parameterCount, examples.count * network.outputs)
    sharpness = eigenvalues(settings.sharpness, 1, parameters, "sharpness")
    topEigenvalues = eigenvalues(
      settings.topEigenvalues,
      settings.topEigenvalueCount,
      parameters,
      "top-eigenvalues"
    )
    tangentKernel = eigenvalues(settings.tangentKernel, 1, outputs, "tangent-kernel")
    trace = settings.trace == .never ? nil : Trace(dimension: parameters, workers: workers)
  }

  /// Measures what is due.
  ///
  /// - Parameters:
  ///   - whole: the loss on all examples, which is evaluated unless it is that of the step.
  ///   - batch: the loss of the step, evaluated.
  func measure(_ record: inout TrainingRecord, of whole: Objective, batch: Objective) {
    let step = record.step
    func isDue(_ schedule: StepSchedule) -> Bool { schedule.contains(step) }
    guard record.loss.isFinite, schedules.contains(where: isDue) else { return }
    if batch !== whole {
      whole.copyParameters(of: batch)
      whole.evaluate()
    }
    if isDue(settings.sharpness) { record.sharpness = sharpness?.measure(whole, step: step) }
    if isDue(settings.topEigenvalues) { record.topEigenvalues = topEigenvalues?.measure(whole, step: step) }
    if isDue(settings.tangentKernel) {
      record.tangentKernel = tangentKernel?.measure(TangentKernel(whole), step: step)
    }
    if isDue(settings.alongTargets) { record.alongTargets = whole.alongTargets }
    if isDue(settings.trace) {
      record.trace = trace?.estimate(
        of: whole,
        samples: settings.traceSamples,
        random: RandomStream(seed: settings.seed, "signs of trace at step \(step)")
      )
    }
    if isDue(settings.norms) {
      let squares = whole.squaredNorms
      record.gradientNorm = squares.gradient.squareRoot()
      record.parameterNorm = squares.parameters.squareRoot()
    }
    if isDue(settings.gradientCurvature) { record.gradientCurvature = whole.curvatureAlongGradient }
    if isDue(settings.stepCurvature) {
      record.stepCurvature = whole.curvatureAlongStep(of: batch, momentum: settings.momentum)
    }
    if isDue(settings.accuracy) { record.accuracy = accuracy(of: whole.outputs) }
  }

  /// The share of examples whose largest output is at their largest target.
  private func accuracy(of outputs: [Double]) -> Double {
    func largest(_ values: ArraySlice<Double>) -> Int {
      values.indices.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) } ?? 0
    }
    let width = outputs.count / examples.count
    let right = stride(from: 0, to: outputs.count, by: width).count { first in
      largest(outputs[first..<first + width]) == largest(examples.targets[first..<first + width])
    }
    return Double(right) / Double(examples.count)
  }

  // MARK: - Checkpoints

  func save(in vectors: inout [String: [Double]]) {
    for probe in followed { probe.save(in: &vectors) }
  }

  /// - Throws: when the checkpoint is of another training; nothing has changed then.
  func restore(from checkpoint: Checkpoint) throws(Checkpoint.Mismatch) {
    var memories: [LargestEigenvalues.Memory] = []
    for probe in followed { memories.append(try probe.memory(in: checkpoint)) }
    for (probe, memory) in zip(followed, memories) { probe.restore(memory) }
  }

  private var followed: [LargestEigenvalues] { [sharpness, topEigenvalues, tangentKernel].compactMap { $0 } }
}
