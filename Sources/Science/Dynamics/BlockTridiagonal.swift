/// The inverse of a symmetric, positive definite matrix of 2 × 2 blocks on its diagonal and beside it, from its factors:
/// every operation takes time in proportion to the number of blocks.
struct BlockTridiagonal {
  /// The inverses of the pivots.
  private var pivots: [Block] = []
  /// The blocks to the left of the diagonal; zero in the first row.
  private let left: [Block]

  /// Factors the matrix.
  ///
  /// - Parameter left: the block to the left of each one on the diagonal; the first is not used.
  init(diagonal: [Block], left: [Block]) {
    self.left = left
    pivots.reserveCapacity(diagonal.count)
    for (row, block) in diagonal.enumerated() {
      let pivot = row == 0 ? block : block - left[row] * pivots[row - 1] * left[row].transposed
      pivots.append(pivot.inverse)
    }
  }

  /// The inverse times a vector.
  func solve(_ vector: [SIMD2<Double>]) -> [SIMD2<Double>] {
    var solution = vector
    for row in pivots.indices.dropFirst() {
      solution[row] -= left[row] * (pivots[row - 1] * solution[row - 1])
    }
    for row in pivots.indices.reversed() {
      if row + 1 < pivots.count { solution[row] -= left[row + 1].transposed * solution[row + 1] }
      solution[row] = pivots[row] * solution[row]
    }
    return solution
  }

  /// The blocks of the inverse on its diagonal, and to the left of each.
  func inverseBlocks() -> (diagonal: [Block], left: [Block]) {
    var diagonal = pivots
    var beside = [Block](repeating: .zero, count: pivots.count)
    for row in pivots.indices.dropLast().reversed() {
      let factor = left[row + 1] * pivots[row]
      beside[row + 1] = -(diagonal[row + 1] * factor)
      diagonal[row] = pivots[row] + factor.transposed * diagonal[row + 1] * factor
    }
    return (diagonal, beside)
  }
}
