public import Configuration

/// How the result that an action has now agrees with the recorded one.
public enum Agreement: String, Choice, Comparable {
  /// The same address, and the same bytes of every file.
  case identical
  /// The same address; some file has other bytes.
  case equalContent = "equal in content"
  /// Other values, within the tolerances that the pipeline declares.
  case withinTolerance = "within tolerance"
  /// It is unknown.
  case notComparable = "not comparable"
  /// Other values.
  case different

  /// The worse one is greater.
  public static func < (left: Agreement, right: Agreement) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
