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
  /// The norm of each start, and its coefficients along the vectors of the space for a norm of 1; none after a restart.
  private(set) var starts: [(norm: Double, coefficients: [Double])] = []
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
    (multiplied, count, columns, starts) = (0, 0, [], [])
  }

  /// Adds a start.
  ///
  /// - Returns: false if rounding leaves nothing new of it, so that it is left out.
  @discardableResult func add(_ start: [Double]) -> Bool {
    arena.write(start, to: vector(count))
    return addPlaced()
  }

  /// Adds a start that lies in another arena.
  func add(_ start: Matrix, of other: Arena) -> Bool {
    arena.copy(start, of: other, to: vector(count))
    return addPlaced()
  }

  private func addPlaced() -> Bool {
    let size = norm(vector(count))
    // Where the matrix has zeros, as for units that are dead, each search leaves less of what its start had there. What is
    // far below rounding would sink into subnormal numbers, with which products take several times as long.
    arena.clear(vector(count), below: 0x1p-64 * size)
    let along = orthogonalize(vector(count))
    // A part of 10^-8 is rounding where the start came from single precision, and would lead anywhere.
    let rest = norm(vector(count))
    guard rest > 1e-8 * size, normalize(vector(count), of: rest) else { return false }
    count += 1
    starts.append((size, (along + [rest]).map { $0 / size }))
    return true
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
    // Above 10^154 squares overflow, and every remainder would seem to be rounding.
    guard size.isFinite else { return false }
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

  /// The coefficients of H x - θx along the vectors that wait.
  func couplings(of coefficients: [Double]) -> [Double] {
    (multiplied..<count).map { waiting in
      zip(columns, coefficients).reduce(0) { sum, pair in
        waiting < pair.0.count ? sum + pair.0[waiting] * pair.1 : sum
      }
    }
  }

  /// Makes the residual of the Ritz pair with these coefficients the next vector to multiply, by a reflection of the
  /// vectors that wait. From one start it is that already.
  func multiplyNext(residualOf coefficients: [Double]) {
    let couplings = couplings(of: coefficients)
    let size = couplings.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard couplings.count > 1, size > 0 else { return }
    // I - 2 v vᵀ / vᵀv with v = x ± (1, 0, …); the sign that adds.
    var normal = couplings.map { $0 / size }
    normal[0] += normal[0] < 0 ? -1 : 1
    let factor = 2 / normal.reduce(0) { $0 + $1 * $1 }
    for (index, part) in normal.enumerated() {
      arena.add(part, vector(multiplied + index), to: spare, times: index == 0 ? 0 : 1)
    }
    for (index, part) in normal.enumerated() { arena.add(-factor * part, spare, to: vector(multiplied + index)) }
    for index in columns.indices {
      columns[index] += [Double](repeating: 0, count: count - columns[index].count)
      let along = zip(normal, columns[index][multiplied...]).reduce(0) { $0 + $1.0 * $1.1 }
      for (number, part) in normal.enumerated() { columns[index][multiplied + number] -= factor * along * part }
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
    starts = []
  }

  /// Adds to one of the first vectors, which are combinations now, sums of those that wait, and makes its norm 1.
  func add(_ coefficients: [Double], to index: Int) {
    precondition(index < multiplied)
    for (number, factor) in coefficients.enumerated() {
      arena.add(factor, vector(multiplied + number), to: vector(index))
    }
    _ = normalize(vector(index), of: norm(vector(index)))
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
