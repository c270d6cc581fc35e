internal import CKernels

/// An operand of a matrix product.
public struct Factor: Sendable, Hashable {
  /// The matrix.
  public var matrix: Matrix
  /// Whether its transpose is meant.
  public var isTransposed: Bool

  /// A matrix, or its transpose.
  public init(_ matrix: Matrix, isTransposed: Bool = false) {
    self.matrix = matrix
    self.isTransposed = isTransposed
  }

  /// The rows of what is meant.
  public var rows: Int { isTransposed ? matrix.columns : matrix.rows }
  /// The columns of what is meant.
  public var columns: Int { isTransposed ? matrix.rows : matrix.columns }
}

extension Arena {
  /// C = A B, or C += A B with `isAdded`.
  ///
  /// An element is summed over k in blocks of 384, each a chain of fused multiply-adds from zero; the blocks are added
  /// to C in order. So its bits depend on the numbers alone.
  ///
  /// - Precondition: the shapes fit, and C overlaps neither A nor B.
  public func multiply(_ a: Factor, _ b: Factor, into c: Matrix, isAdded: Bool = false) {
    precondition(
      a.columns == b.rows && a.rows == c.rows && b.columns == c.columns,
      "the shapes of a product do not fit"
    )
    kernel_matrix_product(
      workers.handle,
      workers.instructionSet.kernel,
      precision.kernel,
      kernel(a),
      kernel(b),
      kernel(Factor(c)),
      isAdded,
      productWorkspace
    )
  }

  private func kernel(_ factor: Factor) -> kernel_matrix {
    kernel_matrix(
      elements: pointer(factor.matrix),
      rows: factor.matrix.rows,
      columns: factor.matrix.columns,
      is_transposed: factor.isTransposed
    )
  }
}
