import Tensors

/// A matrix of random numbers for tests.
struct Matrices {
  let rows: Int
  let columns: Int
  let values: [Double]

  init(rows: Int, columns: Int, seed: UInt64, precision: Precision = .float64) {
    var random = RandomStream(seed: seed, "matrix")
    self.rows = rows
    self.columns = columns
    values = random.normals(rows * columns).map { precision == .float32 ? Double(Float($0)) : $0 }
  }
}

extension Arena {
  /// An arena that holds the matrices, each at `shift` numbers after an aligned place, and room for one more.
  static func holding(
    _ matrices: [Matrices],
    result: (rows: Int, columns: Int),
    precision: Precision,
    workers: Workers,
    shift: Int = 0
  ) -> (arena: Arena, operands: [Matrix], result: Matrix) {
    var places: [Matrix] = []
    var end = 0
    for (rows, columns) in matrices.map({ ($0.rows, $0.columns) }) + [result] {
      places.append(Matrix(offset: end + shift, rows: rows, columns: columns))
      end += (rows * columns + shift + Arena.alignment) / Arena.alignment * Arena.alignment
    }
    let arena = Arena(count: end + shift, precision: precision, workers: workers)
    for (matrix, place) in zip(matrices, places) { arena.write(matrix.values, to: place) }
    let last = places.removeLast()
    return (arena, places, last)
  }
}
