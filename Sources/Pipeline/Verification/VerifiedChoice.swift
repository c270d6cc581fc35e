/// Which actions of a graph are made again: those that were drawn and that no graph before had.
public struct VerifiedChoice: Sendable {
  private let drawn: Set<String>?
  private var verified: Set<Subject> = []

  /// What is verified: of two actions with one key, one recorded result and one tolerance the same is asked.
  struct Subject: Hashable, Sendable {
    let key: String
    let digests: [String]
    let tolerances: String
    let lack: String?
  }

  /// - Parameter drawn: the keys of what was drawn; nil for all.
  public init(drawn: Set<String>?) {
    self.drawn = drawn
  }

  /// Takes the actions of a graph for verified.
  public mutating func finish(_ graph: RecordedGraph) {
    verified.formUnion(graph.actions.map { $0.subject(of: graph) })
  }

  /// Whether no graph before had the same.
  func hasLeft(_ one: RecordedAction, of graph: RecordedGraph) -> Bool {
    !verified.contains(one.subject(of: graph))
  }

  func isDrawn(_ key: String) -> Bool { drawn?.contains(key) ?? true }

  /// Whether a graph has an action that no graph before had.
  public func hasAny(of graph: RecordedGraph) -> Bool { graph.actions.contains { hasLeft($0, of: graph) } }
}
