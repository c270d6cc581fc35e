import ArgumentParser
import Artifacts
import Configuration
import Planning
import Stages
import Store
import SystemPackage

/// An artifact as a person names it, found: a file, an address, an action's key, or a stage of a pipeline.
struct ArtifactReference {
  /// The HDF5 file.
  let file: FilePath
  /// The store in which the file's records are looked up, if there is one.
  let store: ArtifactStore?
  /// The record of the action, where an action and not a content was named.
  let record: ActionRecord?

  /// Finds what `text` names.
  init(_ text: String, _ options: ArtifactOptions) throws {
    let path = FilePath(text)
    if FileSystem.exists(path), (try? FileSystem.contents(of: path)) == nil {
      let named = try options.store.map { try Self.open(FilePath($0)) }
      self.init(file: path, store: try named ?? Self.store(around: path), record: nil)
    } else if Self.isAddress(text) {
      try self.init(digits: text.lowercased(), try Self.open(FilePath(options.store ?? "artifacts")))
    } else {
      switch try Name(text, takesPipelines: false) {
      case .stage(let project, let stage): try self.init(stage: stage, of: project, options)
      case .pipeline, .address: throw Diagnostics(Self.needsStage(text))
      }
    }
  }

  /// Whether a text is an address or a key, or the beginning of one.
  static func isAddress(_ text: String) -> Bool {
    (ArtifactStore.fewestDigits...64).contains(text.utf8.count) && text.allSatisfy(\.isHexDigit)
  }

  private init(file: FilePath, store: ArtifactStore?, record: ActionRecord?) {
    self.file = file
    self.store = store
    self.record = record
  }

  private init(digits: String, _ store: ArtifactStore) throws {
    let addresses = try store.addresses(beginningWith: digits)
    let keys = addresses.isEmpty ? try store.keys(beginningWith: digits) : []
    guard addresses.count + keys.count < 2 else {
      let candidates = (addresses + keys).map(\.description)
      throw Diagnostics(
        Diagnostic(
          "'\(digits)' is the beginning of \(candidates.count) addresses in \(store.root)",
          at: nil,
          hints: "give more digits of one of: " + Suggestion.list(candidates.map { String($0.prefix(16)) })
        )
      )
    }
    if let address = addresses.first {
      self.init(file: store.path(of: address), store: store, record: nil)
    } else if let key = keys.first, let record = try store.record(for: key) {
      self.init(file: store.path(of: record.artifact), store: store, record: record)
    } else {
      throw Diagnostics(
        Diagnostic(
          "no address in \(store.root) begins with '\(digits)'",
          at: nil,
          hints: "'--store' names another store"
        )
      )
    }
  }

  private init(stage: String, of project: Project, _ options: ArtifactOptions) throws {
    let choices = try options.choices.choices()
    let pipeline = try project.pipeline(choices, .all)
    let names = pipeline.actions.map(\.name)
    let points = names.filter { $0 != stage && Action.stage(of: $0) == stage }
    guard points.isEmpty else {
      throw Diagnostics(
        Diagnostic(
          "stage '\(stage)' of \(project.file) is a sweep; name one of its points",
          at: nil,
          hints: "points: " + Suggestion.list(points)
        )
      )
    }
    guard names.contains(stage) else {
      throw Diagnostics(
        Diagnostic(
          "\(project.file) has no stage '\(stage)'",
          at: nil,
          hints: Suggestion.hint(for: stage, among: names),
          "stages: " + Suggestion.list(names)
        )
      )
    }
    let root = options.store.map { FilePath($0) } ?? project.storePath
    let found = try ArtifactStore(existingAt: root)
    guard let store = found, let record = try store.known(of: pipeline).record(of: stage),
      try FileSystem.kind(of: store.path(of: record.artifact)) != nil
    else {
      throw Diagnostics(
        Diagnostic(
          "stage '\(stage)' of \(project.file) is not built yet with these values",
          at: nil,
          hints: found.flatMap { OtherProfiles(of: project, in: $0, except: choices).hint(for: stage) },
          "'pipeline run \(project.file)' builds it"
        )
      )
    }
    self.init(file: store.path(of: record.artifact), store: store, record: record)
  }

  /// The pipeline and the stage in `PIPELINE/STAGE`, where there is such a pipeline; its path may hold slashes too.
  static func stage(_ text: String) -> (Project, String)? {
    for (index, letter) in zip(text.indices, text) where letter == "/" {
      let stage = String(text[text.index(after: index)...])
      if !stage.isEmpty, let project = try? Project(finding: String(text[..<index])) { return (project, stage) }
    }
    return nil
  }

  static func open(_ root: FilePath) throws -> ArtifactStore {
    if let store = try ArtifactStore(existingAt: root) { return store }
    throw Diagnostics(
      Diagnostic("there is no store '\(root)' here", at: nil, hints: "'--store' names another one")
    )
  }

  /// The store that a file lies in, or that of this folder.
  static func store(around file: FilePath) throws -> ArtifactStore? {
    let folder = file.removingLastComponent().removingLastComponent()
    if let name = folder.lastComponent?.string, ["objects", "figures"].contains(name),
      let store = try ArtifactStore(existingAt: folder.removingLastComponent())
    {
      return store
    }
    return try ArtifactStore(existingAt: "artifacts")
  }

  private static func needsStage(_ text: String) -> Diagnostic {
    var diagnostic = Diagnostic("'\(text)' is no artifact", at: nil)
    let pipeline = try? Project(finding: text).pipeline(Pipeline.Choices(), .all)
    diagnostic.hints = [
      pipeline.map { pipeline in
        "'\(text)' is a pipeline; its stages: " + Suggestion.list(pipeline.actions.map { "\(text)/\($0.name)" })
      } ?? Name.ways
    ]
    return diagnostic
  }
}

extension ArtifactReference {
  /// What a text means that is the name of no file with a result.
  enum Name {
    case pipeline(Project)
    case stage(Project, String)
    /// An address, a key, or the beginning of one.
    case address

    fileprivate static let ways =
      "give a file, an address or its first \(ArtifactStore.fewestDigits) digits or more, or PIPELINE/STAGE"

    /// Finds what the text names: a pipeline before an address, since the name of a pipeline may look like an address.
    ///
    /// - Parameter takesPipelines: whether a pipeline is a valid answer, for the message about a word that names nothing.
    init(_ text: String, takesPipelines: Bool = true) throws(Diagnostics) {
      let missing: Diagnostics
      do throws(Diagnostics) {
        self = .pipeline(try Project(finding: text))
        return
      } catch {
        missing = error
      }
      if ArtifactReference.isAddress(text) {
        self = .address
      } else if let (project, stage) = ArtifactReference.stage(text) {
        self = .stage(project, stage)
      } else {
        throw Self.unknown(text, takesPipelines ? missing : nil)
      }
    }

    /// - Parameter missing: that there is no such pipeline.
    private static func unknown(_ text: String, _ missing: Diagnostics?) -> Diagnostics {
      let path = FilePath(text)
      let isFile = path.extension != nil && !Project.isPipelineFile(path.string)
      let message: String
      if FileSystem.isFolder(path) {
        message = "'\(text)' is a folder, and no file with a result"
      } else if !text.isEmpty, text.allSatisfy(\.isHexDigit) {
        let count = text.utf8.count
        message =
          count > 64
          ? "'\(text.prefix(16))…' has \(count) digits, and an address has 64"
          : "'\(text)' is neither a pipeline here nor long enough for an address"
      } else if isFile {
        message = "there is no file '\(text)'"
      } else if text.contains("/"), path.extension == nil {
        message = "there is no file '\(text)', and no pipeline of whose name it is a stage"
      } else if let missing {
        return missing
      } else {
        message = "'\(text)' is no artifact"
      }
      var diagnostic = Diagnostic(message, at: nil)
      diagnostic.hints = [ways]
      return Diagnostics(diagnostic)
    }
  }
}

/// The options with which artifacts are named.
struct ArtifactOptions: ParsableArguments {
  @Option(name: .long, help: "The store in which addresses are looked up (default: artifacts).")
  var store: String?

  @OptionGroup var choices: ChoiceOptions
}
