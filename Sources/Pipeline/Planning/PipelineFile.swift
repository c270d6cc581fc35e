public import Configuration

/// A pipeline file as it is written: names are checked, expressions are not yet replaced.
public struct PipelineFile: Record {
  /// The pipeline's name: figures are kept under it.
  public var name = ""
  /// A title for people.
  public var title = ""
  /// What the file shows, and where its settings come from.
  public var summary = ""
  /// Values that stages refer to as `${{ parameters.NAME }}`.
  public var parameters = NodeMap()
  /// Named sets of parameter values.
  public var profiles = NodeMap()
  /// The stages, in the order of the file.
  public var stages = NodeMap()
  /// What the results must show.
  public var claims = NodeList()

  /// An empty file.
  public init() {}

  /// The keys of a pipeline file.
  public static let fields: [Field<PipelineFile>] = [
    .init(
      "pipeline",
      \.name,
      "The name of the pipeline; its figures are kept under it.",
      limit: .name,
      required: true
    ),
    .init("title", \.title, "A title for people."),
    .init("description", \.summary, "What the pipeline shows, and where its settings come from."),
    .init("parameters", \.parameters, "Values that stages refer to as ${{ parameters.NAME }}."),
    .init("profiles", \.profiles, "Named sets of parameter values, chosen by --profile."),
    .init("stages", \.stages, "The stages by name.", required: true),
    .init("claims", \.claims, "What the results must show: checked at the end of each run, and no part of any key."),
  ]
}

/// A stage as it is written.
struct StageEntry: Record {
  var kind = ""
  var parameters = NodeMap()
  var inputs = NodeMap()
  var matrix = NodeMap()
  var onFailure = FailureRule.fail
  var resources = StageResources()
  var tolerance = NamedValues<Tolerance>()

  static let fields: [Field<StageEntry>] = [
    .init("kind", \.kind, "The kind of the stage; 'pipeline stages' lists them.", required: true),
    .init("with", \.parameters, "The parameters of the stage."),
    .init("inputs", \.inputs, "For each input the stage that makes it."),
    .init("matrix", \.matrix, "The parameters that vary: the stage is run once for each point of their grid."),
    .init("on_failure", \.onFailure, "Whether a point that fails is left out of the stacked result (skip)."),
    .init("resources", \.resources, "What a run of the stage may use of the machine; results do not depend on it."),
    .init(
      "tolerance",
      \.tolerance,
      "For arrays of the result how far they may be from recorded ones when 'pipeline verify' makes them again."
    ),
  ]
}

/// A list whose elements are decoded later, in the order of the text.
public struct NodeList: ConfigurationValue {
  /// The list itself.
  public var node = Node(.sequence([]))

  /// A list of anything.
  public static var shape: ValueShape { .list(.any) }

  /// Reads a list.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> NodeList? {
    if node.isNull { return NodeList(node: Node(.sequence([]), at: node.location)) }
    guard case .sequence = node.content else { return reject(node, &diagnostics) }
    return NodeList(node: node)
  }

  /// The values by their look.
  public var json: JSONValue { JSONValue(node) }
}

/// A mapping whose values are decoded later, in the order of the text.
public struct NodeMap: ConfigurationValue {
  /// The mapping itself.
  public var node = Node(.mapping([]))

  /// The entries.
  public var entries: [Node.Entry] { node.entries ?? [] }
  /// The names.
  public var names: [String] { entries.map(\.key) }

  /// A mapping of anything.
  public static var shape: ValueShape { .dictionary(.any) }

  /// Reads a mapping.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> NodeMap? {
    if node.isNull { return NodeMap(node: Node(.mapping([]), at: node.location)) }
    guard node.entries != nil else { return reject(node, &diagnostics) }
    return NodeMap(node: node)
  }

  /// The values by their look.
  public var json: JSONValue { JSONValue(node) }
}
