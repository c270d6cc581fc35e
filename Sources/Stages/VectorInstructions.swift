internal import Tensors

/// The vector instructions of this processor that the kernels use. They change how fast a result comes, never the result.
public enum VectorInstructions {
  /// Their name, such as `avx2`.
  public static var name: String { InstructionSet.best.rawValue }
}
