internal import Artifacts
public import Claims
internal import Configuration
internal import FoundationEssentials
internal import Planning
public import Store
public import SystemPackage

/// Looks whether the results of a run show what its pipeline claims of them.
///
/// Results are read in a process of their own: the library that reads HDF5 may crash over a damaged file.
public struct ClaimChecker: Sendable {
  private let store: ArtifactStore
  private let executable: FilePath
  private let arguments: [String]

  /// A checker.
  ///
  /// - Parameters:
  ///   - store: where the results are.
  ///   - executable: the program that, called with `arguments`, serves as a `ClaimWorker`.
  public init(store: ArtifactStore, executable: FilePath, arguments: [String]) {
    self.store = store
    self.executable = executable
    self.arguments = arguments
  }

  /// Evaluates the claims of which a run has all results.
  ///
  /// - Parameter ledger: what was found before. It is no reason not to evaluate: anybody may have edited it.
  /// - Returns: the claims, in their order, and the keys of those of which something else was found before, or nothing.
  public func check(
    _ list: ClaimList,
    _ summary: RunSummary,
    known ledger: ClaimLedger
  ) async -> (claims: [CheckedClaim], new: Set<String>) {
    let claims = await check(list) { StageResult(of: $0, $1, summary) }
    let new = claims.filter { claim in
      claim.finding.verdict != .unchecked && claim.key != nil && ledger.finding(for: claim.key) != claim.finding
    }
    return (claims, Set(new.compactMap(\.key)))
  }

  /// Evaluates the claims of which all results are in the store, without a run. Of the others it gives what a run found
  /// of earlier results, if that was kept.
  ///
  /// - Parameter ledger: what was found before.
  public func check(_ list: ClaimList, _ forecast: Forecast, known ledger: ClaimLedger) async -> [CheckedClaim] {
    var addresses: [String: ContentDigest] = [:]
    for entry in list.entries.isEmpty ? [] : forecast.entries {
      if case .cached(let address) = entry.outlook { addresses[entry.action.name] = address }
    }
    return await check(list) { StageResult(of: $0, $1, cached: addresses) }.map { claim in
      claim.finding.verdict == .unchecked ? ledger.claim(saying: claim) ?? claim : claim
    }
  }

  private func check(
    _ list: ClaimList,
    _ result: (String, Source<String>) -> StageResult
  ) async -> [CheckedClaim] {
    var claims: [CheckedClaim] = []
    var orders: [(place: Int, order: ClaimOrder)] = []
    // Many claims speak of one stage, which may have very many points.
    var known: [String: StageResult] = [:]
    for entry in list.entries {
      for (stage, source) in entry.sources where known[stage] == nil {
        known[stage] = result(stage, source)
      }
      var claim: CheckedClaim
      let results = entry.sources.keys.sorted().compactMap { stage in known[stage].map { (stage, $0) } }
      if let lacking = results.lazy.compactMap(\.1.lacking).first {
        claim = CheckedClaim(entry)
        claim.finding = lacking
      } else {
        claim = CheckedClaim(entry, of: Dictionary(uniqueKeysWithValues: results.map { ($0, $1.digest) }))
        let sources = results.compactMap { stage, result in result.source.map { (stage, $0) } }
        let order = ClaimOrder(entry.claim, of: Dictionary(uniqueKeysWithValues: sources))
        orders.append((claims.count, order))
      }
      claims.append(claim)
    }
    let findings = await self.findings(orders.map(\.order))
    for ((place, _), finding) in zip(orders, findings) { claims[place].finding = finding }
    return claims
  }

  /// What a run knows of the result of a stage.
  private struct StageResult {
    /// The addresses, if all are known.
    var source: Source<ContentDigest>?
    /// What names them.
    var digest = ""
    /// What is said of every claim on it where they are not.
    var lacking: Finding?

    init(of stage: String, _ planned: Source<String>, _ summary: RunSummary) {
      let lacking = planned.references.first { summary.addresses[$0] == nil && !summary.leftOut.contains($0) }
      if let lacking {
        self.lacking = Finding(unchecked: summary.lacking[lacking] ?? "stage '\(stage)' is no part of this run")
        return
      }
      guard let found = planned.compactMap({ summary.addresses[$0] }), !found.references.isEmpty else {
        self.lacking = Finding(failing: "stage '\(stage)' was left out")
        return
      }
      source = found
      digest = found.digest
    }

    init(of stage: String, _ planned: Source<String>, cached addresses: [String: ContentDigest]) {
      guard planned.references.allSatisfy({ addresses[$0] != nil }), !planned.references.isEmpty,
        let found = planned.compactMap({ addresses[$0] }) as Source<ContentDigest>?
      else {
        lacking = Finding(unchecked: "no run has checked it yet")
        return
      }
      source = found
      digest = found.digest
    }
  }

  /// Has a process look at each.
  private func findings(_ orders: [ClaimOrder]) async -> [Finding] {
    let answers = await IsolatedProcess.answers(to: orders.map(\.line), executable, arguments) {
      // A store that cannot be written to can be read nevertheless.
      let path = FilePath(FileManager.default.temporaryDirectory.path).appending(OwnedName.make("pipeline-claims-"))
      return (try? store.newScratchFile("orders")) ?? path
    }
    return zip(orders, answers).map { order, answer in
      switch answer {
      case .line(let line):
        (try? Finding(line: line)) ?? Finding(unchecked: "the process that looked at it gave no answer")
      case .ended(let ending): Finding(failing: Self.reason(ending, order))
      case .notAsked(let reason): Finding(failing: "it could not be looked at: \(reason)")
      }
    }
  }

  private static func reason(_ ending: IsolatedProcess.Ending, _ order: ClaimOrder) -> String {
    let stages = order.stages.keys.sorted().map { "'\($0)'" }.joined(separator: " or ")
    return switch ending {
    case .exited(let code): "the process that looked at it exited with code \(code)"
    case .crashed:
      "reading the result of \(stages) \(ending.ofReading), so it may be damaged; 'pipeline run --deep' replaces it if it is"
    }
  }
}

/// A claim with the results that it speaks of, as a line of JSON.
struct ClaimOrder: Record {
  var claim = Claim()
  var stages: [String: Source<ContentDigest>] = [:]

  static let fields: [Field<ClaimOrder>] = [
    .init("claim", \.claim, "The claim.", required: true),
    .init("stages", \.stages, "The addresses of the results, by stage.", required: true),
  ]

  init() {}

  init(_ claim: Claim, of stages: [String: Source<ContentDigest>]) {
    self.claim = claim
    self.stages = stages
  }
}
