public import Tensors

/// The density of a symmetric matrix's eigenvalues by stochastic Lanczos quadrature (Ubaru, Chen and Saad, 2017).
///
/// A random direction's spectral measure, whose mean over directions is the density, is known by m Lanczos steps as m
/// nodes with weights: exact for polynomials up to degree 2m - 1.
public struct SpectralDensity: Sendable, Hashable {
  /// The nodes of each direction, the largest first; fewer than the steps where the space was exhausted.
  public var nodes: [[Double]]
  /// The weights of the nodes; those of a direction add up to 1.
  public var weights: [[Double]]

  /// The density of `matrix` from as many directions of random signs, a stream of random numbers for all.
  ///
  /// - Parameter steps: the number of products for each direction, and of vectors in memory.
  /// - Returns: nil if a product holds what is no number.
  public init?(
    of matrix: some SymmetricOperator,
    directions: Int,
    steps: Int,
    random: RandomStream,
    workers: Workers
  ) {
    precondition(directions > 0 && steps > 0)
    let space = KrylovSpace(dimension: matrix.dimension, capacity: steps, block: 1, workers: workers)
    var random = random
    (nodes, weights) = ([], [])
    for _ in 0..<directions {
      space.removeAll()
      space.add(random.signs(matrix.dimension))
      while space.multiplied < space.capacity, !space.isInvariant {
        guard space.grow(by: matrix) else { return nil }
      }
      let ritz = space.ritz
      nodes.append(ritz.values)
      weights.append(ritz.vectors.map { $0[0] * $0[0] })
    }
  }

  /// The mean over the spectrum of a function: that of 1 is 1, that of the identity the trace over the dimension.
  public func mean(_ function: (Double) -> Double) -> Double {
    let sums = zip(nodes, weights).map { nodes, weights in
      zip(nodes, weights).reduce(0) { $0 + $1.1 * function($1.0) }
    }
    return sums.reduce(0, +) / Double(sums.count)
  }

  /// The density, which integrates to 1, with each node widened to a normal distribution of standard deviation `width`.
  public func callAsFunction(_ x: Double, width: Double) -> Double {
    let scale = 1 / (width * (2 * Double.pi).squareRoot())
    return mean { node in
      let distance = (x - node) / width
      return scale * Elementary.exp(-0.5 * distance * distance)
    }
  }
}
