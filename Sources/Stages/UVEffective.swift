internal import Artifacts
public import Configuration
public import Dynamics
public import Planning

/// `uv/effective`: the UV model that fits a recorded training best, window by window.
public struct UVEffective: StageKind {
  /// The variable with the residual.
  public var residual = Located("target_residual")
  /// The variable with the trace.
  public var trace = Located("target_kernel")
  /// The variable with the learning rate.
  public var learningRate = Located("eta")
  /// The number of steps of a window.
  public var window = 40
  /// By how many steps each window begins later than the one before.
  public var stride = 10
  /// R² from which on the model holds.
  public var threshold = 0.9
  /// The part of the largest residual below which a window has settled.
  public var settled = 1e-4
  /// The confidence of the intervals.
  public var confidence = Confidence.ninetyFive
  /// The part of the largest step below which a step weighs no more.
  public var floor = 1e-6

  /// The variables of `train`.
  public init() {}

  /// The parameters.
  public static let fields: [Field<UVEffective>] = [
    .init("residual", \.residual, "The variable with the residual f - y; its last dimension is time."),
    .init("trace", \.trace, "The variable with the trace or tangent kernel lambda, over the same dimensions."),
    .init("learning_rate", \.learningRate, "The variable with the learning rate, over all dimensions but time."),
    .init("window", \.window, "The number of steps of a window.", unit: "steps", limit: .within(4...1_000_000)),
    .init(
      "stride",
      \.stride,
      "By how many steps each window begins later than the one before.",
      unit: "steps",
      limit: .positive
    ),
    .init("threshold", \.threshold, "The R^2 of both equations from which on the model holds.", limit: .within(0...1)),
    .init(
      "settled",
      \.settled,
      "The part of the largest residual of a series below which a window has settled and is not fitted.",
      limit: .within(0...1)
    ),
    .init("confidence", \.confidence, "The confidence of the intervals."),
    .init("floor", \.floor, "The part of the largest step below which a step weighs no more.", limit: .within(0...1)),
  ]

  private static let windows = ["series", "window"]
  private static let series = ["series"]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "uv/effective",
    "Fits the UV model to windows of a recorded training: effective kappa, y and r along it, and where the model holds.",
    discussion: """
      Each window is fitted as uv/fit does it. The model holds in a window if there is a fit and R^2 of both equations is at \
      least 'threshold'. Of windows that have settled, or that leave kappa and y open, it is not told. Each index of the \
      leading dimensions is one series; the recorded steps must be consecutive: of 'train' the arrays of \
      target_kernel: { every: 1 }. Formulas: Documentation/uv-model.md.
      """,
    inputs: .named([InputDeclaration("trajectory", "The recorded training.")]),
    outputs: [
      .init("series", series, unit: nil, "Where in the input each series stands."),
      .init("eta", series, "The learning rate."),
      .init("window", ["window"], "The middle of each window, in steps."),
      .init("first_step", ["window"], "The number of steps taken at the first state of each window."),
      .init("last_step", ["window"], "The number of steps taken at the last state of each window."),
      .init("status", windows, unit: nil, "Whether there is a fit:", meanings: UVFitArrays.states + ["settled"]),
      .init("holds", windows, unit: nil, "Whether the model holds:", meanings: ["no", "yes", "not-told"]),
      .init("holds_until", series, "The last step up to which it holds in every window; missing if not in the first."),
      .init("holds_from", series, "The first step from which on it does; missing if not in the last."),
      .init("holds_share", series, "The share of the windows, of those of which it is told, in which it holds."),
      .init("step", ["step"], "The number of steps taken at each state."),
      .init(
        "predicted_residual",
        ["series", "step"],
        "The residual of the UV model of the first window with a fit, which starts where that window does."
      ),
      .init("predicted_trace", ["series", "step"], "Its trace."),
    ] + UVFitArrays.outputs(windows)
  )

  /// Checks that the variables are there.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    inputs["trajectory"]?
      .checkStates(residual: residual, trace: trace, learningRate: learningRate, &diagnostics)
  }

  /// Fits every window of every series.
  public func run(_ context: StageContext) async throws -> StageResult {
    let recorded = try RecordedStates(
      context.input("trajectory"),
      residual: residual.value,
      trace: trace.value,
      learningRate: learningRate.value
    )
    let steps = recorded.steps
    if let gap = zip(steps, steps.dropFirst()).first(where: { $1 - $0 != 1 }) {
      throw StageFailure(
        """
        a fit follows each step, and '\(residual.value)' has step \(Int(gap.1)) after step \(Int(gap.0)); \
        of 'train' each is recorded with target_kernel: { every: 1 }
        """
      )
    }
    guard steps.count > window else {
      throw StageFailure("a window of \(window) steps does not fit into \(max(0, steps.count - 1)) recorded ones")
    }
    let runs = zip(recorded.series, recorded.learningRates).map { states, eta in
      UVWindows(
        states,
        learningRate: eta,
        length: window,
        stride: stride,
        criterion: UVWindows.Criterion(threshold: threshold, settled: settled),
        confidence: confidence,
        floor: floor
      )
    }
    return try result(runs, recorded)
  }

  private func result(_ runs: [UVWindows], _ recorded: RecordedStates) throws -> StageResult {
    let (labels, steps) = (recorded.labels, recorded.steps)
    let frame = runs.first?.windows.map(\.states) ?? []
    let shape = [runs.count, frame.count]
    let windows = runs.flatMap(\.windows)
    func step(_ state: Int?) -> Double { state.map { steps[$0] } ?? .nan }
    var builder = ResultBuilder(Self.declaration)
    try builder.set("series", .string(labels), shape: [labels.count])
    try builder.set("eta", recorded.learningRates)
    try builder.set("window", frame.map { (steps[$0.lowerBound] + steps[$0.upperBound]) / 2 })
    try builder.set("first_step", frame.map { steps[$0.lowerBound] })
    try builder.set("last_step", frame.map { steps[$0.upperBound] })
    try builder.set("status", .int8(windows.map(\.outcome.label)), shape: shape)
    try builder.set("holds", .int8(windows.map { $0.holds.map { $0 ? 1 : 0 } ?? 2 }), shape: shape)
    try builder.set("holds_until", runs.map { step($0.heldUntil) })
    try builder.set("holds_from", runs.map { step($0.heldFrom) })
    try builder.set("holds_share", runs.map(\.heldShare))
    try builder.set("step", steps)
    let predictions = runs.flatMap(\.prediction)
    let perStep = [runs.count, steps.count]
    try builder.set("predicted_residual", predictions.map(\.residual), shape: perStep)
    try builder.set("predicted_trace", predictions.map(\.trace), shape: perStep)
    try UVFitArrays.set(windows.map(\.outcome.fit), shape: shape, in: &builder)
    return try builder.finish()
  }
}

extension UVWindows.Outcome {
  fileprivate var fit: UVFit? {
    if case .fitted(let fit) = self { fit } else { nil }
  }

  /// The number of its word: those of fits, and one more.
  fileprivate var label: Int8 {
    switch self {
    case .fitted: 0
    case .failed(let failure): failure.label
    case .settled: Int8(UVFitArrays.states.count)
    }
  }
}
