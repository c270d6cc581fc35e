public import Artifacts
public import Planning

/// What happens during a run, for whoever shows or records it.
public enum RunEvent: Sendable {
  /// A result was in the store.
  case cached(stage: String, address: ContentDigest)
  /// An action was handed to a worker.
  case started(stage: String, kind: String, reason: RunReason)
  /// An action says how far it is.
  case progress(stage: String, StageProgress)
  /// An action's result is in the store.
  case finished(stage: String, address: ContentDigest, seconds: Double)
  /// An action could not be computed.
  case failed(stage: String, message: String)
  /// An action cannot be run since another failed.
  case unreachable(stage: String, because: String)
}

/// Why a run ended before its time.
public enum RunStop: Sendable, Equatable {
  /// The user asked for it.
  case interrupted
  /// No worker process could be started.
  case noWorkers(String)
}

/// How a run ended.
public struct RunSummary: Sendable {
  /// For each action that is done, the key of its record.
  public let keys: [String: ContentDigest]
  /// How many results were in the store.
  public let cached: Int
  /// Those that were computed.
  public let computed: Set<String>
  /// How many points of sweeps could not be, and are missing from the stacked results.
  public let skipped: Int
  /// How many others could not be.
  public let failed: Int
  /// How many were not tried since they need one that failed.
  public let unreachable: Int
  /// Why the run ended before its time, if it did.
  public let stopped: RunStop?

  /// Whether every result is there.
  public var isComplete: Bool { failed == 0 && unreachable == 0 && stopped == nil }
}
