internal import Planning
internal import Provenance
internal import Store

/// The code of this program, as records name it.
public struct CurrentCode: Sendable {
  /// The fingerprint of a kind of stage; nil for one that there is not.
  let fingerprint: @Sendable (_ kind: String) -> String?
  /// For each fingerprint the digests of its parts, by name.
  let parts: [String: [String: String]]

  /// The code.
  public init(_ parts: [String: [String: String]], fingerprint: @escaping @Sendable (_ kind: String) -> String?) {
    self.parts = parts
    self.fingerprint = fingerprint
  }
}

/// Whether results were made by the code of now, and if not, what of it is another. One finding for each kind and code.
struct CodeAudit {
  private(set) var findings: [AuditFinding] = []

  init(_ actions: [AuditedAction], _ current: CurrentCode, in store: ArtifactStore) {
    struct Code: Hashable {
      let kind: String
      let fingerprint: String
    }
    let groups = Dictionary(grouping: actions) { Code(kind: $0.record.kind, fingerprint: $0.record.code) }
    for (code, actions) in groups.sorted(by: { ($0.key.kind, $0.key.fingerprint) < ($1.key.kind, $1.key.fingerprint) })
    {
      let count = "\(actions.count) action\(actions.count == 1 ? "" : "s")"
      let name = actions.count == 1 ? actions[0].name : nil
      guard let now = current.fingerprint(code.kind) else {
        findings.append(
          AuditFinding(.unknownKind, at: "kind \(code.kind)", of: name, "this program has no such kind (\(count))")
        )
        continue
      }
      guard now != code.fingerprint else { continue }
      let parts = current.parts[now].flatMap { store.changedParts(of: code.fingerprint, to: $0) } ?? []
      let changed = parts.isEmpty ? "which parts is unknown" : parts.joined(separator: ", ")
      findings.append(
        AuditFinding(
          .codeChanged,
          at: "kind \(code.kind)",
          of: name,
          "other code made the results of \(count): \(changed)"
        )
      )
    }
  }
}
