public import Planning
internal import Training

/// A probe of `train` that can have a schedule of its own: where its steps stand, and its arrays.
struct TrainingProbe: Sendable {
  /// An array: what a record holds for it, one number or one for each rank.
  struct Series: Sendable {
    let name: String
    let values: @Sendable (TrainingRecord) -> [Double]?
  }

  /// The name of the steps at which it is taken.
  let steps: String
  let schedule: @Sendable (Train) -> ScheduleParameters
  let series: [Series]

  private init(
    _ steps: String,
    _ schedule: @escaping @Sendable (Train) -> ScheduleParameters,
    _ series: [Series]
  ) {
    self.steps = steps
    self.schedule = schedule
    self.series = series
  }

  /// All of them. Norms and accuracy are taken with the sharpness unless they have a schedule; the others are not.
  static let all = [
    TrainingProbe(
      "norm_step",
      { $0.norms },
      [
        Series("gradient_norm") { $0.gradientNorm },
        Series("squared_weight_norm") { $0.parameterNorm.map { $0 * $0 } },
      ]
    ),
    TrainingProbe("accuracy_step", { $0.accuracy }, [Series("accuracy") { $0.accuracy }]),
    TrainingProbe(
      "eigenvalue_step",
      { $0.topEigenvalues },
      [
        Series(name: "top_eigenvalues") { $0.topEigenvalues?.eigenvalues.map(\.convergedValue) },
        Series(name: "top_eigenvalue_residual") { $0.topEigenvalues?.eigenvalues.map(\.residual) },
        Series("top_eigenvalue_products") { $0.topEigenvalues.map { Double($0.products) } },
      ]
    ),
    TrainingProbe(
      "trace_step",
      { $0.trace },
      [Series("trace") { $0.trace?.value }, Series("trace_error") { $0.trace?.standardError }]
    ),
    TrainingProbe(
      "ntk_step",
      { $0.tangentKernel },
      [
        Series("ntk") { $0.tangentKernel?.eigenvalues.first?.convergedValue },
        Series("ntk_residual") { $0.tangentKernel?.residual },
        Series("ntk_products") { $0.tangentKernel.map { Double($0.products) } },
      ]
    ),
    TrainingProbe(
      "target_step",
      { $0.targetKernel },
      [
        Series("target_residual") { $0.alongTargets?.residual },
        Series("target_kernel") { $0.alongTargets?.kernel },
        Series("target_share") { $0.alongTargets?.share },
      ]
    ),
    TrainingProbe(
      "curvature_step",
      { $0.curvature },
      [Series("gradient_curvature") { $0.gradientCurvature }, Series("step_curvature") { $0.stepCurvature }]
    ),
  ]
}

extension TrainingProbe.Series {
  fileprivate init(_ name: String, _ value: @escaping @Sendable (TrainingRecord) -> Double?) {
    self.init(name: name) { value($0).map { [$0] } }
  }
}

extension Lanczos.Eigenvalue {
  /// The value, missing where it is not converged.
  var convergedValue: Double { isConverged ? value : .nan }
}

extension Train {
  /// The declared arrays that are asked for, over the steps at which they are measured.
  var outputs: [OutputDeclaration] {
    (Self.declaration.outputs ?? []).compactMap { output in
      for probe in TrainingProbe.all {
        let isGiven = !probe.schedule(self).isEmpty
        if output.name == probe.steps { return isGiven ? output : nil }
        guard probe.series.contains(where: { $0.name == output.name }) else { continue }
        if !isGiven { return output.isOptional ? nil : output }
        return output.over(["learning_rate", probe.steps] + output.dimensions.dropFirst(2))
      }
      return switch output.name {
      case "rank": topEigenvalues.isEmpty ? nil : output
      case "target_length": targetKernel.isEmpty ? nil : output
      case "kept", "parameters": keep.isEmpty ? nil : output
      default: output
      }
    }
  }

  /// The declared arrays that are asked for.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? { outputs }
}

extension OutputDeclaration {
  fileprivate func over(_ dimensions: [String]) -> OutputDeclaration {
    OutputDeclaration(name, dimensions, unit: unit, summary, meanings: meanings, optional: isOptional)
  }
}
