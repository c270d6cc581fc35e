internal import Artifacts
public import Configuration
internal import Networks
public import Planning
public import Tensors
internal import Training

/// `sharpness`: the spectrum of the Hessian at the parameters that a training kept.
public struct SharpnessStage: StageKind {
  /// How many of the largest eigenvalues are found.
  public var count = 1
  /// How exact the eigenvalues are.
  public var tolerance = 1e-4
  /// How many products a search may take.
  public var maximumProducts = 1_000
  /// The number of products from which the trace is estimated; none for no trace.
  public var traceSamples = 0
  /// The density of all eigenvalues.
  public var density = Density()
  /// The numbers with which is computed; nil for the run's.
  public var precision: Precision?
  /// The seed.
  public var seed = 0

  /// How the density is found.
  public struct Density: Record {
    /// The number of random directions; none for no density.
    public var directions = 0
    /// The number of Lanczos steps for each.
    public var steps = 40
    /// The number of points at which the density is given.
    public var points = 400
    /// The width of a node's normal distribution over the range of the nodes.
    public var width = 0.01

    /// No density.
    public init() {}

    /// The keys.
    public static let fields: [Field<Density>] = [
      .init(
        "directions",
        \.directions,
        "The number of random directions; 0 for no density.",
        limit: .within(0...1_000)
      ),
      .init(
        "steps",
        \.steps,
        "The number of products for each direction, and of vectors in memory.",
        limit: .within(2...500)
      ),
      .init("points", \.points, "The number of points at which the density is given.", limit: .within(2...100_000)),
      .init(
        "width",
        \.width,
        "The standard deviation by which each node is widened, over the range of all nodes.",
        limit: .within(1e-6...1)
      ),
    ]
  }

  /// The largest eigenvalue alone.
  public init() {}

  /// As for `train`.
  public static let retired = Train.retired

  /// The parameters.
  public static let fields: [Field<SharpnessStage>] = [
    .init("count", \.count, "How many of the largest eigenvalues are found.", limit: .within(1...100)),
    .init(
      "tolerance",
      \.tolerance,
      "The largest residual |Hx - lambda x| over |lambda| of a converged eigenvalue.",
      limit: .within(1e-12...0.1)
    ),
    .init("maximum_products", \.maximumProducts, "How many products a search may take.", limit: .within(1...100_000)),
    .init(
      "trace_samples",
      \.traceSamples,
      "The number of products from which the trace is estimated; 0 for no trace.",
      limit: Limit("0, or from 2 to 100000") { $0 == 0 || (2...100_000).contains($0) }
    ),
    .init("density", \.density, "The density of all eigenvalues by stochastic Lanczos quadrature."),
    .init("precision", \.precision, "The numbers with which is computed (default: those of the run)."),
    .init("seed", \.seed, "The seed of random starts, signs and directions.", limit: .nonNegative),
  ]

  private static let kept = ["learning_rate", "kept"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "sharpness",
    "Finds the largest Hessian eigenvalues, the trace and the spectral density at the parameters that a training kept.",
    discussion: """
      The run is a stage 'train' with a schedule 'keep', the data are those on which it was trained; the Hessian is that of its loss \
      on all of them. As many random starts as eigenvalues are asked for find every copy of a multiple eigenvalue. One that is not \
      converged is missing; where the run had ended, all is. Formulas: Documentation/training.md.
      """,
    inputs: .named([
      InputDeclaration("run", "A training that keeps parameters."),
      InputDeclaration("data", "The examples on which it was trained."),
    ]),
    outputs: [
      .init("learning_rate", ["learning_rate"], "The learning rates, as in the run."),
      .init("eta", ["learning_rate"], "The learning rate eta."),
      .init("kept", ["kept"], "The number of steps taken."),
      .init("rank", ["rank"], "The number of the eigenvalue, from the largest."),
      .init("eigenvalue", kept + ["rank"], "The eigenvalue of the Hessian; the first is the sharpness."),
      .init("residual", kept + ["rank"], "|Hx - lambda x|: some eigenvalue is within this."),
      .init("upper", kept, "A bound that the largest eigenvalue exceeds with a probability of at most 10^-6."),
      .init("products", kept, "The number of products with the Hessian that the eigenvalues took."),
      .init("trace", kept, "The trace of the Hessian.", optional: true),
      .init("trace_error", kept, "Its standard error.", optional: true),
      .init("node", kept + ["direction", "number"], "The nodes of each direction's quadrature.", optional: true),
      .init("weight", kept + ["direction", "number"], "Their weights, whose sum is 1.", optional: true),
      .init("curvature", ["curvature"], "Where the density is given.", optional: true),
      .init("density", kept + ["curvature"], "The density of eigenvalues, whose integral is 1.", optional: true),
    ]
  )

  /// The declared arrays that are asked for.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? {
    Self.declaration.outputs?.filter { output in
      switch output.name {
      case "trace", "trace_error": traceSamples > 0
      case "node", "weight", "curvature", "density": density.directions > 0
      default: true
      }
    }
  }

  /// Checks that the run keeps its parameters.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    guard let run = inputs["run"], let outputs = run.outputs else { return }
    guard let parameters = outputs.first(where: { $0.name == "parameters" }) else {
      let isTraining = run.kind == Train.declaration.name
      diagnostics.report(
        "the run '\(run.stage)' (\(run.kind)) \(isTraining ? "keeps no parameters" : "is no training")",
        at: nil,
        hints: isTraining
          ? "give it a schedule 'keep', such as keep: { per_decade: 2 }" : "the input 'run' is a stage 'train'"
      )
      return
    }
    let axes = parameters.dimensions.dropLast(KeptRun.dimensions.count)
    guard !axes.isEmpty else { return }
    diagnostics.report(
      "the run '\(run.stage)' is a sweep over \(axes.joined(separator: ", "))",
      at: nil,
      hints: "take one point of it, such as run: { stage: \(run.stage), at: { \(axes[0]): ... } }"
    )
  }
}

// MARK: - Running

extension SharpnessStage {
  /// What is found at one set of parameters.
  private struct Finding: Sendable {
    var eigenvalues: LargestEigenvalues.Measurement?
    var trace: Trace.Estimate?
    var density: SpectralDensity?
  }

  /// The memory of as many sets of parameters as are looked at at the same time, with the run from which they come.
  public func memory(_ inputs: [String: InputKnowledge], threads: Int) -> MemoryEstimate? {
    guard let train = inputs["run"]?.parameters as? Train else { return nil }
    let size = DataSize(inputs["data"])
    let network = train.network(inputs: size.inputs, outputs: size.outputs)
    let places = Double(train.learningRates.all.count) * train.keep.schedule.mostSteps(through: train.steps)
    let atOnce = Train.atOnce(Int(places), of: network, examples: size.examples, threads: threads)
    // As they are stored, and in double precision.
    let kept = places * Double(network.parameterCount) * 12
    return MemoryUse.hessian(
      of: network,
      loss: train.loss,
      examples: size.examples,
      precision: precision ?? train.precision,
      eigenvalues: count,
      settings: .init(tolerance: tolerance, maximumProducts: maximumProducts),
      hasTrace: traceSamples > 0,
      densitySteps: density.directions > 0 ? density.steps : nil,
      atOnce: atOnce,
      threads: max(1, threads / atOnce)
    ).estimate(recorded: (kept, kept))
  }

  /// Looks at all parameters that were kept.
  public func run(_ context: StageContext) async throws -> StageResult {
    let run = try KeptRun(context.input("run"), data: context.input("data"))
    let places = run.rates.indices.flatMap { rate in run.steps.indices.map { (rate, $0) } }
    let atOnce = Train.atOnce(
      places.count,
      of: run.network,
      examples: run.data.examples.count,
      threads: context.threads
    )
    let findings = try await Parallel.map(
      places.count,
      piece: 1,
      threads: atOnce,
      finished: { context.report(StageProgress(Double($0) / Double(places.count), "\($0) of \(places.count)")) }
    ) { range in
      range.map { index in
        let (rate, step) = places[index]
        guard let parameters = run.parameters(ofRate: rate, step: step) else { return Finding() }
        return find(run, at: parameters, step: Int(run.steps[step]), Workers(threads: context.threads / atOnce))
      }
    }
    return try result(run, findings.flatMap { $0 })
  }

  private func find(_ run: KeptRun, at parameters: [Double], step: Int, _ workers: Workers) -> Finding {
    let objective = Objective(
      network: run.network,
      loss: run.train.loss,
      count: run.data.examples.count,
      precision: precision ?? run.train.precision,
      workers: workers
    )
    objective.setExamples(run.data.examples.inputs, targets: run.data.examples.targets)
    objective.parameters = parameters
    objective.evaluate()
    var finding = Finding()
    let search = LargestEigenvalues(
      count,
      dimension: objective.dimension,
      settings: .init(tolerance: tolerance, maximumProducts: maximumProducts),
      seed: UInt64(seed),
      workers: workers
    )
    finding.eigenvalues = search.measure(objective, step: step)
    func random(_ name: String) -> RandomStream {
      RandomStream(seed: UInt64(seed), "\(name) at step \(step)")
    }
    if traceSamples > 0 {
      finding.trace = Trace(dimension: objective.dimension, workers: workers)
        .estimate(of: objective, samples: traceSamples, random: random("signs of trace"))
    }
    if density.directions > 0 {
      finding.density = SpectralDensity(
        of: objective,
        directions: density.directions,
        steps: density.steps,
        random: random("directions of density"),
        workers: workers
      )
    }
    return finding
  }
}

// MARK: - The result

extension SharpnessStage {
  private func result(_ run: KeptRun, _ findings: [Finding]) throws -> StageResult {
    var builder = ResultBuilder(Self.declaration)
    let shape = [run.rates.count, run.steps.count]
    func ranked(_ name: String, _ value: (Lanczos.Eigenvalue) -> Double) throws {
      let values = findings.flatMap { finding -> [Double] in
        let found = (finding.eigenvalues?.eigenvalues ?? []).map(value)
        return found + [Double](repeating: .nan, count: count - found.count)
      }
      try builder.set(name, values, shape: shape + [count])
    }
    try builder.set("learning_rate", run.rates)
    try builder.set("eta", run.eta)
    try builder.set("kept", run.steps)
    try builder.set("rank", (1...count).map(Double.init))
    try ranked("eigenvalue") { $0.isConverged ? $0.value : .nan }
    try ranked("residual") { $0.residual }
    try builder.set("upper", findings.map { $0.eigenvalues?.upper ?? .nan }, shape: shape)
    try builder.set("products", findings.map { $0.eigenvalues.map { Double($0.products) } ?? .nan }, shape: shape)
    if traceSamples > 0 {
      try builder.set("trace", findings.map { $0.trace?.value ?? .nan }, shape: shape)
      try builder.set("trace_error", findings.map { $0.trace?.standardError ?? .nan }, shape: shape)
    }
    if density.directions > 0 { try setDensity(findings.map(\.density), shape, in: &builder) }
    return try builder.finish()
  }

  private func setDensity(
    _ densities: [SpectralDensity?],
    _ shape: [Int],
    in builder: inout ResultBuilder
  ) throws {
    let all = densities.compactMap { $0?.nodes }.joined().joined()
    // Of a run without parameters nothing is known; the grid is then of no use, and has its length all the same.
    let (least, greatest) = (all.min() ?? .nan, all.max() ?? .nan)
    let width = max(density.width * (greatest - least), Double.leastNormalMagnitude)
    let (from, to) = (least - 4 * width, greatest + 4 * width)
    let grid = (0..<density.points).map { from + (to - from) * Double($0) / Double(density.points - 1) }
    let numbers = all.isEmpty ? 1 : densities.compactMap { $0?.nodes.map(\.count).max() }.max() ?? 1
    func padded(_ values: (SpectralDensity) -> [[Double]], _ rest: Double) -> [Double] {
      densities.flatMap { found -> [Double] in
        guard let found else { return [Double](repeating: .nan, count: density.directions * numbers) }
        return values(found).flatMap { $0 + [Double](repeating: rest, count: numbers - $0.count) }
      }
    }
    let quadrature = shape + [density.directions, numbers]
    try builder.set("node", padded({ $0.nodes }, .nan), shape: quadrature)
    try builder.set("weight", padded({ $0.weights }, 0), shape: quadrature)
    try builder.set("curvature", grid)
    let values = densities.flatMap { found in grid.map { found?($0, width: width) ?? .nan } }
    try builder.set("density", values, shape: shape + [density.points])
  }
}
