internal import CKernels

extension Arena {
  /// y = own y + factor x.
  ///
  /// - Precondition: the matrices do not overlap.
  public func add(_ factor: Double, _ x: Matrix, to y: Matrix, times own: Double = 1) {
    precondition(x.count == y.count, "the lengths of a sum do not fit")
    kernel_add_scaled(
      workers.handle,
      workers.instructionSet.kernel,
      precision.kernel,
      x.count,
      factor,
      pointer(x),
      own,
      pointer(y)
    )
  }

  /// x = factor x.
  public func scale(_ x: Matrix, by factor: Double) {
    kernel_scale(
      workers.handle,
      workers.instructionSet.kernel,
      precision.kernel,
      x.count,
      factor,
      pointer(x)
    )
  }

  /// Sets the elements to zero whose magnitude is below `least`.
  ///
  /// - Precondition: the arena is of double precision.
  public func clear(_ x: Matrix, below least: Double) {
    precondition(precision == .float64)
    kernel_clear_small(
      workers.instructionSet.kernel,
      x.count,
      least,
      pointer(x).assumingMemoryBound(to: Double.self)
    )
  }

  /// Sets the elements of a matrix to those of one in another arena, rounded to this one's precision.
  ///
  /// - Precondition: the matrices do not overlap.
  public func copy(_ source: Matrix, of other: Arena, to matrix: Matrix) {
    precondition(source.count == matrix.count, "\(source.count) values for \(matrix.count) elements")
    kernel_copy(
      workers.instructionSet.kernel,
      matrix.count,
      other.precision.kernel,
      other.pointer(source),
      precision.kernel,
      pointer(matrix)
    )
  }
}
