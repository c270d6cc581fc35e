public import Configuration
public import Networks
internal import Planning
public import Tensors
internal import Training

/// What the parameters of `train` mean to the engine. The kinds that train in another way, or look at what was trained, mean the
/// same by them.
extension Train {
  /// A training from given parameters.
  func training(
    _ network: FullyConnected,
    _ data: TrainingData,
    from parameters: [Double],
    _ settings: TrainingSettings,
    threads: Int
  ) -> Training {
    Training(
      network: network,
      loss: loss,
      examples: data.examples,
      parameters: parameters,
      settings: settings,
      precision: precision,
      workers: Workers(threads: threads)
    )
  }

  /// The sharpness at the start, which may be the unit of the learning rates, and η for each of these.
  func start(
    _ network: FullyConnected,
    _ data: TrainingData,
    from parameters: [Double],
    threads: Int
  ) throws(StageFailure) -> (sharpness: Double, learningRates: [Double]) {
    let training = training(network, data, from: parameters, startSettings, threads: threads)
    guard let initial = training.advance()?.sharpness, initial.isConverged else {
      throw StageFailure("the sharpness of the start was not found; raise 'maximum_products' or 'tolerance'")
    }
    let scale: Double
    switch unit {
    case .absolute: scale = 1
    case .sharpness where initial.value > 0: scale = 1 / initial.value
    case .sharpness: throw StageFailure("the sharpness of the start is \(initial.value) and cannot be the unit")
    }
    return (initial.value, learningRates.all.map { $0 * scale })
  }

  /// The network.
  func network(inputs: Int, outputs: Int) -> FullyConnected {
    FullyConnected(
      inputs: inputs,
      width: width,
      outputs: outputs,
      depth: depth,
      activation: activation,
      hasBias: hasBias,
      parameterization: scheme.parameterization(interpolation),
      weightVariance: weightVariance
    )
  }

  /// The steps of a whole run at which probes are taken.
  var probeSteps: [Int] { (0...steps).filter(probeSchedule.contains) }

  /// The steps at which the parameters are kept.
  var keptSteps: [Int] { (0...steps).filter(keep.schedule.contains) }

  var probeSchedule: StepSchedule {
    var schedule = probes.isEmpty ? StepSchedule(perDecade: 20) : probes.schedule
    // The start is always probed: what follows is relative to it.
    schedule.steps.insert(0)
    return schedule
  }

  var eigenvalueSettings: LargestEigenvalues.Settings {
    .init(tolerance: tolerance, maximumProducts: maximumProducts)
  }

  /// For the sharpness of the start.
  private var startSettings: TrainingSettings {
    TrainingSettings(
      learningRate: 0,
      steps: 0,
      seed: UInt64(seed),
      sharpness: .always,
      eigenvalueSettings: eigenvalueSettings
    )
  }

  func settings(learningRate: Double) -> TrainingSettings {
    TrainingSettings(
      learningRate: learningRate,
      momentum: momentum,
      batchSize: batchSize,
      steps: steps,
      targetLoss: targetLoss,
      seed: UInt64(seed),
      sharpness: probeSchedule,
      topEigenvalues: topEigenvalues.schedule,
      topEigenvalueCount: topEigenvalueCount,
      tangentKernel: tangentKernel.schedule,
      alongTargets: targetKernel.schedule,
      eigenvalueSettings: eigenvalueSettings,
      trace: trace.schedule,
      traceSamples: traceSamples,
      norms: norms.isEmpty ? probeSchedule : norms.schedule,
      gradientCurvature: curvature.schedule,
      stepCurvature: curvature.schedule,
      accuracy: accuracy.isEmpty ? probeSchedule : accuracy.schedule
    )
  }
}

extension Train.Scheme {
  fileprivate func parameterization(_ interpolation: Double) -> Parameterization {
    switch self {
    case .standard: .standard
    case .neuralTangent: .neuralTangent
    case .maximalUpdate: .maximalUpdate
    case .interpolated: .interpolated(interpolation)
    }
  }
}

extension Activation: Choice {}
extension Loss: Choice {}
extension Precision: Choice {}
