/// A 2 × 2 block of a larger matrix, by columns.
struct Block: Sendable {
  /// The columns.
  var first, second: SIMD2<Double>

  /// The matrix with these columns.
  init(_ first: SIMD2<Double>, _ second: SIMD2<Double>) {
    self.first = first
    self.second = second
  }

  /// The matrix that is zero off its diagonal.
  init(diagonal: SIMD2<Double>) {
    self.init(SIMD2(diagonal.x, 0), SIMD2(0, diagonal.y))
  }

  static var zero: Block { Block(diagonal: SIMD2(0, 0)) }

  var diagonal: SIMD2<Double> { SIMD2(first.x, second.y) }
  var transposed: Block { Block(SIMD2(first.x, second.x), SIMD2(first.y, second.y)) }
  var determinant: Double { first.x * second.y - first.y * second.x }

  var inverse: Block {
    let factor = 1 / determinant
    return Block(factor * SIMD2(second.y, -first.y), factor * SIMD2(-second.x, first.x))
  }

  static func + (left: Block, right: Block) -> Block {
    Block(left.first + right.first, left.second + right.second)
  }

  static func - (left: Block, right: Block) -> Block {
    Block(left.first - right.first, left.second - right.second)
  }

  static prefix func - (matrix: Block) -> Block { Block(-matrix.first, -matrix.second) }

  static func * (matrix: Block, vector: SIMD2<Double>) -> SIMD2<Double> {
    matrix.first * vector.x + matrix.second * vector.y
  }

  static func * (left: Block, right: Block) -> Block {
    Block(left * right.first, left * right.second)
  }
}
