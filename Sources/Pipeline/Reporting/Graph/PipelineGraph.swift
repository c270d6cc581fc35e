public import Planning

/// The graph of a pipeline's actions, ready to be shown: as text, in DOT, or as a drawing in SVG.
public struct PipelineGraph: Sendable {
  /// An action.
  struct Node: Sendable {
    let name: String
    let kind: String
    /// The inputs, sorted by name, as the number of the node that makes each.
    let inputs: [(name: String, source: Int)]
  }

  /// What the pipeline is called.
  let name: String
  let title: String
  /// The actions; each stands after those whose results it needs.
  let nodes: [Node]
  /// For each node those that need it, ascending.
  let users: [[Int]]

  /// The graph of a pipeline.
  public init(_ pipeline: Pipeline) {
    name = pipeline.name
    title = pipeline.title
    let actions = pipeline.actions
    let numbers = Dictionary(zip(actions.map(\.name), actions.indices)) { first, _ in first }
    var users = [[Int]](repeating: [], count: actions.count)
    nodes = actions.enumerated().map { number, action in
      let inputs = action.inputs.sorted { $0.key < $1.key }.compactMap { name, source in
        numbers[source].map { (name: name, source: $0) }
      }
      for source in Set(inputs.map(\.source)).sorted() { users[source].append(number) }
      return Node(name: action.name, kind: action.kind, inputs: inputs)
    }
    self.users = users
  }

  /// The names under which `user` takes the result of `source`, in a row.
  func label(from source: Int, to user: Int) -> String {
    nodes[user].inputs.filter { $0.source == source }.map(\.name).joined(separator: ", ")
  }
}
