public import Artifacts
public import Configuration

/// How far stages came, so that what is computed later goes on from there: after a kill, or when more is asked for.
///
/// A checkpoint is found by an identity: all that determines what was computed so far, and nothing of how far it is to
/// go. The kind, the code and the inputs of the stage belong to it without being said.
public protocol StageCheckpoints: Sendable {
  /// When they are kept.
  var pace: CheckpointPace { get }
  /// The furthest checkpoint of an identity; nil if there is none that is whole.
  func furthest(of identity: JSONValue) -> StageCheckpoint?
  /// Keeps a checkpoint, and lets those of the same identity go that are less far.
  func keep(_ checkpoint: StageCheckpoint, of identity: JSONValue) throws
}

extension StageCheckpoints {
  /// By the clock.
  public var pace: CheckpointPace { .clock }
}

/// When a stage keeps a checkpoint. Results do not depend on it.
public enum CheckpointPace: Sendable, Equatable {
  /// By the clock: often at first, later every half minute, and not for a run of less than half a second.
  case clock
  /// After this many of the stage's own steps and at the end, however long they take.
  case steps(Int)

  /// The variable of the environment that sets a number of steps, for tests.
  public static let variable = "PIPELINE_CHECKPOINT_STEPS"

  /// The pace that the value of the variable asks for; by the clock if it is missing or no positive number.
  public init(_ text: String?) {
    if let steps = text.flatMap({ Int($0) }), steps > 0 { self = .steps(steps) } else { self = .clock }
  }
}

/// Where a stage was.
public struct StageCheckpoint: Sendable {
  /// How far that is, in the stage's own unit, such as steps.
  public let progress: Int
  /// What it needs to go on.
  public let state: Artifact

  /// A checkpoint.
  public init(progress: Int, state: Artifact) {
    precondition(progress >= 0)
    self.progress = progress
    self.state = state
  }
}

/// No checkpoints: everything is computed from the beginning.
public struct NoCheckpoints: StageCheckpoints {
  /// No checkpoints.
  public init() {}

  /// No checkpoint.
  public func furthest(of identity: JSONValue) -> StageCheckpoint? { nil }

  /// Keeps nothing.
  public func keep(_ checkpoint: StageCheckpoint, of identity: JSONValue) {}
}
