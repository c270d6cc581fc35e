internal import Artifacts
public import Claims
internal import Planning

/// What is known of the claims of a pipeline before a run.
public struct ClaimForecast: Sendable {
  /// What is known of a claim.
  public enum Outlook: Sendable, Equatable {
    /// What was found of the results that are in the store.
    case found(Finding)
    /// These are there, and a run would look at them.
    case checked
    /// It speaks of results that are not known: those of these stages.
    case follows([String])
  }

  /// The claims with their outlooks, in the order of the file.
  public let entries: [(claim: CheckedClaim, outlook: Outlook)]

  /// What is known of the claims.
  ///
  /// - Parameters:
  ///   - forecast: what a run would do.
  ///   - ledger: what was found before.
  public init(_ list: ClaimList, _ forecast: Forecast, known ledger: ClaimLedger) {
    var known: [String: ContentDigest] = [:]
    for entry in list.entries.isEmpty ? [] : forecast.entries {
      if case .cached(let address) = entry.outlook { known[entry.action.name] = address }
    }
    // The digests of the stages of which all results are known; nil for the others.
    var digests: [String: String?] = [:]
    for (stage, source) in list.entries.flatMap(\.sources) where digests[stage] == nil {
      let isKnown = source.references.allSatisfy { known[$0] != nil }
      digests[stage] = .some(isKnown ? source.compactMap { known[$0] }?.digest : nil)
    }
    entries = list.entries.map { entry in
      let found = entry.sources.keys.map { ($0, digests[$0] ?? nil) }
      let unknown = found.filter { $0.1 == nil }.map(\.0).sorted()
      guard unknown.isEmpty else { return (CheckedClaim(entry), .follows(unknown)) }
      let claim = CheckedClaim(entry, of: Dictionary(uniqueKeysWithValues: found.map { ($0, $1 ?? "") }))
      return (claim, ledger.finding(for: claim.key).map { .found($0) } ?? .checked)
    }
  }
}
