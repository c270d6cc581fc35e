internal import Artifacts
public import Claims
internal import Configuration
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

  /// Checks claims, each as soon as all that it speaks of is known.
  ///
  /// - Parameters:
  ///   - summary: how the run ended.
  ///   - ledger: what was found before, which is not looked for again.
  /// - Returns: the claims, in their order, and the keys of those that were looked at now.
  public func check(
    _ list: ClaimList,
    _ summary: RunSummary,
    known ledger: ClaimLedger
  ) async -> (claims: [CheckedClaim], new: Set<String>) {
    var claims: [CheckedClaim] = []
    var orders: [(place: Int, order: ClaimOrder)] = []
    // Many claims speak of one stage, which may have very many points.
    var known: [String: StageResult] = [:]
    for entry in list.entries {
      for (stage, source) in entry.sources where known[stage] == nil {
        known[stage] = StageResult(of: stage, source, summary)
      }
      var claim: CheckedClaim
      let results = entry.sources.keys.sorted().compactMap { stage in known[stage].map { (stage, $0) } }
      if let lacking = results.lazy.compactMap(\.1.lacking).first {
        claim = CheckedClaim(entry)
        claim.finding = lacking
      } else {
        claim = CheckedClaim(entry, of: Dictionary(uniqueKeysWithValues: results.map { ($0, $1.digest) }))
        if let finding = ledger.finding(for: claim.key) {
          claim.finding = finding
        } else {
          let sources = results.compactMap { stage, result in result.source.map { (stage, $0) } }
          let order = ClaimOrder(entry.claim, of: Dictionary(uniqueKeysWithValues: sources))
          orders.append((claims.count, order))
        }
      }
      claims.append(claim)
    }
    let findings = await self.findings(orders.map(\.order))
    for ((place, _), finding) in zip(orders, findings) { claims[place].finding = finding }
    return (claims, Set(orders.compactMap { claims[$0.place].key }))
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
  }

  /// Has a process look at each.
  private func findings(_ orders: [ClaimOrder]) async -> [Finding] {
    let answers = await IsolatedProcess.answers(to: orders.map(\.line), executable, arguments) {
      try store.newScratchFile("orders")
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
