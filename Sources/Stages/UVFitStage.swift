internal import Artifacts
public import Configuration
public import Dynamics
public import Planning

/// `uv/fit`: the UV model that fits a recorded trajectory best.
public struct UVFitStage: StageKind {
  /// The variable with the residual.
  public var residual = Located("residual")
  /// The variable with the trace.
  public var trace = Located("trace")
  /// The variable with the learning rate.
  public var learningRate = Located("eta")
  /// The first step used.
  public var from = 0
  /// The last step used; nil for all.
  public var to: Int?
  /// The confidence of the intervals.
  public var confidence = Confidence.ninetyFive

  /// The variables of `uv/trajectories`.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVFitStage>] = [
    .init("residual", \.residual, "The variable with the residual f - y; its last dimension is time."),
    .init("trace", \.trace, "The variable with the trace or tangent kernel lambda, over the same dimensions."),
    .init("learning_rate", \.learningRate, "The variable with the learning rate, over all dimensions but time."),
    .init("from", \.from, "The first step used.", unit: "steps", limit: .nonNegative),
    .init("to", \.to, "The last step used (default: all).", unit: "steps", limit: .ifPresent(.positive)),
    .init("confidence", \.confidence, "The confidence of the intervals."),
  ]

  /// A range of steps that is too short for a fit.
  public func inconsistencies() -> [Inconsistency] {
    guard let to, to < from + 4 else { return [] }
    return [
      Inconsistency("to", "a fit needs at least 4 steps, and there are \(max(0, to - from)) from \(from) to \(to)")
    ]
  }

  /// The declaration of the kind.
  public static let declaration = KindDeclaration(
    "uv/fit",
    "Fits the UV model to a recorded trajectory of any model: kappa, y, and what follows from them.",
    discussion: """
      Generalized least squares on Eqs (1) and (2), which are linear in kappa^2 and kappa^2 y, with the variances of three \
      kinds of noise estimated beside them: in the recorded states, in each step, and in proportion to the steps. An interval \
      covers the true value with the stated confidence if the noise is independent and normal; it does not account for a \
      trajectory that is no UV model's. Each index of the leading dimensions is one series. A series without a fit has missing \
      values and a status that says why.
      """,
    inputs: .named([InputDeclaration("trajectory", "The recorded trajectory.")]),
    outputs: [
      .init("series", ["series"], unit: nil, "Where in the input each series stands."),
      .init("status", ["series"], unit: nil, "Whether there is a fit:", meanings: UVFitArrays.states),
      .init("eta", ["series"], "The learning rate."),
    ] + UVFitArrays.outputs(["series"]) + FixedPointArrays.outputs("series")
  )

  /// Checks that the variables are there.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    inputs["trajectory"]?
      .checkStates(residual: residual, trace: trace, learningRate: learningRate, &diagnostics)
  }

  /// Fits every series.
  public func run(_ context: StageContext) async throws -> StageResult {
    let recorded = try RecordedStates(
      context.input("trajectory"),
      residual: residual.value,
      trace: trace.value,
      learningRate: learningRate.value
    )
    let etas = recorded.learningRates
    let fits = zip(recorded.series, etas).map { states, eta in
      let used = Array(states.prefix((to ?? states.count) + 1).dropFirst(from))
      return Result { () throws(UVFit.Failure) in
        try UVFit(used, learningRate: eta, confidence: confidence)
      }
    }
    let status = fits.map { fit -> Int8 in
      if case .failure(let failure) = fit { failure.label } else { 0 }
    }
    let found = fits.map { try? $0.get() }
    var builder = ResultBuilder(Self.declaration)
    try builder.set("series", .string(recorded.labels), shape: [recorded.labels.count])
    try builder.set("status", .int8(status), shape: [status.count])
    try builder.set("eta", etas)
    try UVFitArrays.set(found, shape: [found.count], in: &builder)
    let missing = UVModel(kappa: .nan, target: .nan)
    let points = zip(found, etas).map { ($0?.model ?? missing).fixedPoints(learningRate: $1) }
    try FixedPointArrays.set(points, in: &builder)
    return try builder.finish()
  }
}

extension Confidence: Choice {}
