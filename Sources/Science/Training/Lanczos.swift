public import Tensors

/// A symmetric matrix that is known by its products with vectors.
public protocol SymmetricOperator {
  /// The number of rows.
  var dimension: Int { get }
  /// Puts the product with a vector of an arena into another of its vectors.
  func apply(_ vector: Matrix, of arena: Arena, into result: Matrix)
}

/// The largest eigenvalues of a symmetric matrix by Lanczos' method with full reorthogonalization and thick restarts. From
/// several starts the next vector to multiply is the residual of the first eigenvalue that is not converged.
public final class Lanczos {
  /// An eigenvalue, as far as it was found.
  public struct Eigenvalue: Sendable, Hashable, Codable {
    /// The Rayleigh quotient of the vector: at most the largest eigenvalue.
    public var value: Double
    /// |Hx - λx|: some eigenvalue, not always the one of this rank, is within this of the value.
    public var residual: Double
    /// Whether the residual is at most the tolerance times |λ|.
    public var isConverged: Bool
  }

  /// What a search found.
  public struct Result: Sendable {
    /// The eigenvalues, the largest first: as many as requested unless the starts span too little.
    public var eigenvalues: [Eigenvalue]
    /// The one after them, if the search has seen one.
    public var next: Eigenvalue?
    /// An upper bound of the largest eigenvalue that holds with the requested probability; infinite if no start has a
    /// random part.
    public var upper: Double
    /// The number of products that it took.
    public var products: Int
  }

  /// How a search is made.
  struct Request {
    /// How many eigenvalues are searched.
    var count: Int
    /// The largest residual over |λ|.
    var tolerance: Double
    /// How many products it may take; an eigenvalue that is not converged by then says so.
    var maximumProducts: Int
    /// The standard deviation of each start's random part along every direction, 0 if it has none. The parts are
    /// independent of the matrix, with normal or uniform elements.
    var deviations: [Double]
    /// The probability with which the upper bound may fail.
    var missProbability: Double
  }

  private let space: KrylovSpace
  /// The number of starts, at most.
  private let block: Int
  /// How many vectors a restart leaves.
  private let kept: Int
  /// How many eigenvectors are there after a search: one more than eigenvalues, if the space has as many.
  public private(set) var vectorCount = 0

  /// A solver for matrices of `dimension` rows with up to `block` starts. It allocates its memory here: 22 vectors for
  /// one start, and three more for each additional one.
  public init(dimension: Int, block: Int = 1, workers: Workers) {
    self.block = block
    kept = block + 7
    space = KrylovSpace(dimension: dimension, capacity: Self.capacity(block), block: block, workers: workers)
  }

  private static func capacity(_ block: Int) -> Int { 18 + 2 * block }

  /// The number of vectors for which such a solver has memory.
  static func vectorCount(dimension: Int, block: Int) -> Int {
    KrylovSpace.vectorCount(dimension: dimension, capacity: capacity(block), block: block)
  }

  /// Searches from vectors, as many as an eigenvalue can have copies. They count as not random: there is no upper bound.
  ///
  /// - Parameters:
  ///   - count: how many eigenvalues are searched.
  ///   - tolerance: the largest residual over |λ|.
  ///   - maximumProducts: how many products it may take; an eigenvalue that is not converged by then says so.
  /// - Returns: nil if all starts are zero, or a product contains NaN or infinity.
  public func largestEigenvalues(
    _ count: Int = 1,
    of matrix: some SymmetricOperator,
    from starts: [[Double]],
    tolerance: Double,
    maximumProducts: Int
  ) -> Result? {
    search(
      Request(
        count: count,
        tolerance: tolerance,
        maximumProducts: maximumProducts,
        deviations: starts.map { _ in 0 },
        missProbability: 1
      ),
      matrix,
      from: starts
    )
  }

  /// Searches from vectors.
  func search(_ request: Request, _ matrix: some SymmetricOperator, from starts: [[Double]]) -> Result? {
    precondition((1...block).contains(starts.count))
    space.removeAll()
    var request = request
    request.deviations = zip(starts, request.deviations).filter { space.add($0.0) }.map(\.1)
    return search(request, matrix)
  }

  /// Searches from vectors of an arena.
  func search(
    _ request: Request,
    _ matrix: some SymmetricOperator,
    from starts: [Matrix],
    of arena: Arena
  ) -> Result? {
    precondition((1...block).contains(starts.count))
    space.removeAll()
    var request = request
    request.deviations = zip(starts, request.deviations).filter { space.add($0.0, of: arena) }.map(\.1)
    return search(request, matrix)
  }

  /// An eigenvector of the last search, of norm 1.
  public func vector(_ index: Int) -> [Double] { space.arena.read(space.vector(index)) }

  /// Puts an eigenvector of the last search into an arena.
  func copyVector(_ index: Int, into matrix: Matrix, of arena: Arena) {
    arena.copy(space.vector(index), of: space.arena, to: matrix)
  }

  private func search(_ request: Request, _ matrix: some SymmetricOperator) -> Result? {
    let count = request.count
    precondition((1...block).contains(count) && request.maximumProducts > 0)
    vectorCount = 0
    guard !space.isInvariant else { return nil }
    let starts = space.starts.count
    var products = 0
    var upper: Double?
    while true {
      guard space.grow(by: matrix) else { return nil }
      products += 1
      let ritz = space.ritz
      let seen = eigenvalues(request, ritz)
      let (found, next) = (Array(seen.prefix(count)), seen.dropFirst(count).first)
      let first = found.count < count ? count : found.firstIndex { !$0.isConverged } ?? count
      // A search is not over before all starts were multiplied, nor while the next eigenvalue may be larger.
      let isFound = first == count && found.count == count && products >= starts && isApart(request, found, next)
      if isFound || space.isInvariant || products == request.maximumProducts {
        let bound = upper ?? upperBound(request, ritz)
        keepVectors(ritz, count: min(block, count + 1, ritz.values.count), beyond: count)
        return Result(eigenvalues: found, next: next, upper: bound, products: products)
      }
      if space.multiplied == space.capacity {
        // What holds now holds for ever; the starts leave the space.
        upper = upper ?? upperBound(request, ritz)
        space.restart(ritz, keeping: kept)
      } else if products >= starts, first < ritz.vectors.count {
        space.multiplyNext(residualOf: ritz.vectors[first])
      }
    }
  }

  private func eigenvalues(_ request: Request, _ ritz: SymmetricEigenproblem) -> [Eigenvalue] {
    zip(ritz.values, ritz.vectors).prefix(request.count + 1).map { value, vector in
      let residual = space.residual(of: vector)
      return Eigenvalue(
        value: value,
        residual: residual,
        isConverged: residual <= request.tolerance * value.magnitude
      )
    }
  }

  /// Whether the eigenvalue near the next Ritz value cannot be larger than the last that is searched.
  private func isApart(_ request: Request, _ found: [Eigenvalue], _ next: Eigenvalue?) -> Bool {
    guard let last = found.last?.value, let next else { return true }
    return next.value + next.residual <= last + request.tolerance * last.magnitude
  }

  /// Puts the Ritz vectors first. The one beyond those that are searched is where the next search looks for an eigenvalue that
  /// becomes larger: it gets a step of the power method, for which the product is known.
  private func keepVectors(_ ritz: SymmetricEigenproblem, count: Int, beyond: Int) {
    var step: [Double] = []
    if count > beyond {
      // Shifted so that the lowest Ritz value, if it is negative, does not grow.
      let distance = ritz.values[beyond] - min(0, ritz.values.last ?? 0)
      let size = ritz.values.reduce(0) { max($0, $1.magnitude) }
      step = space.couplings(of: ritz.vectors[beyond]).map { $0 / max(distance, 1e-3 * size) }
    }
    space.combine(Array(ritz.vectors.prefix(count)))
    if step.contains(where: { $0 != 0 }) { space.add(step, to: beyond) }
    vectorCount = count
  }

  /// An upper bound of the largest eigenvalue by what the search has seen of a start's random part.
  ///
  /// Of an eigenvector v with eigenvalue λ let c be its coefficients along the vectors of the space, which span a matrix T,
  /// and w those along the vectors that wait, to which S couples them: (λ - T) c = S w. With a start's coefficients a,
  /// v·start = aᵀ(λ - T)⁻¹ S w, at most |Sᵀ(λ - T)⁻¹ a|, which vanishes for large λ. But the start's random part has a
  /// density of at most 1/(σ √6) along any direction, so that |v·start| is below p σ √(3/2) with probability p at most:
  /// no λ with a smaller product is an eigenvalue. This is the bound of van Dorsselaer, Hochstenbach and van der Vorst
  /// (2000) for starts that are partly random; the density of uniform elements is bounded by Ball's theorem (1986).
  private func upperBound(_ request: Request, _ ritz: SymmetricEigenproblem) -> Double {
    guard let largest = ritz.values.first, request.deviations.count <= space.multiplied else { return .infinity }
    let couplings = ritz.vectors.map(space.couplings)
    let coupling = couplings.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    // Without couplings the space has all eigenvectors along which any start has a part.
    if coupling == 0 { return request.deviations.contains { $0 > 0 } ? largest : .infinity }
    var best = Double.infinity
    for (start, deviation) in zip(space.starts, request.deviations) where deviation > 0 {
      let least = request.missProbability * deviation / start.norm * 1.5.squareRoot()
      let parts = ritz.vectors.map { vector in zip(vector, start.coefficients).reduce(0) { $0 + $1.0 * $1.1 } }
      func product(_ distance: Double) -> Double {
        let sum = couplings[0].indices.map { waiting in
          ritz.values.indices.reduce(0) { sum, index in
            sum + parts[index] * couplings[index][waiting] / (distance + (largest - ritz.values[index]))
          }
        }
        return sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
      // From far above, where the product is smaller, down to where it is not.
      var distance = coupling / least
      let end = 0x1p-50 * (largest.magnitude + coupling)
      while distance > end, product(distance / 1.05) < least { distance /= 1.05 }
      best = min(best, largest + distance)
    }
    return best
  }
}
