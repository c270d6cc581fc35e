public import Artifacts
public import Configuration

/// One computation: a kind with its parameters and where its inputs come from. A value that can be printed, stored
/// and sent to a worker.
public struct Action: Sendable {
  /// The name of the stage; within a pipeline it names the action.
  public let name: String
  /// The kind of the stage.
  public let kind: String
  /// The parameters with defaults filled in.
  public let parameters: JSONValue
  /// For each input the action that makes it.
  public let inputs: [String: String]
  /// The digest of the code that the result depends on.
  public let fingerprint: String
  /// Where the stage is declared.
  public let location: SourceLocation?

  /// An action.
  public init(
    name: String,
    kind: String,
    parameters: JSONValue,
    inputs: [String: String],
    fingerprint: String,
    location: SourceLocation?
  ) {
    self.name = name
    self.kind = kind
    self.parameters = parameters
    self.inputs = inputs
    self.fingerprint = fingerprint
    self.location = location
  }

  /// Names what the action computes: the digest of all that determines its result.
  ///
  /// - Parameter addresses: the addresses of the inputs, by the input's name.
  public func key(_ addresses: [String: ContentDigest]) -> ContentDigest {
    // The number is raised when the meaning of what is digested, or of what is stored under it, changes.
    let content: JSONValue = [
      "pipeline action": .number(1),
      "kind": .string(kind),
      "parameters": parameters,
      "inputs": .object(addresses.mapValues { .string($0.description) }),
      "code": .string(fingerprint),
    ]
    return ContentDigest(of: content.canonicalText)
  }
}
