internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning

/// `uv/phase-portrait`: what is drawn in the plane of residual and trace.
public struct UVPhasePortrait: StageKind, Equatable {
  /// The model.
  public var model = ModelParameters()
  /// The learning rates, one portrait each.
  public var learningRates = LearningRates()
  /// The columns of the grid.
  public var residual = ValueRange(from: -4, to: 4, count: 25)
  /// The rows of the grid.
  public var trace = ValueRange(from: 0, to: 10, count: 25)
  /// The number of points of a curve.
  public var curvePoints = 1_001
  /// Where trajectories start.
  public var starts: [Start] = []
  /// The number of steps of a trajectory.
  public var steps = 200

  /// A start of a trajectory.
  public struct Start: Record, Equatable {
    /// Δf.
    public var residual = 0.0
    /// λ.
    public var trace = 1.0

    /// Δf = 0, λ = 1.
    public init() {}

    /// The keys of a start.
    public static let fields: [Field<Start>] = [
      .init("residual", \.residual, "The residual f - y.", required: true),
      .init("trace", \.trace, "The trace lambda.", limit: .nonNegative, required: true),
    ]
  }

  /// The portrait at the critical learning rate.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVPhasePortrait>] = [
    .init("model", \.model, "The model in function space."),
    .init("learning_rate", \.learningRates, "The learning rates, one portrait each.", required: true),
    .init("residual", \.residual, "The columns of the grid.", limit: .ascending),
    .init("trace", \.trace, "The rows of the grid.", limit: .ascending),
    .init("curve_points", \.curvePoints, "The number of points of a curve.", limit: .within(2...100_000)),
    .init("starts", \.starts, "Where trajectories start."),
    .init("steps", \.steps, "The number of steps of a trajectory.", unit: "steps", limit: .within(1...100_000)),
  ]

  /// Starts that no parameters have, units that need a start, and portraits without end.
  public func inconsistencies() -> [Inconsistency] {
    var found = learningRates.inconsistenciesWithoutStart("learning_rate")
    found += starts.filter { !model.model.isAccessible(.init(residual: $0.residual, trace: $0.trace)) }.map {
      Inconsistency("starts", "no parameters have residual \($0.residual) and trace \($0.trace): lambda < 2 kappa |f|")
    }
    let grid = residual.length * trace.length
    let values = learningRates.range.length * max(grid, curvePoints, starts.count * (steps + 1))
    if values > 20_000_000 {
      found.append(Inconsistency("learning_rate", "a portrait of \(values) values; at most 20 million are computed"))
    }
    return found
  }

  /// The learning rates.
  public var coordinates: [String: [JSONValue]] { ["learning_rate": learningRates.range.all.map { .number($0) }] }

  private static let field = ["learning_rate", "trace", "residual"]
  private static let curves = ["learning_rate", "curve"]
  private static let paths = ["learning_rate", "trajectory", "step"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/phase-portrait",
    "The UV map in the plane of residual and trace: updates, nullclines, fixed points, basin, trajectories.",
    discussion: """
      The direction of an update is G/|G| with G = M(theta) - theta (the paper's section 2). Parameters exist only for \
      lambda >= 2 kappa |f|; starts below eta lambda = 4 + eta^2 kappa^2 y (f - y) stay bounded for ever and others \
      diverge (eta < 2 eta_c). See Documentation/uv-model.md.
      """,
    outputs: [
      .init("learning_rate", ["learning_rate"], "The learning rates, in the unit in which they were asked for."),
      .init("eta", ["learning_rate"], "The learning rate eta."),
      .init("edge", ["learning_rate"], "2 / eta."),
      .init("residual", ["residual"], "The residual f - y of the grid."),
      .init("trace", ["trace"], "The trace lambda of the grid."),
      .init(
        "direction_residual",
        field,
        "The residual component of the unit vector of the update; missing where the update is zero."
      ),
      .init(
        "direction_trace",
        field,
        "The trace component of the unit vector of the update; missing where the update is zero."
      ),
      .init("curve", ["curve"], "The residual along the curves."),
      .init("residual_nullcline", curves, "The trace at which the residual does not move (besides residual 0)."),
      .init("trace_nullcline", curves, "The trace at which the trace does not move (besides residual 0)."),
      .init("accessible_border", ["curve"], "The least trace that parameters have, 2 kappa |f|."),
      .init("line_residual", ["end"], "The residual of the zero-loss line's ends, 0."),
      .init("stable_line_trace", ["learning_rate", "end"], "The ends of the stable part of the zero-loss line."),
      .init("unstable_line_trace", ["learning_rate", "end"], "The ends of the unstable part of the zero-loss line."),
      .init("basin_residual", ["learning_rate", "corner"], "The corners of the triangle of bounded starts."),
      .init("basin_trace", ["learning_rate", "corner"], "The corners of the triangle of bounded starts."),
      .init("trajectory_residual", paths, "The residual along the trajectories.", optional: true),
      .init("trajectory_trace", paths, "The trace along the trajectories.", optional: true),
    ] + FixedPointArrays.outputs("learning_rate")
  )

  /// Computes the portraits.
  public func run(_ context: StageContext) async throws -> StageResult {
    let model = model.model
    let etas = learningRates.absolute(model)
    let portraits = etas.map { PhasePortrait(model, learningRate: $0) }
    let (columns, rows) = (residual.all, trace.all)
    var builder = ResultBuilder(Self.declaration)
    try builder.set("learning_rate", learningRates.range.all)
    try builder.set("eta", etas)
    try builder.set("edge", etas.map { 2 / $0 })
    try builder.set("residual", columns)
    try builder.set("trace", rows)
    let directions = portraits.flatMap { portrait in
      rows.flatMap { trace in columns.map { portrait.direction(at: .init(residual: $0, trace: trace)) } }
    }
    let grid = [etas.count, rows.count, columns.count]
    try builder.set("direction_residual", directions.map(\.residual), shape: grid)
    try builder.set("direction_trace", directions.map(\.trace), shape: grid)
    try setCurves(portraits, &builder)
    try setLines(portraits, top: rows.last ?? 0, &builder)
    if !starts.isEmpty { try setTrajectories(model, etas, &builder) }
    try FixedPointArrays.set(etas.map { model.fixedPoints(learningRate: $0) }, in: &builder)
    return try builder.finish()
  }

  private func setCurves(_ portraits: [PhasePortrait], _ builder: inout ResultBuilder) throws {
    let columns = residual.all
    let curve = ValueRange(from: columns.first ?? 0, to: columns.last ?? 1, count: curvePoints).all
    let shape = [portraits.count, curve.count]
    try builder.set("curve", curve)
    try builder.set("residual_nullcline", portraits.flatMap { curve.map($0.residualNullcline) }, shape: shape)
    try builder.set("trace_nullcline", portraits.flatMap { curve.map($0.traceNullcline) }, shape: shape)
    try builder.set("accessible_border", portraits.first.map { curve.map($0.accessibleBorder) } ?? [])
  }

  private func setLines(_ portraits: [PhasePortrait], top: Double, _ builder: inout ResultBuilder) throws {
    try builder.set("line_residual", [0, 0])
    let lowest = 2 * model.kappa * model.target
    let stable = portraits.flatMap { portrait -> [Double] in
      let edge = 2 / portrait.learningRate
      return edge > lowest ? [lowest, min(edge, max(top, lowest))] : [.nan, .nan]
    }
    let unstable = portraits.flatMap { portrait -> [Double] in
      let start = max(2 / portrait.learningRate, lowest)
      return start < top ? [start, top] : [.nan, .nan]
    }
    try builder.set("stable_line_trace", stable, shape: [portraits.count, 2])
    try builder.set("unstable_line_trace", unstable, shape: [portraits.count, 2])
    let corners = portraits.flatMap { portrait in
      portrait.boundedTriangle ?? [UVModel.State](repeating: .init(residual: .nan, trace: .nan), count: 3)
    }
    try builder.set("basin_residual", corners.map(\.residual), shape: [portraits.count, 3])
    try builder.set("basin_trace", corners.map(\.trace), shape: [portraits.count, 3])
  }

  private func setTrajectories(_ model: UVModel, _ etas: [Double], _ builder: inout ResultBuilder) throws {
    let states = etas.flatMap { eta in
      starts.flatMap {
        model.trajectory(from: .init(residual: $0.residual, trace: $0.trace), learningRate: eta, count: steps)
      }
    }
    let shape = [etas.count, starts.count, steps + 1]
    try builder.set("trajectory_residual", states.map(\.residual), shape: shape)
    try builder.set("trajectory_trace", states.map(\.trace), shape: shape)
  }
}
