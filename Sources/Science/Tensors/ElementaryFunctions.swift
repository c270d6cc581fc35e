internal import CKernels

/// Elementary functions with the same bits on every machine, within 1 ulp of the exact value where nothing else is said.
/// (The C library's differ between its versions; no call of it lies on the way to an artifact.)
public enum Elementary {
  /// e^x.
  public static func exp(_ x: Double) -> Double { kernel_exp(x) }

  /// The natural logarithm; NaN below zero.
  public static func log(_ x: Double) -> Double { kernel_log(x) }

  /// The hyperbolic tangent, within 3 ulp.
  public static func tanh(_ x: Double) -> Double { kernel_tanh(x) }

  /// The error function, within 2 ulp.
  public static func erf(_ x: Double) -> Double { kernel_erf(x) }

  /// sin(2πx): the argument is in turns.
  public static func sin(turns x: Double) -> Double { kernel_sin_turns(x) }

  /// cos(2πx): the argument is in turns.
  public static func cos(turns x: Double) -> Double { kernel_cos_turns(x) }

  /// x · y + z in single precision with one rounding, by arithmetic of doubles on every processor.
  public static func fusedMultiplyAdd(_ x: Float, _ y: Float, _ z: Float) -> Float {
    kernel_fused_multiply_add_float32(x, y, z)
  }

  /// x · y + z with one rounding, by integer arithmetic on every processor.
  public static func fusedMultiplyAdd(_ x: Double, _ y: Double, _ z: Double) -> Double {
    kernel_fused_multiply_add(x, y, z)
  }
}
