import ArgumentParser
import Claims
import Configuration
import Execution
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// Where a pipeline file lies, and the store that belongs to it.
struct Project {
  /// The pipeline file.
  let file: FilePath
  /// The folder of the project.
  let folder: FilePath
  /// The store's folder, unless the user names another.
  var storePath: FilePath { folder.appending("artifacts") }

  /// The path of the file from the folder of the project.
  var filePath: String {
    var path = FileSystem.absolute(file)
    _ = path.removePrefix(FileSystem.absolute(folder))
    return path.string
  }

  /// The extensions of pipeline files; of two files with one name the first one counts.
  static let extensions = ["yaml", "yml"]

  /// Whether a file is a pipeline file, by its extension.
  static func isPipelineFile(_ name: String) -> Bool { FilePath(name).extension.map(extensions.contains) ?? false }

  /// Finds a pipeline by path, or by name in the folder `pipelines`.
  init(finding name: String) throws(Diagnostics) {
    let path = FilePath(name)
    let named = path.extension == nil ? Self.extensions.map { FilePath("\(name).\($0)") } : [path]
    let inPipelines = named.map { FilePath("pipelines").pushing($0) }
    let candidates = [path] + named + (path.isAbsolute ? [] : inPipelines)
    guard let file = candidates.first(where: { FileSystem.size(of: $0) != nil && !FileSystem.isFolder($0) }) else {
      throw Diagnostics(Self.notFound(name))
    }
    self.file = file
    folder = Self.folder(around: file.removingLastComponent())
  }

  /// The project of pipeline files in a folder: the one around the folder if that is `pipelines`, else the folder.
  private static func folder(around folder: FilePath) -> FilePath {
    if folder.lastComponent?.string == "pipelines" { return folder.removingLastComponent() }
    // The folder's name may not be written: `pipeline run one.yaml` within pipelines/, or `./one.yaml`.
    guard FileSystem.absolute(folder).lastComponent?.string == "pipelines" else { return folder }
    return folder.appending("..").lexicallyNormalized()
  }

  /// The text of a pipeline file, and what it says.
  struct Text {
    let bytes: [UInt8]
    let root: Node
  }

  /// Reads and checks the pipeline.
  func pipeline(_ choices: Pipeline.Choices, _ kinds: StageKinds) throws -> Pipeline {
    try pipeline(in: try text(), choices, kinds)
  }

  /// Checks the pipeline in a text.
  func pipeline(in text: Text, _ choices: Pipeline.Choices, _ kinds: StageKinds) throws -> Pipeline {
    let pipeline = try Pipeline(text.root, choices: choices, kinds: kinds, files: ProjectFolder(folder)) {
      ClaimList($0, $1, &$2)
    }
    // That the files of two stages have one name is a mistake of the pipeline file as any other.
    _ = try PublishedNames(of: pipeline)
    return pipeline
  }

  /// The names of the file's profiles.
  func profiles() throws -> [String] {
    var diagnostics = Diagnostics()
    let file = PipelineFile.decodePart(try text().root, &diagnostics)
    try diagnostics.throwIfAny()
    return file?.profiles.names ?? []
  }

  /// No profile, and each of the file's profiles.
  func everyChoice() throws -> [Pipeline.Choices] {
    ([nil] + (try profiles())).map { profile in
      var choices = Pipeline.Choices()
      choices.profile = profile
      return choices
    }
  }

  /// Reads the file.
  func text() throws -> Text {
    if let size = FileSystem.size(of: file), size > YAMLParser.maximumBytes {
      throw Diagnostics(YAMLParser.tooLarge(name: file.string, bytes: size))
    }
    do {
      let bytes = try FileSystem.readArgument(file, limit: YAMLParser.maximumBytes)
      return Text(bytes: bytes, root: try YAMLParser.parse(bytes, name: file.string))
    } catch let error as StoreError {
      throw Diagnostics(Diagnostic(error.description, at: nil))
    }
  }

  /// The names of all pipelines of the folder `pipelines`.
  static func all() throws(Diagnostics) -> [String] {
    let names = ((try? FileSystem.contents(of: "pipelines")) ?? []).filter(isPipelineFile)
    guard !names.isEmpty else {
      throw Diagnostics(Diagnostic("there are no pipelines in pipelines/ here", at: nil, hints: "name a pipeline file"))
    }
    return names.map { "pipelines/\($0)" }
  }

  /// The recorded facts about pipelines, and the folders of their stores.
  ///
  /// - Parameters:
  ///   - names: the pipelines; if empty, all of the folder `pipelines`.
  ///   - store: the folder of the store; that of each project unless given.
  /// - Throws: also when two of them are called alike: their pages or crates would take each other's place.
  static func facts(
    of names: [String],
    _ choices: Pipeline.Choices,
    store: String?
  ) async throws -> (facts: [PipelineFacts], stores: [FilePath]) {
    var facts: [PipelineFacts] = []
    var stores: [FilePath] = []
    for name in names.isEmpty ? try all() : names {
      let project = try Project(finding: name)
      let text = try project.text()
      let pipeline = try project.pipeline(in: text, choices, .all)
      let run = RunName(pipeline.name, choices)
      guard !facts.contains(where: { $0.run == run }) else {
        throw Diagnostics(Diagnostic("two of these pipelines are called '\(run)'", at: nil))
      }
      stores.append(store.map { FilePath($0) } ?? project.storePath)
      let found = try ArtifactStore(existingAt: stores[stores.count - 1])
      facts.append(
        PipelineFacts(
          pipeline,
          as: run,
          PipelineText(project.filePath, bytes: text.bytes, root: text.root, choices),
          in: found,
          code: StageKinds.all.code,
          verdicts: await verdicts(of: pipeline, as: run, in: found)
        )
      )
    }
    return (facts, stores)
  }

  /// What is found of the claims now, on the results that are in a store.
  private static func verdicts(of pipeline: Pipeline, as run: RunName, in store: ArtifactStore?) async -> ClaimLedger {
    let list = ClaimList(of: pipeline)
    guard let store, !list.entries.isEmpty else { return ClaimLedger() }
    let name = run.description
    let forecast = Forecast(pipeline, store: store, latest: LatestRun(of: name, in: store))
    return ClaimLedger(await ClaimChecker(of: store).check(list, forecast, known: ClaimLedger(of: name, in: store)))
  }

  private static func notFound(_ name: String) -> Diagnostic {
    let files = (try? FileSystem.contents(of: "pipelines")) ?? []
    let known = files.filter(isPipelineFile)
    return Diagnostic(
      "there is no pipeline file '\(name)', here or in pipelines/",
      at: nil,
      hints: Suggestion.hint(for: name, among: known + known.compactMap { FilePath($0).stem }),
      known.isEmpty ? "there is no folder pipelines/ here" : "pipelines/ has " + known.joined(separator: ", ")
    )
  }
}

/// The options that say which pipeline is meant, and with which values.
struct PipelineOptions: ParsableArguments {
  @Argument(help: "The pipeline file, by path or by its name in pipelines/.")
  var pipeline: String

  @OptionGroup var values: ChoiceOptions

  @Option(
    name: .long,
    help: """
      The folder of the store (default: artifacts, beside the folder pipelines/ that holds the file, else beside the \
      file).
      """
  )
  var store: String?

  /// The changes to the pipeline's parameters.
  func choices() throws -> Pipeline.Choices { try values.choices() }

  /// The store's folder.
  func storePath(of project: Project) -> FilePath {
    store.map { FilePath($0) } ?? project.storePath
  }
}

/// The options that change a pipeline's parameters.
struct ChoiceOptions: ParsableArguments {
  @Option(name: .long, help: "The named set of parameter values to use, such as quick.")
  var profile: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      """
      Set a parameter of the file. VALUE is a number, a word, a 'quoted text', a [list] or a {mapping} of YAML if it is \
      that from end to end; otherwise it is the text as it stands, such as 'run #3'.
      """,
      valueName: "name=value"
    )
  )
  var settings: [String] = []

  /// The changes to the pipeline's parameters.
  func choices() throws -> Pipeline.Choices {
    var choices = Pipeline.Choices()
    choices.profile = profile
    for setting in settings {
      guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
        throw ValidationError("--set takes name=value, and got '\(setting)'")
      }
      choices.settings.append((String(setting[..<equals]), String(setting[setting.index(after: equals)...])))
    }
    return choices
  }
}
