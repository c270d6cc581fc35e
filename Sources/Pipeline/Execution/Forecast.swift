public import Artifacts
public import Planning
public import Store

/// What a run would do, found out without running anything.
public struct Forecast: Sendable {
  /// What would become of an action.
  public enum Outlook: Sendable, Equatable {
    /// Its result is in the store.
    case cached(ContentDigest)
    /// It would be run.
    case runs(RunReason)
    /// It needs results that would be made first; if they come out as they were, it is not run.
    case follows([String])
  }

  /// An action with its outlook.
  public struct Entry: Sendable {
    /// The action.
    public let action: Action
    /// What would become of it.
    public let outlook: Outlook
    /// How long it took the last time; nil if that is not known, or was not asked as it is cached.
    public let seconds: Double?
  }

  /// The actions, each after those that it needs.
  public let entries: [Entry]
  /// For stages with actions of which it is not known how long they took, how long others took on average.
  private let means: [String: Double]

  /// What a run of `pipeline` would do.
  ///
  /// - Parameters:
  ///   - latest: what was run before under the same name.
  ///   - looksPast: whether what was made from a result that is damaged or missing counts as cached where it is whole.
  public init(_ pipeline: Pipeline, store: ArtifactStore, latest: LatestRun, looksPast: Bool = false) {
    let states = FileStates(of: store)
    var known: [String: ContentDigest] = [:]
    var keys: [String: ContentDigest] = [:]
    func past(_ action: Action) -> Double? { latest[action.name].flatMap(store.seconds(of:)) }
    entries = pipeline.actions.map { action in
      let missing = Set(action.inputs.values.flatMap(\.references)).filter { known[$0] == nil }.sorted()
      guard missing.isEmpty else { return Entry(action: action, outlook: .follows(missing), seconds: past(action)) }
      let task = Plan.Task(action, known: known)
      keys[action.name] = task.key
      if let address = states.wholeResult(of: task.key, in: store) {
        known[action.name] = address
        return Entry(action: action, outlook: .cached(address), seconds: nil)
      }
      let found: ActionRecord?
      do throws(StoreError) {
        found = try store.record(for: task.key)
      } catch {
        let reason = RunReason.recordUnreadable(reason: error.description)
        return Entry(action: action, outlook: .runs(reason), seconds: past(action))
      }
      guard let record = found, let address = ContentDigest(record.artifact.address) else {
        return Entry(action: action, outlook: .runs(store.reason(for: task, since: latest)), seconds: past(action))
      }
      if let reason = store.reasonToRun(record, states) {
        if looksPast { known[action.name] = address }
        return Entry(action: action, outlook: .runs(reason), seconds: record.seconds)
      }
      known[action.name] = address
      return Entry(action: action, outlook: .cached(address), seconds: record.seconds)
    }
    means = Self.means(entries) { keys[$0.action.name].flatMap(store.seconds(of:)) }
  }

  /// Of a stage with points whose time is not known, no more points than these are looked up.
  private static let mostPoints = 8

  /// How long an action of each stage took on average; looked up only where it is needed.
  private static func means(_ entries: [Entry], _ lookUp: (Entry) -> Double?) -> [String: Double] {
    let unknown = entries.filter { entry in
      if case .cached = entry.outlook { false } else { entry.seconds == nil }
    }
    var found = Dictionary(unknown.map { ($0.action.stage, [Double]()) }) { first, _ in first }
    for entry in entries {
      let stage = entry.action.stage
      guard let before = found[stage], before.count < mostPoints else { continue }
      if let seconds = entry.seconds ?? lookUp(entry) { found[stage]?.append(seconds) }
    }
    return found.compactMapValues { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) }
  }

  /// Throws if a recorded result could not be read, so that what is said of the pipeline is not all that there is.
  public func checkIsRead() throws(StoreError) {
    for entry in entries {
      switch entry.outlook {
      case .runs(.recordUnreadable(let reason)): throw StoreError(reason)
      case .runs(.objectUnreadable(_, let reason)): throw StoreError(reason)
      default: continue
      }
    }
  }

  /// Whether an action would be run, or may have to follow.
  public func isRun(_ action: Action) -> Bool {
    entries.contains { entry in
      guard entry.action.name == action.name else { return false }
      if case .cached = entry.outlook { return false }
      return true
    }
  }

  /// How long the actions would take that would be run or may follow, by what they took the last time; a point of a
  /// sweep of which that is not known takes the mean of its stage. Nil if it is not known of some stage.
  public var expectedSeconds: Double? {
    var total = 0.0
    for entry in entries {
      if case .cached = entry.outlook { continue }
      guard let seconds = entry.seconds ?? means[entry.action.stage] else { return nil }
      total += seconds
    }
    return total
  }
}

extension ArtifactStore {
  /// Why an action must be run although this record of it is there; nil if its objects are whole.
  fileprivate func reasonToRun(_ record: ActionRecord, _ states: FileStates) -> RunReason? {
    switch look(at: record, states) {
    case .whole: nil
    case .lost(let reason): reason
    case .unsure(let objects): objects.lazy.compactMap { check($0, movesAside: false) }.first
    }
  }
}
