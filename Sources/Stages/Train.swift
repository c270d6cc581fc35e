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
  public var probes = ScheduleParameters()
  /// When norms are taken, if not with the sharpness.
  public var norms = ScheduleParameters()
  /// When the accuracy is, likewise.
  public var accuracy = ScheduleParameters()
  /// When several of the largest eigenvalues are found.
  public var topEigenvalues = ScheduleParameters()
  /// How many.
  public var topEigenvalueCount = 5
  /// When the trace is estimated.
  public var trace = ScheduleParameters()
  /// From how many products.
  public var traceSamples = 10
  /// When the largest eigenvalue of the tangent kernel is found.
  public var tangentKernel = ScheduleParameters()
  /// When residual and tangent kernel along the targets are taken.
  public var targetKernel = ScheduleParameters()
  /// When the curvature along gradient and step is taken.
  public var curvature = ScheduleParameters()
  /// When the parameters are kept.
  public var keep = ScheduleParameters()
  /// How exact eigenvalues are.
  public var tolerance = 1e-3
  /// How many products a sharpness may take.
  public var maximumProducts = 200
  /// The numbers with which is computed.
  public var precision = Precision.float32
  /// The share of the probes, at the end, that counts as late.
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

  /// A network of the paper's size in the standard parameterization.
  public init() {}

  /// The rule that stopped a search by an estimated error, which trusted what a short search had seen.
  public static let retired = ["tolerance_of": "leave it out: the tolerance is that of the residual"]

  /// The parameters.
  public static let fields: [Field<Train>] = [
    .init("depth", \.depth, "The number of layers of weights, the readout among them.", limit: .within(2...64)),
    .init("width", \.width, "The width of the hidden layers.", limit: .within(1...16_384)),
    .init("activation", \.activation, "What the hidden units do."),
    .init("bias", \.hasBias, "Whether the layers have biases, which start at zero; not in muP."),
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
    .init(
      "probes",
      \.probes,
      "At which steps sharpness, norms and accuracy are measured, beside the first (default: 20 a decade)."
    ),
    .init("norms", \.norms, "At which steps the norms are taken (default: with the sharpness)."),
    .init("accuracy", \.accuracy, "At which steps the accuracy is taken (default: with the sharpness)."),
    .init(
      "top_eigenvalues",
      \.topEigenvalues,
      "At which steps several of the largest Hessian eigenvalues are found (default: none)."
    ),
    .init("top_eigenvalue_count", \.topEigenvalueCount, "How many of them.", limit: .within(1...100)),
    .init("trace", \.trace, "At which steps the trace of the Hessian is estimated (default: none)."),
    .init("trace_samples", \.traceSamples, "From how many products with random signs.", limit: .within(2...100_000)),
    .init(
      "ntk",
      \.tangentKernel,
      "At which steps the largest eigenvalue of the tangent kernel is found (default: none)."
    ),
    .init(
      "target_kernel",
      \.targetKernel,
      """
      At which steps residual and tangent kernel along the targets are taken, for 'uv/effective' (default: none); with the \
      loss mse.
      """
    ),
    .init(
      "curvature",
      \.curvature,
      "At which steps the curvature along the gradient and along the step is taken (default: none)."
    ),
    .init(
      "keep",
      \.keep,
      "At which steps the parameters are kept in the result, for kinds that look at them (default: none)."
    ),
    .init(
      "tolerance",
      \.tolerance,
      "The largest residual |Hx - lambda x| over |lambda| of a converged eigenvalue.",
      limit: .within(1e-12...0.1)
    ),
    .init("maximum_products", \.maximumProducts, "How many products a search may take.", limit: .within(1...10_000)),
    .init("precision", \.precision, "The numbers with which is computed."),
    .init(
      "late",
      \.late,
      "The share of the probes, at the end of each run, that counts as late.",
      limit: .within(0.001...1)
    ),
    .init(
      "seed",
      \.seed,
      "The seed of the weights, the order of the examples and the starts of searches.",
      limit: .nonNegative
    ),
  ]

  /// Rejects non-positive learning rates, biases in muP, and more than 20 million recorded losses.
  public func inconsistencies() -> [Inconsistency] {
    var found = learningRates.inconsistencies().map { Inconsistency("learning_rate", $0.message) }
    if found.isEmpty, !learningRates.all.allSatisfy({ $0 > 0 }) {
      found.append(Inconsistency("learning_rate", "learning rates are positive"))
    }
    if !targetKernel.isEmpty, loss != .meanSquaredError {
      found.append(
        Inconsistency("target_kernel", "along the targets the squared error is followed: it takes the loss 'mse'")
      )
    }
    if hasBias, scheme == .maximalUpdate || (scheme == .interpolated && interpolation > 0) {
      found.append(
        Inconsistency(
          "bias",
          "in muP hidden biases would move as 1/width: leave the biases out, or use the parameterization SP or NTP"
        )
      )
    }
    let count = learningRates.length * (steps + 1)
    if count > 20_000_000 {
      found.append(Inconsistency("steps", "learning rates x steps is \(count); at most 20 million are recorded"))
    }
    return found
  }

  private static let runs = ["learning_rate"]
  private static let probed = ["learning_rate", "probe"]
  private static let ranked = ["learning_rate", "eigenvalue_step", "rank"]

  /// The learning rates.
  public var coordinates: [String: [JSONValue]] { ["learning_rate": learningRates.all.map { .number($0) }] }

  /// Also the numbers of steps, with the start, and of probes.
  public var lengths: [String: Int] {
    ["learning_rate": learningRates.all.count, "step": steps + 1, "probe": probeSteps.count]
  }

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "train",
    "Trains a fully connected network by gradient descent, at several learning rates, and follows its sharpness.",
    discussion: """
      The data are inputs and classes, as data/cifar10 and data/synthetic make them; targets are one-hot. The sharpness \
      is the largest eigenvalue of the Hessian of the loss on all examples, by Lanczos' method to a residual that is \
      recorded; one that is not converged is missing. After the end of a run the values are missing. The bits do not \
      depend on threads or processor. A run that was stopped goes on from its last checkpoint, and one that was as long \
      as it was asked to be goes on when more steps are asked for. Formulas: Documentation/training.md.

      \(TrainingRegime.rule)
      """,
    inputs: .named([InputDeclaration("data", "The examples: 'input' and 'label'.")]),
    outputs: [
      .init("learning_rate", runs, "The learning rates, in the unit in which they were asked for."),
      .init("step", ["step"], "The number of steps taken."),
      .init("probe", ["probe"], "The number of steps taken at each probe."),
      .init("initial_sharpness", [], "The sharpness of the start."),
      .init("eta", runs, "The learning rate eta."),
      .init("edge", runs, "The stability threshold of the sharpness: 2 (1 + momentum) / eta."),
      .init("constant_loss", [], "The loss of the best constant prediction."),
      .init("loss", ["learning_rate", "step"], "The loss of the examples of the step."),
      .init("sharpness", probed, "The top eigenvalue lambda_H of the Hessian of the loss on all examples."),
      .init("sharpness_residual", probed, "|Hx - lambda_H x|: some eigenvalue is within this."),
      .init(
        "sharpness_upper",
        probed,
        "A bound that the largest eigenvalue exceeds with a probability of at most 10^-6: tight at every 51st probe."
      ),
      .init("sharpness_products", probed, "The number of products with the Hessian that it took."),
      .init("eta_sharpness", probed, "eta lambda_H."),
      .init("gradient_norm", probed, "The norm of the gradient of the loss on all examples."),
      .init("squared_weight_norm", probed, "The squared norm of all parameters."),
      .init("accuracy", probed, "The share of examples whose largest output is that of their class."),
      .init("relative_sharpness", probed, "lambda_H over that of the start."),
      .init("least_relative_sharpness", runs, "The minimum of relative_sharpness."),
      .init(
        "late_eta_sharpness",
        runs,
        "The mean of eta lambda_H over the late probes; missing where training diverged."
      ),
      .init(
        "greatest_late_eta_sharpness",
        runs,
        "The maximum of eta lambda_H over the late probes; missing where training diverged."
      ),
      .init("final_relative_sharpness", runs, "The last relative_sharpness."),
      .init("unconverged_probes", runs, "The number of probes whose sharpness did not converge and is missing."),
      .init("final_loss", runs, "The last loss."),
      .init("steps_taken", runs, "How many steps were taken."),
      .init(
        "end",
        runs,
        unit: nil,
        "Why training ended:",
        meanings: ["steps", "target-loss", "diverged", "collapsed"]
      ),
      .init(
        "regime",
        runs,
        unit: nil,
        "The regime by the rule above:",
        meanings: TrainingRegime.allCases.map(\.rawValue)
      ),
      .init("norm_step", ["norm_step"], "The number of steps taken where 'norms' says.", optional: true),
      .init("accuracy_step", ["accuracy_step"], "The number of steps taken where 'accuracy' says.", optional: true),
      .init("rank", ["rank"], "The number of an eigenvalue, from the largest.", optional: true),
      .init("eigenvalue_step", ["eigenvalue_step"], "The number of steps taken at these eigenvalues.", optional: true),
      .init("top_eigenvalues", ranked, "The largest eigenvalues of the Hessian.", optional: true),
      .init("top_eigenvalue_residual", ranked, "The residual of each.", optional: true),
      .init(
        "top_eigenvalue_products",
        ["learning_rate", "eigenvalue_step"],
        "The number of products with the Hessian that they took.",
        optional: true
      ),
      .init("trace_step", ["trace_step"], "The number of steps taken at each trace.", optional: true),
      .init("trace", ["learning_rate", "trace_step"], "The trace of the Hessian.", optional: true),
      .init("trace_error", ["learning_rate", "trace_step"], "Its standard error.", optional: true),
      .init("ntk_step", ["ntk_step"], "The number of steps taken at each tangent kernel.", optional: true),
      .init(
        "ntk",
        ["learning_rate", "ntk_step"],
        "The top eigenvalue of the tangent kernel J J^T / (NC).",
        optional: true
      ),
      .init("ntk_residual", ["learning_rate", "ntk_step"], "Its residual.", optional: true),
      .init("ntk_products", ["learning_rate", "ntk_step"], "The number of products that it took.", optional: true),
      .init("target_step", ["target_step"], "The number of steps taken where 'target_kernel' says.", optional: true),
      .init(
        "target_residual",
        ["learning_rate", "target_step"],
        "u.(f - y) / sqrt(NC) along the targets, u = y / |y|: the UV model's f - y.",
        optional: true
      ),
      .init(
        "target_kernel",
        ["learning_rate", "target_step"],
        "u^T K u with the tangent kernel K = J J^T / (NC): the UV model's trace lambda.",
        optional: true
      ),
      .init(
        "target_share",
        ["learning_rate", "target_step"],
        "The part of the loss that lies along the targets.",
        optional: true
      ),
      .init("target_length", [], "|y| / sqrt(NC): the UV model's y.", optional: true),
      .init("curvature_step", ["curvature_step"], "The number of steps taken at each curvature.", optional: true),
      .init(
        "gradient_curvature",
        ["learning_rate", "curvature_step"],
        "g^T H g / g^T g along the gradient.",
        optional: true
      ),
      .init(
        "step_curvature",
        ["learning_rate", "curvature_step"],
        "v^T H v / v^T v along the step's v = mu v + g.",
        optional: true
      ),
      .init("kept", ["kept"], "The number of steps taken where parameters were kept.", optional: true),
      .init(
        "parameters",
        ["learning_rate", "kept", "parameter"],
        "The parameters: layer after layer, the weights (inputs by outputs) and then the bias.",
        optional: true
      ),
    ]
  )
}

// MARK: - Running

extension Train {
  /// Checks that the data have classes where the loss needs them.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    guard loss == .crossEntropy, let data = inputs["data"], let outputs = data.outputs,
      !outputs.contains(where: { $0.name == "label" })
    else { return }
    diagnostics.report(
      "the loss 'cross-entropy' needs classes, and '\(data.stage)' (\(data.kind)) makes no 'label'",
      at: nil,
      hints: "the loss 'mse' takes targets that are numbers"
    )
  }

  /// The memory of as many learning rates as train at the same time.
  public func memory(_ inputs: [String: InputKnowledge], threads: Int) -> MemoryEstimate? {
    memoryUse(inputs, settings(learningRate: 1), rates: learningRates.all.count, threads: threads)
      .estimate(recorded: recordedMemory(inputs))
  }

  /// Trains at every learning rate.
  public func run(_ context: StageContext) async throws -> StageResult {
    let data = try TrainingData(context.input("data"))
    if !targetKernel.isEmpty, data.examples.targetLength == 0 {
      throw StageFailure("all targets are zero and have no direction; without 'target_kernel' they can be trained on")
    }
    let network = network(inputs: data.inputCount, outputs: data.outputCount)
    let parameters = network.initialParameters(seed: UInt64(seed))
    @Sendable func training(_ settings: TrainingSettings, threads: Int) -> Training {
      self.training(network, data, from: parameters, settings, threads: threads)
    }
    let start = try start(network, data, from: parameters, threads: context.threads)
    let rates = start.learningRates
    let atOnce = Self.atOnce(rates.count, of: network, examples: data.examples.count, threads: context.threads)
    let progress = TrainingProgress(runs: rates.count, steps: steps, report: context.report)
    let runs = try await Parallel.map(rates.count, piece: 1, threads: atOnce) { range in
      range.map { index in
        let rate = rates[index]
        var checkpoints = TrainingCheckpoints(
          context.checkpoints,
          identity: identity(ofRunAt: rate),
          learningRate: rate
        )
        let furthest = checkpoints.furthest()
        if let known = furthest?.run.ended(after: steps) { return ResumedRun(run: known, from: known.stepsTaken) }
        let training = training(settings(learningRate: rate), threads: context.threads / atOnce)
        var run = TrainingRun(learningRate: rate)
        if let furthest, let state = furthest.state, (try? training.resume(from: state)) != nil { run = furthest.run }
        let resumed = training.step
        run.complete(training, steps: steps, keeping: keep.schedule) { run, training in
          checkpoints.note(run, training, isLast: training.end != nil || training.step == steps)
          progress.note(training.step, of: index)
        }
        return ResumedRun(run: run, from: resumed)
      }
    }.flatMap { $0 }
    var result = try TrainingResult(
      self,
      runs.map(\.run),
      initialSharpness: start.sharpness,
      examples: data.examples,
      data: context.input("data").address.description
    ).stageResult()
    let resumed = zip(learningRates.all, runs).filter { $1.from > 0 }
    if !resumed.isEmpty {
      result.provenance["resumed"] = .array(
        resumed.map { ["learning_rate": .number($0), "from_step": .integer($1.from)] }
      )
    }
    return result
  }

  private struct ResumedRun: Sendable {
    let run: TrainingRun
    /// The step from which it was computed now.
    let from: Int
  }

  /// What determines a run, however long it is: all parameters except the number of steps, the other learning rates and
  /// the steps that are summarized.
  private func identity(ofRunAt learningRate: Double) -> JSONValue {
    guard case .object(var members) = json else { return .null }
    for name in ["steps", "learning_rate", "relative_to", "late"] { members[name] = nil }
    members["eta"] = .number(learningRate)
    return .object(members)
  }
}
