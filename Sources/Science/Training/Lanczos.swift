public import Tensors

/// A symmetric matrix that is known by its products with vectors.
public protocol SymmetricOperator {
  /// The number of rows.
  var dimension: Int { get }
  /// Puts the product with a vector of an arena into another of its vectors.
  func apply(_ vector: Matrix, of arena: Arena, into result: Matrix)
}

/// The largest eigenvalue of a symmetric matrix by Lanczos' method with full reorthogonalisation and thick restarts, in
/// double precision whatever that of the products.
public final class Lanczos {
  /// An eigenvalue and its vector, as far as they were found.
  public struct Eigenpair: Sendable {
    /// The eigenvalue: the Rayleigh quotient of the vector.
    public var value: Double
    /// The eigenvector, of norm 1.
    public var vector: [Double]
    /// |Hx - λx|: some eigenvalue is within this of the value.
    public var residual: Double
    /// The number of products that it took.
    public var products: Int
    /// Whether the residual is at most the tolerance times |λ|.
    public var isConverged: Bool
  }

  /// How many vectors span the space that is searched, and how many are left of it by a restart.
  private static let (basis, kept) = (20, 8)

  private let arena: Arena
  private let dimension: Int

  /// A solver for matrices of `dimension` rows; its memory, 30 vectors, is allocated here.
  public init(dimension: Int, workers: Workers) {
    self.dimension = dimension
    arena = Arena(count: (Self.basis + Self.kept + 2) * dimension, precision: .float64, workers: workers)
  }

  private func vector(_ index: Int) -> Matrix {
    Matrix(offset: index * dimension, rows: 1, columns: dimension)
  }

  /// Searches from a vector.
  ///
  /// - Parameters:
  ///   - tolerance: the residual over the eigenvalue's size at which the search ends.
  ///   - maximumProducts: how many products it may take; a pair that is not converged by then says so.
  /// - Returns: nil if the start is zero, or a product holds what is no number.
  public func largestEigenpair(
    of matrix: some SymmetricOperator,
    from start: [Double],
    tolerance: Double,
    maximumProducts: Int
  ) -> Eigenpair? {
    precondition(matrix.dimension == dimension && start.count == dimension && maximumProducts > 0)
    arena.write(start, to: vector(0))
    guard normalize(vector(0)) != nil else { return nil }
    var projected: [[Double]] = []
    var products = 0
    while true {
      let last = projected.count
      let remainder = vector(last + 1)
      matrix.apply(vector(last), of: arena, into: remainder)
      products += 1
      let column = orthogonalize(remainder, against: last + 1)
      for row in 0..<last { projected[row].append(column[row]) }
      projected.append(column)
      let length = arena.dot(remainder, remainder).squareRoot()
      guard length.isFinite else { return nil }
      let solution = SymmetricEigenproblem(projected)
      let residual = length * solution.vectors[0][last].magnitude
      let isConverged = residual <= tolerance * solution.values[0].magnitude
      // A space that the matrix does not leave holds its eigenvectors exactly.
      let isInvariant = normalize(remainder) == nil
      if isConverged || isInvariant || products == maximumProducts {
        combine([solution.vectors[0]], of: last + 1)
        return Eigenpair(
          value: solution.values[0],
          vector: arena.read(vector(0)),
          residual: residual,
          products: products,
          isConverged: isConverged
        )
      }
      if last + 1 == Self.basis {
        combine(Array(solution.vectors.prefix(Self.kept)), of: last + 1)
        arena.copy(remainder, of: arena, to: vector(Self.kept))
        projected = (0..<Self.kept).map { row in
          (0..<Self.kept).map { $0 == row ? solution.values[row] : 0 }
        }
      }
    }
  }

  /// Takes the parts along the first `count` vectors out of one, twice, as once leaves rounding errors along them.
  private func orthogonalize(_ remainder: Matrix, against count: Int) -> [Double] {
    var coefficients = [Double](repeating: 0, count: count)
    for _ in 0..<2 {
      for index in 0..<count {
        let part = arena.dot(vector(index), remainder)
        arena.add(-part, vector(index), to: remainder)
        coefficients[index] += part
      }
    }
    return coefficients
  }

  /// Replaces the first vectors by sums of the first `count`, given by their coefficients.
  private func combine(_ coefficients: [[Double]], of count: Int) {
    let spare = Self.basis + 1
    for (number, row) in coefficients.enumerated() {
      arena.write([Double](repeating: 0, count: dimension), to: vector(spare + number))
      for index in 0..<count { arena.add(row[index], vector(index), to: vector(spare + number)) }
    }
    for number in coefficients.indices {
      arena.copy(vector(spare + number), of: arena, to: vector(number))
      _ = normalize(vector(number))
    }
  }

  /// Makes a vector's norm 1; nil if that is zero or no number.
  private func normalize(_ vector: Matrix) -> Double? {
    let norm = arena.dot(vector, vector).squareRoot()
    guard norm > 0, norm.isFinite else { return nil }
    let spare = self.vector(Self.basis + Self.kept + 1)
    arena.copy(vector, of: arena, to: spare)
    arena.add(1 / norm, spare, to: vector, times: 0)
    return norm
  }
}
