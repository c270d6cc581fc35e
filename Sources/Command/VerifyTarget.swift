import Artifacts
import Configuration
import Execution
import Planning
import Provenance
import Stages
import Store
import SystemPackage
import Verification

/// The target of `pipeline verify` as the user names it: a pipeline, a stage, a file or an address.
struct VerifyTarget {
  /// The recorded actions.
  let graph: RecordedGraph
  /// The folder of the project in which they run.
  let project: FilePath
  /// The pipeline file, if one was named.
  let source: PipelineSource?
  /// The pipeline with its file's text and choices, for reports.
  let text: [UInt8]
  let file: String
  /// The message about a file that differs from the result of its action.
  var changed: String?

  /// Finds what a text names.
  ///
  /// - Parameter trustsFiles: whether to run programs that only the file, or the store around it, names.
  init(_ text: String, _ options: ArtifactOptions, trustsFiles: Bool) async throws {
    let form = try TraceTarget.form(of: text)
    switch form {
    case .artifact: try await self.init(artifact: text, options, trustsFiles: trustsFiles)
    case .picture: try self.init(TraceTarget(text, form, options), text, options, trustsFiles: trustsFiles)
    case .file where !Project.isPipelineFile(text):
      try self.init(TraceTarget(text, form, options), text, options, trustsFiles: trustsFiles)
    default:
      switch try ArtifactReference.Name(text) {
      case .stage(let project, let stage): try self.init(project, stage: stage, options)
      case .address: try self.init(TraceTarget(text, form, options), text, options, trustsFiles: trustsFiles)
      case .pipeline(let project): try self.init(project, stage: nil, options)
      }
    }
  }

  // MARK: A pipeline

  private init(_ project: Project, stage: String?, _ options: ArtifactOptions) throws {
    let choices = try options.choices.choices()
    let text = try project.text()
    let pipeline = try project.pipeline(in: text, choices, .all)
    let root = options.store.map { FilePath($0) } ?? project.storePath
    guard let store = try ArtifactStore(existingAt: root) else {
      throw Diagnostics(
        Diagnostic(
          "there is no store '\(root)' with results to verify",
          at: nil,
          hints: "'pipeline run \(pipeline.name)' makes them",
          "'--store' names another store"
        )
      )
    }
    let scope = try stage.map { try pipeline.actions(named: $0, by: "\(pipeline.name)/\($0)") }
    // Looked for only where something is not recorded.
    var others: OtherProfiles?
    func elsewhere(_ action: String) -> String? {
      let profiles = others ?? OtherProfiles(of: project, in: store, except: choices)
      others = profiles
      return profiles.hint(for: action)
    }
    graph = RecordedGraph(
      pipeline,
      as: RunName(pipeline.name, choices),
      scope: scope.map(pipeline.needed),
      in: store,
      code: StageKinds.all.code,
      elsewhere: elsewhere
    )
    self.project = project.folder.isEmpty ? "." : project.folder
    self.text = text.bytes
    file = project.file.string
    source = PipelineSource(
      project.filePath,
      bytes: text.bytes,
      profile: choices.profile,
      settings: choices.settings.map { "\($0.name)=\($0.value)" }
    )
  }

  // MARK: A result

  private init(_ target: TraceTarget, _ name: String, _ options: ArtifactOptions, trustsFiles: Bool) throws {
    self.init(
      StatementChain(from: target.key, in: target.source),
      name,
      target.store,
      changed: target.isChanged ? target.state : nil,
      trustsStore: Self.isOwn(target.store, options),
      trustsFiles: trustsFiles
    )
  }

  private init(
    _ chain: StatementChain,
    _ name: String,
    _ store: ArtifactStore?,
    changed: String?,
    trustsStore: Bool,
    trustsFiles: Bool
  ) {
    let root = store.map { FileSystem.absolute($0.root).removingLastComponent() } ?? FileSystem.absolute(".")
    let tolerances = DeclaredTolerances(in: root, of: chain)
    graph = RecordedGraph(
      behind: FilePath(name).lastComponent?.string ?? name,
      chain,
      in: store,
      code: StageKinds.all.code,
      fingerprint: { StageKinds.all[$0].map { StageKinds.all.fingerprint(of: $0) } },
      tolerances: tolerances.of,
      refusal: { trustsFiles ? nil : Self.refusal(of: $0, trustsStore: trustsStore) }
    )
    project = root
    (source, text, file, self.changed) = (nil, [], name, changed)
  }

  /// Whether a store is that of this folder, or one that the user names, and not one that a file was found to lie in.
  private static func isOwn(_ store: ArtifactStore?, _ options: ArtifactOptions) -> Bool {
    guard options.store == nil, let store else { return options.store != nil }
    return FileSystem.absolute(store.root) == FileSystem.absolute("artifacts")
  }

  /// The reason not to run a program: anyone may have written the statements in a file, or the records of the store around
  /// it, and a user who verifies a file from someone else does not expect its programs to run.
  private static func refusal(of link: StatementChain.Link, trustsStore: Bool) -> String? {
    guard link.record == nil || !trustsStore, StageKinds.all[link.kind]?.declaration.runsPrograms == true else {
      return nil
    }
    let source = link.record == nil ? "that only the file names" : "from a store that is not this folder's"
    return "it runs a program \(source); 'pipeline trace' shows it, and --run-programs runs it"
  }

  /// A separate process reads an HDF5 file and returns its action and the statements that the file carries.
  private init(artifact name: String, _ options: ArtifactOptions, trustsFiles: Bool) async throws {
    let arguments = ["verify", "--resolve", name] + (options.store.map { ["--store", $0] } ?? [])
    let output: String
    switch try await IsolatedProcess.output(of: "/proc/self/exe", arguments) {
    case (.exited(0), let text): output = text
    case (.exited(let code), _): throw ExitStatus(rawValue: code) ?? .stageFailed
    case (let ending, _):
      throw ArtifactError("cannot read \(name): reading it \(ending.ofReading), so it may be damaged")
    }
    guard case .object(let found) = try JSONValue(reading: output, name: name), case .string(let key)? = found["key"],
      case .string(let bundle)? = found["bundle"]
    else { throw ArtifactError("cannot read \(name)") }
    let store = try TraceTarget.store(around: FilePath(name), options)
    var changed: String?
    if case .string(let state)? = found["changed"] { changed = state }
    let chain = StatementChain(from: key, in: try StatementSource(store, bundle: bundle))
    try chain.checkIsRead()
    self.init(
      chain,
      name,
      store,
      changed: changed,
      trustsStore: Self.isOwn(store, options),
      trustsFiles: trustsFiles
    )
  }

  /// The output of that process.
  static func resolve(_ name: String, _ options: ArtifactOptions) throws -> JSONValue {
    ReadingTime.limit(for: [FilePath(name)])
    let target = try TraceTarget(name, .artifact, options)
    return [
      "key": .string(target.key),
      "changed": target.isChanged ? target.state.map { .string($0) } ?? .null : .null,
      "bundle": .string(try EmbeddedStatements.read(from: name) ?? ""),
    ]
  }
}

/// The tolerances that pipeline files declare for the stages behind a result, where these files are still there.
private struct DeclaredTolerances {
  private struct Choice: Hashable {
    let file: String
    let profile: String?
    let settings: [String]

    init?(_ link: StatementChain.Link) {
      guard let statement = link.statement?.statement, let file = statement.file else { return nil }
      self.file = file
      (profile, settings) = statement.choices
    }
  }

  private var tolerances: [Choice: [String: [String: Tolerance]]] = [:]

  init(in root: FilePath, of chain: StatementChain) {
    for choice in Set(chain.links.compactMap(Choice.init)) {
      var choices = Pipeline.Choices()
      choices.profile = choice.profile
      choices.settings = choice.settings.compactMap { setting in
        setting.firstIndex(of: "=").map { (String(setting[..<$0]), String(setting[setting.index(after: $0)...])) }
      }
      // A statement is data: the file that it names is read only where it belongs to this project.
      let file = root.pushing(FilePath(choice.file)).lexicallyNormalized()
      guard file.starts(with: root), let project = try? Project(finding: file.string),
        let pipeline = try? project.pipeline(choices, .all)
      else { continue }
      let named = pipeline.actions.map { ($0.name, $0.tolerances) }
      tolerances[choice] = Dictionary(named) { first, _ in first }
    }
  }

  func of(_ link: StatementChain.Link) -> [String: Tolerance] {
    guard let choice = Choice(link), let stage = link.stage else { return [:] }
    return tolerances[choice]?[stage] ?? [:]
  }
}
