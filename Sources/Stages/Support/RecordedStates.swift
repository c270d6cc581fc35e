internal import Artifacts
internal import Configuration
internal import Dynamics
internal import Planning

/// Trajectories in the function space of the UV model, as an artifact recorded them: for each index of the leading
/// dimensions the states along the last one, and the learning rate.
struct RecordedStates {
  /// The states of each series.
  let series: [[UVModel.State]]
  /// For each series where it stands.
  let labels: [String]
  /// The learning rate of each series.
  let learningRates: [Double]
  /// The leading dimensions, and their lengths.
  let dimensions: [String]
  let lengths: [Int]
  /// The number of steps taken at each state: the coordinate of the last dimension, or the number of the state.
  let steps: [Double]

  /// Reads three variables of an artifact.
  ///
  /// - Throws: when one is not there, or they do not fit together.
  init(_ input: Artifact, residual: String, trace: String, learningRate: String) throws {
    let (residuals, traces) = (try RecordedSeries(input, residual), try RecordedSeries(input, trace))
    let (first, second) = (try input.required(residual), try input.required(trace))
    guard first.dimensions == second.dimensions, first.shape == second.shape else {
      throw StageFailure("'\(residual)' and '\(trace)' have different dimensions")
    }
    guard let rates = try input.required(learningRate).values.doubles,
      rates.count == residuals.series.count || rates.count == 1, !rates.isEmpty
    else {
      throw StageFailure("'\(learningRate)' has not one learning rate for each of \(residuals.series.count) series")
    }
    series = zip(residuals.series, traces.series).map { residuals, traces in
      zip(residuals, traces).map(UVModel.State.init(residual:trace:))
    }
    labels = residuals.labels
    learningRates = series.indices.map { rates.count == 1 ? rates[0] : rates[$0] }
    dimensions = Array(first.dimensions.dropLast())
    lengths = Array(first.shape.dropLast())
    let count = first.shape.last ?? 0
    steps = first.dimensions.last.flatMap { input[$0]?.values.doubles } ?? (0..<count).map(Double.init)
  }
}

extension InputKnowledge {
  /// Reports what is wrong with the variables of a recorded trajectory.
  func checkStates(
    residual: Located<String>,
    trace: Located<String>,
    learningRate: Located<String>,
    _ diagnostics: inout Diagnostics
  ) {
    checkVariable(residual, isSeries: true, &diagnostics)
    checkVariable(trace, isSeries: true, &diagnostics)
    checkVariable(learningRate, isSeries: false, &diagnostics)
  }
}
