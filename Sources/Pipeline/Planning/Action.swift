public import Artifacts
public import Configuration

/// One computation: a kind with its parameters and where its inputs come from. A value that can be printed, stored
/// and sent to a worker.
public struct Action: Sendable {
  /// The name of the stage, for a sweep with the values of its point: `train[seed=2]`. It names the action within a
  /// pipeline.
  public let name: String
  /// The kind of the stage.
  public let kind: String
  /// The parameters with defaults filled in.
  public let parameters: JSONValue
  /// For each input the actions that make it.
  public let inputs: [String: Source<String>]
  /// The digest of the code that the result depends on.
  public let fingerprint: String
  /// How a sweep goes on when this point fails.
  public let onFailure: FailureRule
  /// What it may use of the machine.
  public let resources: StageResources
  /// How much memory it takes; nil if its kind does not say.
  public let memory: MemoryEstimate?
  /// The stem of the files that it makes for people, if that is known before it runs.
  public let fileStem: String?
  /// How far its arrays may be from recorded ones when they are made again, by the array's path.
  public let tolerances: [String: Tolerance]
  /// Where the stage is declared.
  public let location: SourceLocation?

  /// An action.
  public init(
    name: String,
    kind: String,
    parameters: JSONValue,
    inputs: [String: Source<String>],
    fingerprint: String,
    onFailure: FailureRule = .fail,
    resources: StageResources = StageResources(),
    memory: MemoryEstimate? = nil,
    fileStem: String? = nil,
    tolerances: [String: Tolerance] = [:],
    location: SourceLocation?
  ) {
    self.name = name
    self.kind = kind
    self.parameters = parameters
    self.inputs = inputs
    self.fingerprint = fingerprint
    self.onFailure = onFailure
    self.resources = resources
    self.memory = memory
    self.fileStem = fileStem
    self.tolerances = tolerances
    self.location = location
  }

  /// The stage that it belongs to: the name without the values of a point.
  public var stage: String { Self.stage(of: name) }

  /// The stage that an action of this name belongs to.
  public static func stage(of name: String) -> String {
    // The name of a stage has no brackets.
    String(name.prefix { $0 != "[" })
  }

  /// Names what the action computes: the digest of all that determines its result.
  ///
  /// - Parameter addresses: the addresses of the inputs, by the input's name.
  public func key(_ addresses: [String: Source<ContentDigest>]) -> ContentDigest {
    Self.key(kind: kind, parameters: parameters, inputs: .object(addresses.mapValues(\.json)), code: fingerprint)
  }

  /// The key of an action from all that determines its result.
  ///
  /// - Parameter inputs: the addresses of the inputs, by name.
  public static func key(kind: String, parameters: JSONValue, inputs: JSONValue, code: String) -> ContentDigest {
    // The number is raised when the meaning of what is digested, or of what is stored under it, changes.
    let content: JSONValue = [
      "pipeline action": .number(1),
      "kind": .string(kind),
      "parameters": parameters,
      "inputs": inputs,
      "code": .string(code),
    ]
    return ContentDigest(of: content.canonicalText)
  }
}

/// How the dependents of a failed action go on.
public enum FailureRule: String, Choice {
  /// They cannot be run.
  case fail
  /// A stack of the sweep is made without the point, which is then missing.
  case skip
}
