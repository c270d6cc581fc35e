public import Configuration
public import Planning

/// The graph of a pipeline's stages, ready to be shown: as text, in DOT, or as a drawing in SVG. A sweep is one stage.
public struct PipelineGraph: Sendable {
  /// A stage.
  struct Node: Sendable {
    let name: String
    let kind: String
    /// The number of points of a sweep; nil for other stages.
    let points: Int?
    /// The inputs, sorted by name, as the number of the node that makes each.
    var inputs: [(name: String, source: Int)] = []

    /// The kind, and how often the stage is run.
    var caption: String { points.map { "\(kind), \($0) points" } ?? kind }
  }

  /// What the pipeline is called.
  let name: String
  let title: String
  /// The stages; each stands after those whose results it needs.
  private(set) var nodes: [Node] = []
  /// For each node those that need it, ascending.
  let users: [[Int]]

  /// The graph of a pipeline.
  public init(_ pipeline: Pipeline) {
    name = pipeline.name
    title = pipeline.title
    var numbers: [String: Int] = [:]
    let stages = Dictionary(grouping: pipeline.actions, by: \.stage)
    for action in pipeline.actions where numbers[action.stage] == nil {
      let members = stages[action.stage] ?? []
      numbers[action.stage] = nodes.count
      var node = Node(
        name: action.stage,
        kind: action.kind,
        points: action.name == action.stage ? nil : members.count
      )
      var seen: Set<String> = []
      let inputs = members.flatMap { member in
        member.inputs.sorted { $0.key < $1.key }.flatMap { name, source in
          source.references.map { (name: name, stage: Action.stage(of: $0)) }
        }
      }
      for (name, stage) in inputs where seen.insert("\(name)/\(stage)").inserted {
        if let source = numbers[stage] { node.inputs.append((name, source)) }
      }
      nodes.append(node)
    }
    var users = [[Int]](repeating: [], count: nodes.count)
    for (number, node) in nodes.enumerated() {
      for source in Set(node.inputs.map(\.source)) { users[source].append(number) }
    }
    self.users = users
  }

  /// The graph for machines: the stages, each with its kind, its points if it is a sweep, and its inputs.
  public var json: JSONValue {
    let stages = nodes.map { node -> JSONValue in
      var members: [String: JSONValue] = ["name": .string(node.name), "kind": .string(node.kind)]
      members["points"] = node.points.map { .integer($0) }
      members["inputs"] = .array(
        node.inputs.map { ["name": .string($0.name), "stage": .string(nodes[$0.source].name)] }
      )
      return .object(members)
    }
    return ["pipeline": .string(name), "title": .string(title), "stages": .array(stages)]
  }

  /// The names under which `user` takes the result of `source`, in a row.
  func label(from source: Int, to user: Int) -> String {
    nodes[user].inputs.filter { $0.source == source }.map(\.name).joined(separator: ", ")
  }
}
