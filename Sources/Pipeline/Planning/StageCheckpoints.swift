public import Artifacts
public import Configuration

/// How far stages came, so that what is computed later goes on from there: after a kill, or when more is asked for.
///
/// A checkpoint is found by an identity: all that determines what was computed so far, and nothing of how far it is to
/// go. The kind, the code and the inputs of the stage belong to it without being said.
public protocol StageCheckpoints: Sendable {
  /// The furthest checkpoint of an identity; nil if there is none that is whole.
  func furthest(of identity: JSONValue) -> StageCheckpoint?
  /// Keeps a checkpoint, and lets those of the same identity go that are less far.
  func keep(_ checkpoint: StageCheckpoint, of identity: JSONValue) throws
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

  /// There is none.
  public func furthest(of identity: JSONValue) -> StageCheckpoint? { nil }

  /// Keeps nothing.
  public func keep(_ checkpoint: StageCheckpoint, of identity: JSONValue) {}
}
