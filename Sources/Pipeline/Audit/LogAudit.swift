internal import Execution
internal import Provenance
internal import Store
internal import SystemPackage

/// Compares the logs that are kept with the digests in the statements.
struct LogAudit {
  private(set) var findings: [AuditFinding] = []
  /// The number of logs that were compared.
  private(set) var count = 0

  init(_ actions: [AuditedAction]) {
    for action in actions {
      guard let log = action.log else { continue }
      func find(_ word: AuditWord, _ detail: String) {
        findings.append(AuditFinding(word, at: log.path.string, of: action.name, detail))
      }
      switch log.find() {
      case .whole: count += 1
      case .changed(_, let digest):
        count += 1
        find(.logChanged, "its SHA-256 is \(digest.prefix(12)), and \(log.digest.prefix(12)) is stated")
      case .missing: find(.logMissing, "there is no such file")
      case .unreadable(let reason): find(.unreadable, reason)
      }
    }
  }
}
