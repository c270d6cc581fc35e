internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning
internal import Tensors

/// `uv/laws`: by how much the UV map departs from the laws that are derived for it, on random starts.
public struct UVLaws: StageKind, Equatable {
  /// The model.
  public var model = ModelParameters()
  /// The learning rates at which the fixed points are looked at.
  public var learningRates = LearningRates()
  /// The number of runs that are compared with gradient flow.
  public var flowStarts = 300
  /// The number of random states.
  public var points = 20_000
  /// The steps after which a start counts as bounded.
  public var steps = 10_000
  /// The seed of the states.
  public var seed = 0

  /// Twenty thousand states.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVLaws>] = [
    .init("model", \.model, "The model in function space."),
    .init("learning_rate", \.learningRates, "Where the fixed points are looked at.", required: true),
    .init("flow_starts", \.flowStarts, "How many runs are compared with gradient flow.", limit: .within(1...10_000)),
    .init("points", \.points, "How many random states there are of each sort.", limit: .within(1...1_000_000)),
    .init(
      "steps",
      \.steps,
      "The steps after which a start that has not diverged counts as bounded.",
      unit: "steps",
      limit: Limit<Int>("a multiple of \(UVSweep.block), at most 1 million") {
        $0 > 0 && $0 <= 1_000_000 && $0 % UVSweep.block == 0
      }
    ),
    .init("seed", \.seed, "The seed of the states.", limit: .nonNegative),
  ]

  /// Units that need a start, which is missing.
  public func inconsistencies() -> [Inconsistency] { learningRates.inconsistenciesWithoutStart("learning_rate") }

  /// The learning rates.
  public var coordinates: [String: [JSONValue]] { ["learning_rate": learningRates.range.all.map { .number($0) }] }

  private static let fixedPoints = ["learning_rate", "fixed_point"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/laws",
    "By how much the UV map departs from the laws that are derived for it, on random starts.",
    discussion: """
      States are drawn by kappa |w+|^2 and kappa |w-|^2, uniform in (0.05, 4) y, so that parameters have each of them. \
      Gradient flow: with eta = 0.02 / (lambda_0 + 2 kappa y + 2 kappa |f_0|) until |f - y| < 1e-12 y, the trace beside \
      sqrt(W + 4 kappa^2 y^2). Signs: the step's own beside the rules of the nullclines, eta uniform in (0.02, 1.98) \
      eta_c. Boundedness: the simulation beside eta lambda < 4 + eta^2 kappa^2 y (f - y), of those states for which the \
      two sides differ by more than 1e-3. Eigenvalues: of the Jacobian by central differences of the map beside the table.
      """,
    outputs: [
      .init("learning_rate", ["learning_rate"], "The learning rates, in the unit in which they were asked for."),
      FixedPointArrays.coordinate,
      .init(
        "fixed_point_defect",
        fixedPoints,
        "How far the map moves the fixed point, in eta kappa (f - y) and eta lambda."
      ),
      .init("eigenvalue_difference", fixedPoints, "The larger difference of the two eigenvalues from the table's."),
      .init("flow_start", ["flow_start"], unit: nil, "The number of the run."),
      .init(
        "flow_deviation",
        ["flow_start"],
        "|lambda_T / sqrt(W_0 + 4 kappa^2 y^2) - 1|; missing if it did not converge."
      ),
      .init("sign_points", [], "How many states were looked at for the signs of the update."),
      .init("residual_sign_mismatches", [], "The number of points where the residual moves against its nullcline."),
      .init("trace_sign_mismatches", [], "The number of points where the trace moves against its nullcline."),
      .init("bounded_points", [], "How many starts were simulated."),
      .init("bounded_share", [], "The share of them that is bounded by the rule."),
      .init("bounded_mismatches", [], "Of how many the simulation says otherwise than the rule."),
    ]
  )

  /// Draws the states and compares.
  public func run(_ context: StageContext) async throws -> StageResult {
    let model = model.model
    var builder = ResultBuilder(Self.declaration)
    try builder.set("learning_rate", learningRates.range.all)
    try builder.set("fixed_point", FixedPointArrays.names, shape: [4])
    let etas = learningRates.absolute(model)
    let tables = etas.map { eta in model.fixedPoints(learningRate: eta).map { Departure(of: $0, model, eta) } }
    let shape = [etas.count, 4]
    try builder.set("fixed_point_defect", tables.flatMap { $0.map(\.defect) }, shape: shape)
    try builder.set("eigenvalue_difference", tables.flatMap { $0.map(\.eigenvalues) }, shape: shape)
    try builder.set("flow_start", .int32((0..<Int32(flowStarts)).map { $0 }), shape: [flowStarts])
    try builder.set("flow_deviation", flowDeviations(model))
    context.report(StageProgress(0.3, "signs of the update"))
    try setSigns(model, &builder)
    context.report(StageProgress(0.5, "boundedness"))
    try await setBounds(model, threads: context.threads, &builder)
    return try builder.finish()
  }

  /// A state that parameters have.
  private func state(_ model: UVModel, _ random: inout RandomStream) -> UVModel.State {
    let range = 0.05 * model.target...4 * model.target
    let (plus, minus) = (random.uniform(in: range), random.uniform(in: range))
    return model.state(output: (plus - minus) / 2, trace: model.kappa * (plus + minus))
  }

  private func flowDeviations(_ model: UVModel) -> [Double] {
    var random = RandomStream(seed: UInt64(seed), "flow")
    return (0..<flowStarts).map { _ in
      var state = state(model, &random)
      let expected = model.gradientFlowTrace(state)
      let output = (state.residual + model.target).magnitude
      let eta = 0.02 / (state.trace + 2 * model.kappa * model.target + 2 * model.kappa * output)
      for _ in 0..<1_000_000 {
        if state.residual.magnitude < 1e-12 * model.target { return (state.trace / expected - 1).magnitude }
        state = model.step(state, learningRate: eta)
      }
      return .nan
    }
  }

  private func setSigns(_ model: UVModel, _ builder: inout ResultBuilder) throws {
    var random = RandomStream(seed: UInt64(seed), "signs")
    var mismatches = (residual: 0, trace: 0)
    for _ in 0..<points {
      let state = state(model, &random)
      let eta = random.uniform(in: 0.02...1.98) * model.criticalLearningRate
      let next = model.step(state, learningRate: eta)
      let output = state.residual + model.target
      // The nullclines of the residual: lambda = eta kappa^2 (f - y) f.
      let above = state.trace > eta * model.kappa * model.kappa * state.residual * output
      let shrinks = state.residual > 0 ? next.residual < state.residual : next.residual > state.residual
      if above != shrinks { mismatches.residual += 1 }
      // Of the trace: eta lambda = 4 f / (f - y), which it is always above for 0 < f < y.
      let rises = eta * state.trace > 4 * output / state.residual
      if rises != (next.trace > state.trace) { mismatches.trace += 1 }
    }
    try builder.set("sign_points", Double(points))
    try builder.set("residual_sign_mismatches", Double(mismatches.residual))
    try builder.set("trace_sign_mismatches", Double(mismatches.trace))
  }

  private func setBounds(_ model: UVModel, threads: Int, _ builder: inout ResultBuilder) async throws {
    var random = RandomStream(seed: UInt64(seed), "bounds")
    var starts: [PhaseDiagram.Cell] = []
    while starts.count < points {
      let state = state(model, &random)
      let eta = random.uniform(in: 0.02...1.98) * model.criticalLearningRate
      guard model.boundedness(state, learningRate: eta).magnitude > 1e-3 else { continue }
      starts.append(.init(model: model, start: state, learningRate: eta))
    }
    let outcomes = try await PhaseDiagram.simulate(starts, steps: steps, threads: threads)
    let bounded = starts.map { model.boundedness($0.start, learningRate: $0.learningRate) > 0 }
    let wrong = zip(bounded, outcomes).count { $0 != ($1.divergedAfter == nil) }
    try builder.set("bounded_points", Double(points))
    try builder.set("bounded_share", Double(bounded.count { $0 }) / Double(points))
    try builder.set("bounded_mismatches", Double(wrong))
  }
}

/// By how much the map itself departs from what the table says of a fixed point.
private struct Departure {
  let defect: Double
  let eigenvalues: Double

  init(of point: FixedPoint, _ model: UVModel, _ eta: Double) {
    // In z = eta kappa (f - y) and L = eta lambda everything is of order one.
    let unit = UVModel(kappa: 1, target: eta * model.kappa * model.target)
    let scaled = UVModel.State(residual: eta * model.kappa * point.state.residual, trace: eta * point.state.trace)
    let image = unit.step(scaled, learningRate: 1)
    defect = max((image.residual - scaled.residual).magnitude, (image.trace - scaled.trace).magnitude)
    func column(_ residual: Double, _ trace: Double) -> (Double, Double) {
      let width = 0x1p-17
      func image(_ side: Double) -> UVModel.State {
        let state = UVModel.State(
          residual: scaled.residual + side * width * residual,
          trace: scaled.trace + side * width * trace
        )
        return unit.step(state, learningRate: 1)
      }
      let (ahead, behind) = (image(1), image(-1))
      return ((ahead.residual - behind.residual) / (2 * width), (ahead.trace - behind.trace) / (2 * width))
    }
    let (first, second) = (column(1, 0), column(0, 1))
    let found = Matrix2(first.0, second.0, first.1, second.1).eigenvalues
    eigenvalues = zip(found, point.eigenvalues).map { ($0 - $1).magnitude }.max() ?? .nan
  }
}
