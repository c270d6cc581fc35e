internal import Tensors

/// The vector instructions that stages use, by the names that a user gives them.
public enum ProcessorInstructions {
  /// The variable of the environment by which worker processes hear of the choice.
  public static let variable = InstructionSet.variable
  /// All names, whatever this processor has.
  public static let names = InstructionSet.allCases.map(\.rawValue)
  /// The names of those that this processor has.
  public static let supported = InstructionSet.allCases.filter(\.isSupported).map(\.rawValue)
  /// The name of those that are used here.
  public static var preferred: String { InstructionSet.preferred.rawValue }
}
