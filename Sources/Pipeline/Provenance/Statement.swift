public import Configuration

/// How a result was made: an in-toto Statement v1 with the SLSA provenance v1 predicate. `Documentation/statements.md`
/// specifies what stands in it.
public struct Statement: Sendable, Equatable {
  /// What was made: the artifact and the files from it.
  public var subject: [ResourceDescriptor] = []
  /// What kind of making it was.
  public var buildType = Statement.buildType
  /// What the user asked for.
  public var externalParameters: [String: JSONValue] = [:]
  /// What followed from that.
  public var internalParameters: [String: JSONValue] = [:]
  /// What it was made from and with.
  public var dependencies: [ResourceDescriptor] = []
  /// The program that made it, as a URI.
  public var builder = ""
  /// When it was begun and ended, as ISO 8601 in UTC.
  public var started = ""
  /// When it was ended.
  public var finished = ""
  /// What came of it besides, such as the log.
  public var byproducts: [ResourceDescriptor] = []
  /// What this run of the action took, and where it ran: an extension of the run's details.
  public var run: [String: JSONValue] = [:]

  /// A statement that says nothing.
  public init() {}
}

extension Statement {
  /// The type of the statements that this program writes: the page of its documentation, by the package's own name, since
  /// the package has no host that could be named without lying.
  public static let buildType = "pkg:generic/pipeline#Documentation/statements.md"
  /// The name of an artifact's content digest among the digests of a descriptor.
  public static let contentDigest = "pipelineArtifact1"
  /// The type of a statement, for whoever carries it.
  public static let mediaType = "application/vnd.in-toto+json"

  static let type = "https://in-toto.io/Statement/v1"
  static let predicateType = "https://slsa.dev/provenance/v1"
  /// The member that SLSA does not know; such a member begins with the name of whoever adds it.
  private static let extensionName = "pipeline_run"

  /// The statement as JSON.
  public var json: JSONValue {
    [
      "_type": .string(Self.type),
      "subject": .array(subject.map(\.json)),
      "predicateType": .string(Self.predicateType),
      "predicate": [
        "buildDefinition": [
          "buildType": .string(buildType),
          "externalParameters": .object(externalParameters),
          "internalParameters": .object(internalParameters),
          "resolvedDependencies": .array(dependencies.map(\.json)),
        ],
        "runDetails": [
          "builder": ["id": .string(builder)],
          "metadata": ["startedOn": .string(started), "finishedOn": .string(finished)],
          "byproducts": .array(byproducts.map(\.json)),
          Self.extensionName: .object(run),
        ],
      ],
    ]
  }

  /// Reads a statement. Members that are not known are left alone, as in-toto asks.
  ///
  /// - Throws: what is wrong with it, also that it is one of another type.
  public init(_ json: JSONValue) throws(StatementError) {
    self.init()
    let whole = try Self.object(json, "the statement")
    try Self.expect(Self.type, whole["_type"], "_type")
    try Self.expect(Self.predicateType, whole["predicateType"], "predicateType")
    let predicate = try Self.object(whole["predicate"], "predicate")
    let definition = try Self.object(predicate["buildDefinition"], "buildDefinition")
    let details = try Self.object(predicate["runDetails"], "runDetails")
    subject = try Self.descriptors(whole["subject"], "subject")
    buildType = try Self.text(definition["buildType"], "buildType")
    externalParameters = try Self.object(definition["externalParameters"], "externalParameters")
    internalParameters = try Self.object(definition["internalParameters"] ?? [:], "internalParameters")
    dependencies = try Self.descriptors(definition["resolvedDependencies"] ?? [], "resolvedDependencies")
    builder = try Self.text(Self.object(details["builder"], "builder")["id"], "builder.id")
    let metadata = try Self.object(details["metadata"] ?? [:], "metadata")
    started = try Self.text(metadata["startedOn"] ?? "", "startedOn")
    finished = try Self.text(metadata["finishedOn"] ?? "", "finishedOn")
    byproducts = try Self.descriptors(details["byproducts"] ?? [], "byproducts")
    run = try Self.object(details[Self.extensionName] ?? [:], Self.extensionName)
  }

  private static func expect(_ text: String, _ value: JSONValue?, _ name: String) throws(StatementError) {
    let found = try self.text(value, name)
    guard found == text else { throw StatementError("'\(name)' is '\(found.prefix(100))' and not '\(text)'") }
  }

  private static func text(_ value: JSONValue?, _ name: String) throws(StatementError) -> String {
    guard case .string(let text)? = value else { throw StatementError("'\(name)' is no text") }
    return text
  }

  private static func object(_ value: JSONValue?, _ name: String) throws(StatementError) -> [String: JSONValue] {
    guard case .object(let members)? = value else { throw StatementError("'\(name)' is no object") }
    return members
  }

  private static func descriptors(
    _ value: JSONValue?,
    _ name: String
  ) throws(StatementError) -> [ResourceDescriptor] {
    guard case .array(let values)? = value else { throw StatementError("'\(name)' is no list") }
    var found: [ResourceDescriptor] = []
    for value in values { found.append(try ResourceDescriptor(value)) }
    return found
  }
}

/// What is wrong with a statement, its envelope or its signature.
public struct StatementError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  /// An error from its message.
  public init(_ description: String) {
    self.description = description
  }
}
