public import Artifacts
internal import Planning
public import Store
public import SystemPackage

/// What a stage said when it was last run: `logs/PIPELINE/STAGE.log` in the store, for people.
public struct StageLog {
  /// Where it is.
  public let path: FilePath

  /// The log of an action.
  public init(pipeline: String, action: String, in store: ArtifactStore) {
    path = store.root.appending("logs").appending(pipeline.asFileName).appending(action.asFileName + ".log")
  }

  /// Runs a stage and keeps its log, if it has one, however it ends. A failure says where that is.
  func keeping(_ body: () async throws -> StageResult) async throws -> StageResult {
    do {
      let result = try await body()
      _ = keep(result.log)
      return result
    } catch let failure as StageFailure {
      guard keep(failure.log) else { throw failure }
      throw StageFailure("\(failure)\nall that it wrote is in \(path)")
    }
  }

  /// The digest of the log that was kept, if one was.
  public var digest: ContentDigest? { try? FileSystem.digest(of: path) }

  /// Moves a log to where a person finds it; false if it says nothing.
  private func keep(_ log: String?) -> Bool {
    FileSystem.remove(path)
    guard let log = log.map({ FilePath($0) }), let size = FileSystem.size(of: log), size > 0 else { return false }
    // A log that cannot be kept is no reason for a stage to fail.
    guard (try? FileSystem.createFolder(path.removingLastComponent())) != nil else { return false }
    return (try? FileSystem.move(log, to: path)) != nil
  }
}
