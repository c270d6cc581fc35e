internal import CKernels

/// The vector instructions that a kernel uses. The choice changes how fast a result comes, never the result.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor of the architecture has.
  case baseline
  /// 256-bit vectors with fused multiply-add (x86-64).
  case avx2
  /// 512-bit vectors with fused multiply-add (x86-64).
  case avx512

  /// Whether this processor has it.
  public var isSupported: Bool { kernel_supports(kernel) }

  /// The widest that this processor has.
  public static var best: InstructionSet {
    allCases.last(where: \.isSupported) ?? .baseline
  }

  var kernel: kernel_instruction_set {
    switch self {
    case .baseline: KERNEL_BASELINE
    case .avx2: KERNEL_AVX2
    case .avx512: KERNEL_AVX512
    }
  }
}
