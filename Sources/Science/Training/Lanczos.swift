public import Tensors

/// A symmetric matrix that is known by its products with vectors.
public protocol SymmetricOperator {
  /// The number of rows.
  var dimension: Int { get }
  /// Puts the product with a vector of an arena into another of its vectors.
  func apply(_ vector: Matrix, of arena: Arena, into result: Matrix)
}

/// The largest eigenvalues of a symmetric matrix by Lanczos' method, with blocks where several starts are given, with full
/// reorthogonalisation and thick restarts.
public final class Lanczos {
  /// When an eigenvalue is exact enough.
  public enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
    /// When its residual |Hx - λx| is at most the tolerance times |λ|: some eigenvalue is as near as that.
    case residual
    /// When its estimated error is at most the tolerance times |λ|.
    case error
  }

  /// An eigenvalue, as far as it was found.
  public struct Eigenvalue: Sendable, Hashable, Codable {
    /// The eigenvalue: the Rayleigh quotient of the vector.
    public var value: Double
    /// |Hx - λx|: some eigenvalue is within this of the value.
    public var residual: Double
    /// The estimate of the value's distance from that eigenvalue: residual² / gap, where the gap is that to the next
    /// Ritz values less their residuals; the residual where there is no such gap.
    ///
    /// It is a bound as long as the Ritz values beside it stand for the eigenvalues beside it; the residual always is.
    public var error: Double
    /// Whether it is as exact as was asked for.
    public var isConverged: Bool
  }

  /// What a search found.
  public struct Result: Sendable {
    /// The eigenvalues, the largest first: as many as asked for unless the starts span too little.
    public var eigenvalues: [Eigenvalue]
    /// The number of products that it took.
    public var products: Int
  }

  private let space: KrylovSpace
  /// The number of starts, at most.
  private let block: Int
  /// How many vectors a restart leaves.
  private let kept: Int
  /// How many eigenvectors are there after a search.
  public private(set) var vectorCount = 0

  /// A solver for matrices of `dimension` rows with up to `block` starts. Its memory is allocated here: 22 vectors for
  /// one start, and three more for each other.
  public init(dimension: Int, block: Int = 1, workers: Workers) {
    self.block = block
    kept = block + 7
    space = KrylovSpace(dimension: dimension, capacity: Self.capacity(block), block: block, workers: workers)
  }

  private static func capacity(_ block: Int) -> Int { 18 + 2 * block }

  /// How many vectors such a solver has memory for.
  static func vectorCount(dimension: Int, block: Int) -> Int {
    KrylovSpace.vectorCount(dimension: dimension, capacity: capacity(block), block: block)
  }

  /// Searches from vectors, as many as an eigenvalue can have copies.
  ///
  /// - Parameters:
  ///   - count: how many eigenvalues are asked for.
  ///   - tolerance: how exact they are to be.
  ///   - maximumProducts: how many products it may take; an eigenvalue that is not converged by then says so.
  /// - Returns: nil if all starts are zero, or a product holds what is no number.
  public func largestEigenvalues(
    _ count: Int = 1,
    of matrix: some SymmetricOperator,
    from starts: [[Double]],
    rule: Rule = .residual,
    tolerance: Double,
    maximumProducts: Int
  ) -> Result? {
    precondition((1...block).contains(starts.count))
    space.removeAll()
    for start in starts { space.add(start) }
    return search(count, matrix, rule, tolerance, maximumProducts)
  }

  /// The same from vectors that lie in an arena.
  func largestEigenvalues(
    _ count: Int,
    of matrix: some SymmetricOperator,
    from starts: [Matrix],
    of arena: Arena,
    rule: Rule,
    tolerance: Double,
    maximumProducts: Int
  ) -> Result? {
    precondition((1...block).contains(starts.count))
    space.removeAll()
    for start in starts { space.add(start, of: arena) }
    return search(count, matrix, rule, tolerance, maximumProducts)
  }

  /// An eigenvector of the last search, of norm 1.
  public func vector(_ index: Int) -> [Double] { space.arena.read(space.vector(index)) }

  /// Puts an eigenvector of the last search into an arena.
  func copyVector(_ index: Int, into matrix: Matrix, of arena: Arena) {
    arena.copy(space.vector(index), of: space.arena, to: matrix)
  }

  private func search(
    _ count: Int,
    _ matrix: some SymmetricOperator,
    _ rule: Rule,
    _ tolerance: Double,
    _ maximumProducts: Int
  ) -> Result? {
    precondition((1...block).contains(count) && maximumProducts > 0)
    vectorCount = 0
    guard !space.isInvariant else { return nil }
    var products = 0
    while true {
      guard space.grow(by: matrix) else { return nil }
      products += 1
      let ritz = space.ritz
      let found = eigenvalues(count, ritz, rule, tolerance)
      let isFound = found.count == count && found.allSatisfy(\.isConverged)
      if isFound || space.isInvariant || products == maximumProducts {
        vectorCount = min(block, ritz.values.count)
        space.combine(Array(ritz.vectors.prefix(vectorCount)))
        return Result(eigenvalues: found, products: products)
      }
      if space.multiplied == space.capacity { space.restart(ritz, keeping: kept) }
    }
  }

  private func eigenvalues(
    _ count: Int,
    _ ritz: SymmetricEigenproblem,
    _ rule: Rule,
    _ tolerance: Double
  ) -> [Eigenvalue] {
    let (values, residuals) = (ritz.values, ritz.vectors.prefix(count + 1).map(space.residual))
    return (0..<min(count, values.count)).map { index in
      let (value, residual) = (values[index], residuals[index])
      // Below the last Ritz value nothing is known; above the first, only that none was seen.
      var gap = index + 1 < values.count ? value - values[index + 1] - residuals[index + 1] : 0
      if index > 0 { gap = min(gap, values[index - 1] - residuals[index - 1] - value) }
      let error = gap > residual ? residual * residual / gap : residual
      let isExact = (rule == .error ? error : residual) <= tolerance * value.magnitude
      return Eigenvalue(value: value, residual: residual, error: error, isConverged: isExact)
    }
  }
}
