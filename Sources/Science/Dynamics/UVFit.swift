/// The UV model that fits a recorded trajectory best: κ and y from Eqs (1) and (2), with intervals.
///
/// Both equations are linear in a = κ² and b = κ²y:
///   Δf' − Δf + ηλΔf = a η²Δf³ + b η²Δf²,
///   λ' − λ          = a ηΔf²(ηλ − 4) − b 4ηΔf.
/// Measured states are noisy on both sides, so a regression of each step on the state before it is biased, and its errors
/// are correlated. `NoisyFit` estimates a and b together with the noise instead.
///
/// An interval covers the true value in the stated share of repetitions if the states are those of a UV model and the
/// errors are independent and normal with constant variances: errors of the measured states, disturbances of the true ones
/// at each step, or disturbances in proportion to the steps, or several of these, of unknown size, each for Δf and λ.
/// Intervals of κ, y and r follow by the delta method, with Student's quantiles. `UVFitTests` measures the coverage. It is
/// lower where measurements and disturbances are about equally large in a series of few informative steps, where measured
/// errors are proportional to the states, and for a systematic deviation, as of a network that is no UV model. If the
/// noise cannot be estimated, the intervals are unbounded.
public struct UVFit: Sendable {
  /// A number with the interval in which the truth lies with the chosen confidence.
  public struct Estimate: Sendable, Hashable {
    /// The estimate.
    public let value: Double
    /// Its standard error.
    public let standardError: Double
    /// The ends of the interval.
    public let low, high: Double

    init(_ value: Double, variance: Double, quantile: Double) {
      self.value = value
      standardError = max(0, variance).squareRoot()
      low = value - quantile * standardError
      high = value + quantile * standardError
    }
  }

  /// κ.
  public let kappa: Estimate
  /// y.
  public let target: Estimate
  /// r = η/η_c = ηκy.
  public let ratio: Estimate
  /// The share of the variance of the residual's steps that the fit explains.
  public let residualDetermination: Double
  /// The share of the variance of the trace's steps that the fit explains.
  public let traceDetermination: Double
  /// The root mean square of what the fit misses of the residual's steps, over that of the steps.
  public let residualStepError: Double
  /// The root mean square of what the fit misses of the trace's steps, over that of the steps.
  public let traceStepError: Double
  /// The number of steps used.
  public let steps: Int

  /// The model with the fitted values.
  public var model: UVModel { UVModel(kappa: kappa.value, target: target.value) }

  /// What the deviations from the equations are taken for.
  public enum Errors: Sendable {
    /// Noise of the measured states and of the steps, as `NoisyFit` estimates it.
    case noise
    /// Deviations of each step in proportion to it, as of a system that is only nearly a UV model: each step is regressed
    /// on the state before it. The intervals hold if the states are exact and the deviations independent.
    case steps
  }

  /// Why there is no fit.
  public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Fewer than four steps between finite states.
    case tooFewSteps(Int)
    /// The residual does not move, so that neither κ nor y is determined.
    case undetermined
    /// The best κ² is not positive: the trajectory is not that of a UV model.
    case notUV(kappaSquared: Double)

    /// The failure in words.
    public var description: String {
      switch self {
      case .tooFewSteps(let count): "a fit needs 4 steps between finite states, and there are \(count)"
      case .undetermined: "the steps do not determine κ and y"
      case .notUV(let value): "the best κ² is \(value), so this is no trajectory of a UV model"
      }
    }
  }

  /// Fits a trajectory.
  ///
  /// - Parameters:
  ///   - states: consecutive states; steps from or to one that is not finite are left out.
  ///   - confidence: of the intervals.
  ///   - errors: what the deviations from the equations are taken for.
  public init(
    _ states: [UVModel.State],
    learningRate eta: Double,
    confidence: Confidence = .ninetyFive,
    errors: Errors = .noise
  ) throws(Failure) {
    let starts = Self.starts(states)
    let equations = Self.equations(states, starts, eta)
    guard equations.count >= 8 else { throw .tooFewSteps(starts.count) }
    let coefficients: SIMD2<Double>
    let covariance: Block?
    switch errors {
    case .noise:
      let start = try Self.start(equations)
      let fit = NoisyFit(states, starts: starts, learningRate: eta, coefficients: start)
      (coefficients, covariance) = (fit.coefficients, fit.covariance)
    case .steps:
      let fit = try StepRegression(equations)
      (coefficients, covariance) = (fit.coefficients, fit.covariance)
    }
    let (a, b) = (coefficients.x, coefficients.y)
    guard a > 0 else { throw .notUV(kappaSquared: a) }
    let root = a.squareRoot()
    let y = b / a
    // Each equation has variances of its own, which are estimated from one error a step.
    let quantile = confidence.quantile(degreesOfFreedom: starts.count - 2)
    // The delta method: κ = √a, y = b/a, r = ηb/√a.
    func estimate(_ value: Double, variance: (_ aa: Double, _ ab: Double, _ bb: Double) -> Double) -> Estimate {
      let found = covariance.map { variance($0.first.x, $0.first.y, $0.second.y) }
      return Estimate(value, variance: found ?? .infinity, quantile: quantile)
    }
    kappa = estimate(root) { aa, _, _ in aa / (4 * a) }
    target = estimate(y) { aa, ab, bb in (bb - 2 * y * ab + y * y * aa) / (a * a) }
    ratio = estimate(eta * b / root) { aa, ab, bb in eta * eta / a * (bb - y * ab + y * y / 4 * aa) }
    let (ofResidual, ofTrace) = (equations.filter { $0.isOfResidual }, equations.filter { !$0.isOfResidual })
    residualDetermination = Self.determination(ofResidual, a, b)
    traceDetermination = Self.determination(ofTrace, a, b)
    residualStepError = Self.stepError(ofResidual, a, b)
    traceStepError = Self.stepError(ofTrace, a, b)
    steps = starts.count
  }
}

/// How sure an interval is.
public enum Confidence: String, CaseIterable, Sendable {
  /// 90 %.
  case ninety = "0.90"
  /// 95 %.
  case ninetyFive = "0.95"
  /// 99 %.
  case ninetyNine = "0.99"

  /// The two-sided quantile of Student's distribution, by its expansion about the normal one (Abramowitz and Stegun
  /// 26.7.5): with 6 degrees of freedom or more it is right to 0.2 %.
  func quantile(degreesOfFreedom: Int) -> Double {
    let z =
      switch self {
      case .ninety: 1.6448536269514722
      case .ninetyFive: 1.959963984540054
      case .ninetyNine: 2.5758293035489004
      }
    let n = Double(degreesOfFreedom)
    let square = z * z
    let terms = [
      (square + 1) / 4,
      ((5 * square + 16) * square + 3) / 96,
      (((3 * square + 19) * square + 17) * square - 15) / 384,
      ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92160,
    ]
    // z (1 + c₁/n + c₂/n² + ...), from the last term.
    return z * (1 + terms.reversed().reduce(0) { ($0 + $1) / n })
  }
}

// MARK: - The equations

extension UVFit {
  /// One equation: target = a · first + b · second; the step itself is `offset` more than the target.
  struct Equation {
    var isOfResidual: Bool
    var target, first, second, offset: Double

    var observedStep: Double { target + offset }

    func predictedStep(_ a: Double, _ b: Double) -> Double { a * first + b * second + offset }
  }

  /// The states at which steps between finite states begin.
  private static func starts(_ states: [UVModel.State]) -> [Int] {
    func isUsable(_ state: UVModel.State) -> Bool {
      [state.residual, state.trace].allSatisfy { $0.isFinite && $0.magnitude < 1e75 }
    }
    return states.indices.dropLast().filter { isUsable(states[$0]) && isUsable(states[$0 + 1]) }
  }

  private static func equations(_ states: [UVModel.State], _ starts: [Int], _ eta: Double) -> [Equation] {
    starts.flatMap { start -> [Equation] in
      let (now, next) = (states[start], states[start + 1])
      let (residual, trace) = (now.residual, now.trace)
      let square = residual * residual
      let drift = -eta * trace * residual
      return [
        Equation(
          isOfResidual: true,
          target: next.residual - residual - drift,
          first: eta * eta * square * residual,
          second: eta * eta * square,
          offset: drift
        ),
        Equation(
          isOfResidual: false,
          target: next.trace - trace,
          first: eta * square * (eta * trace - 4),
          second: -4 * eta * residual,
          offset: 0
        ),
      ]
    }
  }

  /// The least squares of the equations as they are measured, each over the root mean square of its steps: a start for the
  /// fit that knows of the noise.
  private static func start(_ equations: [Equation]) throws(Failure) -> SIMD2<Double> {
    func length(_ isOfResidual: Bool) -> Double {
      let steps = equations.lazy.filter { $0.isOfResidual == isOfResidual }.map(\.observedStep)
      let largest = steps.map(\.magnitude).max() ?? 0
      guard largest > 0 else { return 1 }
      return largest * steps.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
    }
    let lengths = (residual: length(true), trace: length(false))
    let triangle = Triangle(
      equations.map { equation in
        let length = equation.isOfResidual ? lengths.residual : lengths.trace
        return (equation.first / length, equation.second / length, equation.target / length)
      }
    )
    guard triangle.isRegular else { throw .undetermined }
    return triangle.solution
  }

  /// 1 − (squared errors) / (squared deviations of the steps from their mean).
  private static func determination(_ equations: [Equation], _ a: Double, _ b: Double) -> Double {
    let mean = equations.reduce(0) { $0 + $1.observedStep } / Double(equations.count)
    var (errors, deviations) = (0.0, 0.0)
    for equation in equations {
      let error = equation.observedStep - equation.predictedStep(a, b)
      let deviation = equation.observedStep - mean
      errors += error * error
      deviations += deviation * deviation
    }
    return 1 - errors / deviations
  }

  /// √((squared errors) / (squared steps)): unlike the share of the variance it asks nothing of how the steps differ from
  /// their mean, where they are all but equal.
  private static func stepError(_ equations: [Equation], _ a: Double, _ b: Double) -> Double {
    func square(_ number: Double) -> Double { number * number }
    let errors = equations.reduce(0) { $0 + square($1.observedStep - $1.predictedStep(a, b)) }
    return (errors / equations.reduce(0) { $0 + square($1.observedStep) }).squareRoot()
  }
}
