internal import CKernels

/// The type of the numbers with which is computed.
public enum Precision: String, CaseIterable, Sendable {
  /// IEEE single precision.
  case float32
  /// IEEE double precision.
  case float64

  /// The bytes of a number.
  public var width: Int { kernel_width(kernel) }

  var kernel: kernel_precision {
    switch self {
    case .float32: KERNEL_FLOAT32
    case .float64: KERNEL_FLOAT64
    }
  }
}
