public import Artifacts
public import Configuration
internal import Planning
public import Store
public import SystemPackage

/// Writes the statements of the actions that a worker process runs. What is the same for all of them is found out once,
/// in the background.
public struct Attestor: Sendable {
  private let source: PipelineSource?
  private let code: [String: [String: String]]
  private let surroundings: Task<Surroundings, Never>
  private let git: Task<GitState, Never>

  /// What a process states besides what its actions are.
  public struct Settings: Record {
    /// The pipeline file.
    public var source: PipelineSource?
    /// The vector instructions that are used.
    public var vectors: String?

    /// Nothing.
    public init() {}

    /// The keys.
    public static let fields: [Field<Settings>] = [
      .init("source", \.source, "The pipeline file."),
      .init("vectors", \.vectors, "The vector instructions that are used."),
    ]
  }

  /// An attestor.
  ///
  /// - Parameters:
  ///   - program: the name and the version of this program.
  ///   - project: the folder of the project.
  ///   - code: for each fingerprint of the code the digests of its parts.
  public init(
    program: String,
    _ settings: Settings,
    project: FilePath,
    code: [String: [String: String]]
  ) {
    source = settings.source
    self.code = code
    surroundings = Task.detached { Surroundings(program: program, vectors: settings.vectors) }
    git = Task.detached { [source = settings.source] in
      guard let source else { return .none }
      return await GitState.of(source, in: project)
    }
  }

  /// Where an action stands in its pipeline, and what a record does not tell of its inputs.
  public struct Place: Sendable {
    /// The name of the pipeline.
    public var pipeline: String
    /// The name of the action.
    public var stage: String
    /// Where the stage is declared in the pipeline file, as `line:column`.
    public var position: String?
    /// For each result among the inputs the key of the action that made it.
    public var keys: [String: String]

    /// A place.
    public init(pipeline: String, stage: String, position: String?, keys: [String: String]) {
      self.pipeline = pipeline
      self.stage = stage
      self.position = position
      self.keys = keys
    }
  }

  /// Puts the provenance and the statement of a run into its record. The statement is not signed here: this is done in
  /// a process that runs no code of the user (`SigningKey.envelope`).
  ///
  /// - Parameters:
  ///   - record: the record, with all that was made.
  ///   - more: what the stage says besides.
  ///   - log: the digest of what it wrote.
  public func attest(
    _ record: inout ActionRecord,
    at place: Place,
    _ run: ActionRun.Result,
    threads: Int,
    _ more: [String: JSONValue],
    log: ContentDigest?
  ) async {
    let surroundings = await surroundings.value
    record.provenance = .object(
      [
        "pipeline": .string(place.pipeline),
        "stage": .string(place.stage),
        "program": .string(surroundings.program),
        "started": .string(run.started.text),
        "seconds": .number(run.seconds),
        "threads": .integer(threads),
        "machine": .object(surroundings.machine),
      ].merging(more) { own, _ in own }
    )
    var statement = Statement()
    statement.describe(record, at: place)
    statement.describe(source, await git.value)
    statement.describe(inputs: record.inputs, keys: place.keys)
    statement.describe(code: record.code, code[record.code] ?? [:])
    statement.describe(more)
    statement.dependencies += surroundings.tools
    statement.builder = surroundings.builder
    statement.started = run.started.text
    statement.finished = run.finished.text
    statement.run["seconds"] = .number(run.seconds)
    statement.run["processorSeconds"] = .number(run.processorSeconds)
    statement.run["peakMemoryBytes"] = .integer(run.peakMemory)
    statement.run["threads"] = .integer(threads)
    // Only what ended well has a record.
    statement.run["exitStatus"] = .integer(0)
    statement.run["machine"] = .object(surroundings.machine)
    if let log { statement.byproducts.append(ResourceDescriptor("log", digest: ["sha256": log.description])) }
    record.statement = statement.json.canonicalText
  }
}
