internal import Tensors

/// The parameters of the UV model themselves, and gradient descent on them: the network whose shadow in function space
/// is `UVModel`.
///
/// n: width, d: input dimension. U is n × d, row by row; v has n elements.
public struct UVParameters: Sendable {
  /// The first layer U, n × d, row by row.
  public private(set) var first: [Double]
  /// The second layer v.
  public private(set) var second: [Double]
  /// The input x.
  public let input: [Double]
  /// The target y.
  public let target: Double
  /// √n_eff, by which the output is divided.
  public let scale: Double

  /// How a network is drawn.
  public struct Initialization: Sendable, Hashable {
    /// The width n.
    public var width: Int
    /// The dimension d of the input.
    public var inputDimension: Int
    /// p of n_eff = n^(1−p): 0 is NTP, 1 is muP.
    public var interpolation: Double
    /// The variance σ_w² of the weights, before the division by n^p.
    public var weightVariance: Double
    /// The length |x| of the input.
    public var inputNorm: Double
    /// The target y.
    public var target: Double
    /// The seed of weights and input.
    public var seed: UInt64

    /// A way to draw a network.
    public init(
      width: Int,
      inputDimension: Int,
      interpolation: Double,
      weightVariance: Double,
      inputNorm: Double,
      target: Double,
      seed: UInt64
    ) {
      self.width = width
      self.inputDimension = inputDimension
      self.interpolation = interpolation
      self.weightVariance = weightVariance
      self.inputNorm = inputNorm
      self.target = target
      self.seed = seed
    }

    /// n_eff = n^(1−p).
    public var effectiveWidth: Double { Self.power(Double(width), 1 - interpolation) }

    /// The model in function space.
    public var model: UVModel { UVModel(kappa: inputNorm / effectiveWidth.squareRoot(), target: target) }

    static func power(_ base: Double, _ exponent: Double) -> Double {
      // The ends of the interpolation are exact.
      exponent == 0 ? 1 : exponent == 1 ? base : Elementary.exp(exponent * Elementary.log(base))
    }
  }

  /// Draws a network: v_i, U_ij ~ N(0, σ_w²/n^p), and a random direction for x.
  public init(_ initialization: Initialization) {
    let variance =
      initialization.weightVariance
      / Initialization.power(Double(initialization.width), initialization.interpolation)
    var weights = RandomStream(seed: initialization.seed, "weights")
    let count = initialization.width * initialization.inputDimension
    first = weights.normals(count, deviation: variance.squareRoot())
    second = weights.normals(initialization.width, deviation: variance.squareRoot())
    var direction = RandomStream(seed: initialization.seed, "input")
    let raw = direction.normals(initialization.inputDimension)
    let factor = initialization.inputNorm / raw.squaredNorm.squareRoot()
    input = raw.map { $0 * factor }
    target = initialization.target
    scale = initialization.effectiveWidth.squareRoot()
  }

  /// A network whose output and trace are those of `state`: one hidden direction, U = (α, 0)ᵀ x/|x| etc.
  ///
  /// - Precondition: the state is accessible.
  public init(_ model: UVModel, state: UVModel.State) {
    precondition(model.isAccessible(state), "no parameters have \(state)")
    // With η = 1 the balanced coordinates are √(λ/4 ± κf/2); a = (w+ + w−)/√2 and so on, over two hidden units.
    let (plus, minus) = model.balanced(state, learningRate: 1)
    let factor = 1 / model.kappa
    input = [1]
    first = [plus * factor, minus * factor]
    second = [plus * factor, -minus * factor]
    target = model.target
    scale = factor
  }
}

// MARK: - Gradient descent

extension UVParameters {
  /// Ux, n elements.
  private var hidden: [Double] {
    let d = input.count
    return second.indices.map { row in
      var sum = 0.0
      for column in 0..<d { sum += first[row * d + column] * input[column] }
      return sum
    }
  }

  /// The residual f − y.
  public var residual: Double { second.inner(hidden) / scale - target }

  /// The neural tangent kernel (|Ux|² + |v|²|x|²)/n_eff, which is also the trace of the Hessian.
  public var tangentKernel: Double {
    (hidden.squaredNorm + second.squaredNorm * input.squaredNorm) / (scale * scale)
  }

  /// |U|² + |v|².
  public var squaredWeightNorm: Double { first.squaredNorm + second.squaredNorm }

  /// The state in function space.
  public var state: UVModel.State { UVModel.State(residual: residual, trace: tangentKernel) }

  /// One step of full-batch gradient descent; both layers move from the old values.
  public mutating func descend(learningRate: Double) {
    let hidden = hidden
    let factor = learningRate * (second.inner(hidden) / scale - target) / scale
    let d = input.count
    for row in second.indices {
      let old = second[row]
      second[row] -= factor * hidden[row]
      for column in 0..<d { first[row * d + column] -= factor * old * input[column] }
    }
  }

  /// The top eigenvalue of the Hessian, from Hessian-vector products on the parameters.
  ///
  /// H = ∇f∇fᵀ + Δf∇²f. Within span{∇f, ∇²f∇f}, which H maps to itself, its eigenvalues are those of a 2 × 2 matrix; on
  /// the rest they are ±κΔf and 0.
  public var sharpness: Double {
    let gradient = Direction(first: outer(second), second: hidden.map { $0 / scale })
    let residual = residual
    let length = gradient.squaredNorm.squareRoot()
    guard length > 0 else { return residual.magnitude * input.squaredNorm.squareRoot() / scale }
    let a = gradient.scaled(1 / length)
    let curved = curvature(a)
    let along = a.inner(curved)
    let remainder = curved.adding(a, -along)
    let rest = remainder.squaredNorm.squareRoot()
    let kappa = input.squaredNorm.squareRoot() / scale
    let other = residual.magnitude * kappa
    let topLeft = length * length + residual * along
    // On the manifold Ux ∝ v the space has one dimension only; what is left is rounding.
    guard rest > 1e-12 * curved.squaredNorm.squareRoot() else { return max(topLeft, other) }
    let b = remainder.scaled(1 / rest)
    let bottomRight = residual * b.inner(curvature(b))
    let mixed = residual * rest
    let half = (topLeft - bottomRight) / 2
    let top = (topLeft + bottomRight) / 2 + (half * half + mixed * mixed).squareRoot()
    return max(top, other)
  }

  /// ∇²f applied to a direction (A, b): (b xᵀ, A x) / √n_eff.
  private func curvature(_ direction: Direction) -> Direction {
    let d = input.count
    let product = second.indices.map { row in
      var sum = 0.0
      for column in 0..<d { sum += direction.first[row * d + column] * input[column] }
      return sum / scale
    }
    return Direction(first: outer(direction.second), second: product)
  }

  /// b xᵀ / √n_eff.
  private func outer(_ vector: [Double]) -> [Double] {
    vector.flatMap { element in input.map { element * $0 / scale } }
  }
}

/// A direction in the space of the parameters.
private struct Direction {
  var first: [Double]
  var second: [Double]

  var squaredNorm: Double { first.squaredNorm + second.squaredNorm }

  func inner(_ other: Direction) -> Double { first.inner(other.first) + second.inner(other.second) }

  func scaled(_ factor: Double) -> Direction {
    Direction(first: first.map { $0 * factor }, second: second.map { $0 * factor })
  }

  func adding(_ other: Direction, _ factor: Double) -> Direction {
    Direction(
      first: zip(first, other.first).map { $0 + factor * $1 },
      second: zip(second, other.second).map { $0 + factor * $1 }
    )
  }
}

extension [Double] {
  /// The sum of the products, from the first to the last.
  fileprivate func inner(_ other: [Double]) -> Double {
    var sum = 0.0
    for (left, right) in zip(self, other) { sum += left * right }
    return sum
  }

  fileprivate var squaredNorm: Double { inner(self) }
}
