/// κ² and κ²y of a UV model from a series of states that were measured with noise and disturbed at each step, with the
/// covariance of both.
///
/// The fit alternates three estimates until they agree: κ², κ²y by generalized least squares on the steps linearized about
/// the smoothed states (Gauss and Newton's method for errors in variables); the smoothed states; and the variances of
/// `NoiseVariances` by restricted maximum likelihood, each multiplied by uᵀVᵢu / tr(PVᵢ) with u = V⁻¹(errors), the ratio
/// that is 1 at the maximum. Without disturbances it ends at the trajectory through the measured states with the least
/// squares, without measurement noise at the weighted regression of each step on the state before it.
struct NoisyFit {
  /// κ² and κ²y.
  private(set) var coefficients: SIMD2<Double>
  /// Their covariance; nil if the alternation does not lead to finite numbers, as on series that are no UV model's. Then
  /// the coefficients are the first estimate.
  private(set) var covariance: Block? = .zero
  private let learningRate: Double
  /// The units of the residual and of the trace in all that follows: their largest values.
  private let scale: SIMD2<Double>
  /// The number of the state at which each step begins.
  private let starts: [Int]
  private let measured: [SIMD2<Double>]
  private var smoothed: [SIMD2<Double>]
  private var noise: NoiseVariances
  private let follows: [Bool]

  /// The squared relative rounding error of a state, which bounds the variance of the measurements from below.
  private static let rounding = Double.ulpOfOne * Double.ulpOfOne

  /// Fits a series.
  ///
  /// - Parameters:
  ///   - states: the states, of which those between `starts` and their successors must be finite.
  ///   - starts: the number of the state at which each step begins, ascending.
  ///   - coefficients: a first estimate of κ² and κ²y.
  init(_ states: [UVModel.State], starts: [Int], learningRate: Double, coefficients: SIMD2<Double>) {
    self.learningRate = learningRate
    self.starts = starts
    self.coefficients = coefficients
    var largest = SIMD2(0.0, 0.0)
    for start in starts {
      for state in [states[start], states[start + 1]] {
        largest = SIMD2(max(largest.x, state.residual.magnitude), max(largest.y, state.trace.magnitude))
      }
    }
    let scale = largest.replacing(with: 1, where: largest .== 0)
    self.scale = scale
    measured = states.map { SIMD2($0.residual, $0.trace) / scale }
    smoothed = measured
    follows = starts.indices.map { $0 > 0 && starts[$0 - 1] + 1 == starts[$0] }
    noise = NoiseVariances(measured: SIMD2(0, 0), additive: SIMD2(0, 0), proportional: SIMD2(0, 0))
    // At first a quarter of what the steps miss is due to the measurements, and as much to each disturbance.
    let line = linearized()
    let count = Double(starts.count)
    let missed = line.errors.reduce(SIMD2(0, 0)) { $0 + $1 * $1 } / count + Self.rounding
    let squares = line.squares.reduce(SIMD2(0, 0), +) / count + Self.rounding
    noise = NoiseVariances(measured: missed / 4, additive: missed / 4, proportional: missed / 4 / squares)
    for _ in 0..<100 {
      guard let isDone = update() else {
        self.coefficients = coefficients
        covariance = nil
        return
      }
      if isDone { return }
    }
  }

  /// One round; whether it changed next to nothing, nil if it led to numbers that are not finite.
  private mutating func update() -> Bool? {
    let line = linearized()
    let inverse = line.covariance(noise)
    let columns = (line.regressors.map(\.first), line.regressors.map(\.second))
    let solved = (inverse.solve(columns.0), inverse.solve(columns.1))
    let cross = Self.dot(columns.0, solved.1)
    let information = Block(
      SIMD2(Self.dot(columns.0, solved.0), cross),
      SIMD2(cross, Self.dot(columns.1, solved.1))
    )
    let covariance = information.inverse
    self.covariance = covariance
    let gradient = SIMD2(Self.dot(solved.0, line.errors), Self.dot(solved.1, line.errors))
    let change = -(covariance * gradient)
    coefficients += change
    guard (coefficients + covariance.diagonal).sum().isFinite else { return nil }
    // What is left of the errors after the fit, weighted by the inverse of its covariance.
    var weighted = inverse.solve(line.errors)
    for step in weighted.indices { weighted[step] += change.x * solved.0[step] + change.y * solved.1[step] }
    smooth(line.statewise(weighted))
    let moved = estimateNoise(line, inverse, weighted, solved, covariance)
    guard moved.isFinite else { return nil }
    let bounds = covariance.diagonal * 1e-6
    return moved < 1e-3 && change.x * change.x <= bounds.x && change.y * change.y <= bounds.y
  }
}

// MARK: - The parts of a round

extension NoisyFit {
  /// The steps about the smoothed states.
  private func linearized() -> NoisySteps {
    var line = NoisySteps(follows: follows)
    let (a, b, eta) = (coefficients.x, coefficients.y, learningRate)
    for start in starts {
      let state = smoothed[start] * scale
      let (residual, trace) = (state.x, state.y)
      let square = residual * residual
      let byA = SIMD2(eta * eta * square * residual, eta * square * (eta * trace - 4)) / scale
      let byB = SIMD2(eta * eta * square, -4 * eta * residual) / scale
      let step = a * byA + b * byB + SIMD2(-eta * trace * residual, 0) / scale
      let byResidual = SIMD2(
        1 - eta * trace + 3 * a * eta * eta * square + 2 * b * eta * eta * residual,
        2 * a * eta * residual * (eta * trace - 4) - 4 * b * eta
      )
      let byTrace = SIMD2(-eta * residual, 1 + a * eta * eta * square)
      let jacobian = Block(byResidual * scale.x / scale, byTrace * scale.y / scale)
      line.jacobians.append(jacobian)
      line.regressors.append(Block(byA, byB))
      line.squares.append(step * step)
      let missed = smoothed[start] + step - smoothed[start + 1]
      line.errors.append(
        missed + jacobian * (measured[start] - smoothed[start]) - (measured[start + 1] - smoothed[start + 1])
      )
    }
    return line
  }

  /// Takes the most probable noise off the measured states.
  private mutating func smooth(_ errors: (starts: [SIMD2<Double>], ends: [SIMD2<Double>?])) {
    for (step, start) in starts.enumerated() {
      smoothed[start] = measured[start] - noise.measured * errors.starts[step]
      if let end = errors.ends[step] { smoothed[start + 1] = measured[start + 1] - noise.measured * end }
    }
  }

  /// Estimates the variances again; returns by how much their shares of the covariance changed at most.
  private mutating func estimateNoise(
    _ line: NoisySteps,
    _ inverse: BlockTridiagonal,
    _ weighted: [SIMD2<Double>],
    _ solved: ([SIMD2<Double>], [SIMD2<Double>]),
    _ covariance: Block
  ) -> Double {
    let found = line.products(weighted, weighted)
    // What the fit of two coefficients took from the errors: tr(PVᵢ) for tr(V⁻¹Vᵢ).
    let (aa, ab, bb) = (covariance.first.x, covariance.first.y, covariance.second.y)
    var expected = line.traces(inverse)
    for (factor, products) in [
      (aa, line.products(solved.0, solved.0)),
      (2 * ab, line.products(solved.0, solved.1)),
      (bb, line.products(solved.1, solved.1)),
    ] {
      expected = .combined(expected, products) { $0 - factor * $1 }
    }
    let ratios = NoiseVariances.combined(found, expected) { found, expected in
      (found / expected).replacing(with: 1, where: expected .<= 0)
    }
    let old = noise
    noise = .combined(noise, ratios, *)
    noise.measured = noise.measured.replacing(with: Self.rounding, where: noise.measured .< Self.rounding)
    let moved = NoiseVariances.combined(.combined(noise, old, -), expected, *)
    let parts = [moved.measured, moved.additive, moved.proportional].flatMap { [$0.x.magnitude, $0.y.magnitude] }
    return (parts.max() ?? 0) / Double(starts.count)
  }

  private static func dot(_ left: [SIMD2<Double>], _ right: [SIMD2<Double>]) -> Double {
    zip(left, right).reduce(0) { $0 + ($1.0 * $1.1).sum() }
  }
}
