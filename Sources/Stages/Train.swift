internal import Artifacts
public import Configuration
public import Networks
public import Planning
public import Tensors
internal import Training

/// `train`: a fully connected network trained at several learning rates, with its sharpness.
public struct Train: StageKind {
  /// The number of layers of weights.
  public var depth = 4
  /// The width of the hidden layers.
  public var width = 512
  /// What the hidden units do.
  public var activation = Activation.relu
  /// Whether the layers have biases.
  public var hasBias = false
  /// How weights and multipliers depend on the width.
  public var scheme = Scheme.standard
  /// s of the interpolation.
  public var interpolation = 1.0
  /// σ_w².
  public var weightVariance = 2.0
  /// What is made small.
  public var loss = Loss.meanSquaredError
  /// The learning rates.
  public var learningRates = ValueRange()
  /// What they are measured in.
  public var unit = Unit.sharpness
  /// μ.
  public var momentum = 0.0
  /// The size of a mini-batch; nil for all examples.
  public var batchSize: Int?
  /// The number of steps.
  public var steps = 1_000
  /// The loss at which training ends.
  public var targetLoss: Double?
  /// When it is probed.
  public var probes = Probes()
  /// How exact the sharpness is.
  public var tolerance = 1e-3
  /// How many products a sharpness may take.
  public var maximumProducts = 200
  /// The numbers with which is computed.
  public var precision = Precision.float32
  /// The share of the probes, at the end, over which late means are taken.
  public var late = 0.2
  /// The seed.
  public var seed = 0

  /// A parameterization.
  public enum Scheme: String, Choice {
    /// SP.
    case standard = "SP"
    /// NTP.
    case neuralTangent = "NTP"
    /// μP.
    case maximalUpdate = "muP"
    /// Between one like SP and μP.
    case interpolated
  }

  /// What a learning rate is measured in.
  public enum Unit: String, Choice {
    /// η itself.
    case absolute
    /// ηλ_H of the start.
    case sharpness
  }

  /// The steps at which probes are taken.
  public struct Probes: Record, Equatable {
    /// Every so many.
    public var every: Int?
    /// So many a decade.
    public var perDecade: Int?

    /// Twenty a decade.
    public init() {}

    /// The keys of a schedule.
    public static let fields: [Field<Probes>] = [
      .init("every", \.every, "Every so many steps.", unit: "steps", limit: .ifPresent(.positive)),
      .init(
        "per_decade",
        \.perDecade,
        "So many steps for each factor of ten, evenly in the logarithm (default: 20 if 'every' is not given).",
        limit: .ifPresent(.within(1...100))
      ),
    ]

    var schedule: StepSchedule { StepSchedule(every: every, perDecade: perDecade ?? (every == nil ? 20 : nil)) }
  }

  /// A network of the paper's size in the standard parameterization.
  public init() {}

  /// The parameters.
  public static let fields: [Field<Train>] = [
    .init("depth", \.depth, "The number of layers of weights, the readout among them.", limit: .within(2...64)),
    .init("width", \.width, "The width of the hidden layers.", limit: .within(1...16_384)),
    .init("activation", \.activation, "What the hidden units do."),
    .init("bias", \.hasBias, "Whether the layers have biases, which start at zero."),
    .init("parameterization", \.scheme, "How weights and multipliers depend on the width."),
    .init(
      "interpolation",
      \.interpolation,
      "s of the parameterization 'interpolated': 0 is like SP, 1 is muP.",
      limit: .within(0...1)
    ),
    .init("weight_variance", \.weightVariance, "sigma_w^2 of the hidden layers; the readout has 1.", limit: .positive),
    .init("loss", \.loss, "1/(2NC) sum (f - y)^2, or the mean cross-entropy over the N examples."),
    .init("learning_rate", \.learningRates, "The learning rates.", required: true),
    .init("relative_to", \.unit, "Their unit: 1/sharpness of the start, or absolute."),
    .init("momentum", \.momentum, "mu of v = mu v + g, theta = theta - eta v.", limit: .within(0...0.9999)),
    .init(
      "batch_size",
      \.batchSize,
      "The number of examples of a step (default: all).",
      limit: .ifPresent(.positive)
    ),
    .init("steps", \.steps, "The number of steps.", unit: "steps", limit: .within(1...10_000_000)),
    .init("target_loss", \.targetLoss, "Training ends when the loss is at most this.", limit: .ifPresent(.positive)),
    .init("probes", \.probes, "At which steps sharpness, norms and accuracy are measured, beside the first."),
    .init(
      "tolerance",
      \.tolerance,
      "The residual |Hx - lambda x| / lambda at which a sharpness is converged.",
      limit: .within(1e-12...0.1)
    ),
    .init("maximum_products", \.maximumProducts, "How many products a search may take.", limit: .within(1...10_000)),
    .init("precision", \.precision, "The numbers with which is computed."),
    .init(
      "late",
      \.late,
      "The share of the steps, at the end of each run, over whose probes late means are taken.",
      limit: .within(0.001...1)
    ),
    .init(
      "seed",
      \.seed,
      "The seed of the weights, the order of the examples and the starts of searches.",
      limit: .nonNegative
    ),
  ]

  /// Learning rates that are none, and more to record than a figure wants.
  public func inconsistencies() -> [Inconsistency] {
    var found = learningRates.inconsistencies().map { Inconsistency("learning_rate", $0.message) }
    if found.isEmpty, !learningRates.all.allSatisfy({ $0 > 0 }) {
      found.append(Inconsistency("learning_rate", "learning rates are positive"))
    }
    let count = learningRates.length * (steps + 1)
    if count > 20_000_000 {
      found.append(Inconsistency("steps", "learning rates x steps is \(count); at most 20 million are recorded"))
    }
    return found
  }

  private static let runs = ["learning_rate"]
  private static let probed = ["learning_rate", "probe"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "train",
    "Trains a fully connected network by gradient descent, at several learning rates, and follows its sharpness.",
    discussion: """
      The data are inputs and classes, as data/cifar10 and data/synthetic make them; targets are one-hot. The sharpness \
      is the largest eigenvalue of the Hessian of the loss on all examples, by Lanczos' method to a residual that is \
      recorded; one that is not converged is missing. After the end of a run the values are missing. The bits do not \
      depend on threads or processor. Formulas: Documentation/training.md.
      """,
    inputs: .named([InputDeclaration("data", "The examples: 'input' and 'label'.")]),
    outputs: [
      .init("learning_rate", runs, "The learning rates, in the unit in which they were asked for."),
      .init("step", ["step"], "The number of steps taken."),
      .init("probe", ["probe"], "The number of steps taken at each probe."),
      .init("initial_sharpness", [], "The sharpness of the start."),
      .init("eta", runs, "The learning rate eta."),
      .init("edge", runs, "2 / eta."),
      .init("loss", ["learning_rate", "step"], "The loss of the examples of the step."),
      .init("sharpness", probed, "The top eigenvalue lambda_H of the Hessian of the loss on all examples."),
      .init("sharpness_residual", probed, "|Hx - lambda_H x|: some eigenvalue is within this."),
      .init("sharpness_products", probed, "The number of products with the Hessian that it took."),
      .init("eta_sharpness", probed, "eta lambda_H."),
      .init("gradient_norm", probed, "The norm of the gradient of the loss on all examples."),
      .init("weight_norm", probed, "The squared norm of all parameters."),
      .init("accuracy", probed, "The share of examples whose largest output is that of their class."),
      .init("relative_sharpness", probed, "lambda_H over that of the start."),
      .init("least_sharpness", runs, "The least of relative_sharpness."),
      .init("late_eta_sharpness", runs, "The mean of eta lambda_H over the late probes."),
      .init("greatest_late_eta_sharpness", runs, "The greatest eta lambda_H after a fifth of the steps."),
      .init("final_relative_sharpness", runs, "The last relative_sharpness."),
      .init("final_loss", runs, "The last loss."),
      .init("steps_taken", runs, "How many steps were taken."),
      .init(
        "end",
        runs,
        unit: nil,
        "Why training ended:",
        meanings: ["steps", "target-loss", "diverged", "collapsed"]
      ),
    ]
  )
}

extension Train.Scheme {
  func parameterization(_ interpolation: Double) -> Parameterization {
    switch self {
    case .standard: .standard
    case .neuralTangent: .neuralTangent
    case .maximalUpdate: .maximalUpdate
    case .interpolated: .interpolated(interpolation)
    }
  }
}

// MARK: - Running

extension Train {
  /// Trains at every learning rate.
  public func run(_ context: StageContext) async throws -> StageResult {
    let (examples, network) = try read(context.input("data"))
    let parameters = network.initialParameters(seed: UInt64(seed))
    let scale: Double
    let start = Training(
      network: network,
      loss: loss,
      examples: examples,
      parameters: parameters,
      settings: settings(learningRate: 0, steps: 0, .always),
      precision: precision,
      workers: Workers(threads: context.threads)
    )
    guard let initial = start.advance()?.sharpness, initial.isConverged else {
      throw StageFailure("the sharpness of the start was not found; raise 'maximum_products' or 'tolerance'")
    }
    switch unit {
    case .absolute: scale = 1
    case .sharpness where initial.value > 0: scale = 1 / initial.value
    case .sharpness: throw StageFailure("the sharpness of the start is \(initial.value) and cannot be the unit")
    }
    let rates = learningRates.all.map { $0 * scale }
    // Small networks train side by side, each on its own thread; a large one has all threads, and memory, to itself.
    let isLarge = network.parameterCount * examples.count > 1 << 30
    let atOnce = isLarge ? 1 : min(context.threads, rates.count)
    let runs = try await Parallel.map(rates.count, piece: 1, threads: atOnce) { range in
      range.map { index in
        let training = Training(
          network: network,
          loss: loss,
          examples: examples,
          parameters: parameters,
          settings: settings(learningRate: rates[index], steps: steps, probes.schedule),
          precision: precision,
          workers: Workers(threads: context.threads / atOnce)
        )
        var records: [TrainingRecord] = []
        while let record = training.advance() {
          records.append(record)
          guard record.step % max(1, steps / 100) == 0 else { continue }
          let done = (Double(index) + Double(record.step) / Double(steps)) / Double(rates.count)
          context.report(StageProgress(done, "run \(index + 1) of \(rates.count), step \(record.step)"))
        }
        return Run(learningRate: rates[index], records: records, end: training.end ?? .steps)
      }
    }
    return try result(runs.flatMap { $0 }, initialSharpness: initial.value)
  }

  private func settings(learningRate: Double, steps: Int, _ schedule: StepSchedule) -> TrainingSettings {
    var schedule = schedule
    // The start is always probed: what follows is relative to it.
    if schedule.window == nil { schedule.window = 0..<1 }
    return TrainingSettings(
      learningRate: learningRate,
      momentum: momentum,
      batchSize: batchSize,
      steps: steps,
      targetLoss: targetLoss,
      seed: UInt64(seed),
      sharpness: schedule,
      eigenvalueSettings: LargestEigenvalues.Settings(tolerance: tolerance, maximumProducts: maximumProducts),
      norms: schedule,
      accuracy: schedule
    )
  }

  private func read(_ data: Artifact) throws -> (Examples, FullyConnected) {
    guard let input = data["input"], let label = data["label"], input.dimensions.count == 2,
      let inputs = input.values.doubles, let labels = label.values.doubles, input.shape[0] == labels.count,
      !labels.isEmpty, !inputs.isEmpty
    else {
      throw StageFailure("the data have no 'input' over examples and features with a 'label' for each example")
    }
    guard let largest = labels.max(), labels.allSatisfy({ $0 >= 0 && $0 < 1_000 && $0 == $0.rounded() }) else {
      throw StageFailure("a label of the data is no class from 0 to 999")
    }
    let classes = Int(largest) + 1
    let targets = labels.flatMap { label in (0..<classes).map { Double($0) == label ? 1.0 : 0 } }
    let network = FullyConnected(
      inputs: input.shape[1],
      width: width,
      outputs: classes,
      depth: depth,
      activation: activation,
      hasBias: hasBias,
      parameterization: scheme.parameterization(interpolation),
      weightVariance: weightVariance
    )
    return (Examples(inputs: inputs, targets: targets, count: labels.count), network)
  }
}

// MARK: - The result

/// One run.
private struct Run: Sendable {
  let learningRate: Double
  let records: [TrainingRecord]
  let end: TrainingEnd

  /// The converged sharpness values from a step on.
  func sharpness(from step: Double) -> [Double] {
    records.filter { Double($0.step) >= step }.compactMap { record in
      record.sharpness.flatMap { $0.isConverged ? $0.value : nil }
    }
  }
}

extension Train {
  private func result(_ runs: [Run], initialSharpness: Double) throws -> StageResult {
    var builder = ResultBuilder(Self.declaration)
    let probeSteps = (0...steps).filter { settings(learningRate: 0, steps: steps, probes.schedule).norms.contains($0) }
    let place = Dictionary(uniqueKeysWithValues: probeSteps.enumerated().map { ($1, $0) })
    func probed(_ name: String, _ value: (Run, TrainingRecord) -> Double?) throws {
      var values = [Double](repeating: .nan, count: runs.count * probeSteps.count)
      for (number, run) in runs.enumerated() {
        for record in run.records {
          guard let position = place[record.step], let value = value(run, record) else { continue }
          values[number * probeSteps.count + position] = value
        }
      }
      try builder.set(name, values, shape: [runs.count, probeSteps.count])
    }
    func sharpness(_ record: TrainingRecord) -> Double? {
      record.sharpness.flatMap { $0.isConverged ? $0.value : nil }
    }
    func each(_ name: String, _ value: (Run) -> Double) throws { try builder.set(name, runs.map(value)) }

    try builder.set("learning_rate", learningRates.all)
    try builder.set("step", (0...steps).map(Double.init))
    try builder.set("probe", probeSteps.map(Double.init))
    try builder.set("initial_sharpness", initialSharpness)
    try each("eta") { $0.learningRate }
    try each("edge") { 2 / $0.learningRate }
    let losses = runs.flatMap { run in
      run.records.map(\.loss) + [Double](repeating: .nan, count: steps + 1 - run.records.count)
    }
    try builder.set("loss", losses, shape: [runs.count, steps + 1])
    try probed("sharpness") { sharpness($1) }
    try probed("sharpness_residual") { $1.sharpness?.residual }
    try probed("sharpness_products") { $1.sharpness.map { Double($0.products) } }
    try probed("eta_sharpness") { run, record in sharpness(record).map { run.learningRate * $0 } }
    try probed("gradient_norm") { $1.gradientNorm }
    try probed("weight_norm") { $1.parameterNorm.map { $0 * $0 } }
    try probed("accuracy") { $1.accuracy }
    try probed("relative_sharpness") { sharpness($1).map { $0 / initialSharpness } }
    try each("least_sharpness") { ($0.sharpness(from: 0).min() ?? .nan) / initialSharpness }
    try each("late_eta_sharpness") { run in
      let values = run.sharpness(from: Double(run.records.count - 1) * (1 - late))
      return run.learningRate * values.reduce(0, +) / Double(values.count)
    }
    try each("greatest_late_eta_sharpness") { run in
      run.learningRate * (run.sharpness(from: Double(run.records.count - 1) / 5).max() ?? .nan)
    }
    try each("final_relative_sharpness") { ($0.sharpness(from: 0).last ?? .nan) / initialSharpness }
    try each("final_loss") { $0.records.last?.loss ?? .nan }
    try each("steps_taken") { Double($0.records.last?.step ?? 0) }
    let ends: [TrainingEnd] = [.steps, .targetLoss, .diverged, .collapsed]
    let codes = runs.map { Int8(ends.firstIndex(of: $0.end) ?? 0) }
    try builder.set("end", .int8(codes), shape: [runs.count])
    return try builder.finish()
  }
}

extension Activation: Choice {}
extension Loss: Choice {}
extension Precision: Choice {}
