internal import Artifacts
internal import Glibc
internal import Planning
public import Provenance
public import Store
public import SystemPackage

/// What a stage printed, for people and for whoever compares it with the statement of the result.
///
/// The log of a result is `logs/ab/KEY.DIGEST.log`, named by the key of the action and by its own digest: no later run
/// takes its place, and a run that dies before its record is written leaves the log of the older result alone. It is in
/// place before the record that names it. For people, `logs/PIPELINE/STAGE.log` is a link to the newest, and
/// `logs/PIPELINE/failed/STAGE-KEY.log` is of a run that failed.
public struct StageLog: Sendable {
  /// The SHA-256 of the log.
  public let digest: String
  /// Where it is kept.
  public let path: FilePath
  /// Where versions before this one kept it: another run may have taken its place there.
  private let formerPath: FilePath?

  /// The log that the statement of a result names; nil if it names none.
  public init?(of statement: Statement, in store: ArtifactStore) {
    guard let key = statement.key, let digest = statement.logDigest, ContentDigest(key) != nil,
      ContentDigest(digest) != nil
    else { return nil }
    self.digest = digest
    path = Self.path(key, digest, in: store)
    formerPath = statement.pipeline.flatMap { pipeline in
      statement.stage.map { Self.folder(pipeline, in: store).appending("\($0.asFileName).log") }
    }
  }

  /// A log of a result.
  init(of key: String, digest: ContentDigest, in store: ArtifactStore) {
    self.digest = digest.description
    path = Self.path(key, self.digest, in: store)
    formerPath = nil
  }

  private static func path(_ key: String, _ digest: String, in store: ArtifactStore) -> FilePath {
    let name = "\(key).\(digest.prefix(16)).log"
    return store.root.appending("logs").appending(String(key.prefix(2))).appending(name)
  }

  private static func folder(_ pipeline: String, in store: ArtifactStore) -> FilePath {
    store.root.appending("logs").appending(pipeline.asFileName)
  }

  /// What became of the file.
  public enum Finding: Sendable, Equatable {
    /// The log is here.
    case whole(FilePath)
    /// The file has other bytes.
    case changed(FilePath, digest: String)
    /// There is no such file.
    case missing
    /// The file cannot be read.
    case unreadable(String)
  }

  /// The digest of a file's bytes; nil only if the file does not exist.
  private static func digest(of path: FilePath) throws(StoreError) -> String? {
    do throws(StoreError) {
      return try FileSystem.digest(of: path).description
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// Looks for the log and compares its bytes with its digest.
  public func find() -> Finding {
    do throws(StoreError) {
      if let found = try Self.digest(of: path) {
        return found == digest ? .whole(path) : .changed(path, digest: found)
      }
      // There another log is no sign of tampering.
      if let formerPath, try Self.digest(of: formerPath) == digest { return .whole(formerPath) }
      return .missing
    } catch {
      return .unreadable(error.description)
    }
  }
}

// MARK: - Keeping

extension StageLog {
  /// Keeps what a stage printed that gave a result, durably.
  ///
  /// - Returns: nil if it printed nothing.
  static func keep(_ file: FilePath, of key: String, in store: ArtifactStore) throws(StoreError) -> StageLog? {
    guard let size = try FileState(at: file)?.size else { return nil }
    guard size > 0 else {
      FileSystem.remove(file)
      return nil
    }
    // A process that the program left behind could still write to it.
    try FileSystem.makeReadOnly(file)
    let log = StageLog(of: key, digest: try FileSystem.digest(of: file), in: store)
    try FileSystem.synchronize(file)
    try FileSystem.createFolder(log.path.removingLastComponent())
    try FileSystem.move(file, to: log.path)
    return log
  }

  /// Makes `logs/PIPELINE/STAGE.log` a link to this log. It is only for people, so a failure is not an error.
  ///
  /// - Parameter pipeline: the name of the pipeline, with that of the profile.
  func link(as stage: String, of pipeline: String, in store: ArtifactStore) {
    let folder = Self.folder(pipeline, in: store)
    guard (try? FileSystem.createFolder(folder)) != nil, let shard = path.removingLastComponent().lastComponent,
      let name = path.lastComponent
    else { return }
    let link = folder.appending(Self.name(of: stage, key: name.string) + ".log")
    let temporary = store.scratchPath("link")
    let target = "../\(shard)/\(name)"
    guard symlink(target, temporary.string) == 0 else { return }
    if rename(temporary.string, link.string) != 0 { FileSystem.remove(temporary) }
  }

  /// What a stage printed until it failed, was stopped or was interrupted.
  struct Failure: Sendable {
    /// The file; nil if it could not be kept.
    let path: FilePath?
    /// The last lines.
    let lines: [String]

    /// What is said of it behind a message, which may show the last lines already.
    func text(after message: String) -> String {
      let isShown = lines.last.map(message.contains) ?? true
      let shown = isShown ? "" : "\nit last wrote:\n" + lines.map { "    \($0)" }.joined(separator: "\n")
      return shown + (path.map { "\nall that it wrote is in \($0)" } ?? "")
    }
  }

  /// Keeps what a stage printed until it failed, was stopped or was interrupted. It waits for the disk, so it runs
  /// outside of the coordinator.
  ///
  /// - Returns: nil if it printed nothing.
  @concurrent static func keepFailure(of order: WorkOrder, in store: ArtifactStore) async -> Failure? {
    let file = FilePath(order.log)
    guard let size = FileSystem.size(of: file), size > 0 else {
      FileSystem.remove(file)
      return nil
    }
    // Only for the message: a file that cannot be read has no lines.
    let end = (try? FilePart.end(of: file, most: 1 << 12)) ?? []
    let lines = String(decoding: end, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(12).map(String.init)
    let path = failurePath(of: order, in: store)
    // The stage has failed whether or not its log can be kept, and the message shows its last lines.
    guard (try? FileSystem.createFolder(path.removingLastComponent())) != nil,
      (try? FileSystem.move(file, to: path)) != nil
    else { return Failure(path: nil, lines: lines) }
    return Failure(path: path, lines: lines)
  }

  /// Removes the log of an earlier failure of an action that has a result now.
  static func removeFailure(of order: WorkOrder, in store: ArtifactStore) {
    FileSystem.remove(failurePath(of: order, in: store))
  }

  private static func failurePath(of order: WorkOrder, in store: ArtifactStore) -> FilePath {
    let name = "\(order.stage.asFileName.prefix(180))-\(order.key.prefix(12)).log"
    return folder(order.pipeline, in: store).appending("failed").appending(name)
  }

  /// A file name that two stages share only if their names are the same.
  private static func name(of stage: String, key: String) -> String {
    let name = stage.asFileName
    return name == stage && name.utf8.count <= 200 ? name : "\(name.prefix(180))-\(key.prefix(12))"
  }
}
