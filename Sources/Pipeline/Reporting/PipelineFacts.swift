package import Artifacts
public import Claims
internal import Configuration
public import Execution
public import Planning
public import Store

/// A pipeline with what the store knows of its results: what a report and a crate show.
public struct PipelineFacts: Sendable {
  /// A stage: one action, or the points of a sweep.
  package struct Stage: Sendable {
    package let name: String
    package let kind: String
    package let actions: [Action]

    /// Whether there is a `matrix`, though it may have one point.
    package var isSweep: Bool { actions.first.map { $0.name != name } ?? false }
  }

  /// A result that is in the store.
  package struct Result: Sendable {
    package let key: ContentDigest
    package let address: String
    package let seconds: Double?
    /// Whether it has files for people.
    package let hasFiles: Bool
  }

  /// A recorded result that is not whole.
  package struct Loss: Sendable {
    /// "damaged", "missing" or "unreadable".
    package let word: String
    /// What is so, and what to do.
    fileprivate let reason: String

    fileprivate init?(_ reason: RunReason) {
      switch reason {
      case .objectDamaged: word = "damaged"
      case .objectMissing: word = "missing"
      case .objectUnreadable, .recordUnreadable: word = "unreadable"
      default: return nil
      }
      self.reason = "\(reason); 'pipeline run' makes it again, and 'pipeline audit' shows what else is wrong"
    }
  }

  /// What the run is called.
  public let run: RunName
  package let pipeline: Pipeline
  package let source: PipelineText
  package let store: ArtifactStore?
  /// The stages, each after those that it needs.
  package let stages: [Stage]
  /// The stages whose results another stage needs.
  package let neededStages: Set<String>
  /// By the name of the action.
  package private(set) var results: [String: Result] = [:]
  /// The actions whose recorded result is not whole.
  package private(set) var losses: [String: Loss] = [:]
  /// For each action without a whole result the reason.
  package private(set) var reasons: [String: String] = [:]
  /// Why not all results could be read, if so.
  public private(set) var problem: StoreError?
  /// The claims with the verdicts on the results that are in the store now.
  package let claims: [CheckedClaim]

  /// What a store knows of a pipeline; nothing is run, and nothing in the store is changed.
  ///
  /// - Parameters:
  ///   - store: nil where there is none yet.
  ///   - code: of each fingerprint the parts.
  ///   - verdicts: what is found of the claims now.
  public init(
    _ pipeline: Pipeline,
    as run: RunName,
    _ source: PipelineText,
    in store: ArtifactStore?,
    code: [String: [String: String]],
    verdicts: ClaimLedger
  ) {
    self.run = run
    self.pipeline = pipeline
    self.source = source
    self.store = store
    let members = Dictionary(grouping: pipeline.actions, by: \.stage)
    var seen: Set<String> = []
    stages = pipeline.actions.compactMap { action in
      guard seen.insert(action.stage).inserted else { return nil }
      return Stage(name: action.stage, kind: action.kind, actions: members[action.stage] ?? [])
    }
    neededStages = Set(
      pipeline.actions.lazy.flatMap { $0.inputs.values.lazy.flatMap(\.references) }.map { Action.stage(of: $0) }
    )
    guard let store else {
      claims = ClaimList(of: pipeline).entries.map { entry in
        var claim = CheckedClaim(entry)
        claim.finding = Finding(unchecked: "there are no results yet")
        return claim
      }
      for action in pipeline.actions { reasons[action.name] = "not built yet" }
      return
    }
    let latest = LatestRun(of: run.description, in: store, code: code)
    let forecast = Forecast(pipeline, store: store, latest: latest, looksPast: true)
    claims = ClaimForecast(ClaimList(of: pipeline), forecast, known: verdicts).entries.map { claim, outlook in
      var claim = claim
      switch outlook {
      case .found(let finding): claim.finding = finding
      case .checked: claim.finding = Finding(unchecked: "its results are there, and no run has checked them")
      case .follows(let stages):
        claim.finding = Finding(unchecked: "it needs results that are not there: \(stages.joined(separator: ", "))")
      }
      return claim
    }
    do throws(StoreError) { try forecast.checkIsRead() } catch { problem = error }
    var addresses: [String: ContentDigest] = [:]
    for entry in forecast.entries {
      let name = entry.action.name
      switch entry.outlook {
      case .cached(let address):
        let key = Plan.Task(entry.action, known: addresses).key
        // The forecast has read it; what cannot be read a second time is shown without its details.
        let record = (try? store.record(for: key)) ?? nil
        addresses[name] = address
        results[name] = Result(
          key: key,
          address: address.description,
          seconds: record?.seconds,
          hasFiles: record.map { !$0.files.isEmpty } ?? false
        )
      case .runs(let reason):
        guard let loss = Loss(reason) else {
          reasons[name] = reason.description
          continue
        }
        losses[name] = loss
        reasons[name] = loss.reason
        // What was made from it is known by the address that is recorded.
        let key = Plan.Task(entry.action, known: addresses).key
        // Of a record that cannot be read nothing is known.
        let record = (try? store.record(for: key)) ?? nil
        addresses[name] = record.flatMap { ContentDigest($0.artifact.address) }
      case .follows(let needed):
        let more = needed.count > 3 ? " and \(needed.count - 3) more" : ""
        reasons[name] = "it waits for " + needed.prefix(3).joined(separator: ", ") + more
      }
    }
  }

  /// The record of an action whose result is in the store.
  ///
  /// - Throws: if the record cannot be read any more.
  package func record(of action: String) throws(StoreError) -> ActionRecord? {
    guard let result = results[action] else { return nil }
    return try store?.record(for: result.key)
  }

  /// The name and the title.
  package var title: String { pipeline.title.isEmpty ? run.description : pipeline.title }

  /// How many actions have a result.
  package var madeCount: Int { results.count }

  /// "all 12 actions made", "3 of 12 actions made", "11 of 12 actions made, 1 damaged".
  package var state: String {
    let count = pipeline.actions.count
    let word = count == 1 ? "action" : "actions"
    guard madeCount < count else { return "all \(count) \(word) made" }
    return "\(madeCount) of \(count) \(word) made" + (lossSum.isEmpty ? "" : ", \(lossSum)")
  }

  /// "1 damaged, 2 missing"; nothing where all recorded results are whole.
  package var lossSum: String { Self.sum(of: losses.values) }

  package static func sum(of losses: some Sequence<Loss>) -> String {
    let counts = Dictionary(losses.map { ($0.word, 1) }, uniquingKeysWith: +)
    return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  /// What an action without a result is: "damaged", "missing", "not made yet".
  package func lack(of action: String) -> String { losses[action]?.word ?? "not made yet" }
}

extension PipelineFacts.Stage {
  /// "made", "damaged", "missing", "not made yet", "7 of 12 points made, 1 damaged".
  package func state(_ facts: PipelineFacts) -> String {
    let made = actions.count { facts.results[$0.name] != nil }
    if isSweep {
      let lost = PipelineFacts.sum(of: actions.compactMap { facts.losses[$0.name] })
      return "\(made) of \(actions.count) points made" + (lost.isEmpty ? "" : ", \(lost)")
    }
    return made == 1 ? "made" : facts.lack(of: name)
  }

  /// Whether some result is missing.
  package func isLacking(_ facts: PipelineFacts) -> Bool { actions.contains { facts.results[$0.name] == nil } }

  /// How long its actions took together, as far as that is known.
  package func seconds(_ facts: PipelineFacts) -> Double? {
    let known = actions.compactMap { facts.results[$0.name]?.seconds }
    return known.isEmpty ? nil : known.reduce(0, +)
  }
}
