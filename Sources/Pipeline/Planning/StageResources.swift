public import Configuration

/// What an action may use of the machine. It is no part of its key: a result does not depend on it.
public struct StageResources: Record, Equatable {
  /// How many cores it works on; what the run has to spare unless given.
  public var cores: Int?
  /// How much memory it may use. Others wait until there is as much, and it is stopped beyond it.
  public var memory: ByteCount?
  /// How long it may take. It is stopped after that.
  public var time: TimeSpan?

  /// No demands and no limits.
  public init() {}

  /// The keys under `resources:`.
  public static let fields: [Field<StageResources>] = [
    .init(
      "cores",
      \.cores,
      "How many cores it works on; what is free unless given.",
      limit: .ifPresent(.within(1...4096))
    ),
    .init(
      "memory",
      \.memory,
      "How much memory it may use, such as 4 GiB: it waits for as much, and is stopped beyond."
    ),
    .init("time", \.time, "How long it may take, such as 30 min: it is stopped after that."),
  ]
}
