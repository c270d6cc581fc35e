internal import Artifacts
internal import Claims
internal import Configuration
internal import Execution
public import Planning
internal import Provenance
public import Reporting
internal import Store
internal import SystemPackage

/// A Workflow Run RO-Crate (profile Provenance Run Crate 0.5) of a pipeline all of whose actions have results: the
/// pipeline file as workflow, each stage as step and tool, each action with parameters, inputs, outputs, times and use of
/// the machine, and all files with their digests. `Documentation/ro-crate.md` lists where each is found.
public struct WorkflowRunCrate {
  /// What the results do not tell and a person may say.
  public struct Words: Sendable {
    /// Who ran the pipeline.
    public var agent: String?
    /// The ORCID of that person, as a URL.
    public var orcid: String?
    /// The licence of the results, as a URL.
    public var license: String?
    /// The name and the version of the program.
    public var program = ""

    /// Nothing.
    public init() {}
  }

  static let profiles = [
    ("https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"),
    ("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"),
    ("https://w3id.org/ro/wfrun/provenance/0.5", "Provenance Run Crate", "0.5"),
    ("https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0"),
  ]
  static let root = "./"
  static let run = "#run"
  static let engineRun = "#engine-run"

  let facts: PipelineFacts
  let kinds: StageKinds
  let words: Words
  let folder: OutputPart
  /// The pipeline file in the crate.
  let workflow: String
  /// The program, as it names itself.
  let engine: String
  var graph = CrateGraph()
  var names: PublishedNames?
  /// What the whole run was given, made, and when.
  var given: [String] = []
  var made: [String] = []
  var firstStart: String?
  var lastEnd: String?
  /// For each stage its actions.
  var actions: [String: [String]] = [:]
  /// For each parameter of a tool its values with their entities.
  var values: [String: [JSONValue: String]] = [:]

  /// The crate of a pipeline.
  ///
  /// - Throws: `StoreError` when results are damaged or missing, `Diagnostics` when some of its actions have none yet.
  public init(_ facts: PipelineFacts, kinds: StageKinds, _ words: Words, in folder: OutputPart) throws {
    if let lost = facts.pipeline.actions.first(where: { facts.losses[$0.name] != nil }) {
      throw StoreError(
        "'\(lost.name)' of '\(facts.run)' is \(facts.lack(of: lost.name)), and no crate is made: "
          + (facts.reasons[lost.name] ?? "")
      )
    }
    guard facts.madeCount == facts.pipeline.actions.count else {
      throw Diagnostics(
        Diagnostic(
          "a crate describes a complete run: '\(facts.run)' has \(facts.state)",
          at: nil,
          hints: "'pipeline run' makes what is missing"
        )
      )
    }
    self.facts = facts
    self.kinds = kinds
    self.words = words
    self.folder = folder
    workflow = facts.source.file.asLink
    let parts = words.program.split(separator: " ").map(String.init)
    engine = "pkg:generic/" + parts.joined(separator: "@")
    names = try PublishedNames(of: facts.pipeline)
  }

  /// Writes the crate's files.
  public mutating func write() throws {
    try folder.write(facts.source.text, to: facts.source.file)
    addFrame()
    addWorkflow()
    for (position, stage) in facts.stages.enumerated() {
      addTool(of: stage)
      addStep(of: stage, at: position)
      for action in stage.actions { try add(action, of: stage) }
      addControl(of: stage)
    }
    try addClaims()
    try addReadme()
    addRun()
    try folder.write(graph.json.indentedText + "\n", to: "ro-crate-metadata.json")
  }

  // MARK: The frame

  private mutating func addFrame() {
    var descriptor = Entity("ro-crate-metadata.json", "CreativeWork")
    descriptor.refer("about", to: Self.root)
    descriptor.refer("conformsTo", to: ["https://w3id.org/ro/crate/1.1", Self.profiles[3].0])
    graph.add(descriptor)
    var root = Entity(Self.root, "Dataset", name: facts.title)
    root.add("description", text: facts.source.summary.isEmpty ? "Results of \(facts.run)" : facts.source.summary)
    root.refer("conformsTo", to: Self.profiles.map(\.0))
    root.refer("mainEntity", to: workflow)
    let license = words.license ?? "#license"
    root.refer("license", to: license)
    if let agent { root.refer("author", to: agent) }
    graph.add(root)
    for (id, name, version) in Self.profiles {
      var profile = Entity(id, "CreativeWork", name: name)
      profile.add("version", .string(version))
      graph.add(profile)
    }
    var terms = Entity(license, "CreativeWork", name: words.license ?? "Not stated")
    if words.license == nil {
      terms.add("description", "Whoever exported the crate named no licence: ask before using the results.")
    }
    graph.add(terms)
    if let agent { graph.add(Entity(agent, "Person", name: words.agent ?? words.orcid)) }
    graph.add(program(engine))
  }

  /// The entity of the person, if one is named.
  var agent: String? { words.orcid ?? words.agent.map { "#" + $0.asLink } }

  /// A program or a library, from a package URL.
  func program(_ uri: String) -> Entity {
    let name = uri.split(separator: "/").last.map(String.init) ?? uri
    let parts = name.split(separator: "@", maxSplits: 1).map(String.init)
    var program = Entity(uri, "SoftwareApplication", name: parts[0])
    if parts.count > 1 { program.add("softwareVersion", .string(parts[1])) }
    return program
  }

  /// Adds a file of the crate, which the root then has.
  mutating func addFile(_ path: String, _ name: String, bytes: Int, sha256: String, format: String) {
    let id = path.asLink
    guard graph[id] == nil else { return }
    var file = Entity(id, "File", name: name)
    file.add("contentSize", .string("\(bytes)"))
    file.add("sha256", .string(sha256))
    file.add("encodingFormat", .string(format))
    graph.add(file)
    graph[Self.root]?.refer("hasPart", to: id)
  }

  /// The media type of a file with this suffix.
  static func format(_ suffix: String) -> String {
    switch suffix {
    case "h5": "application/x-hdf5"
    case "pdf": "application/pdf"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "csv": "text/csv"
    case "md": "text/markdown"
    case "tex": "application/x-tex"
    case "json": "application/json"
    case "dat", "gp", "txt": "text/plain"
    default: "application/octet-stream"
    }
  }

  // MARK: The workflow

  private mutating func addWorkflow() {
    let language = "#language"
    let text = facts.source.text
    addFile(
      facts.source.file,
      facts.run.pipeline,
      bytes: text.utf8.count,
      sha256: ContentDigest(of: text).description,
      format: "application/yaml"
    )
    graph[workflow]?.types = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    graph[workflow]?.add("description", text: facts.title)
    // The content is its own version: whoever has the file can compute it.
    graph[workflow]?.add("version", .string("sha256:\(ContentDigest(of: text))"))
    graph[workflow]?.refer("programmingLanguage", to: language)
    graph[workflow]?.refer("conformsTo", to: "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE")
    graph.add(
      Entity(
        "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
        "CreativeWork",
        name: "Bioschemas ComputationalWorkflow"
      )
    )
    var entity = Entity(language, "ComputerLanguage", name: "pipeline YAML")
    entity.add("identifier", .string(engine))
    graph.add(entity)
    for parameter in facts.source.parameters {
      let id = "#parameters/\(parameter.name)".asReference
      var formal = Entity(id, "FormalParameter", name: parameter.name)
      formal.add("additionalType", .string(parameter.value.formalType))
      formal.add("defaultValue", .string(parameter.standard.shown))
      graph.add(formal)
      graph[workflow]?.refer("input", to: id)
      let value = "\(id)/value"
      var entity = Entity(value, "PropertyValue", name: parameter.name)
      entity.add("value", parameter.value.plainValue)
      entity.refer("exampleOfWork", to: id)
      graph.add(entity)
      given.append(value)
    }
  }

  private mutating func addClaims() throws {
    guard !facts.claims.isEmpty else { return }
    let words = "What the pipeline claims of its results, and whether it holds"
    try add(ClaimLedger(facts.claims).text, as: "claims.json", words, format: "application/json", about: Self.run)
  }

  private mutating func addReadme() throws {
    let text = """
      # \(facts.title.printable.replacing("<", with: "&lt;"))

      The results of the pipeline `\(facts.run)` as a Workflow Run RO-Crate: `ro-crate-metadata.json` says how each of them
      was made. `\(facts.source.file)` is the workflow, `figures/` has what it drew, `objects/` every result as a labelled
      HDF5 file, and `statements/` an in-toto statement of each action.

      """
    try add(text, as: "README.md", "What is in this crate", format: "text/markdown", about: Self.root)
  }

  /// Writes a text that is about an entity.
  private mutating func add(
    _ text: String,
    as name: String,
    _ words: String,
    format: String,
    about entity: String
  ) throws {
    try folder.write(text, to: name)
    addFile(name, words, bytes: text.utf8.count, sha256: ContentDigest(of: text).description, format: format)
    graph[name]?.refer("about", to: entity)
  }

  // MARK: The run

  private mutating func addRun() {
    var run = Entity(Self.run, "CreateAction", name: "Run of \(facts.run)")
    run.add(
      "description",
      .string(
        "All actions of the pipeline, from the beginning of the first to the end of the last; results that were known were "
          + "not computed again, so that they may be of several runs."
      )
    )
    run.refer("instrument", to: workflow)
    run.refer("object", to: given)
    run.refer("result", to: made)
    var engineRun = Entity(Self.engineRun, "OrganizeAction", name: "Run of \(words.program)")
    engineRun.refer("instrument", to: engine)
    engineRun.refer("object", to: facts.stages.map { Self.control($0) })
    engineRun.refer("result", to: Self.run)
    for (id, entity) in [(Self.run, run), (Self.engineRun, engineRun)] {
      var entity = entity
      complete(&entity, firstStart, lastEnd)
      graph[id] = entity
      graph[Self.root]?.refer("mentions", to: id)
    }
    graph[Self.root]?.add("datePublished", text: lastEnd ?? "1970-01-01T00:00:00.000Z")
  }

  /// Times, state and agent of an action.
  func complete(_ action: inout Entity, _ start: String?, _ end: String?) {
    action.add("startTime", text: start.map { Self.time($0) })
    action.add("endTime", text: end.map { Self.time($0) })
    action.add("actionStatus", "http://schema.org/CompletedActionStatus")
    if let agent { action.refer("agent", to: agent) }
  }

  /// A time as the profile's validator reads it: the same moment with +00:00 for Z.
  private static func time(_ text: String) -> String { text.last == "Z" ? text.dropLast() + "+00:00" : text }

  static func control(_ stage: PipelineFacts.Stage) -> String { "#control/\(stage.name)" }
  static func tool(_ stage: String) -> String { "#tools/\(stage)" }
}

extension String {
  /// The text as a reference within the crate: like `asLink`, but for the mark at its beginning.
  var asReference: String { first == "#" ? "#" + String(dropFirst()).asLink : asLink }
}

extension JSONValue {
  /// The type of a parameter with this value, as the profile names it.
  var formalType: String {
    switch self {
    case .null, .string: "Text"
    case .boolean: "Boolean"
    case .number(let number): number == number.rounded() ? "Integer" : "Float"
    case .whole: "Integer"
    case .array, .object: "PropertyValue"
    }
  }

  /// The value for a property of an entity, which holds no lists and no objects of ours.
  var plainValue: JSONValue {
    switch self {
    case .number, .whole, .boolean, .string: self
    case .null, .array, .object: .string(canonicalText)
    }
  }
}
