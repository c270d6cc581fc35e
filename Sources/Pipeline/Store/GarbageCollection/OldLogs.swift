public import Artifacts
public import SystemPackage

/// The logs of results whose records go: `logs/ab/KEY.DIGEST.log`, named by the key of the action.
public struct OldLogs: Sendable {
  /// The files that go.
  public let removed: [FilePath]
  /// Their size in bytes.
  public let bytes: Int

  /// The logs of some actions.
  public init(of keys: some Sequence<ContentDigest>, in store: ArtifactStore) throws(StoreError) {
    var removed: [FilePath] = []
    var bytes = 0
    let keys = Set(keys.map(\.description))
    if let logs = try OpenFolder(store.root).folder("logs") {
      for shardName in Set(keys.map { String($0.prefix(2)) }).sorted() {
        guard try logs.entry(shardName)?.form == .folder, let shard = try logs.folder(shardName) else { continue }
        for name in try shard.names() {
          let parts = name.split(separator: ".")
          guard parts.count == 3, parts[2] == "log", keys.contains(String(parts[0])),
            let entry = try shard.listedEntry(name), entry.form == .file
          else { continue }
          removed.append(shard.path.appending(name))
          bytes += entry.bytes
        }
      }
    }
    (self.removed, self.bytes) = (removed, bytes)
  }
}
