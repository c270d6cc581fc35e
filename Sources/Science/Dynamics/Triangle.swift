/// The triangular factor of a matrix with two columns and a right side, by one Givens rotation for each row and column.
struct Triangle {
  private var topLeft = 0.0
  private var topRight = 0.0
  private var bottom = 0.0
  private var first = 0.0
  private var second = 0.0
  private var squaredNorm = 0.0

  init(_ rows: [(x: Double, y: Double, target: Double)]) {
    for row in rows {
      squaredNorm += row.y * row.y
      let left = Rotation(topLeft, row.x)
      topLeft = left.length
      let y = left.apply(&topRight, row.y)
      let target = left.apply(&first, row.target)
      let right = Rotation(bottom, y)
      bottom = right.length
      _ = right.apply(&second, target)
    }
  }

  /// Whether the columns are independent, to more than rounding.
  var isRegular: Bool { topLeft > 0 && bottom > 1e-10 * squaredNorm.squareRoot() }

  /// The least-squares solution.
  var solution: SIMD2<Double> {
    let lower = second / bottom
    return SIMD2((first - topRight * lower) / topLeft, lower)
  }

  /// The inverse of (matrix)ᵀ(matrix) applied to a row: how the solution moves with the row's target.
  func influence(_ x: Double, _ y: Double) -> SIMD2<Double> {
    let u = x / topLeft
    let v = (y - topRight * u) / bottom
    let lower = v / bottom
    return SIMD2((u - topRight * lower) / topLeft, lower)
  }
}

/// The rotation that turns (p, q) into (length, 0).
private struct Rotation {
  let length: Double
  private let cosine, sine: Double

  init(_ p: Double, _ q: Double) {
    // Rows are scaled to be of order one, so their squares are in range.
    length = (p * p + q * q).squareRoot()
    cosine = length > 0 ? p / length : 1
    sine = length > 0 ? q / length : 0
  }

  /// Turns (upper, lower); the new upper element is stored, the new lower one returned.
  func apply(_ upper: inout Double, _ lower: Double) -> Double {
    let old = upper
    upper = cosine * old + sine * lower
    return cosine * lower - sine * old
  }
}
