internal import Tensors

/// A training seen along the targets: with the unit vector u = y/|y| of all NC targets, the residual and the tangent
/// kernel in that direction. In the UV model, which has one target, they are Δf and λ.
public struct TargetDirection: Sendable, Hashable, Codable {
  /// u·(f − y) / √(NC).
  public var residual: Double
  /// uᵀKu with the tangent kernel K = J Jᵀ / (NC).
  public var kernel: Double
  /// The part of |f − y|², and so of the squared error, that lies in this direction. The UV model knows no other part.
  /// NaN where f = y.
  public var share: Double
}

extension Examples {
  /// |y| / √(NC), the target in the direction of the targets: what the UV model calls y.
  public var targetLength: Double {
    (targets.reduce(0) { $0 + $1 * $1 } / Double(targets.count)).squareRoot()
  }
}
