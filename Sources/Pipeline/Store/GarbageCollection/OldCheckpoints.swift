public import SystemPackage

/// The checkpoints that may go: those that nobody has continued from for a while.
public struct OldCheckpoints: Sendable {
  /// The age in seconds from which they may go unless the user says otherwise: 30 days.
  public static let usualAge = 30 * 86_400.0

  /// The files that may go.
  public let removed: [FilePath]
  /// Their size in bytes.
  public let bytes: Int
  /// The size in bytes of those that stay.
  public let bytesKept: Int
  /// The files as they were seen, by path.
  private let seen: [String: OpenFolder.Entry]

  /// Decides which may go.
  ///
  /// - Parameters:
  ///   - leastAge: how many seconds ago a checkpoint must have been written.
  ///   - now: the file system's present time.
  public init(of store: ArtifactStore, leastAge: Double, now: Double) throws(StoreError) {
    var removed: [FilePath] = []
    var seen: [String: OpenFolder.Entry] = [:]
    var (bytes, bytesKept) = (0, 0)
    if let root = try TrashBin.descend(try OpenFolder(store.root), ["scratch", "checkpoints"]) {
      for shardName in try root.names() {
        guard try root.listedEntry(shardName)?.form == .folder, let shard = try root.folder(shardName) else { continue }
        for identity in try shard.names() {
          guard try shard.listedEntry(identity)?.form == .folder, let folder = try shard.folder(identity) else {
            continue
          }
          for name in try folder.names() where CheckpointFolder.isCheckpoint(name) {
            guard let entry = try folder.listedEntry(name), entry.form == .file else { continue }
            let path = folder.path.appending(name)
            // A checkpoint that is dated in the future has no age.
            if max(0, now - entry.modified) < leastAge {
              bytesKept += entry.bytes
            } else {
              removed.append(path)
              seen[path.string] = entry
              bytes += entry.bytes
            }
          }
        }
      }
    }
    (self.removed, self.seen, self.bytes, self.bytesKept) = (removed, seen, bytes, bytesKept)
  }

  func isSeen(_ entry: OpenFolder.Entry, at path: FilePath) -> Bool { seen[path.string] == entry }
}
