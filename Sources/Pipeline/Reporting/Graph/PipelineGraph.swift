public import Planning

/// The graph of a pipeline's stages, ready to be shown: as text, in DOT, or as a drawing in SVG.
public struct PipelineGraph: Sendable {
  /// A stage, with all points of its sweep.
  struct Node: Sendable {
    let name: String
    let kind: String
    /// The inputs, sorted by name, as the number of the node that makes each.
    let inputs: [(name: String, source: Int)]
  }

  /// What the pipeline is called.
  let name: String
  let title: String
  /// The stages; each stands after those whose results it needs.
  let nodes: [Node]
  /// For each node those that need it, ascending.
  let users: [[Int]]

  /// The graph of a pipeline.
  public init(_ pipeline: Pipeline) {
    name = pipeline.name
    title = pipeline.title
    let stages = Dictionary(grouping: pipeline.actions, by: \.stage)
    var names: [String] = []
    for action in pipeline.actions where names.last != action.stage { names.append(action.stage) }
    let numbers = Dictionary(zip(names, names.indices)) { first, _ in first }
    var users = [[Int]](repeating: [], count: names.count)
    nodes = names.enumerated().map { number, name in
      let members = stages[name] ?? []
      var inputs: [(name: String, source: Int)] = []
      for (input, source) in members.flatMap(\.inputs).sorted(by: { $0.key < $1.key }) {
        for stage in Set(source.references.map(Action.stage)) {
          guard let place = numbers[stage], !inputs.contains(where: { $0 == (input, place) }) else { continue }
          inputs.append((input, place))
        }
      }
      for source in Set(inputs.map(\.source)).sorted() { users[source].append(number) }
      let points = members.first.map { $0.name == name } ?? true ? "" : " × \(members.count)"
      return Node(name: name, kind: (members.first?.kind ?? "") + points, inputs: inputs)
    }
    self.users = users
  }

  /// The names under which `user` takes the result of `source`, in a row.
  func label(from source: Int, to user: Int) -> String {
    nodes[user].inputs.filter { $0.source == source }.map(\.name).joined(separator: ", ")
  }
}
