internal import Execution
internal import Store
internal import SystemPackage

/// Whether the content of each artifact gives its address: what a record says of a file's bytes may have been written by
/// somebody else.
struct ContentAudit {
  private(set) var findings: [AuditFinding] = []

  /// - Parameter bad: the files that are known not to be whole.
  init(
    _ actions: [AuditedAction],
    in store: ArtifactStore,
    except bad: Set<String>,
    _ reader: ContentReader,
    work: FilePath
  ) async {
    var owners: [String: AuditedAction] = [:]
    for action in actions {
      let path = store.path(of: action.record.artifact).string
      if !bad.contains(path), owners[path] == nil { owners[path] = action }
    }
    let paths = owners.keys.sorted()
    let contents = await reader.contents(of: paths.map { FilePath($0) }, areExports: false, work: work)
    for (path, content) in zip(paths, contents) {
      guard let action = owners[path], content.address != action.record.artifact.address else { continue }
      let detail =
        content.failure.map { "its content cannot be read: \($0)" }
        ?? "its content is \(content.address?.prefix(12) ?? ""), and not what its name says"
      findings.append(AuditFinding(.wrongContent, at: path, of: action.name, detail))
    }
  }
}
