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
  /// The largest error of a fit, relative to the steps, at which the model holds.
  public var tolerance = 0.2
  /// The part of the largest residual below which a window has settled.
  public var settled = 1e-4
  /// The confidence of the intervals.
  public var confidence = Confidence.ninetyFive

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
    .init(
      "tolerance",
      \.tolerance,
      "The largest error of a fit at which the model holds: the RMS of the errors over the RMS of the steps.",
      limit: .within(0...1)
    ),
    .init(
      "settled",
      \.settled,
      "The part of the largest residual of a series below which a window has settled and is not fitted.",
      limit: .within(0...1)
    ),
    .init("confidence", \.confidence, "The confidence of the intervals."),
  ]

  /// The declaration of the kind.
  public static let declaration = KindDeclaration(
    "uv/effective",
    "Fits the UV model to windows of a recorded training: effective kappa, y and r along it, and where the model holds.",
    discussion: """
      Each step of a window is regressed on the state before it, with weights 1 / step^2: a network deviates from the model in \
      proportion to its steps. The intervals measure this misfit (HC3); they are not those of measurement noise. The model holds in a window if there is a fit with y > 0 that misses at most \
      'tolerance' of the steps by both equations (residual_step_error, trace_step_error). It is undecided in windows that have \
      settled, in which a run ends, or that do not determine kappa or y (their intervals reach 0). The recorded steps must be \
      consecutive: of 'train' the arrays of target_kernel: { every: 1 }. All dimensions but the last are kept, so a sweep is \
      fitted at each of its points. Formulas: Documentation/uv-model.md.

      window, first_step, last_step: the middle, the first and the last step of each window. status, holds, kappa, target, ratio \
      (with _error, _low and _high), critical_learning_rate, residual_r_squared, trace_r_squared, residual_step_error, \
      trace_step_error, steps: of each window. holds_until, holds_from, holds_share: of each series. predicted_residual, \
      predicted_trace: the trajectory of the UV model of the first window in which it holds.
      """,
    inputs: .named([InputDeclaration("trajectory", "The recorded training.")]),
    outputs: nil
  )

  /// The arrays over the dimensions that are left, and their coordinates.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? {
    guard let known = inputs["trajectory"]?.outputs, let series = known.first(where: { $0.name == residual.value })
    else { return nil }
    let left = Array(series.dimensions.dropLast())
    return declared(over: left) + known.filter { left.contains($0.name) && $0.dimensions == [$0.name] }
  }

  /// The arrays that are made.
  private func declared(over series: [String]) -> [OutputDeclaration] {
    let windows = series + ["window"]
    return [
      .init("eta", series, "The learning rate."),
      .init("window", ["window"], "The middle of each window, in steps."),
      .init("first_step", ["window"], "The number of steps taken at the first state of each window."),
      .init("last_step", ["window"], "The number of steps taken at the last state of each window."),
      .init(
        "status",
        windows,
        unit: nil,
        "Whether there is a fit:",
        meanings: UVFitArrays.states + ["settled", "incomplete"]
      ),
      .init("holds", windows, unit: nil, "Whether the model holds:", meanings: ["no", "yes", "undecided"]),
      .init(
        "holds_until",
        series,
        "The last step up to which the model holds in every window; missing if not in the first."
      ),
      .init(
        "holds_from",
        series,
        "The first step from which the model holds in every window; missing if not in the last."
      ),
      .init("holds_share", series, "The share of the decided windows in which the model holds."),
      .init("step", ["step"], "The number of steps taken at each state."),
      .init(
        "predicted_residual",
        series + ["step"],
        "The residual of the UV model that fits the first window in which it holds, from that window's first state."
      ),
      .init("predicted_trace", series + ["step"], "The trace of that model."),
    ] + UVFitArrays.outputs(windows)
  }

  /// Checks that the variables are there.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    inputs["trajectory"]?
      .checkStates(residual: residual, trace: trace, learningRate: learningRate, &diagnostics)
  }

  /// Fits every window of every series.
  public func run(_ context: StageContext) async throws -> StageResult {
    let input = try context.input("trajectory")
    let recorded = try RecordedStates(
      input,
      residual: residual.value,
      trace: trace.value,
      learningRate: learningRate.value
    )
    let steps = recorded.steps
    if let gap = zip(steps, steps.dropFirst()).first(where: { $1 - $0 != 1 }) {
      throw StageFailure(
        """
        a fit follows each step, and '\(residual.value)' has \(gap.1) after \(gap.0); of 'train' each is recorded with \
        target_kernel: { every: 1 }
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
        criterion: UVWindows.Criterion(tolerance: tolerance, settled: settled),
        confidence: confidence
      )
    }
    var result = try result(runs, recorded).artifact
    try result.addCoordinates(recorded.dimensions, of: input)
    return StageResult(result)
  }

  private func result(_ runs: [UVWindows], _ recorded: RecordedStates) throws -> StageResult {
    let (steps, lengths) = (recorded.steps, recorded.lengths)
    let frame = runs.first?.windows.map(\.states) ?? []
    let windows = runs.flatMap(\.windows)
    let perWindow = lengths + [frame.count]
    func step(_ state: Int?) -> Double { state.map { steps[$0] } ?? .nan }
    var builder = ResultBuilder(Self.declaration, outputs: declared(over: recorded.dimensions))
    try builder.set("eta", recorded.learningRates, shape: lengths)
    try builder.set("window", frame.map { (steps[$0.lowerBound] + steps[$0.upperBound]) / 2 })
    try builder.set("first_step", frame.map { steps[$0.lowerBound] })
    try builder.set("last_step", frame.map { steps[$0.upperBound] })
    try builder.set("status", .int8(windows.map(\.outcome.label)), shape: perWindow)
    try builder.set("holds", .int8(windows.map { $0.holds.map { $0 ? 1 : 0 } ?? 2 }), shape: perWindow)
    try builder.set("holds_until", runs.map { step($0.heldUntil) }, shape: lengths)
    try builder.set("holds_from", runs.map { step($0.heldFrom) }, shape: lengths)
    try builder.set("holds_share", runs.map(\.heldShare), shape: lengths)
    try builder.set("step", steps)
    let predictions = runs.flatMap(\.prediction)
    try builder.set("predicted_residual", predictions.map(\.residual), shape: lengths + [steps.count])
    try builder.set("predicted_trace", predictions.map(\.trace), shape: lengths + [steps.count])
    try UVFitArrays.set(windows.map(\.outcome.fit), shape: perWindow, in: &builder)
    return try builder.finish()
  }
}

extension UVWindows.Outcome {
  fileprivate var fit: UVFit? {
    if case .fitted(let fit) = self { fit } else { nil }
  }

  /// The number of its word: those of fits, and two more.
  fileprivate var label: Int8 {
    switch self {
    case .fitted: 0
    case .failed(let failure): failure.label
    case .settled: Int8(UVFitArrays.states.count)
    case .incomplete: Int8(UVFitArrays.states.count + 1)
    }
  }
}
