/// The fixed points of the UV map, their Jacobians and their stability (paper, appendix C.3, Table 1).
public struct FixedPoint: Sendable, Hashable {
  /// Which of the fixed points this is. The paper numbers them I to IV, and only I (the zero-loss line) is named in the
  /// part of it that we hold; the others are named here by what they are.
  public enum Family: Int, CaseIterable, Sendable {
    /// The zero-loss line Δf = 0; represented by its lowest point λ = 2κy.
    case zeroLossLine
    /// The saddle U = v = 0.
    case origin
    /// Δf = 2/(ηκ).
    case plus
    /// Δf = −2/(ηκ).
    case minus
  }

  /// How a fixed point attracts or repels.
  public enum Stability: Int, CaseIterable, Sendable {
    /// All eigenvalues inside the unit circle, but for those of a line of fixed points along itself.
    case stable
    /// One eigenvalue outside.
    case saddle
    /// All eigenvalues outside (along a line of fixed points: the transverse one).
    case unstable
  }

  /// Which one.
  public let family: Family
  /// Where it is.
  public let state: UVModel.State
  /// The eigenvalues of the Jacobian there, the one of larger modulus first.
  public let eigenvalues: [Double]
  /// Whether parameters with this state exist.
  public let isAccessible: Bool

  /// Whether it attracts.
  public var stability: Stability {
    if family == .zeroLossLine {
      // One eigenvalue is 1, along the line.
      let transverse = eigenvalues.max { ($0 - 1).magnitude < ($1 - 1).magnitude } ?? 1
      return transverse.magnitude < 1 ? .stable : .unstable
    }
    let outside = eigenvalues.count { $0.magnitude > 1 }
    return outside == 0 ? .stable : outside == 1 ? .saddle : .unstable
  }
}

extension UVModel {
  /// The fixed points in closed form, the zero-loss line at trace `lineTrace` (by default at its lowest point).
  public func fixedPoints(learningRate eta: Double, lineTrace: Double? = nil) -> [FixedPoint] {
    let r = eta * kappa * target
    let lowest = lineTrace ?? 2 * kappa * target
    let far = 2 / (eta * kappa)
    func point(_ family: FixedPoint.Family, _ residual: Double, _ trace: Double, _ values: [Double]) -> FixedPoint {
      FixedPoint(
        family: family,
        state: State(residual: residual, trace: trace),
        eigenvalues: values.sorted { $0.magnitude > $1.magnitude },
        isAccessible: trace >= (family == .zeroLossLine ? 2 * kappa * target : 0)
      )
    }
    return [
      point(.zeroLossLine, 0, lowest, [1, 1 - eta * lowest]),
      point(.origin, -target, 0, [(1 + r) * (1 + r), (1 - r) * (1 - r)]),
      point(.plus, far, 4 / eta + 2 * kappa * target, [5 + 2 * r, 9]),
      point(.minus, -far, 4 / eta - 2 * kappa * target, [5 - 2 * r, 9]),
    ]
  }

  /// The Jacobian of the map at a state, row by row: ∂(Δf', λ')/∂(Δf, λ).
  public func jacobian(_ state: State, learningRate eta: Double) -> Matrix2 {
    let (residual, trace) = (state.residual, state.trace)
    let kappa2 = kappa * kappa
    return Matrix2(
      1 - eta * trace + 3 * eta * eta * kappa2 * residual * residual
        + 2 * eta * eta * kappa2 * target * residual,
      -eta * residual,
      2 * eta * eta * kappa2 * trace * residual - 8 * eta * kappa2 * residual - 4 * eta * kappa2 * target,
      1 + eta * eta * kappa2 * residual * residual
    )
  }

  /// The fixed point to which Newton's method leads from `start`; nil if it leads to none.
  ///
  /// On the zero-loss line the equations are singular along the line, so the step is the shortest of those that solve
  /// them (the pseudo-inverse's).
  public func newtonFixedPoint(from start: State, learningRate eta: Double) -> State? {
    // Scaled to z = ηκΔf and L = ηλ, in which all fixed points are of order one.
    let unit = UVModel(kappa: 1, target: eta * kappa * target)
    var z = State(residual: eta * kappa * start.residual, trace: eta * start.trace)
    for _ in 0..<100 {
      let image = unit.step(z, learningRate: 1)
      let (first, second) = (image.residual - z.residual, image.trace - z.trace)
      guard first.isFinite, second.isFinite else { return nil }
      let jacobian = unit.jacobian(z, learningRate: 1)
      let system = Matrix2(jacobian.a - 1, jacobian.b, jacobian.c, jacobian.d - 1)
      let step = system.shortestSolution(-first, -second)
      z.residual += step.0
      z.trace += step.1
      let size = (step.0 * step.0 + step.1 * step.1).squareRoot()
      let scale = 1 + z.residual.magnitude + z.trace.magnitude
      if size <= 4e-16 * scale {
        return State(residual: z.residual / (eta * kappa), trace: z.trace / eta)
      }
    }
    return nil
  }

  /// The family of a fixed point that Newton's method found; nil if it is not one of the four.
  public func family(of state: State, learningRate eta: Double) -> FixedPoint.Family? {
    let tolerance = 1e-6
    if (eta * kappa * state.residual).magnitude < tolerance { return .zeroLossLine }
    return fixedPoints(learningRate: eta).dropFirst().first { point in
      (eta * kappa * (state.residual - point.state.residual)).magnitude < tolerance
        && (eta * (state.trace - point.state.trace)).magnitude < tolerance
    }?.family
  }
}

/// A 2 × 2 matrix ((a, b), (c, d)).
public struct Matrix2: Sendable, Hashable {
  /// The elements, row by row.
  public var a, b, c, d: Double

  /// A matrix from its rows.
  public init(_ a: Double, _ b: Double, _ c: Double, _ d: Double) {
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  /// The eigenvalues when they are real, the one of larger modulus first; their common modulus twice otherwise.
  public var eigenvalues: [Double] {
    let half = (a - d) / 2
    let discriminant = half * half + b * c
    let determinant = a * d - b * c
    guard discriminant >= 0 else { return [determinant.squareRoot(), determinant.squareRoot()] }
    let middle = (a + d) / 2
    // The larger one by adding magnitudes; the other from it without cancellation.
    let large = middle + (middle < 0 ? -1 : 1) * discriminant.squareRoot()
    let small = large == 0 ? 0 : determinant / large
    return [large, small]
  }

  /// The shortest (x, y) among those that solve the matrix times (x, y) = (first, second) best.
  func shortestSolution(_ first: Double, _ second: Double) -> (Double, Double) {
    let determinant = a * d - b * c
    let square = a * a + b * b + c * c + d * d
    // The singular values multiply to the determinant and their squares add up to `square`.
    if determinant.magnitude > 1e-9 * square {
      return ((d * first - b * second) / determinant, (a * second - c * first) / determinant)
    }
    guard square > 0 else { return (0, 0) }
    // Of rank one: the pseudo-inverse is the transpose over the squared singular value.
    return ((a * first + c * second) / square, (b * first + d * second) / square)
  }
}
