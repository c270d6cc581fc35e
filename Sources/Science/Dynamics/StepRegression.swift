/// κ² and κ²y by weighted least squares of each step on the state before it, with weights from the steps that the fit
/// predicts, so that every step counts in proportion to itself.
struct StepRegression {
  /// κ² and κ²y.
  private(set) var coefficients: SIMD2<Double>
  /// Their covariance from the deviations themselves (MacKinnon and White's HC3).
  private(set) var covariance: Block

  /// The part of the largest step below which a step weighs no more, so that rounding and settled stretches do not.
  private static let floor = 1e-6

  /// Fits the equations.
  init(_ equations: [UVFit.Equation]) throws(UVFit.Failure) {
    (coefficients, covariance) = try Self.solve(equations) { $0.observedStep }
    // The weights follow the steps that the fit itself predicts: weights from noisy steps would bias it.
    for _ in 0..<20 {
      let old = coefficients
      (coefficients, covariance) = try Self.solve(equations) { $0.predictedStep(old.x, old.y) }
      if (coefficients.x - old.x).magnitude <= 1e-14 * old.x.magnitude { break }
    }
  }

  private static func solve(
    _ equations: [UVFit.Equation],
    step: (UVFit.Equation) -> Double
  ) throws(UVFit.Failure) -> (SIMD2<Double>, Block) {
    func floorSquared(_ isOfResidual: Bool) -> Double {
      let largest = equations.lazy.filter { $0.isOfResidual == isOfResidual }.map { $0.observedStep.magnitude }.max()
      let bound = floor * (largest ?? 0)
      return max(bound * bound, .leastNormalMagnitude)
    }
    let floors = (residual: floorSquared(true), trace: floorSquared(false))
    let rows = equations.map { equation -> (x: Double, y: Double, target: Double) in
      let predicted = step(equation)
      let square = predicted * predicted + (equation.isOfResidual ? floors.residual : floors.trace)
      let root = (1 / square).squareRoot()
      return (root * equation.first, root * equation.second, root * equation.target)
    }
    let triangle = Triangle(rows)
    guard triangle.isRegular else { throw .undetermined }
    let solution = triangle.solution
    var (aa, ab, bb) = (0.0, 0.0, 0.0)
    for row in rows {
      let influence = triangle.influence(row.x, row.y)
      // Each deviation is enlarged by what its own leverage took from it.
      let leverage = influence.x * row.x + influence.y * row.y
      let error = (row.target - solution.x * row.x - solution.y * row.y) / max(1e-3, 1 - leverage)
      aa += error * error * influence.x * influence.x
      ab += error * error * influence.x * influence.y
      bb += error * error * influence.y * influence.y
    }
    return (solution, Block(SIMD2(aa, ab), SIMD2(ab, bb)))
  }
}
