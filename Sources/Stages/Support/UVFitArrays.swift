internal import Artifacts
internal import Dynamics
internal import Planning

/// The names and meanings with which fits of the UV model are written, wherever they are.
enum UVFitArrays {
  /// The words for why there is a fit or none.
  static let states = ["fitted", "too-few-steps", "undetermined", "not-UV"]

  /// The arrays over the dimensions that `set` writes.
  static func outputs(_ dimensions: [String]) -> [OutputDeclaration] {
    func estimate(_ name: String, _ what: String) -> [OutputDeclaration] {
      [
        .init(name, dimensions, what),
        .init("\(name)_error", dimensions, "The standard error of \(name)."),
        .init("\(name)_low", dimensions, "The lower end of the interval of \(name)."),
        .init("\(name)_high", dimensions, "The upper end of the interval of \(name)."),
      ]
    }
    return [
      .init("steps", dimensions, "The number of steps used."),
      .init("critical_learning_rate", dimensions, "eta_c = 1 / (kappa y) of the fit."),
      .init("residual_r_squared", dimensions, "R^2 of the residual's steps."),
      .init("trace_r_squared", dimensions, "R^2 of the trace's steps."),
      .init("residual_step_error", dimensions, "The RMS of what the fit misses of the residual's steps, over theirs."),
      .init("trace_step_error", dimensions, "The RMS of what the fit misses of the trace's steps, over theirs."),
    ] + estimate("kappa", "The fitted kappa.") + estimate("target", "The fitted target y.")
      + estimate("ratio", "The fitted r = eta / eta_c.")
  }

  /// Writes the fits, in the order of the dimensions; missing values where there is none.
  static func set(_ fits: [UVFit?], shape: [Int], in builder: inout ResultBuilder) throws {
    func each(_ name: String, _ value: (UVFit) -> Double) throws {
      try builder.set(name, fits.map { $0.map(value) ?? .nan }, shape: shape)
    }
    func estimate(_ name: String, _ value: (UVFit) -> UVFit.Estimate) throws {
      try each(name) { value($0).value }
      try each("\(name)_error") { value($0).standardError }
      try each("\(name)_low") { value($0).low }
      try each("\(name)_high") { value($0).high }
    }
    try each("steps") { Double($0.steps) }
    try each("critical_learning_rate") { $0.model.criticalLearningRate }
    try each("residual_r_squared") { $0.residualDetermination }
    try each("trace_r_squared") { $0.traceDetermination }
    try each("residual_step_error") { $0.residualStepError }
    try each("trace_step_error") { $0.traceStepError }
    try estimate("kappa") { $0.kappa }
    try estimate("target") { $0.target }
    try estimate("ratio") { $0.ratio }
  }
}

extension UVFit.Failure {
  /// The number of its word among `UVFitArrays.states`.
  var label: Int8 {
    switch self {
    case .tooFewSteps: 1
    case .undetermined: 2
    case .notUV: 3
    }
  }
}
