public import Artifacts
internal import Provenance
public import Store
public import SystemPackage

/// The logs of actions whose records are removed: nobody could tell any more whose they are.
public struct LogCollection: Sendable {
  /// The files that may be removed.
  public let removed: [FilePath]
  /// Their size.
  public let bytes: Int

  /// The logs that belong to some records, and to no later run.
  public init(of keys: some Sequence<ContentDigest>, in store: ArtifactStore) {
    func log(_ key: ContentDigest) -> FilePath? {
      guard let text = store.record(for: key)?.statement, let found = try? UnverifiedStatement(reading: text),
        let digest = found.statement.logDigest, let pipeline = found.statement.pipeline,
        let stage = found.statement.stage
      else { return nil }
      let log = StageLog(pipeline: pipeline, action: stage, in: store)
      return log.digest?.description == digest ? log.path : nil
    }
    let gone = Set(keys)
    let candidates = Set(gone.compactMap { log($0)?.string })
    // A record that stays may be of a run that said the same.
    let kept = candidates.isEmpty ? [] : Set(store.keys().filter { !gone.contains($0) }.compactMap { log($0)?.string })
    removed = candidates.subtracting(kept).sorted().map { FilePath($0) }
    bytes = removed.reduce(0) { $0 + (FileSystem.size(of: $1) ?? 0) }
  }

  /// Removes them.
  public func execute() {
    for path in removed { FileSystem.remove(path) }
  }
}
