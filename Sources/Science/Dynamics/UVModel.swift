internal import Tensors

/// The two-layer linear network on one example, f(x) = vᵀUx / √n_eff, as seen in function space: κ = |x| / √n_eff, the
/// target y and the learning rate η determine everything (paper, section 2; the loss is Δf²/2 with Δf = f − y).
public struct UVModel: Sendable, Hashable {
  /// κ = |x| / √n_eff.
  public let kappa: Double
  /// The target y.
  public let target: Double

  /// A model from κ > 0 and the target.
  public init(kappa: Double, target: Double) {
    self.kappa = kappa
    self.target = target
  }

  /// η_c = 1/(κy): above it no point of the zero-loss line is stable. Infinite for y = 0.
  public var criticalLearningRate: Double { 1 / (kappa * target) }

  /// A state of the model in function space.
  public struct State: Sendable, Hashable {
    /// The residual Δf = f − y.
    public var residual: Double
    /// λ = Tr H, which is also the neural tangent kernel.
    public var trace: Double

    /// A state from its residual and trace.
    public init(residual: Double, trace: Double) {
      self.residual = residual
      self.trace = trace
    }
  }

  /// The state with output f and trace λ.
  public func state(output: Double, trace: Double) -> State {
    State(residual: output - target, trace: trace)
  }
}

// MARK: - The map

extension UVModel {
  /// One step of gradient descent: Eqs (1) and (2) of the paper, without the division by Δf.
  public func step(_ state: State, learningRate eta: Double) -> State {
    let (residual, trace) = (state.residual, state.trace)
    let output = residual + target
    let etaKappa2 = eta * kappa * kappa
    return State(
      residual: residual * (1 - eta * trace + eta * etaKappa2 * residual * output),
      trace: trace + etaKappa2 * residual * (eta * trace * residual - 4 * output)
    )
  }

  /// The states at steps 0 ... count. After a divergence beyond 10³⁰⁰ the values are NaN.
  public func trajectory(from start: State, learningRate: Double, count: Int) -> [State] {
    var states = [start]
    states.reserveCapacity(count + 1)
    var state = start
    for _ in 0..<count {
      state = step(state, learningRate: learningRate)
      if !(state.residual.magnitude < 1e300 && state.trace.magnitude < 1e300) {
        state = State(residual: .nan, trace: .nan)
      }
      states.append(state)
    }
    return states
  }

  /// The loss Δf²/2.
  public func loss(_ state: State) -> Double { state.residual * state.residual / 2 }

  /// The top eigenvalue of the Hessian, λ/2 + √(λ²/4 + κ²Δf(3Δf + 2y)); equal to λ at zero loss.
  public func sharpness(_ state: State) -> Double {
    let inside =
      state.trace * state.trace / 4
      + kappa * kappa * state.residual * (3 * state.residual + 2 * target)
    // In the accessible region the root's argument is a square: only rounding can make it negative.
    return state.trace / 2 + max(0, inside).squareRoot()
  }

  /// Whether parameters with this state exist: λ ≥ 2κ|f|.
  public func isAccessible(_ state: State) -> Bool {
    state.trace >= 2 * kappa * (state.residual + target).magnitude
  }
}

// MARK: - What is conserved

extension UVModel {
  /// W = λ² − 4κ²f² ≥ 0: conserved by gradient flow, zero on the edge-of-stability manifold.
  public func imbalance(_ state: State) -> Double {
    let doubled = 2 * kappa * (state.residual + target)
    return (state.trace - doubled) * (state.trace + doubled)
  }

  /// S = 4 + rz − L with z = ηκΔf, L = ηλ, whose sign gradient descent conserves for r < 2.
  public func boundedness(_ state: State, learningRate eta: Double) -> Double {
    4 + eta * eta * kappa * kappa * target * state.residual - eta * state.trace
  }

  /// The trace to which gradient flow converges, √(W + 4κ²y²).
  public func gradientFlowTrace(_ state: State) -> Double {
    (imbalance(state) + 4 * kappa * kappa * target * target).squareRoot()
  }

  /// √P and √Q, the balanced coordinates in which a step is two multiplications: ηκf = P − Q, ηλ = 2(P + Q).
  public func balanced(_ state: State, learningRate eta: Double) -> (positive: Double, negative: Double) {
    let quarter = eta * state.trace / 4
    let half = eta * kappa * (state.residual + target) / 2
    return (max(0, quarter + half).squareRoot(), max(0, quarter - half).squareRoot())
  }
}
