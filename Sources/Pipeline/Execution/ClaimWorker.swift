internal import Artifacts
internal import Claims
internal import Configuration
internal import Planning
public import Store
internal import SystemPackage

/// The process that looks at claims: takes them on its standard input, one a line, and answers each with a line.
public struct ClaimWorker: Sendable {
  private let store: ArtifactStore

  /// A worker on a store.
  public init(store: ArtifactStore) {
    self.store = store
  }

  /// Serves until standard input ends.
  public func serve() throws {
    // Many claims speak of one result.
    var read: [Source<ContentDigest>: Artifact] = [:]
    try IsolatedProcess.serve { line in
      let finding: Finding
      do {
        let order = try ClaimOrder(line: line)
        ReadingTime.limit(for: order.stages.values.flatMap(\.references).map(store.path(of:)))
        var artifacts: [String: Artifact] = [:]
        for (stage, source) in order.stages {
          if read[source] == nil { read[source] = try store.artifact(of: source) }
          artifacts[stage] = read[source]
        }
        finding = order.claim.finding(in: artifacts)
      } catch {
        finding = Finding(failing: String(describing: error))
      }
      return finding.line
    }
  }
}
