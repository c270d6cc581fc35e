import Networks
import Tensors
import TestSupport
import Testing
import Training

/// The probes of a small network against dense matrices.
@Suite struct ProbesTests {
  private let sample = Sample(count: 8, inputs: 4, width: 5, outputs: 3)

  /// The loss at the start, evaluated.
  private func objective(hasTangentKernel: Bool = false) -> Objective {
    let objective = sample.objective(hasTangentKernel: hasTangentKernel)
    objective.parameters = sample.network.initialParameters(seed: 2)
    objective.evaluate()
    return objective
  }

  private let exactly = LargestEigenvalues.Settings(tolerance: 1e-10, maximumProducts: 2_000)

  @Test func `The top eigenvalues are those of the dense Hessian, and the trace is within its errors`() throws {
    let hessian = Dense(objective())
    let solution = SymmetricEigenproblem(hessian.rows)
    let settings = TrainingSettings(
      learningRate: 0.1,
      steps: 0,
      sharpness: .always,
      topEigenvalues: .always,
      topEigenvalueCount: 5,
      eigenvalueSettings: exactly,
      trace: .always,
      traceSamples: 400
    )
    let record = try #require(sample.training(settings).advance())
    let top = try #require(record.topEigenvalues)
    #expect(top.eigenvalues.count == 5)
    #expect(top.eigenvalues.allSatisfy { $0.isConverged })
    expectEqual(top.eigenvalues.map(\.value), solution.values.prefix(top.eigenvalues.count), within: 1e-12)
    #expect((try #require(record.sharpness).value - solution.values[0]).magnitude < 1e-12)
    let exact = solution.values.reduce(0, +)
    let trace = try #require(record.trace)
    #expect((trace.value - exact).magnitude < 4 * trace.standardError)
    #expect(trace.standardError < 0.1 * exact)
  }

  @Test func `The tangent kernel is that of the Jacobian by finite differences`() throws {
    let objective = objective(hasTangentKernel: true)
    let kernel = Dense(TangentKernel(objective))
    let parameters = sample.network.initialParameters(seed: 2)
    func outputs(_ index: Int, _ shift: Double) -> [Double] {
      objective.parameters = parameters.enumerated().map { $0 == index ? $1 + shift : $1 }
      objective.evaluate()
      return objective.outputs
    }
    let jacobian = parameters.indices.map { index in
      zip(outputs(index, 1e-4), outputs(index, -1e-4)).map { ($0 - $1) / 2e-4 }
    }
    #expect(kernel.dimension == 24)
    for row in 0..<24 {
      for column in 0..<24 {
        let exact = jacobian.reduce(0) { $0 + $1[row] * $1[column] } / 24
        #expect((kernel.rows[row][column] - exact).magnitude < 1e-8)
      }
    }
    let settings = TrainingSettings(
      learningRate: 0.1,
      steps: 0,
      tangentKernel: .always,
      eigenvalueSettings: exactly
    )
    let record = try #require(sample.training(settings).advance())
    let top = SymmetricEigenproblem(kernel.rows).values[0]
    #expect((try #require(record.tangentKernel).value - top).magnitude < 1e-12)
  }

  @Test func `Along the targets are the residual and the tangent kernel of all outputs, whatever the batch`() throws {
    let objective = objective(hasTangentKernel: true)
    let (kernel, targets) = (Dense(TangentKernel(objective)).rows, sample.examples.targets)
    let residuals = zip(objective.outputs, targets).map { $0 - $1 }
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    let unit = targets.map { $0 / dot(targets, targets).squareRoot() }
    let settings = TrainingSettings(learningRate: 0.1, batchSize: 3, steps: 0, alongTargets: .always)
    let record = try #require(sample.training(settings).advance())
    let found = try #require(record.alongTargets)
    #expect((found.residual - dot(unit, residuals) / 24.0.squareRoot()).magnitude < 1e-14)
    #expect((found.kernel - dot(unit, kernel.map { dot($0, unit) })).magnitude < 1e-13)
    #expect((found.share - dot(unit, residuals) * dot(unit, residuals) / dot(residuals, residuals)).magnitude < 1e-14)
    #expect((sample.examples.targetLength - (dot(targets, targets) / 24).squareRoot()).magnitude < 1e-15)
  }

  /// A linear network of two layers on one example is the UV model with κ = (readout's multiplier) (first layer's) |x|.
  @Test func `On one example a linear network of two layers follows the UV model step by step`() throws {
    let network = FullyConnected(
      inputs: 3,
      width: 5,
      outputs: 1,
      depth: 2,
      activation: .linear,
      parameterization: .standard,
      weightVariance: 1
    )
    let (input, target, eta) = ([0.6, -0.8, 0.5], 1.3, 0.3)
    let training = Training(
      network: network,
      loss: .meanSquaredError,
      examples: Examples(inputs: input, targets: [-target], count: 1),
      parameters: network.initialParameters(seed: 1),
      settings: TrainingSettings(learningRate: eta, steps: 100, alongTargets: .always),
      precision: .float64,
      workers: Workers()
    )
    // Written out: Eqs (1) and (2) with y = 1.3, since the direction of a negative target is negative.
    let square = input.reduce(0) { $0 + $1 * $1 }
    var state: (residual: Double, kernel: Double)?
    for record in training.records() {
      let found = try #require(record.alongTargets)
      let (residual, kernel) = state ?? (found.residual, found.kernel)
      #expect((found.residual - residual).magnitude < 1e-12)
      #expect((found.kernel - kernel).magnitude < 1e-12)
      #expect(record.loss > 0 ? (found.share - 1).magnitude < 1e-12 : found.share.isNaN)
      let output = residual + target
      state = (
        residual * (1 - eta * kernel + eta * eta * square * residual * output),
        kernel + eta * eta * square * kernel * residual * residual - 4 * eta * square * residual * output
      )
    }
  }

  @Test func `Where the residuals are zero the sharpness is the tangent kernel's`() throws {
    let training = Training(
      network: sample.network,
      loss: .meanSquaredError,
      examples: Examples(inputs: sample.examples.inputs, targets: objective().outputs, count: 8),
      parameters: sample.network.initialParameters(seed: 2),
      settings: TrainingSettings(
        learningRate: 0.1,
        steps: 0,
        sharpness: .always,
        tangentKernel: .always,
        eigenvalueSettings: exactly
      ),
      precision: .float64,
      workers: Workers()
    )
    let record = try #require(training.advance())
    #expect(record.loss == 0)
    let (sharpness, kernel) = (try #require(record.sharpness), try #require(record.tangentKernel))
    #expect((sharpness.value / kernel.value - 1).magnitude < 1e-12)
  }

  @Test func `The curvature along a step is that along the change of the parameters`() throws {
    let settings = TrainingSettings(
      learningRate: 0.2,
      momentum: 0.8,
      batchSize: 4,
      steps: 3,
      gradientCurvature: .always,
      stepCurvature: .always
    )
    let training = sample.training(settings)
    let objective = objective()
    for _ in 0..<3 {
      let before = training.parameters
      let record = try #require(training.advance())
      let change = zip(training.parameters, before).map { $0 - $1 }
      objective.parameters = before
      objective.evaluate()
      let product = Dense(objective).rows.map { row in zip(row, change).reduce(0) { $0 + $1.0 * $1.1 } }
      let curvature =
        zip(change, product).reduce(0) { $0 + $1.0 * $1.1 } / change.reduce(0) { $0 + $1 * $1 }
      #expect((try #require(record.stepCurvature) - curvature).magnitude < 1e-12)
      #expect(record.stepCurvature != record.gradientCurvature)
    }
    // Without momentum the step of the whole goes along the gradient.
    let plain = TrainingSettings(learningRate: 0.2, steps: 1, gradientCurvature: .always, stepCurvature: .always)
    let record = try #require(sample.training(plain).advance())
    #expect(record.stepCurvature == record.gradientCurvature)
  }

  @Test func `Each probe has a schedule of its own`() {
    let settings = TrainingSettings(
      learningRate: 0.1,
      steps: 12,
      sharpness: StepSchedule(every: 2),
      topEigenvalues: StepSchedule(every: 3),
      topEigenvalueCount: 2,
      tangentKernel: StepSchedule(every: 4),
      alongTargets: StepSchedule(window: 3..<5),
      trace: StepSchedule(every: 5),
      norms: StepSchedule(every: 6),
      gradientCurvature: StepSchedule(every: 7),
      stepCurvature: StepSchedule(window: 8..<10),
      accuracy: .never
    )
    let records = sample.training(settings).records()
    func steps(_ isMeasured: (TrainingRecord) -> Bool) -> [Int] { records.filter(isMeasured).map(\.step) }
    #expect(steps { $0.sharpness != nil } == [0, 2, 4, 6, 8, 10, 12])
    #expect(steps { $0.topEigenvalues != nil } == [0, 3, 6, 9, 12])
    #expect(steps { $0.tangentKernel != nil } == [0, 4, 8, 12])
    #expect(steps { $0.alongTargets != nil } == [3, 4])
    #expect(steps { $0.trace != nil } == [0, 5, 10])
    #expect(steps { $0.gradientNorm != nil && $0.parameterNorm != nil } == [0, 6, 12])
    #expect(steps { $0.gradientCurvature != nil } == [0, 7])
    #expect(steps { $0.stepCurvature != nil } == [8, 9])
    #expect(steps { $0.accuracy != nil }.isEmpty)
  }

  @Test func `Probes change nothing of the training, nor of one another`() {
    var settings = TrainingSettings(learningRate: 0.3, momentum: 0.5, batchSize: 4, steps: 20)
    let bare = sample.training(settings)
    let losses = bare.records().map(\.loss)
    settings.sharpness = .always
    let some = sample.training(settings).records()
    settings.topEigenvalues = .always
    settings.topEigenvalueCount = 4
    settings.trace = .always
    settings.tangentKernel = .always
    settings.alongTargets = .always
    settings.stepCurvature = .always
    let probed = sample.training(settings)
    let all = probed.records()
    #expect(all.map(\.loss) == losses)
    #expect(probed.parameters == bare.parameters)
    #expect(all.map(\.sharpness) == some.map(\.sharpness))
  }
}
