internal import Artifacts
internal import Execution
internal import Provenance
internal import Store
internal import SystemPackage

/// Whether the logs that are kept are those that stages wrote.
struct LogAudit {
  private(set) var findings: [AuditFinding] = []
  /// How many were compared.
  private(set) var count = 0

  /// - Parameter isWhole: whether these are all actions of the store; else others are looked up in it.
  init(_ actions: [AuditedAction], in store: ArtifactStore, isWhole: Bool) {
    var logs: [String: [AuditedAction]] = [:]
    for action in actions where action.log != nil {
      guard let path = Self.path(action.name, in: store) else { continue }
      logs[path.string, default: []].append(action)
    }
    for (path, actions) in logs.sorted(by: { $0.key < $1.key }) {
      guard let digest = try? FileSystem.digest(of: FilePath(path)).description else {
        for action in actions {
          findings.append(AuditFinding(.logMissing, at: path, of: action.name, "there is no such file"))
        }
        continue
      }
      count += 1
      // A stage that was run with several values keeps the last log.
      guard !actions.contains(where: { $0.log == digest }) else { continue }
      if !isWhole, Self.isStated(digest, at: path, in: store) { continue }
      let stated = actions.compactMap(\.log).map { String($0.prefix(12)) }.joined(separator: " or ")
      let detail = "its SHA-256 is \(digest.prefix(12)), and \(stated) is stated"
      for action in actions { findings.append(AuditFinding(.logChanged, at: path, of: action.name, detail)) }
    }
  }

  private static func path(_ name: ActionName, in store: ArtifactStore) -> FilePath? {
    guard let pipeline = name.pipeline, let stage = name.stage else { return nil }
    return StageLog(pipeline: pipeline, action: stage, in: store).path
  }

  /// Whether any record of the store states this log.
  private static func isStated(_ digest: String, at path: String, in store: ArtifactStore) -> Bool {
    store.keys().contains { key in
      let action = RecordAudit(of: key, in: store, signedBy: []).action
      return action?.log == digest && action.flatMap { Self.path($0.name, in: store) }?.string == path
    }
  }
}
