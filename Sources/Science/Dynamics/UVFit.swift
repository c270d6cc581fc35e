/// The UV model that fits a recorded trajectory best: κ and y by least squares on Eqs (1) and (2).
///
/// Both equations are linear in a = κ² and b = κ²y:
///   Δf' − Δf + ηλΔf = a η²Δf³ + b η²Δf²,
///   λ' − λ          = a ηΔf²(ηλ − 4) − b 4ηΔf.
/// Each is weighted by the inverse square of the step it predicts, as for errors in proportion to the steps, with a
/// floor at a small part of the largest step, below which rounding and settled stretches would weigh too much.
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
  ///   - floor: the part of the largest step below which a step weighs no more.
  public init(
    _ states: [UVModel.State],
    learningRate eta: Double,
    confidence: Confidence = .ninetyFive,
    floor: Double = 1e-6
  ) throws(Failure) {
    let equations = Self.equations(states, eta)
    guard equations.count >= 8 else { throw .tooFewSteps(equations.count / 2) }
    var fit = try Self.solve(equations, floor: floor) { $0.observedStep }
    // The weights follow the steps that the fit itself predicts: weights from noisy steps would bias it.
    for _ in 0..<20 {
      let (a, b) = (fit.a, fit.b)
      fit = try Self.solve(equations, floor: floor) { $0.predictedStep(a, b) }
      if (fit.a - a).magnitude <= 1e-14 * fit.a.magnitude { break }
    }
    let (a, b) = (fit.a, fit.b)
    guard a > 0 else { throw .notUV(kappaSquared: a) }
    let root = a.squareRoot()
    let y = b / a
    let quantile = confidence.quantile(degreesOfFreedom: equations.count - 2)
    // The delta method: κ = √a, y = b/a, r = ηb/√a.
    kappa = Estimate(root, variance: fit.aa / (4 * a), quantile: quantile)
    target = Estimate(y, variance: (fit.bb - 2 * y * fit.ab + y * y * fit.aa) / (a * a), quantile: quantile)
    let ratioVariance = eta * eta / a * (fit.bb - y * fit.ab + y * y / 4 * fit.aa)
    ratio = Estimate(eta * b / root, variance: ratioVariance, quantile: quantile)
    let (ofResidual, ofTrace) = (equations.filter { $0.isOfResidual }, equations.filter { !$0.isOfResidual })
    residualDetermination = Self.determination(ofResidual, a, b)
    traceDetermination = Self.determination(ofTrace, a, b)
    residualStepError = Self.stepError(ofResidual, a, b)
    traceStepError = Self.stepError(ofTrace, a, b)
    steps = equations.count / 2
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

// MARK: - Least squares

extension UVFit {
  /// One equation: target = a · first + b · second; the step itself is `offset` more than the target.
  private struct Equation {
    var isOfResidual: Bool
    var target, first, second, offset: Double

    var observedStep: Double { target + offset }

    func predictedStep(_ a: Double, _ b: Double) -> Double { a * first + b * second + offset }
  }

  private struct Solution {
    var a, b: Double
    /// The covariance of (a, b).
    var aa, ab, bb: Double
  }

  private static func equations(_ states: [UVModel.State], _ eta: Double) -> [Equation] {
    zip(states, states.dropFirst()).flatMap { now, next -> [Equation] in
      let (residual, trace) = (now.residual, now.trace)
      let square = residual * residual
      let values = [residual, trace, next.residual, next.trace]
      guard values.allSatisfy({ $0.isFinite && $0.magnitude < 1e75 }) else { return [] }
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

  private static func solve(
    _ equations: [Equation],
    floor: Double,
    step: (Equation) -> Double
  ) throws(Failure) -> Solution {
    func floorSquared(_ isOfResidual: Bool) -> Double {
      let largest = equations.lazy.filter { $0.isOfResidual == isOfResidual }.map { $0.observedStep.magnitude }.max()
      let bound = floor * (largest ?? 0)
      return max(bound * bound, .leastNormalMagnitude)
    }
    let floors = (residual: floorSquared(true), trace: floorSquared(false))
    let weights = equations.map { equation in
      let predicted = step(equation)
      return 1 / (predicted * predicted + (equation.isOfResidual ? floors.residual : floors.trace))
    }
    let rows = zip(equations, weights).map { equation, weight -> (x: Double, y: Double, target: Double) in
      let root = weight.squareRoot()
      return (root * equation.first, root * equation.second, root * equation.target)
    }
    let triangle = Triangle(rows)
    guard triangle.isRegular else { throw .undetermined }
    let (a, b) = triangle.solution
    // The covariance from the errors themselves, so that it holds whatever their distribution; each error is enlarged by
    // what its own leverage took from it (MacKinnon and White's HC3).
    var solution = Solution(a: a, b: b, aa: 0, ab: 0, bb: 0)
    for row in rows {
      let influence = triangle.influence(row.x, row.y)
      let leverage = influence.a * row.x + influence.b * row.y
      let error = (row.target - a * row.x - b * row.y) / max(1e-3, 1 - leverage)
      solution.aa += error * error * influence.a * influence.a
      solution.ab += error * error * influence.a * influence.b
      solution.bb += error * error * influence.b * influence.b
    }
    return solution
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

/// The triangular factor of a matrix with two columns, by one Givens rotation for each row and column: with weights over
/// many orders of magnitude the normal equations would lose what the small ones say.
private struct Triangle {
  private var topLeft = 0.0
  private var topRight = 0.0
  private var bottom = 0.0
  private var first = 0.0
  private var second = 0.0
  private var squaredNorm = 0.0

  init(_ rows: [(x: Double, y: Double, target: Double)]) {
    for row in rows {
      squaredNorm += row.y * row.y
      let left = Rotation(topLeft, row.x)
      topLeft = left.length
      let y = left.apply(&topRight, row.y)
      let target = left.apply(&first, row.target)
      let right = Rotation(bottom, y)
      bottom = right.length
      _ = right.apply(&second, target)
    }
  }

  /// Whether the columns are independent, to more than rounding.
  var isRegular: Bool { topLeft > 0 && bottom > 1e-10 * squaredNorm.squareRoot() }

  var solution: (a: Double, b: Double) {
    let b = second / bottom
    return ((first - topRight * b) / topLeft, b)
  }

  /// The inverse of (matrix)ᵀ(matrix) applied to a row: how the solution moves with the row's target.
  func influence(_ x: Double, _ y: Double) -> (a: Double, b: Double) {
    let u = x / topLeft
    let v = (y - topRight * u) / bottom
    let b = v / bottom
    return ((u - topRight * b) / topLeft, b)
  }
}

/// The rotation that turns (p, q) into (length, 0).
private struct Rotation {
  let length: Double
  private let cosine, sine: Double

  init(_ p: Double, _ q: Double) {
    // Weighted rows are of order one: their squares are in range.
    length = (p * p + q * q).squareRoot()
    cosine = length > 0 ? p / length : 1
    sine = length > 0 ? q / length : 0
  }

  /// Turns (upper, lower); the new upper element is stored, the new lower one returned.
  func apply(_ upper: inout Double, _ lower: Double) -> Double {
    let old = upper
    upper = cosine * old + sine * lower
    return cosine * lower - sine * old
  }
}
