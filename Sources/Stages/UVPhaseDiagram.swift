internal import Artifacts
public import Configuration
internal import Dynamics
public import Planning
internal import Tensors

/// `uv/phase-diagram`: where gradient descent converges, stays at the edge of stability, or diverges.
public struct UVPhaseDiagram: StageKind, Equatable {
  /// The model.
  public var model = ModelParameters()
  /// The columns: learning rates.
  public var learningRates = LearningRates()
  /// The rows: initial trace or weight variance.
  public var initial = ValueRange(from: 0.05, to: 8, count: 200)
  /// What the rows are.
  public var quantity = Quantity.trace
  /// |x|, for rows of weight variances.
  public var inputNorm = 1.0
  /// n, for rows of the interpolation.
  public var width = 512
  /// σ_w², for rows of the interpolation.
  public var weightVariance = 1.0
  /// f of the start.
  public var output = 0.0
  /// Steps of the simulation.
  public var steps = 2_000

  /// What the rows of the diagram are.
  public enum Quantity: String, Choice {
    /// The trace λ0.
    case trace
    /// σ_w², of which λ0 = 2σ_w²|x|² is the expected trace.
    case weightVariance = "weight_variance"
    /// The interpolation p between NTP (0) and muP (1), of which κ = |x|/√(n^(1 − p)), at one σ_w².
    case interpolation
  }

  /// A diagram over the trace.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVPhaseDiagram>] = [
    .init("model", \.model, "The model in function space; of the rows of an interpolation the target alone."),
    .init("learning_rate", \.learningRates, "The columns.", required: true),
    .init("initial", \.initial, "The rows."),
    .init(
      "quantity",
      \.quantity,
      """
      What the rows are: the trace lambda_0; the weight variance, with lambda_0 = 2 sigma_w^2 |x|^2; or the interpolation p from \
      NTP (0) to muP (1), with kappa = |x| / sqrt(n^(1 - p)) and that lambda_0.
      """
    ),
    .init(
      "input_norm",
      \.inputNorm,
      "The length |x| of the input, for rows of weight variances or an interpolation.",
      limit: .positive
    ),
    .init("width", \.width, "The width n, for rows of an interpolation.", limit: .within(1...1_000_000)),
    .init("weight_variance", \.weightVariance, "sigma_w^2, for rows of an interpolation.", limit: .positive),
    .init("output", \.output, "The output f of the start."),
    .init(
      "steps",
      \.steps,
      "The steps of the simulation.",
      unit: "steps",
      limit: Limit<Int>("a multiple of \(UVSweep.block), at most 10 million") {
        $0 > 0 && $0 <= 10_000_000 && $0 % UVSweep.block == 0
      }
    ),
  ]

  /// Starts that no parameters have, and diagrams without end.
  public func inconsistencies() -> [Inconsistency] {
    var found: [Inconsistency] = []
    let values = initial.all
    if quantity == .interpolation, !values.allSatisfy({ (0...1).contains($0) }) {
      return [Inconsistency("initial", "an interpolation is between 0 and 1")]
    }
    if quantity != .interpolation, !values.allSatisfy({ $0 > 0 }) {
      return [Inconsistency("initial", "the rows are positive")]
    }
    for row in rows {
      let least = 2 * row.model.kappa * output.magnitude
      guard row.trace < least else { continue }
      let message = "no parameters have trace \(row.trace): lambda is at least 2 kappa |f| = \(least)"
      found.append(Inconsistency("initial", message))
      break
    }
    let points = learningRates.range.length * initial.length
    if points > 20_000_000 {
      found.append(Inconsistency("initial", "\(points) points; at most 20 million are simulated"))
    }
    return found
  }

  private static let cells = ["initial", "learning_rate"]
  private static let outcomes = ["converges", "edge-of-stability", "diverges"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/phase-diagram",
    "Where the UV model converges, stays at the edge of stability or diverges: by the exact rule and by simulation.",
    discussion: """
      The rule: bounded for eta < 2 eta_c if eta lambda < 4 + eta^2 kappa^2 y (f - y) at the start, and then convergent \
      for eta < eta_c. The simulation says 'converges' when |eta kappa (f - y)| shrinks by more than the square root \
      of 2 from half of the steps to their end (at eta_c itself it falls like t^(-1/2)) and is then below 0.1, or when \
      it is below 1e-9.
      """,
    outputs: [
      .init("learning_rate", ["learning_rate"], "The learning rates, in the unit in which they were asked for."),
      .init("initial", ["initial"], "The rows: trace, weight variance or interpolation."),
      .init("initial_trace", ["initial"], "The trace lambda_0 of the start."),
      .init("exact", cells, unit: nil, "By the exact rule:", meanings: outcomes),
      .init("simulated", cells, unit: nil, "By simulation:", meanings: outcomes),
      .init("mean_eta_trace", cells, "The mean of eta lambda over the last block of steps; missing where it diverges."),
      .init("mean_eta_sharpness", cells, "The mean of eta lambda_H over the last block of steps."),
      .init("amplitude", cells, "The largest |eta kappa (f - y)| over the last block of steps."),
      .init("diverged_after", cells, "After how many steps divergence was noticed; 0 if it was not."),
      .init("divergence_border", ["initial"], "The learning rate above which starts diverge, in the same unit."),
      .init("critical", ["initial"], "The critical learning rate eta_c = 1/(kappa y), in the same unit."),
      .init("agreement", [], "The share of the cells in which rule and simulation agree."),
      .init(
        "disagreements_inside",
        [],
        "How many cells disagree that have no neighbour of another outcome by the rule."
      ),
    ]
  )

  /// The model and the trace of the start for each row.
  private var rows: [(model: UVModel, trace: Double)] {
    initial.all.map { value in
      switch quantity {
      case .trace: (model.model, value)
      case .weightVariance: (model.model, 2 * value * inputNorm * inputNorm)
      case .interpolation: (interpolated(value), 2 * weightVariance * inputNorm * inputNorm)
      }
    }
  }

  /// The model of a network between NTP and muP.
  private func interpolated(_ value: Double) -> UVModel {
    UVParameters.Initialization(
      width: width,
      inputDimension: 1,
      interpolation: value,
      weightVariance: weightVariance,
      inputNorm: inputNorm,
      target: model.target,
      seed: 0
    ).model
  }

  /// Simulates every cell, and applies the rule to it.
  public func run(_ context: StageContext) async throws -> StageResult {
    let rows = rows
    let columns = learningRates.range.all
    let starts = rows.map { $0.model.state(output: output, trace: $0.trace) }
    let points = zip(rows, starts).flatMap { row, start in
      learningRates.absolute(row.model, start: start).map {
        PhaseDiagram.Cell(model: row.model, start: start, learningRate: $0)
      }
    }
    let count = Double(points.count)
    let outcomes = try await PhaseDiagram.simulate(points, steps: steps, threads: context.threads) {
      context.report(StageProgress(Double($0) / count, "\($0) of \(points.count) points"))
    }
    let exact = points.map(\.exact)
    let simulated = outcomes.map(PhaseDiagram.simulated)
    var builder = ResultBuilder(Self.declaration)
    let shape = [rows.count, columns.count]
    try builder.set("learning_rate", columns)
    try builder.set("initial", initial.all)
    try builder.set("initial_trace", rows.map(\.trace))
    try builder.set("exact", .int8(exact.map { Int8($0.rawValue) }), shape: shape)
    try builder.set("simulated", .int8(simulated.map { Int8($0.rawValue) }), shape: shape)
    try builder.set("mean_eta_trace", outcomes.map(\.meanTrace), shape: shape)
    try builder.set("mean_eta_sharpness", outcomes.map(\.meanSharpness), shape: shape)
    try builder.set("amplitude", outcomes.map(\.finalAmplitude), shape: shape)
    try builder.set("diverged_after", .int32(outcomes.map { Int32(clamping: $0.divergedAfter ?? 0) }), shape: shape)
    try builder.set("divergence_border", zip(starts, rows).map { border($0, $1.model) })
    try builder.set("critical", zip(starts, rows).map { $1.model.criticalLearningRate / unit($0, $1.model) })
    let agreeing = zip(exact, simulated).count { $0 == $1 }
    try builder.set("agreement", Double(agreeing) / count)
    let inside = Self.inside(exact, width: columns.count)
    let wrong = points.indices.count { exact[$0] != simulated[$0] && inside[$0] }
    try builder.set("disagreements_inside", Double(wrong))
    return try builder.finish()
  }

  /// The learning rate at which S = 4 + η²κ²yΔf − ηλ vanishes, or 2η_c where that is less, in the unit of the columns.
  private func border(_ start: UVModel.State, _ model: UVModel) -> Double {
    let quadratic = model.kappa * model.kappa * model.target * start.residual
    let discriminant = start.trace * start.trace - 16 * quadratic
    // The smaller positive root of quadratic η² − λη + 4, without cancellation; with none, only 2η_c bounds.
    let root = discriminant < 0 ? .infinity : 8 / (start.trace + discriminant.squareRoot())
    return min(root, 2 * model.criticalLearningRate) / unit(start, model)
  }

  /// η of a column over its number.
  private func unit(_ start: UVModel.State, _ model: UVModel) -> Double {
    learningRates.absolute(model, start: start)[0] / learningRates.range.all[0]
  }

  /// Whether each cell's neighbours, above, below and beside it, have its outcome.
  private static func inside(_ exact: [LongRun], width: Int) -> [Bool] {
    exact.indices.map { index in
      var neighbours: [Int] = []
      if index % width > 0 { neighbours.append(index - 1) }
      if index % width < width - 1 { neighbours.append(index + 1) }
      if index >= width { neighbours.append(index - width) }
      if index + width < exact.count { neighbours.append(index + width) }
      return neighbours.allSatisfy { exact[$0] == exact[index] }
    }
  }
}
