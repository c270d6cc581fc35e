/// What is drawn in the plane (Δf, λ) of the UV map at one learning rate: the field of updates, the nullclines, the
/// border of the accessible region, the zero-loss line and the triangle of bounded starts.
public struct PhasePortrait: Sendable {
  /// The model.
  public let model: UVModel
  /// η.
  public let learningRate: Double

  /// A portrait of a model at a learning rate.
  public init(_ model: UVModel, learningRate: Double) {
    self.model = model
    self.learningRate = learningRate
  }

  /// The update (Δf' − Δf, λ' − λ) divided by its length; NaN where it vanishes or the state is not accessible.
  public func direction(at state: UVModel.State) -> (residual: Double, trace: Double) {
    let next = model.step(state, learningRate: learningRate)
    let (x, y) = (next.residual - state.residual, next.trace - state.trace)
    let length = (x * x + y * y).squareRoot()
    guard model.isAccessible(state), length > 0 else { return (.nan, .nan) }
    return (x / length, y / length)
  }

  /// λ on the nullcline of Δf, λ = ηκ²Δf(Δf + y), besides Δf = 0; NaN outside the accessible region.
  public func residualNullcline(_ residual: Double) -> Double {
    let eta = learningRate
    return accessible(residual, eta * model.kappa * model.kappa * residual * (residual + model.target))
  }

  /// λ on the nullcline of λ, λ = 4(Δf + y)/(ηΔf), besides Δf = 0; NaN outside the accessible region.
  public func traceNullcline(_ residual: Double) -> Double {
    guard residual != 0 else { return .nan }
    return accessible(residual, 4 * (residual + model.target) / (learningRate * residual))
  }

  /// The least λ that parameters with this residual can have, 2κ|f|.
  public func accessibleBorder(_ residual: Double) -> Double {
    2 * model.kappa * (residual + model.target).magnitude
  }

  /// The corners ORIGIN, PLUS and MINUS of the triangle in which every start stays bounded (Documentation/uv-model.md); nil for
  /// η ≥ 2η_c, where there is none.
  public var boundedTriangle: [UVModel.State]? {
    let points = model.fixedPoints(learningRate: learningRate)
    guard learningRate < 2 * model.criticalLearningRate else { return nil }
    return [points[1].state, points[2].state, points[3].state]
  }

  private func accessible(_ residual: Double, _ trace: Double) -> Double {
    // The nullclines touch the border at the fixed points: a point there by rounding belongs to them.
    trace >= accessibleBorder(residual) * (1 - 1e-12) ? trace : .nan
  }
}
