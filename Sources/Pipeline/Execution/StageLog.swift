public import Artifacts
internal import Planning
public import Store
public import SystemPackage

/// What a stage said: `logs/PIPELINE/STAGE.log` in the store of the run that gave the result, for people and for whoever
/// holds it against the statement; `logs/PIPELINE/failed/STAGE.log` of a run that failed after that.
public struct StageLog {
  /// The file of a run that gave a result.
  public let path: FilePath
  private let failurePath: FilePath

  /// The log of an action.
  public init(pipeline: String, action: String, in store: ArtifactStore) {
    let folder = store.root.appending("logs").appending(pipeline.asFileName)
    let name = action.asFileName + ".log"
    path = folder.appending(name)
    failurePath = folder.appending("failed").appending(name)
  }

  /// Runs a stage and keeps its log, if it has one, however it ends. A failure says where that is.
  func keeping(_ body: () async throws -> StageResult) async throws -> StageResult {
    do {
      let result = try await body()
      FileSystem.remove(failurePath)
      _ = keep(result.log, as: path)
      return result
    } catch let failure as StageFailure {
      guard keep(failure.log, as: failurePath) else { throw failure }
      throw StageFailure("\(failure)\nall that it wrote is in \(failurePath)")
    }
  }

  /// The digest of the log that was kept, if one was.
  public var digest: ContentDigest? { try? FileSystem.digest(of: path) }

  /// Moves a log to where a person finds it; false if it says nothing.
  private func keep(_ log: String?, as path: FilePath) -> Bool {
    FileSystem.remove(path)
    guard let log = log.map({ FilePath($0) }), let size = FileSystem.size(of: log), size > 0 else { return false }
    // A log that cannot be kept is no reason for a stage to fail.
    guard (try? FileSystem.createFolder(path.removingLastComponent())) != nil else { return false }
    return (try? FileSystem.move(log, to: path)) != nil
  }
}
