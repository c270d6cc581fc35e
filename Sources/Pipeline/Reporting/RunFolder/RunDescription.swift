public import Configuration
public import Execution
public import Planning

/// What a run is to do: what is kept of it before it begins.
public struct RunDescription: Sendable {
  /// The name of the run.
  public let name: RunName
  /// The pipeline.
  public let pipeline: Pipeline
  /// The pipeline file, as the user named it.
  public let file: String
  /// The bytes of the file.
  public let text: [UInt8]
  /// What the command line changes about the pipeline.
  public let choices: Pipeline.Choices
  /// The other options of the command line, by name.
  public let options: [String: JSONValue]
  /// The name and version of the program.
  public let program: String
  /// The actions that belong to the run.
  public let actions: [Action]
  /// How many workers may be at work at once.
  public let jobs: Int
  /// For each fingerprint of the code the digests of its parts.
  public let code: [String: [String: String]]

  /// A description.
  ///
  /// - Parameter scope: the names of the actions that belong to the run; nil for all.
  public init(
    name: RunName,
    pipeline: Pipeline,
    scope: Set<String>?,
    file: String,
    text: [UInt8],
    choices: Pipeline.Choices,
    options: [String: JSONValue],
    program: String,
    jobs: Int,
    code: [String: [String: String]] = [:]
  ) {
    self.name = name
    self.pipeline = pipeline
    self.file = file
    self.text = text
    self.choices = choices
    self.options = options
    self.program = program
    self.jobs = jobs
    self.code = code
    actions = scope.map { scope in pipeline.actions.filter { scope.contains($0.name) } } ?? pipeline.actions
  }
}

extension RunDescription {
  /// Profile and values, as the user gave them.
  var choicesJSON: JSONValue {
    [
      "profile": choices.profile.map { .string($0) } ?? .null,
      "set": .array(choices.settings.map { .string("\($0.name)=\($0.value)") }),
    ]
  }

  /// The lines of `resolved.json`: one object, with a line for each action.
  func resolvedLines(_ write: (String) -> Void) {
    let heading: JSONValue = [
      "choices": choicesJSON,
      "file": .string(file),
      "options": .object(options),
      "pipeline": .string(pipeline.name),
      "program": .string(program),
      "run": .string(name.description),
      "title": .string(pipeline.title),
    ]
    // The members of the heading follow the list, so that each action has a line of its own.
    write("{\"actions\":[")
    for (index, action) in actions.enumerated() {
      write(action.json.canonicalText + (index + 1 < actions.count ? "," : ""))
    }
    write("]," + heading.canonicalText.dropFirst())
  }
}

extension Action {
  /// The action as data.
  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "code": .string(fingerprint),
      "inputs": .object(inputs.mapValues(\.namesJSON)),
      "kind": .string(kind),
      "name": .string(name),
      "parameters": parameters,
    ]
    if onFailure == .skip { members["on_failure"] = "skip" }
    if let location { members["location"] = .string(location.description) }
    return .object(members)
  }
}

extension Source<String> {
  /// The name of an action, or axes with the names of the points.
  fileprivate var namesJSON: JSONValue {
    switch self {
    case .one(let name): .string(name)
    case .stack(let axes, let members):
      ["axes": .array(axes.map(\.json)), "members": .array(members.map { $0.map { .string($0) } ?? .null })]
    }
  }
}
