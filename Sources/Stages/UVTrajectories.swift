internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning
internal import Tensors

/// `uv/trajectories`: gradient descent on the UV model, on its parameters and in function space side by side.
public struct UVTrajectories: StageKind, Equatable {
  /// The starts.
  public var cases: [Case] = []
  /// The learning rates, for each start.
  public var learningRates = LearningRates()
  /// The number of steps.
  public var steps = 1_000
  /// The share of the steps, at the end, over which late means are taken.
  public var late = 0.5

  /// A start: a network that is drawn, or a state in function space.
  public struct Case: Record, Equatable {
    /// The name, the coordinate of the dimension `case`.
    public var name = ""
    /// A network drawn at random.
    public var network: Network?
    /// A state given directly.
    public var start: Start?

    /// A case without a start.
    public init() {}

    /// The keys of a case.
    public static let fields: [Field<Case>] = [
      .init(
        "name",
        \.name,
        "The name of the case.",
        limit: Limit("a text of one line") { !$0.isEmpty && !$0.contains { $0.isNewline } },
        required: true
      ),
      .init("network", \.network, "A network that is drawn at random; or give 'start'."),
      .init("start", \.start, "A state of the function-space map; or give 'network'."),
    ]

    /// Neither or both starts.
    public func inconsistencies() -> [Inconsistency] {
      (network == nil) == (start == nil)
        ? [Inconsistency("name", "a case has either a 'network' or a 'start'")] : []
    }
  }

  /// How a network is drawn.
  public struct Network: Record, Equatable {
    /// n, d and p.
    public var width = 512
    /// The dimension of the input.
    public var inputDimension = 1
    /// p of n_eff = n^(1−p).
    public var interpolation = 1.0
    /// σ_w².
    public var weightVariance = 0.5
    /// |x|.
    public var inputNorm = 1.0
    /// y.
    public var target = 2.0
    /// The seed.
    public var seed = 0

    /// A muP network of width 512.
    public init() {}

    /// The keys of a network.
    public static let fields: [Field<Network>] = [
      .init("width", \.width, "The width n.", limit: .within(1...100_000)),
      .init("input_dimension", \.inputDimension, "The dimension d of the input.", limit: .within(1...10_000)),
      .init(
        "interpolation",
        \.interpolation,
        "p of the effective width n^(1-p): 0 is NTP, 1 is muP.",
        limit: .within(0...1)
      ),
      .init(
        "weight_variance",
        \.weightVariance,
        "sigma_w^2; the weights have variance sigma_w^2 / n^p.",
        limit: .positive
      ),
      .init("input_norm", \.inputNorm, "The length |x| of the input.", limit: .positive),
      .init("target", \.target, "The target y.", limit: .positive),
      .init("seed", \.seed, "The seed of weights and input.", limit: .nonNegative),
    ]

    var initialization: UVParameters.Initialization {
      UVParameters.Initialization(
        width: width,
        inputDimension: inputDimension,
        interpolation: interpolation,
        weightVariance: weightVariance,
        inputNorm: inputNorm,
        target: target,
        seed: UInt64(seed)
      )
    }
  }

  /// A state in function space.
  public struct Start: Record, Equatable {
    /// The model.
    public var kappa = 1.0
    /// The target.
    public var target = 2.0
    /// f.
    public var output = 0.0
    /// λ.
    public var trace = 1.0

    /// κ = 1, y = 2, f = 0, λ = 1.
    public init() {}

    /// The keys of a start.
    public static let fields: [Field<Start>] = [
      .init("kappa", \.kappa, "|x| / sqrt(n_eff).", limit: .positive),
      .init("target", \.target, "The target y.", limit: .positive),
      .init("output", \.output, "The output f of the start."),
      .init("trace", \.trace, "The trace lambda of the start.", limit: .nonNegative),
    ]

    /// States that no parameters have.
    public func inconsistencies() -> [Inconsistency] {
      let model = UVModel(kappa: kappa, target: target)
      return model.isAccessible(model.state(output: output, trace: trace))
        ? [] : [Inconsistency("trace", "no parameters have this state: the trace is at least 2 kappa |f|")]
    }
  }

  /// No cases.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVTrajectories>] = [
    .init("cases", \.cases, "The starts.", limit: .notEmpty(), required: true),
    .init("learning_rate", \.learningRates, "The learning rates, for each start.", required: true),
    .init("steps", \.steps, "The number of steps.", unit: "steps", limit: .within(1...1_000_000)),
    .init(
      "late",
      \.late,
      "The share of the steps, at the end, over which late means are taken.",
      limit: .within(0.001...1)
    ),
  ]

  /// Names that are taken, units that a start does not have, and more work than a figure wants.
  public func inconsistencies() -> [Inconsistency] {
    let names = cases.map(\.name)
    if Set(names).count != names.count { return [Inconsistency("cases", "two cases have one name")] }
    if let still = cases.first(where: { $0.start?.trace == 0 }), learningRates.unit == .trace {
      return [Inconsistency("learning_rate", "the trace of '\(still.name)' is 0 and cannot be the unit")]
    }
    let runs = cases.count * learningRates.range.length
    let count = runs * (steps + 1)
    if count > 20_000_000 {
      return [Inconsistency("steps", "cases x learning rates x steps is \(count); at most 20 million are recorded")]
    }
    let largest = cases.compactMap(\.network).map { $0.width * ($0.inputDimension + 1) }.max() ?? 0
    return largest <= 10_000_000
      ? [] : [Inconsistency("cases", "a network of \(largest) parameters; at most 10 million are trained here")]
  }

  /// The names of the cases, and the learning rates.
  public var coordinates: [String: [JSONValue]] {
    ["case": cases.map { .string($0.name) }, "learning_rate": learningRates.range.all.map { .number($0) }]
  }

  /// Also the number of recorded steps, with the start.
  public var lengths: [String: Int] {
    ["case": cases.count, "learning_rate": learningRates.range.length, "step": steps + 1]
  }

  private static let series = ["case", "learning_rate", "step"]
  private static let runs = ["case", "learning_rate"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/trajectories",
    "Gradient descent on the UV model: its parameters and the function-space map side by side.",
    discussion: """
      f(x) = v^T U x / sqrt(n_eff), one example, loss (f - y)^2 / 2. The map is Eqs (1) and (2) of Kalra, He and \
      Barkeshli (ICLR 2025). The trace lambda is Tr H and the neural tangent kernel; the sharpness lambda_H is the top \
      eigenvalue of the Hessian. After a divergence the values are missing. The regimes follow a rule of ours: see \
      Documentation/uv-model.md.
      """,
    outputs: [
      .init("case", ["case"], unit: nil, "The names of the cases."),
      .init("learning_rate", ["learning_rate"], "The learning rates, in the unit in which they were asked for."),
      .init("step", ["step"], "The number of steps taken."),
      .init("kappa", ["case"], "kappa = |x| / sqrt(n_eff)."),
      .init("target", ["case"], "The target y."),
      .init("critical_learning_rate", ["case"], "eta_c = 1 / (kappa y)."),
      .init("eta", runs, "The learning rate eta."),
      .init("eta_ratio", runs, "eta / eta_c."),
      .init("edge", runs, "2 / eta."),
      .init("loss", series, "The loss."),
      .init("residual", series, "The residual f - y."),
      .init("trace", series, "The trace lambda of the Hessian."),
      .init("sharpness", series, "The top eigenvalue lambda_H of the Hessian."),
      .init("eta_trace", series, "eta lambda."),
      .init("eta_sharpness", series, "eta lambda_H."),
      .init(
        "imbalance",
        series,
        "W / lambda^2 with W = lambda^2 - 4 kappa^2 f^2: 0 on the edge-of-stability manifold."
      ),
      .init(
        "regime",
        series,
        unit: nil,
        "The regime by the trace:",
        meanings: [
          "early-transient", "intermediate-saturation", "progressive-sharpening", "edge-of-stability", "settled",
        ]
      ),
      .init("network_loss", series, "The loss of the network with all its parameters."),
      .init("network_tangent_kernel", series, "The neural tangent kernel of the network."),
      .init("network_sharpness", series, "The top Hessian eigenvalue from Hessian-vector products on the parameters."),
      .init("squared_weight_norm", series, "The squared norm of all parameters."),
      .init("map_difference", runs, "The largest difference between network and map, relative to the trace."),
      .init("late_eta_sharpness", runs, "The late mean of eta lambda_H."),
      .init("final_trace", runs, "The trace at the last step."),
      .init(
        "outcome",
        runs,
        unit: nil,
        "What the exact rule says of the long run:",
        meanings: [
          "converges", "edge-of-stability", "diverges",
        ]
      ),
    ]
  )

  /// Runs every case at every learning rate.
  public func run(_ context: StageContext) async throws -> StageResult {
    let starts = cases.map(Self.begin)
    let values = learningRates.range.all
    let etas = starts.map { learningRates.absolute($0.model, start: $0.state) }
    let total = cases.count * values.count
    let steps = steps
    let pieces = try await Parallel.map(
      total,
      piece: 1,
      threads: context.threads,
      finished: { context.report(StageProgress(Double($0) / Double(total), "run \($0) of \(total)")) },
      { range in
        range.map { index in
          let place = index / values.count
          return Descent(starts[place], learningRate: etas[place][index % values.count], steps: steps)
        }
      }
    )
    return try result(pieces.flatMap { $0 }, starts, etas)
  }

  private static func begin(_ each: Case) -> (network: UVParameters, model: UVModel, state: UVModel.State) {
    if let network = each.network {
      let parameters = UVParameters(network.initialization)
      return (parameters, network.initialization.model, parameters.state)
    }
    let start = each.start ?? Start()
    let model = UVModel(kappa: start.kappa, target: start.target)
    let state = model.state(output: start.output, trace: start.trace)
    return (UVParameters(model, state: state), model, state)
  }

  private func result(
    _ runs: [Descent],
    _ starts: [(network: UVParameters, model: UVModel, state: UVModel.State)],
    _ etas: [[Double]]
  ) throws -> StageResult {
    var builder = ResultBuilder(Self.declaration)
    let perRun = [cases.count, etas.first?.count ?? 0]
    let perStep = perRun + [steps + 1]
    func series(_ name: String, _ values: (Descent) -> [Double]) throws {
      try builder.set(name, runs.flatMap(values), shape: perStep)
    }
    func each(_ name: String, _ value: (Descent) -> Double) throws {
      try builder.set(name, runs.map(value), shape: perRun)
    }
    try builder.set("case", .string(cases.map(\.name)), shape: [cases.count])
    try builder.set("learning_rate", learningRates.range.all)
    try builder.set("step", (0...steps).map(Double.init))
    try builder.set("kappa", starts.map(\.model.kappa))
    try builder.set("target", starts.map(\.model.target))
    try builder.set("critical_learning_rate", starts.map(\.model.criticalLearningRate))
    try each("eta") { $0.learningRate }
    try each("eta_ratio") { $0.learningRate * $0.model.kappa * $0.model.target }
    try each("edge") { 2 / $0.learningRate }
    try series("loss") { run in run.states.map(run.model.loss) }
    try series("residual") { $0.states.map(\.residual) }
    try series("trace") { $0.states.map(\.trace) }
    try series("sharpness") { run in run.states.map(run.model.sharpness) }
    try series("eta_trace") { run in run.states.map { run.learningRate * $0.trace } }
    try series("eta_sharpness") { run in run.states.map { run.learningRate * run.model.sharpness($0) } }
    try series("imbalance") { run in run.states.map { run.model.imbalance($0) / ($0.trace * $0.trace) } }
    try builder.set("regime", .int8(runs.flatMap { run in run.regimes.map { Int8($0.rawValue) } }), shape: perStep)
    try series("network_loss") { $0.networkLoss }
    try series("network_tangent_kernel") { $0.networkKernel }
    try series("network_sharpness") { $0.networkSharpness }
    try series("squared_weight_norm") { $0.weightNorm }
    try each("map_difference") { $0.mapDifference }
    try each("late_eta_sharpness") { $0.lateMean(late) }
    try each("final_trace") { $0.states.last?.trace ?? .nan }
    let outcomes = runs.map {
      Int8(PhaseDiagram.exact($0.model, start: $0.states[0], learningRate: $0.learningRate).rawValue)
    }
    try builder.set("outcome", .int8(outcomes), shape: perRun)
    return try builder.finish()
  }
}

/// One run: the map and the network, step by step.
private struct Descent: Sendable {
  let model: UVModel
  let learningRate: Double
  let states: [UVModel.State]
  let regimes: [Regime]
  private(set) var networkLoss: [Double] = []
  private(set) var networkKernel: [Double] = []
  private(set) var networkSharpness: [Double] = []
  private(set) var weightNorm: [Double] = []

  init(
    _ start: (network: UVParameters, model: UVModel, state: UVModel.State),
    learningRate: Double,
    steps: Int
  ) {
    model = start.model
    self.learningRate = learningRate
    states = model.trajectory(from: start.state, learningRate: learningRate, count: steps)
    regimes = Regime.classify(states.map(\.trace), learningRate: learningRate)
    var network = start.network
    for state in states {
      guard state.trace.isFinite else {
        networkLoss.append(.nan)
        networkKernel.append(.nan)
        networkSharpness.append(.nan)
        weightNorm.append(.nan)
        continue
      }
      networkLoss.append(network.residual * network.residual / 2)
      networkKernel.append(network.tangentKernel)
      networkSharpness.append(network.sharpness)
      weightNorm.append(network.squaredWeightNorm)
      network.descend(learningRate: learningRate)
    }
  }

  /// The largest difference between the kernels, relative to the trace. In chaos it grows to the size of the attractor.
  var mapDifference: Double {
    zip(networkKernel, states).map { ($0 - $1.trace).magnitude / $1.trace }.filter(\.isFinite).max() ?? .nan
  }

  func lateMean(_ share: Double) -> Double {
    let count = max(1, Int(share * Double(states.count)))
    return states.suffix(count).reduce(0) { $0 + learningRate * model.sharpness($1) } / Double(count)
  }
}
