public import Configuration
public import References

/// What became of a claim.
public enum Verdict: String, Choice {
  /// The results show what is claimed.
  case holds
  /// They do not.
  case fails
  /// The results that it speaks of are not there.
  case unchecked
}

/// What was found of a claim.
public struct Finding: Record, Equatable {
  /// What became of it.
  public var verdict = Verdict.unchecked
  /// What was found, for people; or why it could not be checked.
  public var message = ""
  /// How many values were compared.
  public var values = 0
  /// For how many of them the claim holds.
  public var holding = 0
  /// How many of them are missing, which never hold.
  public var missing = 0
  /// The least of them that are finite.
  public var least: ExactNumber?
  /// The greatest of them that are finite.
  public var greatest: ExactNumber?

  /// Nothing was found.
  public init() {}

  /// That a claim could not be checked.
  public init(unchecked reason: String) {
    message = reason
  }

  /// That a claim fails since the values that it speaks of cannot be found.
  public init(failing reason: String) {
    verdict = .fails
    message = reason
  }

  /// The members.
  public static let fields: [Field<Finding>] = [
    .init("verdict", \.verdict, "What became of the claim.", required: true),
    .init("found", \.message, "What was found, for people; or why it could not be checked.", required: true),
    .init("values", \.values, "How many values were compared."),
    .init("holding", \.holding, "For how many of them the claim holds."),
    .init("missing", \.missing, "How many of them are missing."),
    .init("least", \.least, "The least of them."),
    .init("greatest", \.greatest, "The greatest of them."),
  ]
}
