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
  /// The first step that is used.
  public var from = 0
  /// The last step that is used; nil for all.
  public var to: Int?
  /// The confidence of the intervals.
  public var confidence = Confidence.ninetyFive
  /// The part of the largest step below which a step weighs no more.
  public var floor = 1e-6

  /// The variables of `uv/trajectories`.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVFitStage>] = [
    .init("residual", \.residual, "The variable with the residual f - y; its last dimension is time."),
    .init("trace", \.trace, "The variable with the trace or tangent kernel lambda, over the same dimensions."),
    .init("learning_rate", \.learningRate, "The variable with the learning rate, over all dimensions but time."),
    .init("from", \.from, "The first step that is used.", unit: "steps", limit: .nonNegative),
    .init("to", \.to, "The last step that is used (default: all).", unit: "steps", limit: .ifPresent(.positive)),
    .init("confidence", \.confidence, "The confidence of the intervals."),
    .init("floor", \.floor, "The part of the largest step below which a step weighs no more.", limit: .within(0...1)),
  ]

  /// A stretch that ends before it begins.
  public func inconsistencies() -> [Inconsistency] {
    guard let to, to < from + 4 else { return [] }
    return [
      Inconsistency("to", "a fit needs at least 4 steps, and there are \(max(0, to - from)) from \(from) to \(to)")
    ]
  }

  private static func estimate(_ name: String, _ what: String) -> [OutputDeclaration] {
    [
      .init(name, ["series"], what),
      .init("\(name)_error", ["series"], "The standard error of \(name)."),
      .init("\(name)_low", ["series"], "The lower end of the interval of \(name)."),
      .init("\(name)_high", ["series"], "The upper end of the interval of \(name)."),
    ]
  }

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/fit",
    "Fits the UV model to a recorded trajectory of any model: kappa, y, and what follows from them.",
    discussion: """
      Weighted least squares on Eqs (1) and (2), which are linear in kappa^2 and kappa^2 y; intervals from errors that \
      need not have one variance (HC3). Each index of the leading dimensions is one series. A series without a fit has \
      missing values and a status that says why.
      """,
    inputs: .named([InputDeclaration("trajectory", "The recorded trajectory.")]),
    outputs: [
      .init("series", ["series"], unit: nil, "Where in the input each series stands."),
      .init(
        "status",
        ["series"],
        unit: nil,
        "Whether there is a fit:",
        meanings: [
          "fitted", "too-few-steps", "undetermined", "not-UV",
        ]
      ),
      .init("eta", ["series"], "The learning rate."),
      .init("steps", ["series"], "The number of steps used."),
      .init("critical_learning_rate", ["series"], "eta_c = 1 / (kappa y) of the fit."),
      .init("residual_r_squared", ["series"], "R^2 of the residual's steps."),
      .init("trace_r_squared", ["series"], "R^2 of the trace's steps."),
    ] + estimate("kappa", "The fitted kappa.") + estimate("target", "The fitted target y.")
      + estimate("ratio", "The fitted r = eta / eta_c.") + FixedPointArrays.outputs("series")
  )

  /// Checks that the variables are there.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    guard let input = inputs["trajectory"] else { return }
    input.checkVariable(residual, isSeries: true, &diagnostics)
    input.checkVariable(trace, isSeries: true, &diagnostics)
    input.checkVariable(learningRate, isSeries: false, &diagnostics)
  }

  /// Fits every series.
  public func run(_ context: StageContext) async throws -> StageResult {
    let input = try context.input("trajectory")
    let residuals = try RecordedSeries(input, residual.value)
    let traces = try RecordedSeries(input, trace.value)
    let (first, second) = (try input.required(residual.value), try input.required(trace.value))
    guard first.dimensions == second.dimensions, first.shape == second.shape else {
      throw StageFailure("'\(residual.value)' and '\(trace.value)' have different dimensions")
    }
    guard let rates = try input.required(learningRate.value).values.doubles,
      rates.count == residuals.series.count || rates.count == 1, !rates.isEmpty
    else {
      throw StageFailure(
        "'\(learningRate.value)' has not one learning rate for each of \(residuals.series.count) series"
      )
    }
    let etas = residuals.series.indices.map { rates.count == 1 ? rates[0] : rates[$0] }
    let fits = residuals.series.indices.map { index -> Result<UVFit, UVFit.Failure> in
      let states = zip(residuals.series[index], traces.series[index]).map(UVModel.State.init(residual:trace:))
      let used = Array(states.prefix((to ?? states.count) + 1).dropFirst(from))
      return Result { () throws(UVFit.Failure) in
        try UVFit(used, learningRate: etas[index], confidence: confidence, floor: floor)
      }
    }
    return try result(fits, residuals.labels, etas)
  }

  private func result(
    _ fits: [Result<UVFit, UVFit.Failure>],
    _ labels: [String],
    _ etas: [Double]
  ) throws -> StageResult {
    var builder = ResultBuilder(Self.declaration)
    func each(_ name: String, _ value: (UVFit) -> Double) throws {
      try builder.set(name, fits.map { (try? $0.get()).map(value) ?? .nan })
    }
    func estimate(_ name: String, _ value: (UVFit) -> UVFit.Estimate) throws {
      try each(name) { value($0).value }
      try each("\(name)_error") { value($0).standardError }
      try each("\(name)_low") { value($0).low }
      try each("\(name)_high") { value($0).high }
    }
    let status = fits.map { fit -> Int8 in
      switch fit {
      case .success: 0
      case .failure(.tooFewSteps): 1
      case .failure(.undetermined): 2
      case .failure(.notUV): 3
      }
    }
    try builder.set("series", .string(labels), shape: [labels.count])
    try builder.set("status", .int8(status), shape: [labels.count])
    try builder.set("eta", etas)
    try each("steps") { Double($0.steps) }
    try each("critical_learning_rate") { $0.model.criticalLearningRate }
    try each("residual_r_squared") { $0.residualDetermination }
    try each("trace_r_squared") { $0.traceDetermination }
    try estimate("kappa") { $0.kappa }
    try estimate("target") { $0.target }
    try estimate("ratio") { $0.ratio }
    let missing = UVModel(kappa: .nan, target: .nan)
    let points = zip(fits, etas).map { ((try? $0.get())?.model ?? missing).fixedPoints(learningRate: $1) }
    try FixedPointArrays.set(points, in: &builder)
    return try builder.finish()
  }
}

extension Confidence: Choice {}
