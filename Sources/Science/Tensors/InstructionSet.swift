internal import CKernels
internal import Glibc

/// The vector instructions that a kernel uses. The choice changes how fast a result comes, never the result.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor of the architecture has.
  case baseline
  /// 256-bit vectors with fused multiply-add (x86-64).
  case avx2
  /// 512-bit vectors with fused multiply-add (x86-64).
  case avx512
  /// 128-bit vectors with fused multiply-add, which every 64-bit Arm processor has.
  case neon

  /// The variable of the environment that names the set to use.
  public static let variable = "PIPELINE_ISA"

  /// Whether this processor has it.
  public var isSupported: Bool { kernel_supports(kernel) }

  /// The one that the environment's PIPELINE_ISA names, or else the widest that this processor has.
  public static let preferred: InstructionSet = {
    let named = getenv(variable).flatMap { InstructionSet(rawValue: String(cString: $0)) }
    return [named].compactMap { $0 }.first(where: \.isSupported) ?? allCases.last(where: \.isSupported) ?? .baseline
  }()

  var kernel: kernel_instruction_set {
    switch self {
    case .baseline: KERNEL_BASELINE
    case .avx2: KERNEL_AVX2
    case .avx512: KERNEL_AVX512
    case .neon: KERNEL_NEON
    }
  }
}
