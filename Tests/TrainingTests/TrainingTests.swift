import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite struct TrainingTests {
  private let busy = TrainingSettings(
    learningRate: 0.4,
    steps: 200,
    seed: 3,
    sharpness: StepSchedule(every: 10, window: 50..<55),
    topEigenvalues: StepSchedule(every: 15),
    topEigenvalueCount: 3,
    tangentKernel: StepSchedule(every: 12),
    alongTargets: StepSchedule(every: 9),
    eigenvalueSettings: LargestEigenvalues.Settings(freshEvery: 5),
    trace: StepSchedule(every: 30),
    traceSamples: 3,
    norms: StepSchedule(every: 20),
    gradientCurvature: StepSchedule(every: 40),
    stepCurvature: StepSchedule(every: 33),
    accuracy: StepSchedule(perDecade: 4)
  )

  /// All bits that a training makes.
  private func bits(_ training: Training) -> [UInt64] {
    func numbers(_ measurement: LargestEigenvalues.Measurement?) -> [Double?] {
      guard let measurement else { return [] }
      let eigenvalues: [Double?] = measurement.eigenvalues.flatMap { [$0.value, $0.residual] }
      return [Double(measurement.products), measurement.upper] + eigenvalues
    }
    var all: [Double?] = []
    for record in training.records() {
      for measurement in [record.sharpness, record.topEigenvalues, record.tangentKernel] {
        all += numbers(measurement)
      }
      all += [Double(record.step), record.loss, record.trace?.value, record.trace?.standardError]
      all += [record.gradientNorm, record.parameterNorm, record.gradientCurvature, record.stepCurvature]
      all += [record.accuracy, record.alongTargets?.residual, record.alongTargets?.kernel, record.alongTargets?.share]
    }
    return all.map { $0?.bitPattern ?? 0 } + training.parameters.map(\.bitPattern)
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), Precision.allCases)
  func `Two hundred steps with sharpness have the same bits for every instruction set and number of threads`(
    set: InstructionSet,
    precision: Precision
  ) {
    let sample = Sample()
    let alone = bits(sample.training(busy, precision: precision, workers: Workers()))
    for threads in [1, 2, 7] {
      let workers = Workers(threads: threads, instructionSet: set)
      #expect(bits(sample.training(busy, precision: precision, workers: workers)) == alone)
    }
  }

  @Test(arguments: Precision.allCases, [nil, 7])
  func `A training that goes on from a checkpoint has the bits of one that was not interrupted`(
    precision: Precision,
    batchSize: Int?
  ) throws {
    var settings = busy
    settings.momentum = 0.7
    settings.learningRate = 0.05
    settings.batchSize = batchSize
    let sample = Sample()
    let whole = sample.training(settings, precision: precision)
    let all = whole.records()
    for stop in [1, 53, 117] {
      let first = sample.training(settings, precision: precision)
      let before = (0..<stop).compactMap { _ in first.advance() }
      let second = sample.training(settings, precision: precision)
      try second.resume(from: first.checkpoint)
      #expect(before + second.records() == all)
      #expect(second.parameters == whole.parameters)
    }
  }

  @Test func `Asking for more steps continues what fewer began`() {
    let sample = Sample()
    var more = busy
    more.steps = 300
    let short = sample.training(busy)
    let first = short.records()
    #expect(short.end == .steps)
    let long = sample.training(more)
    let all = long.records()
    #expect(Array(all.prefix(200)) == Array(first.prefix(200)))
  }

  @Test func `Momentum and mini-batches are what they are defined as`() {
    // A batch of the whole in another order has the same gradient up to rounding: compare with plain descent by hand.
    let sample = Sample()
    var settings = TrainingSettings(learningRate: 0.1, momentum: 0.6, steps: 3)
    let training = sample.training(settings)
    let objective = sample.objective()
    objective.parameters = sample.network.initialParameters(seed: 2)
    var velocity = [Double](repeating: 0, count: objective.dimension)
    for _ in 0..<3 {
      _ = training.advance()
      objective.evaluate()
      velocity = zip(velocity, objective.gradient).map { 0.6 * $0 + $1 }
      objective.parameters = zip(objective.parameters, velocity).map { $0 - 0.1 * $1 }
    }
    expectEqual(training.parameters, objective.parameters, within: 1e-15)

    settings = TrainingSettings(learningRate: 0.1, batchSize: 8, steps: 3)
    let batches = sample.training(settings).records()
    // The three batches of the first epoch hold every example once, so that at a rate of zero their mean is the whole's.
    settings.learningRate = 0
    let still = sample.training(settings).records().prefix(3)
    objective.parameters = sample.network.initialParameters(seed: 2)
    #expect((still.reduce(0) { $0 + $1.loss } / 3 - objective.evaluate()).magnitude < 1e-15)
    #expect(batches[0].loss == still[still.startIndex].loss)
    #expect(batches[1].loss != still[still.startIndex + 1].loss)
  }

  @Test func `A training ends for the reason that it has`() {
    let sample = Sample()
    let reached = sample.training(TrainingSettings(learningRate: 0.5, steps: 5_000, targetLoss: 0.05))
    #expect(reached.records().last.map { $0.loss <= 0.05 } == true)
    #expect(reached.end == .targetLoss)

    let relu = Sample(activation: .relu)
    let diverged = relu.training(TrainingSettings(learningRate: 1e4, steps: 1_000))
    let records = diverged.records()
    // The bits of a training are the same everywhere: of the two ways to fail it is always this one.
    #expect(diverged.end == .diverged)
    #expect(records.count < 1_000)

    // All rectified units off for all examples: the outputs and the gradient are zero, the loss is not.
    let dead = Training(
      network: relu.network,
      loss: .meanSquaredError,
      examples: Examples(
        inputs: relu.examples.inputs.map(\.magnitude),
        targets: relu.examples.targets,
        count: relu.examples.count
      ),
      parameters: [Double](repeating: -1, count: relu.network.parameterCount),
      settings: TrainingSettings(learningRate: 0.1, steps: 100),
      precision: .float32,
      workers: Workers()
    )
    #expect(dead.records().count == 1)
    #expect(dead.end == .collapsed)

    let huge = Sample(activation: .linear).training(TrainingSettings(learningRate: 100, steps: 1_000))
    #expect(huge.records().count < 100)
    #expect(huge.end == .diverged)
  }

  @Test func `Probes measure what they say`() throws {
    let sample = Sample()
    let settings = TrainingSettings(
      learningRate: 0.1,
      steps: 0,
      sharpness: .always,
      eigenvalueSettings: LargestEigenvalues.Settings(tolerance: 1e-9, maximumProducts: 1_000),
      norms: .always,
      gradientCurvature: .always,
      accuracy: .always
    )
    let record = try #require(sample.training(settings).advance())
    let objective = sample.objective()
    let parameters = sample.network.initialParameters(seed: 2)
    func gradient(_ shift: Double, _ direction: [Double]) -> [Double] {
      objective.parameters = zip(parameters, direction).map { $0 + shift * $1 }
      objective.evaluate()
      return objective.gradient
    }
    let slope = gradient(0, parameters)
    let square = slope.reduce(0) { $0 + $1 * $1 }
    #expect((try #require(record.gradientNorm) - square.squareRoot()).magnitude < 1e-15)
    let norm = parameters.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect((try #require(record.parameterNorm) - norm).magnitude < 1e-13 * norm)
    // A central difference of the gradient along itself.
    let (up, down) = (gradient(1e-4, slope), gradient(-1e-4, slope))
    let change = zip(up, down).map { ($0 - $1) / 2e-4 }
    let curvature = zip(slope, change).reduce(0) { $0 + $1.0 * $1.1 } / square
    let measured = try #require(record.gradientCurvature)
    #expect((measured - curvature).magnitude < 1e-7)
    let sharpness = try #require(record.sharpness)
    #expect(sharpness.isConverged && sharpness.value > measured)

    _ = gradient(0, parameters)
    let right = (0..<24).count { row in
      let outputs = objective.outputs[row * 4..<row * 4 + 4]
      return outputs.max() == outputs[outputs.startIndex + row * 7 % 4]
    }
    #expect(record.accuracy == Double(right) / 24)
  }
}
