internal import Claims
internal import Store
internal import SystemPackage

/// Checks that the verdicts that runs have kept were not edited. Nobody believes them in place of the results; yet
/// whoever finds an edited one should know.
struct ClaimAudit {
  private(set) var findings: [AuditFinding] = []

  init(in store: ArtifactStore) {
    let folder = store.root.appending("claims")
    do {
      guard try FileSystem.kind(of: folder) != nil else { return }
      for name in try FileSystem.contents(of: folder) where name.hasSuffix(".json") {
        let path = folder.appending(name)
        do {
          for claim in try ClaimLedger.editedClaims(at: path) {
            let detail = "the verdict on the claim '\(claim)' does not fit its seal"
            findings.append(AuditFinding(.claimEdited, at: path.string, detail))
          }
        } catch let error as StoreError {
          findings.append(AuditFinding(.unreadable, at: path.string, error.description))
        } catch {
          findings.append(AuditFinding(.claimEdited, at: path.string, "the file is damaged: \(error)"))
        }
      }
    } catch {
      findings.append(AuditFinding(.unreadable, at: folder.string, "\(error)"))
    }
  }
}
