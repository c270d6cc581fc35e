import Claims
import Execution
import Reporting
import Store
import SystemPackage

/// Checks the claims of a pipeline at the end of a run, reports the verdicts and stores them.
struct ClaimReport {
  let run: RunName
  let store: ArtifactStore
  let report: RunReport

  /// Checks the claims whose results exist.
  func check(_ list: ClaimList, _ summary: RunSummary) async throws -> [CheckedClaim] {
    let name = run.description
    let before = ClaimLedger(of: name, in: store)
    guard !list.entries.isEmpty || !before.claims.isEmpty else { return [] }
    let (claims, new) = await ClaimChecker(of: store).check(list, summary, known: before)
    report.tell(claims, new: new)
    // A claim that this run could not check keeps its earlier verdict and the results that it names.
    let kept = claims.map { claim in
      claim.finding.verdict == .unchecked ? before.claim(saying: claim) ?? claim : claim
    }
    try ClaimLedger(kept).write(as: name, in: store)
    return claims
  }
}

extension ClaimChecker {
  /// A checker that has this program evaluate claims.
  init(of store: ArtifactStore) {
    self.init(store: store, executable: "/proc/self/exe", arguments: ["claim-worker", store.root.string])
  }
}
