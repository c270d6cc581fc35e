internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning
internal import Tensors

/// `uv/fixed-points`: the closed forms of Table 1 beside what Newton's method finds.
public struct UVFixedPoints: StageKind, Equatable {
  /// The model.
  public var model = ModelParameters()
  /// The learning rates.
  public var learningRates = LearningRates()
  /// The number of Newton starts.
  public var starts = 1_000
  /// The seed of the starts.
  public var seed = 0

  /// One thousand starts.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVFixedPoints>] = [
    .init("model", \.model, "The model in function space."),
    .init("learning_rate", \.learningRates, "The learning rates.", required: true),
    .init("starts", \.starts, "From how many random states Newton's method starts.", limit: .within(1...1_000_000)),
    .init("seed", \.seed, "The seed of the starts.", limit: .nonNegative),
  ]

  /// Units that need a start, which is missing.
  public func inconsistencies() -> [Inconsistency] { learningRates.inconsistenciesWithoutStart("learning_rate") }

  /// The learning rates.
  public var coordinates: [String: [JSONValue]] { ["learning_rate": learningRates.range.all.map { .number($0) }] }

  private static let points = ["learning_rate", "fixed_point"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/fixed-points",
    "The fixed points of the UV map in closed form (Table 1) beside those that Newton's method finds.",
    discussion: """
      Newton's method solves M(s) = s from random starts; where it ends is put down to the nearest closed form. The \
      zero-loss line is a continuum: in closed form its row stands at the lowest trace, 2 kappa y; Newton's is the \
      accessible point that was found nearest to it, compared with the line's closed form at that trace. Eigenvalues are \
      those of the Jacobian, by the closed form and at Newton's point.
      """,
    outputs: [
      .init("learning_rate", ["learning_rate"], "The learning rates, in the unit in which they were asked for."),
      .init("eta", ["learning_rate"], "The learning rate eta."),
      .init("eta_ratio", ["learning_rate"], "eta / eta_c."),
      FixedPointArrays.coordinate,
      .init("residual", points, "The residual in closed form."),
      .init("trace", points, "The trace lambda in closed form."),
      .init("eigenvalue_larger", points, "The eigenvalue of larger modulus in closed form."),
      .init("eigenvalue_smaller", points, "The eigenvalue of smaller modulus in closed form."),
      .init("stability", points, unit: nil, "How it attracts:", meanings: FixedPointArrays.stabilities),
      .init("accessible", points, unit: nil, "Whether parameters with this state exist:", meanings: ["no", "yes"]),
      .init("newton_residual", points, "The residual that Newton's method found; missing if it did not get there."),
      .init("newton_trace", points, "The trace that Newton's method found."),
      .init("newton_eigenvalue_larger", points, "The eigenvalue of larger modulus at Newton's point."),
      .init("newton_eigenvalue_smaller", points, "The eigenvalue of smaller modulus at Newton's point."),
      .init("newton_defect", points, "How far the map moves Newton's point, in eta kappa (f - y) and eta lambda."),
      .init("newton_starts", points, "How many starts led there."),
      .init("distance", points, "The distance of Newton's point from the closed form (the line), in the same units."),
      .init("eigenvalue_distance", points, "The largest difference between the eigenvalues of both."),
      .init("newton_failures", ["learning_rate"], "How many starts led nowhere within 100 steps."),
      .init("newton_strangers", ["learning_rate"], "The number of starts that led to a point other than the four."),
    ]
  )

  /// Finds the fixed points.
  public func run(_ context: StageContext) async throws -> StageResult {
    let model = model.model
    let etas = learningRates.absolute(model)
    let tables = etas.enumerated().map { index, eta in
      defer { context.report(StageProgress(Double(index + 1) / Double(etas.count))) }
      return NewtonTable(model, learningRate: eta, starts: starts, seed: UInt64(seed))
    }
    var builder = ResultBuilder(Self.declaration)
    let shape = [etas.count, 4]
    let rows = tables.flatMap(\.rows)
    func each(_ name: String, _ value: (NewtonTable.Row) -> Double) throws {
      try builder.set(name, rows.map(value), shape: shape)
    }
    try builder.set("learning_rate", learningRates.range.all)
    try builder.set("eta", etas)
    try builder.set("eta_ratio", etas.map { $0 / model.criticalLearningRate })
    try builder.set("fixed_point", FixedPointArrays.names, shape: [4])
    try each("residual") { $0.closed.state.residual }
    try each("trace") { $0.closed.state.trace }
    try each("eigenvalue_larger") { $0.closed.eigenvalues[0] }
    try each("eigenvalue_smaller") { $0.closed.eigenvalues[1] }
    try builder.set("stability", .int8(rows.map { Int8($0.closed.stability.rawValue) }), shape: shape)
    try builder.set("accessible", .int8(rows.map { $0.closed.isAccessible ? 1 : 0 }), shape: shape)
    try each("newton_residual") { $0.found?.residual ?? .nan }
    try each("newton_trace") { $0.found?.trace ?? .nan }
    try each("newton_eigenvalue_larger") { $0.eigenvalues[0] }
    try each("newton_eigenvalue_smaller") { $0.eigenvalues[1] }
    try each("newton_defect") { $0.defect }
    try each("newton_starts") { Double($0.starts) }
    try each("distance") { $0.distance }
    try each("eigenvalue_distance") { $0.eigenvalueDistance }
    try builder.set("newton_failures", tables.map { Double($0.failures) })
    try builder.set("newton_strangers", tables.map { Double($0.strangers) })
    return try builder.finish()
  }
}

/// What Newton's method finds at one learning rate, row by row beside the closed forms.
private struct NewtonTable {
  struct Row {
    var closed: FixedPoint
    var found: UVModel.State?
    var eigenvalues: [Double] = [.nan, .nan]
    var defect = Double.nan
    var distance = Double.nan
    var eigenvalueDistance = Double.nan
    var starts = 0
  }

  private(set) var rows: [Row]
  private(set) var failures = 0
  private(set) var strangers = 0

  init(_ model: UVModel, learningRate eta: Double, starts: Int, seed: UInt64) {
    rows = model.fixedPoints(learningRate: eta).map { Row(closed: $0) }
    // z and L cover all four points and as much around them.
    let reach = 4 + eta * model.kappa * model.target
    var random = RandomStream(seed: seed, "newton starts")
    for _ in 0..<starts {
      let start = UVModel.State(
        residual: random.uniform(in: -reach...reach) / (eta * model.kappa),
        trace: random.uniform(in: 0...3 * reach) / eta
      )
      guard let state = model.newtonFixedPoint(from: start, learningRate: eta) else {
        failures += 1
        continue
      }
      guard let family = model.family(of: state, learningRate: eta) else {
        strangers += 1
        continue
      }
      rows[family.rawValue].starts += 1
      if isNearer(state, family, model) { take(state, family, model, eta) }
    }
  }

  /// Whether a point is to stand in the table: the first one found, and on the line the one nearest to its lowest
  /// accessible point.
  private func isNearer(_ state: UVModel.State, _ family: FixedPoint.Family, _ model: UVModel) -> Bool {
    let lowest = 2 * model.kappa * model.target
    guard family == .zeroLossLine else { return rows[family.rawValue].found == nil }
    return state.trace >= lowest && state.trace < rows[0].found?.trace ?? .infinity
  }

  private mutating func take(_ state: UVModel.State, _ family: FixedPoint.Family, _ model: UVModel, _ eta: Double) {
    // On the line every trace is one of a fixed point: the comparison is with that one.
    let lineTrace = family == .zeroLossLine ? state.trace : nil
    let closed = model.fixedPoints(learningRate: eta, lineTrace: lineTrace)[family.rawValue]
    func distance(_ other: UVModel.State) -> Double {
      max(
        (eta * model.kappa * (other.residual - state.residual)).magnitude,
        (eta * (other.trace - state.trace)).magnitude
      )
    }
    let eigenvalues = model.jacobian(state, learningRate: eta).eigenvalues
    rows[family.rawValue].found = state
    rows[family.rawValue].eigenvalues = eigenvalues
    rows[family.rawValue].defect = distance(model.step(state, learningRate: eta))
    rows[family.rawValue].distance = distance(closed.state)
    rows[family.rawValue].eigenvalueDistance =
      zip(eigenvalues, closed.eigenvalues).map { ($0 - $1).magnitude }.max() ?? .nan
  }
}
