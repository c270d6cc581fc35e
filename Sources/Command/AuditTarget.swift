import Artifacts
import Audit
import Configuration
import Execution
import Planning
import Provenance
import Reporting
import Stages
import Store
import SystemPackage

/// What `pipeline audit` is asked about, found: the whole store, pipelines, or files and addresses.
struct AuditTarget {
  /// A name that the user gives.
  enum Name {
    case pipeline(Project)
    case result(String, TraceTarget.Form)

    /// Resolves a text: a file that is no pipeline file, a pipeline, else an address or a stage.
    init(_ text: String) throws {
      let form = try TraceTarget.form(of: text)
      let isPipelineFile = Project.isPipelineFile(text)
      if case .name = form {
      } else if !isPipelineFile {
        self = .result(text, form)
        return
      }
      switch try ArtifactReference.Name(text) {
      case .pipeline(let project): self = .pipeline(project)
      case .stage, .address: self = .result(text, .name)
      }
    }
  }

  private(set) var request: AuditRequest
  /// The name whose store is audited.
  private var owner: String?
  /// The runs whose locks and figures are taken in.
  private var audited: Set<String> = []

  /// Finds what is to be audited.
  ///
  /// - Parameter names: nothing for the whole store.
  init(_ names: [Name], _ options: ArtifactOptions) async throws {
    request = AuditRequest(store: nil, executable: "/proc/self/exe")
    let root = FilePath(options.store ?? "artifacts")
    if names.isEmpty {
      let store = try ArtifactReference.open(root)
      request.store = store
      request.isWhole = true
      request.keys = try store.allKeys()
      addLocks(in: store.root.appending("locks"), store)
      addFigures(in: store) { _ in true }
    }
    var reached: Set<ContentDigest> = []
    for name in names {
      switch name {
      case .pipeline(let project): reached.formUnion(try add(project, options))
      case .result(let text, let form): reached.formUnion(try await add(text, form, options))
      }
    }
    if !names.isEmpty { request.keys = reached.sorted() }
    let kinds = StageKinds.all
    request.code = CurrentCode(kinds.code) { kind in kinds[kind].map { kinds.fingerprint(of: $0) } }
    request.statedFiles = { StatedFile.all(of: $0) }
  }

  /// Takes a store for the one that is audited.
  ///
  /// - Throws: when another one is: a record is looked up in one store, and must not be taken for that of another.
  private mutating func take(_ store: ArtifactStore, of name: String) throws {
    guard let first = request.store, let owner else {
      (request.store, owner) = (store, name)
      return
    }
    func place(_ store: ArtifactStore) -> FilePath {
      FileSystem.resolved(FileSystem.absolute(store.root)) ?? store.root
    }
    guard place(first) != place(store) else { return }
    throw Diagnostics(
      Diagnostic(
        "'\(owner)' belongs to the store \(first.root), and '\(name)' to \(store.root); an audit is of one store",
        at: nil,
        hints: "audit them one after the other, or name the store of both with '--store'"
      )
    )
  }

  /// Takes in a pipeline with each of its profiles, or with the values that are chosen.
  private mutating func add(_ project: Project, _ options: ArtifactOptions) throws -> [ContentDigest] {
    let store = try ArtifactReference.open(options.store.map { FilePath($0) } ?? project.storePath)
    try take(store, of: project.file.string)
    let chosen = try options.choices.choices()
    let isChosen = chosen.profile != nil || !chosen.settings.isEmpty
    var keys: [ContentDigest] = []
    for choices in isChosen ? [chosen] : try project.everyChoice() {
      let pipeline = try project.pipeline(choices, .all)
      let known = store.known(of: pipeline)
      keys += known.records.values.compactMap { ContentDigest($0.key) }
      keys += known.unreadable.values.map(\.key)
      take(unreadable: known, of: pipeline.name, in: store)
      let run = RunName(pipeline.name, choices)
      let lock = project.storePath.appending("locks").appending("\(run).lock")
      // A pipeline may be named twice.
      guard audited.insert(run.description).inserted else { continue }
      request.locks.append(AuditedLock(lock, pipeline: Self.results(pipeline, known)))
      addFigures(in: store) { $0 == run.description }
    }
    return keys
  }

  /// Takes in a file or an address with the chain behind it.
  private mutating func add(
    _ text: String,
    _ form: TraceTarget.Form,
    _ options: ArtifactOptions
  ) async throws -> [ContentDigest] {
    var isFile = true
    var isArtifact = false
    switch form {
    case .name: isFile = false
    case .artifact: isArtifact = true
    default: break
    }
    let target: TraceTarget
    do {
      target = isArtifact ? try await read(FilePath(text), options) : try TraceTarget(text, form, options)
    } catch  where isFile {
      let reason = (error as? Diagnostics)?.all.first?.message ?? String(describing: error)
      request.files.append(
        AuditedFile(
          FilePath(text),
          isArtifact: isArtifact,
          problem: (error is Diagnostics ? .unknownFile : error is StoreError ? .unreadable : .fileChanged, reason)
        )
      )
      return []
    } catch let error as StoreError {
      request.findings.append(AuditFinding(.unreadableRecord, at: text, error.description))
      return []
    }
    if let store = target.store { try take(store, of: text) }
    if isFile {
      let problem = target.isChanged ? target.state.map { (word: AuditWord.fileChanged, detail: $0) } : nil
      request.files.append(AuditedFile(FilePath(text), isArtifact: isArtifact, problem: problem))
    }
    let chain = StatementChain(from: target.key, in: target.source)
    for case .unreadableRecord(let key, let address, let reason) in chain.gaps {
      let path = key.flatMap { ContentDigest($0) }.flatMap { target.store?.path(ofRecord: $0).string }
      request.findings.append(
        AuditFinding(.unreadableRecord, at: path ?? address, "how the result was made is not known: \(reason)")
      )
    }
    return chain.links.compactMap { $0.record == nil ? nil : ContentDigest($0.key) }
  }

  /// Finds the action behind an HDF5 file, which may be damaged.
  private func read(_ path: FilePath, _ options: ArtifactOptions) async throws -> TraceTarget {
    let content = try await request.content(of: path)
    guard let address = content.address.flatMap({ ContentDigest($0) }) else {
      throw ArtifactError("it cannot be read: \(content.failure ?? "")")
    }
    return try TraceTarget(artifact: path, address, carrying: content.statements ?? "", options)
  }

  /// Takes in that the records of some actions of a pipeline cannot be read.
  private mutating func take(unreadable known: KnownResults, of pipeline: String, in store: ArtifactStore) {
    for (stage, (key, reason)) in known.unreadable.sorted(by: { $0.key < $1.key }) {
      let name = ActionName(key: key.description, pipeline: pipeline, stage: stage)
      request.findings.append(
        AuditFinding(.unreadableRecord, at: store.path(ofRecord: key).string, of: name, reason.description)
      )
    }
  }

  /// The names in a folder of the store; none if it is not there. That it cannot be listed is a finding.
  private mutating func names(in folder: FilePath) -> [String] {
    do throws(StoreError) {
      return try FileSystem.contents(of: folder)
    } catch {
      if !error.isMissing { request.findings.append(AuditFinding(.unreadable, at: folder.string, error.description)) }
      return []
    }
  }

  /// Adds the lock files of a folder, each with the cached results of its pipeline.
  private mutating func addLocks(in folder: FilePath, _ store: ArtifactStore) {
    request.locks = names(in: folder).filter { $0.hasSuffix(".lock") }.map { name in
      // A pipeline's name has no full stop: what follows the first is the profile.
      let parts = name.dropLast(5).split(separator: ".", maxSplits: 1).map(String.init)
      var choices = Pipeline.Choices()
      choices.profile = parts.count > 1 ? parts[1] : nil
      let pipeline = parts.first.flatMap { name -> (Lock, Set<String>)? in
        guard let pipeline = self.pipeline(name, choices) else { return nil }
        let known = store.known(of: pipeline)
        take(unreadable: known, of: pipeline.name, in: store)
        return Self.results(pipeline, known)
      }
      return AuditedLock(folder.appending(name), pipeline: pipeline)
    }
  }

  /// The pipeline of a lock; nil if its file is not here or has mistakes. That it cannot be read is a finding.
  private mutating func pipeline(_ name: String, _ choices: Pipeline.Choices) -> Pipeline? {
    // Without the file the lock is compared with the records alone.
    guard let project = try? Project(finding: name) else { return nil }
    do {
      _ = try FileSystem.read(project.file, limit: 1 << 28)
    } catch {
      request.findings.append(AuditFinding(.unreadable, at: project.file.string, "\(error)"))
      return nil
    }
    return try? project.pipeline(choices, .all)
  }

  private static func results(_ pipeline: Pipeline, _ known: KnownResults) -> (Lock, Set<String>) {
    let entries = known.records.compactMapValues { record -> Lock.Entry? in
      guard let key = ContentDigest(record.key), let address = ContentDigest(record.artifact.address) else {
        return nil
      }
      return Lock.Entry(key: key, address: address)
    }
    return (Lock(entries), Set(pipeline.actions.map(\.name)))
  }

  /// Takes in the folders of published figures.
  private mutating func addFigures(in store: ArtifactStore, where isMeant: (String) -> Bool) {
    let root = store.root.appending("figures")
    for folder in names(in: root).filter(isMeant).map({ root.appending($0) }) {
      do throws(StoreError) {
        if try FileSystem.hasFolder(at: folder) { request.figures.append(folder) }
      } catch {
        request.findings.append(AuditFinding(.unreadable, at: folder.string, error.description))
      }
    }
  }
}
