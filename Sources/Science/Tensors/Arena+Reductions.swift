internal import CKernels

/// The axes that a sum over a matrix removes.
public enum Reduction: Sendable, Hashable {
  /// The sum of all elements: one number.
  case sumOfAll
  /// The sum of each row: a column.
  case sumOfRows
  /// The sum of each column: a row.
  case sumOfColumns
  /// The largest of each row: a column.
  case maximumOfRows

  /// The rows and columns of what a matrix is reduced to.
  public func shape(rows: Int, columns: Int) -> (rows: Int, columns: Int) {
    switch self {
    case .sumOfAll: (1, 1)
    case .sumOfRows, .maximumOfRows: (rows, 1)
    case .sumOfColumns: (1, columns)
    }
  }

  var kernel: kernel_reduction {
    switch self {
    case .sumOfAll: KERNEL_SUM_ALL
    case .sumOfRows: KERNEL_SUM_ROWS
    case .sumOfColumns: KERNEL_SUM_COLUMNS
    case .maximumOfRows: KERNEL_MAXIMUM_ROWS
    }
  }
}

extension Arena {
  /// Reduces a matrix, in double precision and in a fixed order whatever the number of threads.
  public func reduce(_ matrix: Matrix, _ reduction: Reduction, into result: Matrix) {
    precondition(
      reduction.shape(rows: matrix.rows, columns: matrix.columns) == (result.rows, result.columns),
      "the shape of a reduction's result does not fit"
    )
    let argument = kernel_matrix(
      elements: pointer(matrix),
      rows: matrix.rows,
      columns: matrix.columns,
      is_transposed: false
    )
    kernel_reduce(
      workers.handle,
      workers.instructionSet.kernel,
      precision.kernel,
      reduction.kernel,
      argument,
      pointer(result),
      sums(bytes: kernel_sum_workspace(matrix.count))
    )
  }

  /// The scalar product of two matrices as vectors, in double precision.
  public func dot(_ x: Matrix, _ y: Matrix) -> Double {
    precondition(x.count == y.count, "the lengths of a scalar product do not fit")
    return kernel_dot(
      workers.handle,
      workers.instructionSet.kernel,
      precision.kernel,
      x.count,
      pointer(x),
      pointer(y),
      sums(bytes: kernel_sum_workspace(x.count))
    )
  }

  /// Takes the parts along the rows of a matrix Q out of a vector x, c = Qx as by `dot` and x ← x - Qᵀc, twice, as once
  /// leaves rounding errors along them.
  ///
  /// - Precondition: the arena is of double precision, and the vector none of the rows.
  /// - Returns: the sum of both c.
  public func takeOut(_ rows: Matrix, of vector: Matrix) -> [Double] {
    precondition(precision == .float64 && rows.columns == vector.count, "the lengths of a projection do not fit")
    let workspace = sums(bytes: kernel_take_out_workspace(rows.rows, vector.count))
    return [Double](unsafeUninitializedCapacity: rows.rows) { coefficients, count in
      guard let start = coefficients.baseAddress else { return }
      kernel_take_out(
        workers.handle,
        workers.instructionSet.kernel,
        rows.rows,
        vector.count,
        pointer(rows).assumingMemoryBound(to: Double.self),
        pointer(vector).assumingMemoryBound(to: Double.self),
        start,
        workspace
      )
      count = rows.rows
    }
  }

  /// Whether all elements are zero.
  public func isZero(_ matrix: Matrix) -> Bool { kernel_is_zero(precision.kernel, matrix.count, pointer(matrix)) }
}
