internal import Artifacts
public import Planning
public import Store

/// How long the actions of a pipeline took when they were last run.
public enum PastSeconds {
  /// Of a sweep no more points than these are looked up.
  private static let mostPoints = 8
  /// And no more records in all: a person watches meanwhile.
  private static let mostRecords = 1000

  /// For each stage of which it is known, the mean over its actions.
  ///
  /// - Parameter latest: what was run before under the same name.
  public static func byStage(of actions: [Action], latest: LatestRun, in store: ArtifactStore) -> [String: Double] {
    var found: [String: (sum: Double, count: Int)] = [:]
    var records = 0
    for action in actions where records < mostRecords {
      let stage = action.stage
      let before = found[stage] ?? (0, 0)
      guard before.count < mostPoints, let key = latest[action.name] else { continue }
      records += 1
      guard let seconds = store.seconds(of: key) else { continue }
      found[stage] = (before.sum + seconds, before.count + 1)
    }
    return found.mapValues { $0.sum / Double($0.count) }
  }
}
