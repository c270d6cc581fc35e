public import Artifacts
public import Configuration
public import Planning
internal import SystemPackage

/// The checkpoints of one kind on one set of inputs: `scratch/checkpoints/ab/abcd…/PROGRESS-DIGEST.h5`.
///
/// They save time and nothing else: any of them may be deleted whenever no stage runs. The name has the digest of the
/// file's bytes, which are compared before libhdf5 sees them, so that a damaged file is as good as none.
public struct CheckpointFolder: StageCheckpoints {
  private let store: ArtifactStore
  private let surroundings: JSONValue

  /// When they are kept.
  public let pace: CheckpointPace

  /// The checkpoints of an action's kind, code and inputs.
  public init(
    of store: ArtifactStore,
    kind: String,
    code: String,
    inputs: [String: Source<ContentDigest>],
    pace: CheckpointPace = .clock
  ) {
    self.store = store
    self.pace = pace
    // The number is raised when the meaning of what is digested, or of what is stored under it, changes.
    surroundings = [
      "pipeline checkpoint": .number(1), "kind": .string(kind), "code": .string(code),
      "inputs": .object(inputs.mapValues(\.json)),
    ]
  }

  /// The furthest checkpoint that is whole.
  public func furthest(of identity: JSONValue) -> StageCheckpoint? {
    for file in files(of: identity).sorted(by: { $0.progress > $1.progress }) {
      guard let digest = try? FileSystem.digest(of: file.path), digest == file.digest,
        let state = try? Artifact(contentsOf: file.path.string)
      else {
        FileSystem.remove(file.path)
        continue
      }
      return StageCheckpoint(progress: file.progress, state: state)
    }
    return nil
  }

  /// Keeps a checkpoint. It is durable only as far as the file system pleases: after a power cut an earlier one, or
  /// none, may be found.
  public func keep(_ checkpoint: StageCheckpoint, of identity: JSONValue) throws {
    let folder = folder(of: identity)
    try FileSystem.createFolder(folder)
    let file = store.scratchPath("checkpoint")
    do {
      try checkpoint.state.write(toFile: file.string)
      guard try Artifact.contentAddress(ofFile: file.string) == checkpoint.state.address else {
        throw StoreError("\(file) does not hold what was written to it. Check the disk and its free space")
      }
      let digest = try FileSystem.digest(of: file)
      let known = files(of: identity)
      try FileSystem.move(file, to: folder.appending("\(checkpoint.progress)-\(digest).h5"), isDurable: false)
      for older in known where older.progress < checkpoint.progress { FileSystem.remove(older.path) }
    } catch {
      FileSystem.remove(file)
      throw error
    }
  }

  private func folder(of identity: JSONValue) -> FilePath {
    let content: JSONValue = ["surroundings": surroundings, "identity": identity]
    let digest = ContentDigest(of: content.canonicalText).description
    return Self.root(in: store).appending(String(digest.prefix(2))).appending(digest)
  }

  private func files(of identity: JSONValue) -> [File] {
    let folder = folder(of: identity)
    return ((try? FileSystem.contents(of: folder)) ?? []).compactMap { File(folder.appending($0)) }
  }

  private struct File {
    let path: FilePath
    let progress: Int
    let digest: ContentDigest

    init?(_ path: FilePath) {
      let parts = path.stem?.split(separator: "-") ?? []
      guard parts.count == 2, let progress = Int(parts[0]), let digest = ContentDigest(String(parts[1])) else {
        return nil
      }
      self.path = path
      self.progress = progress
      self.digest = digest
    }
  }

  /// Whether this is the name of a checkpoint's file.
  static func isCheckpoint(_ name: String) -> Bool { File(FilePath(name)) != nil }

  /// Where the checkpoints of all stages are.
  private static func root(in store: ArtifactStore) -> FilePath {
    store.root.appending("scratch").appending("checkpoints")
  }
}
