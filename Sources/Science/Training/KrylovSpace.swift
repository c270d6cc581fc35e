internal import Tensors

/// A space that grows by the products of a symmetric matrix H with its vectors, and what H is on it, in double precision
/// whatever that of the products.
///
/// Vectors v_j are multiplied one after the other; the part of H v_j that the space does not hold yet becomes the last of
/// those that wait for their turn. From b starts this is Lanczos' method with blocks of b, and finds up to b copies of an
/// eigenvalue. As H v_j = Σ t_ij v_i exactly, a Ritz pair's residual is what t has along the vectors that wait. All is
/// orthogonalised against all, twice.
final class KrylovSpace {
  /// The numbers of rows of the matrix and of the vectors that can be multiplied.
  let dimension: Int, capacity: Int
  let arena: Arena
  /// How many of the vectors, which are the first, were multiplied.
  private(set) var multiplied = 0
  /// How many there are.
  private var count = 0
  /// For each vector that was multiplied the coefficients of the product along those that there were then.
  private var columns: [[Double]] = []
  private let spare: Matrix

  /// A space without vectors, for up to `block` starts. Its memory is allocated here: `capacity` + `block` + 1 vectors.
  init(dimension: Int, capacity: Int, block: Int, workers: Workers) {
    self.dimension = dimension
    self.capacity = min(capacity, dimension)
    let vectors = (self.capacity + block) * dimension
    spare = Matrix(offset: vectors, rows: 1, columns: dimension)
    arena = Arena(count: vectors + spare.count, precision: .float64, workers: workers)
  }

  /// How many vectors such a space has memory for.
  static func vectorCount(dimension: Int, capacity: Int, block: Int) -> Int { min(capacity, dimension) + block + 1 }

  /// A vector; after `combine` the first ones are the combinations.
  func vector(_ index: Int) -> Matrix {
    Matrix(offset: index * dimension, rows: 1, columns: dimension)
  }

  // MARK: - Growth

  /// Takes all vectors out.
  func removeAll() {
    (multiplied, count, columns) = (0, 0, [])
  }

  /// Adds a start; one in which rounding leaves nothing new is left out.
  func add(_ start: [Double]) {
    arena.write(start, to: vector(count))
    addPlaced()
  }

  /// Adds a start that lies in another arena.
  func add(_ start: Matrix, of other: Arena) {
    arena.copy(start, of: other, to: vector(count))
    addPlaced()
  }

  private func addPlaced() {
    let size = norm(vector(count))
    // Where the matrix has zeros, as for units that are dead, each search leaves less of what its start had there. What is
    // far below rounding would sink into subnormal numbers, with which products take several times as long.
    arena.clear(vector(count), below: 0x1p-64 * size)
    _ = orthogonalize(vector(count))
    // A part of 10^-8 is rounding where the start came from single precision, and would lead anywhere.
    let rest = norm(vector(count))
    guard rest > 1e-8 * size, normalize(vector(count), of: rest) else { return }
    count += 1
  }

  /// Whether nothing waits: the matrix does not leave the space, whose eigenvalues are some of the matrix's.
  var isInvariant: Bool { multiplied == count }

  /// Multiplies the next vector that waits.
  ///
  /// - Returns: whether the product consists of numbers.
  func grow(by matrix: some SymmetricOperator) -> Bool {
    precondition(multiplied < min(count, capacity) && matrix.dimension == dimension)
    let remainder = vector(count)
    matrix.apply(vector(multiplied), of: arena, into: remainder)
    multiplied += 1
    var column = orthogonalize(remainder)
    let length = norm(remainder)
    guard length.isFinite else { return false }
    let size = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // What is left of rounding has no direction of its own.
    if count < dimension, length > 0x1p-48 * size, normalize(remainder, of: length) {
      column.append(length)
      count += 1
    }
    columns.append(column)
    return true
  }

  /// Takes the parts along all vectors out of one.
  private func orthogonalize(_ remainder: Matrix) -> [Double] {
    guard count > 0 else { return [] }
    return arena.takeOut(Matrix(offset: 0, rows: count, columns: dimension), of: remainder)
  }

  private func norm(_ vector: Matrix) -> Double { arena.dot(vector, vector).squareRoot() }

  /// Makes the norm of a vector 1; false if it is zero or no number.
  private func normalize(_ vector: Matrix, of norm: Double) -> Bool {
    guard norm > 0, norm.isFinite else { return false }
    arena.scale(vector, by: 1 / norm)
    return true
  }

  // MARK: - Ritz pairs

  /// The eigenvalues and vectors of the matrix's projection on the vectors that were multiplied, the largest first.
  var ritz: SymmetricEigenproblem {
    var elements: [Double] = []
    elements.reserveCapacity(multiplied * multiplied)
    for row in 0..<multiplied {
      for column in 0..<multiplied { elements.append(columns[max(row, column)][min(row, column)]) }
    }
    return SymmetricEigenproblem(count: multiplied, elements: elements)
  }

  /// |Hx - θx| of the Ritz pair with these coefficients.
  func residual(of coefficients: [Double]) -> Double {
    couplings(of: coefficients).reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// What H x has along the vectors that wait.
  private func couplings(of coefficients: [Double]) -> [Double] {
    (multiplied..<count).map { waiting in
      zip(columns, coefficients).reduce(0) { sum, pair in
        waiting < pair.0.count ? sum + pair.0[waiting] * pair.1 : sum
      }
    }
  }

  /// Goes on with the first `kept` Ritz vectors and those that wait.
  func restart(_ ritz: SymmetricEigenproblem, keeping kept: Int) {
    let kept = Array(ritz.vectors.prefix(kept))
    let couplings = kept.map(couplings)
    combine(kept)
    for (place, waiting) in zip(kept.count..., multiplied..<count) {
      arena.copy(vector(waiting), of: arena, to: vector(place))
    }
    columns = kept.indices.map { row in
      kept.indices.map { $0 == row ? ritz.values[row] : 0 } + couplings[row]
    }
    count = kept.count + count - multiplied
    multiplied = kept.count
  }

  /// Replaces the first vectors by sums of those that were multiplied, given by their coefficients, slice by slice so
  /// that one spare vector is enough. Only `restart` knows what the space is afterwards.
  func combine(_ coefficients: [[Double]]) {
    let width = max(1, dimension / coefficients.count)
    for start in stride(from: 0, to: dimension, by: width) {
      let columns = min(width, dimension - start)
      func slice(_ index: Int) -> Matrix {
        Matrix(offset: index * dimension + start, rows: 1, columns: columns)
      }
      func sum(_ number: Int) -> Matrix {
        Matrix(offset: spare.offset + number * columns, rows: 1, columns: columns)
      }
      for (number, row) in coefficients.enumerated() {
        for (index, factor) in row.enumerated() {
          arena.add(factor, slice(index), to: sum(number), times: index == 0 ? 0 : 1)
        }
      }
      for number in coefficients.indices { arena.copy(sum(number), of: arena, to: slice(number)) }
    }
    for number in coefficients.indices { _ = normalize(vector(number), of: norm(vector(number))) }
  }
}
