public import Tensors

/// The trace of a symmetric matrix by Hutchinson's method: the mean of zᵀHz over random signs z.
public final class Trace {
  /// An estimate.
  public struct Estimate: Sendable, Hashable, Codable {
    /// The mean.
    public var value: Double
    /// Its standard error, from the spread of the samples.
    public var standardError: Double
  }

  private let arena: Arena
  private let dimension: Int

  /// For matrices of `dimension` rows.
  public init(dimension: Int, workers: Workers) {
    self.dimension = dimension
    arena = Arena(count: 2 * dimension, precision: .float64, workers: workers)
  }

  /// Estimates a trace from `samples` products, at least two, with signs that a stream of random numbers has.
  public func estimate(of matrix: some SymmetricOperator, samples: Int, random: RandomStream) -> Estimate {
    precondition(samples >= 2 && matrix.dimension == dimension)
    let signs = Matrix(offset: 0, rows: 1, columns: dimension)
    let product = Matrix(offset: dimension, rows: 1, columns: dimension)
    var random = random
    let values = (0..<samples).map { _ in
      arena.write(random.signs(dimension), to: signs)
      matrix.apply(signs, of: arena, into: product)
      return arena.dot(signs, product)
    }
    let count = Double(samples)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return Estimate(value: mean, standardError: (variance / count).squareRoot())
  }
}
