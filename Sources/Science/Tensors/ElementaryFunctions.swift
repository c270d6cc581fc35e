internal import CKernels

/// Elementary functions with the same bits on every machine, within 1 ulp of the exact value. (The C library's differ
/// between its versions; no call of it lies on the way to an artifact.)
public enum Elementary {
  /// e^x.
  public static func exp(_ x: Double) -> Double { kernel_exp(x) }

  /// The natural logarithm; NaN below zero.
  public static func log(_ x: Double) -> Double { kernel_log(x) }

  /// sin(2πx): the argument is in turns.
  public static func sin(turns x: Double) -> Double { kernel_sin_turns(x) }

  /// cos(2πx): the argument is in turns.
  public static func cos(turns x: Double) -> Double { kernel_cos_turns(x) }

  /// x · y + z with one rounding, by integer arithmetic on every processor.
  public static func fusedMultiplyAdd(_ x: Double, _ y: Double, _ z: Double) -> Double {
    kernel_fused_multiply_add(x, y, z)
  }
}
