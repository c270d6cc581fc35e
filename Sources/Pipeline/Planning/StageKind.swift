public import Artifacts
public import Configuration

/// A kind of stage: its parameters (the record's fields), its inputs and outputs, and its computation.
///
/// A kind is one file under `Sources/Stages/`. Validation, messages, documentation, schema and cache key follow from
/// what it declares. Its result may depend on its parameters and its inputs, and on nothing else.
public protocol StageKind: Record {
  /// Name, documentation, inputs and outputs.
  static var declaration: KindDeclaration { get }
  /// The stem of the files that it makes for people, such as `fig3` for `fig3.pdf`: the one that the user chose, else
  /// the word of the kind. Nil if it makes none, or if their names are known only afterwards.
  var fileStem: String? { get }
  /// The names of the files that belong to its result beside the arrays.
  var resultFiles: [String] { get }
  /// The values along dimensions of the result, by the dimension's name, as far as they follow from the parameters: a
  /// value that is not among them is then a mistake that is found before anything runs.
  var coordinates: [String: [JSONValue]] { get }
  /// The lengths of dimensions of the result, as far as they follow from the parameters; those of `coordinates` unless a
  /// kind knows more.
  var lengths: [String: Int] { get }
  /// Takes the content of files into the parameters, and so into the key, once when the pipeline is planned.
  mutating func resolve(_ files: inout ProjectDigests, _ diagnostics: inout Diagnostics)
  /// Checks the parameters against the declared inputs before any stage runs, beyond what their types express.
  func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics)
  /// The arrays of the result, as far as they follow from the inputs; those of the declaration unless a kind knows more.
  func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]?
  /// How much memory the computation takes, as far as that follows from the parameters and the inputs; nil for little,
  /// or if it is not known.
  ///
  /// - Parameter threads: how many threads it has at most.
  func memory(_ inputs: [String: InputKnowledge], threads: Int) -> MemoryEstimate?
  /// Computes the result.
  func run(_ context: StageContext) async throws -> StageResult
}

extension StageKind {
  /// No files for people.
  public var fileStem: String? { nil }

  /// None.
  public var resultFiles: [String] { [] }

  /// None are known.
  public var coordinates: [String: [JSONValue]] { [:] }

  /// Those along which the values are known.
  public var lengths: [String: Int] { coordinates.mapValues(\.count) }

  /// No files.
  public mutating func resolve(_ files: inout ProjectDigests, _ diagnostics: inout Diagnostics) {}

  /// Nothing more to check.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {}

  /// Little.
  public func memory(_ inputs: [String: InputKnowledge], threads: Int) -> MemoryEstimate? { nil }

  /// The declared ones.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? { Self.declaration.outputs }
}

/// What a kind of stage says about itself besides its parameters.
public struct KindDeclaration: Sendable {
  /// The word behind `kind:`, such as `uv/bifurcation`.
  public let name: String
  /// One line of documentation.
  public let summary: String
  /// More of it: the definitions and where they come from.
  public let discussion: String
  /// The inputs.
  public let inputs: InputRule
  /// The arrays of the result; nil when they depend on the parameters.
  public let outputs: [OutputDeclaration]?
  /// Whether it runs a program that its parameters name.
  public let runsPrograms: Bool
  /// The file that declares the kind, as `Module/File.swift`: its code belongs to the key of an action.
  public let sourceFile: String

  /// Declares a kind in the file of the caller.
  public init(
    _ name: String,
    _ summary: String,
    discussion: String = "",
    inputs: InputRule = .named([]),
    outputs: [OutputDeclaration]?,
    runsPrograms: Bool = false,
    sourceFile: String = #fileID
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.inputs = inputs
    self.outputs = outputs
    self.runsPrograms = runsPrograms
    self.sourceFile = sourceFile
  }
}

/// Which inputs a stage takes.
public enum InputRule: Sendable {
  /// These.
  case named([InputDeclaration])
  /// Any number, under names of the user's choice.
  case free
}

/// An input of a kind of stage.
public struct InputDeclaration: Sendable {
  /// The key under `inputs:`.
  public let name: String
  /// One line of documentation.
  public let help: String

  /// Declares an input.
  public init(_ name: String, _ help: String) {
    self.name = name
    self.help = help
  }
}

/// An array of a stage's result: its name, dimensions, unit and meaning are declared once, and the documentation,
/// the checks and the artifact's labels follow.
public struct OutputDeclaration: Sendable {
  /// The array's name.
  public let name: String
  /// The names of its dimensions, outermost first.
  public let dimensions: [String]
  /// The unit, in the words of UDUNITS; "1" for a pure number.
  public let unit: String?
  /// What the values are.
  public let summary: String
  /// For integer labels: the meaning of 0, 1, 2 and so on (CF convention `flag_meanings`).
  public let meanings: [String]
  /// Whether a result may lack the array.
  public let isOptional: Bool

  /// Declares an array.
  public init(
    _ name: String,
    _ dimensions: [String] = [],
    unit: String? = "1",
    _ summary: String,
    meanings: [String] = [],
    optional: Bool = false
  ) {
    self.name = name
    self.dimensions = dimensions
    self.unit = unit
    self.summary = summary
    self.meanings = meanings
    self.isOptional = optional
  }
}

extension OutputDeclaration {
  /// The summary for a reader of the array alone: a list of meanings does not follow it.
  var title: String { summary.last == ":" ? summary.dropLast() + "." : summary }
}

/// What is known of an input before anything runs.
public struct InputKnowledge: Sendable {
  /// The stage that makes it.
  public let stage: String
  /// The kind of that stage.
  public let kind: String
  /// Its arrays, unless they depend on what the stage finds.
  public let outputs: [OutputDeclaration]?
  /// The names of the files that belong to it beside the arrays.
  public let files: [String]
  /// The lengths of dimensions, as far as they are known.
  public let lengths: [String: Int]
  /// The parameters of the stage, or of the point of its sweep that is meant; nil if several are, or they have a mistake.
  public let parameters: (any StageKind)?

  /// The knowledge of one input.
  public init(
    stage: String,
    kind: String,
    outputs: [OutputDeclaration]?,
    files: [String] = [],
    lengths: [String: Int] = [:],
    parameters: (any StageKind)? = nil
  ) {
    self.stage = stage
    self.kind = kind
    self.outputs = outputs
    self.files = files
    self.lengths = lengths
    self.parameters = parameters
  }
}

/// What a running stage is given.
public struct StageContext: Sendable {
  /// The artifacts of the inputs.
  public let inputs: [String: Artifact]
  /// The names of the pipeline and of the stage, for a title or a file name; a result may not depend on them
  /// otherwise.
  public let pipeline: String
  /// The name of the stage.
  public let stage: String
  /// The key of the action, for files that say where they came from; an artifact may not depend on it.
  public let key: ContentDigest?
  /// How many threads may be used; the result may not depend on it.
  public let threads: Int
  /// An empty folder that is removed afterwards.
  public let scratch: String
  /// The file to which programs of the stage write what they print. Nothing is there at first.
  public let log: String
  /// The files around the pipeline.
  public let files: any StageFiles
  /// How far earlier runs of such a stage came.
  public let checkpoints: any StageCheckpoints
  /// The path of a file of an input's result, by its digest and its name.
  public let object: @Sendable (ContentDigest, String) throws -> String
  /// Reports the progress of the stage.
  public let report: @Sendable (StageProgress) -> Void

  /// The surroundings of one run of one stage.
  public init(
    inputs: [String: Artifact],
    pipeline: String,
    stage: String,
    key: ContentDigest? = nil,
    threads: Int,
    scratch: String,
    log: String? = nil,
    files: any StageFiles = NoFiles(),
    checkpoints: any StageCheckpoints = NoCheckpoints(),
    object: @escaping @Sendable (ContentDigest, String) throws -> String = { throw StageFailure("no file '\($1)'") },
    report: @escaping @Sendable (StageProgress) -> Void
  ) {
    self.inputs = inputs
    self.pipeline = pipeline
    self.stage = stage
    self.key = key
    self.threads = threads
    self.scratch = scratch
    self.log = log ?? scratch + "/log"
    self.files = files
    self.checkpoints = checkpoints
    self.object = object
    self.report = report
  }

  /// The artifact of an input that the kind declares.
  public func input(_ name: String) throws(StageFailure) -> Artifact {
    guard let artifact = inputs[name] else { throw StageFailure("the input '\(name)' was not handed over") }
    return artifact
  }
}

/// How far a stage is.
public struct StageProgress: Sendable {
  /// From 0 to 1.
  public let fraction: Double
  /// What is being done, and the figures that matter.
  public let message: String

  /// A progress report.
  public init(_ fraction: Double, _ message: String = "") {
    self.fraction = fraction
    self.message = message
  }
}

/// What a stage makes: an artifact, and files for people where there are any.
public struct StageResult: Sendable {
  /// The labelled arrays; their address is the address of the result.
  public let artifact: Artifact
  /// Files for people that were made from the artifact, by name ("fig3.pdf"), as paths in the scratch folder.
  public let files: [String: String]
  /// Other files that belong to the result, by name, as paths in the scratch folder. The artifact names their digests.
  public let parts: [String: String]
  /// What is to be known of this run of the stage and is no part of the result.
  public var provenance: [String: JSONValue]

  /// A result.
  public init(
    _ artifact: Artifact,
    files: [String: String] = [:],
    parts: [String: String] = [:],
    provenance: [String: JSONValue] = [:]
  ) {
    self.artifact = artifact
    self.files = files
    self.parts = parts
    self.provenance = provenance
  }
}

/// A stage could not be computed: what is wrong, for the user.
public struct StageFailure: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  /// A failure from its message.
  public init(_ description: String) {
    self.description = description
  }
}
