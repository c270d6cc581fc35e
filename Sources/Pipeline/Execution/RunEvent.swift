public import Artifacts
public import Planning
public import Store
public import SystemPackage

/// What happens during a run, for whoever shows or records it.
public enum RunEvent: Sendable {
  /// A result was in the store.
  case cached(stage: String, address: ContentDigest)
  /// Another run is computing the same; this one waits for it.
  case waiting(stage: String, holder: ProcessIdentity?)
  /// An action was handed to a worker.
  case started(stage: String, kind: String, reason: RunReason)
  /// An action says how far it is.
  case progress(stage: String, StageProgress)
  /// What an action, or a library in it, printed.
  case output(stage: String, text: String)
  /// An action's result is in the store.
  case finished(stage: String, address: ContentDigest, seconds: Double)
  /// A point of a sweep could not be computed, and the sweep goes on without it.
  case leftOut(stage: String, message: String)
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
  /// What was computed cannot be made durable.
  case notDurable(String)
}

/// How a run ended.
public struct RunSummary: Sendable {
  /// How many actions belong to the run.
  public internal(set) var total = 0
  /// For each action that is done, the key of its record.
  public internal(set) var keys: [String: ContentDigest] = [:]
  /// For each action that is done, the address of its result.
  public internal(set) var addresses: [String: ContentDigest] = [:]
  /// The records of the results that come with further files, for people or other stages.
  public internal(set) var drawn: [String: ActionRecord] = [:]
  /// How many results were in the store.
  public internal(set) var cached = 0
  /// Those that were computed.
  public internal(set) var computed: Set<String> = []
  /// How many points of sweeps could not be, and are missing from the stacked results.
  public internal(set) var skipped = 0
  /// How many others could not be.
  public internal(set) var failed = 0
  /// How many were not tried since they need one that failed.
  public internal(set) var unreachable = 0
  /// How many were not tried since the run ended before.
  public internal(set) var left = 0
  /// Why the run ended before its time, if it did.
  public internal(set) var stopped: RunStop?
  /// The points of sweeps that stacks go without.
  public internal(set) var leftOut: Set<String> = []
  /// For each action that was interrupted, the file with what it had printed.
  public internal(set) var interruptedLogs: [String: FilePath] = [:]
  /// For each other action without a result, why there is none.
  public internal(set) var lacking: [String: String] = [:]

  /// Whether every result is there.
  public var isComplete: Bool { failed == 0 && unreachable == 0 && left == 0 && stopped == nil }
}
