import Tensors
import Training

/// A dense symmetric matrix.
struct Dense: SymmetricOperator {
  let rows: [[Double]]
  var dimension: Int { rows.count }

  func apply(_ vector: Matrix, of arena: Arena, into result: Matrix) {
    let values = arena.read(vector)
    arena.write(rows.map { row in zip(row, values).reduce(0) { $0 + $1.0 * $1.1 } }, to: result)
  }

  /// Q diag(values) Qᵀ with a random orthogonal Q: two reflections.
  init(eigenvalues: [Double]) {
    let count = eigenvalues.count
    var matrix = (0..<count).map { row in (0..<count).map { $0 == row ? eigenvalues[row] : 0 } }
    var random = RandomStream(seed: 4, "reflections")
    for _ in 0..<2 {
      let axis = random.normals(count)
      let square = axis.reduce(0) { $0 + $1 * $1 }
      func reflected(_ rows: [[Double]]) -> [[Double]] {
        rows.map { row in
          let factor = 2 * zip(row, axis).reduce(0) { $0 + $1.0 * $1.1 } / square
          return zip(row, axis).map { $0 - factor * $1 }
        }
      }
      let half = reflected(matrix)
      matrix = reflected((0..<count).map { column in half.map { $0[column] } })
    }
    rows = matrix
  }

  init(_ rows: [[Double]]) { self.rows = rows }

  /// A matrix from its products with unit vectors.
  init(_ matrix: some SymmetricOperator) {
    let dimension = matrix.dimension
    let arena = Arena(count: 2 * dimension, precision: .float64, workers: Workers())
    let (unit, product) = (
      Matrix(offset: 0, rows: 1, columns: dimension), Matrix(offset: dimension, rows: 1, columns: dimension)
    )
    rows = (0..<dimension).map { row in
      arena.write((0..<dimension).map { $0 == row ? 1 : 0 }, to: unit)
      matrix.apply(unit, of: arena, into: product)
      return arena.read(product)
    }
  }
}
