public import Artifacts
public import Execution
internal import FoundationEssentials
public import Provenance
public import Store
public import SystemPackage

/// What is audited, and what is asked of it.
public struct AuditRequest: Sendable {
  /// The store; nil where a file stands for itself.
  public var store: ArtifactStore?
  /// The actions.
  public var keys: [ContentDigest] = []
  /// Whether these are all actions of the store, and its folders are looked through.
  public var isWhole = false
  /// What was found while it was looked up what to audit.
  public var findings: [AuditFinding] = []
  /// The keys of which one must have signed each statement; empty where signatures are not asked for.
  public var signers: [PublicKey] = []
  /// Whether the content of each artifact is read and compared with its address.
  public var isDeep = false
  /// The code of this program.
  public var code = CurrentCode([:]) { _ in nil }
  /// The files from outside that an action's statement names.
  public var statedFiles: @Sendable (AuditedAction) -> [StatedFile] = { _ in [] }
  /// The locks that the results must agree with.
  public var locks: [AuditedLock] = []
  /// The folders of published figures.
  public var figures: [FilePath] = []
  /// Files from anywhere.
  public var files: [AuditedFile] = []
  /// This program, which is called to read HDF5 files with `content-worker`.
  public var executable: FilePath

  /// An audit of nothing.
  public init(store: ArtifactStore?, executable: FilePath) {
    self.store = store
    self.executable = executable
  }
}

extension AuditRequest {
  /// What is in an HDF5 file from anywhere, read in a process of its own.
  public func content(of path: FilePath) async throws -> FileContent {
    let work = try Self.makeWorkFolder()
    defer { FileSystem.removeFolder(work) }
    return await reader(work).contents(of: [path], areExports: true, work: work).first ?? FileContent()
  }

  /// A folder for what lies on the disk meanwhile: outside of the store, which may be read-only.
  fileprivate static func makeWorkFolder() throws -> FilePath {
    OwnedName.removeAbandoned(workMark, in: workPlace)
    let work = workPlace.appending(OwnedName.make(workMark))
    try FileSystem.createFolder(work)
    return work
  }

  /// Removes such folders of this process, which is about to end.
  public static func removeWorkFolders() { OwnedName.removeOwn(workMark, in: workPlace) }

  private static let workMark = "pipeline-audit-"
  private static var workPlace: FilePath { FilePath(FileManager.default.temporaryDirectory.path) }

  fileprivate func reader(_ work: FilePath) -> ContentReader {
    ContentReader(
      executable: executable,
      arguments: ["content-worker", work.string] + (store.map { [$0.root.string] } ?? []),
      processes: ParallelMap.cores
    )
  }
}

/// A file from anywhere that is audited with the chain behind it.
public struct AuditedFile: Sendable {
  /// The file.
  public var path: FilePath
  /// Whether it is an HDF5 file.
  public var isArtifact: Bool
  /// What is wrong with it, if that is known.
  public var problem: (word: AuditWord, detail: String)?

  /// A file.
  public init(_ path: FilePath, isArtifact: Bool, problem: (word: AuditWord, detail: String)? = nil) {
    (self.path, self.isArtifact, self.problem) = (path, isArtifact, problem)
  }
}

/// What was looked at, and what was found.
public struct AuditReport: Sendable {
  /// What was found: first what does not hold.
  public fileprivate(set) var findings: [AuditFinding] = []
  /// The actions whose records were looked at.
  public fileprivate(set) var actions: [ActionName] = []
  /// How many of them have a statement.
  public fileprivate(set) var statements = 0
  /// How many of them are signed by a key that is asked for.
  public fileprivate(set) var signed = 0
  /// Whether signatures were asked for.
  public fileprivate(set) var asksForSignatures = false
  /// How many objects were looked at.
  public fileprivate(set) var objects = 0
  /// How many of them are not as they were made.
  public fileprivate(set) var badObjects = 0
  /// Whether contents were read, and not only the bytes of files hashed.
  public fileprivate(set) var isDeep = false
  /// How many other things were compared.
  public fileprivate(set) var locks = 0
  /// How many files of figures, and files from anywhere.
  public fileprivate(set) var files = 0
  /// How many data files.
  public fileprivate(set) var dataFiles = 0
  /// How many logs.
  public fileprivate(set) var logs = 0

  /// What does not hold.
  public var errors: [AuditFinding] { findings.filter { $0.word.severity == .error } }
  /// What is worth knowing.
  public var notes: [AuditFinding] { findings.filter { $0.word.severity == .note } }
}

extension AuditReport {
  /// Audits. Nothing is changed.
  public init(_ request: AuditRequest) async throws {
    let work = try AuditRequest.makeWorkFolder()
    defer { FileSystem.removeFolder(work) }
    isDeep = request.isDeep
    asksForSignatures = !request.signers.isEmpty
    let reader = request.reader(work)
    var found = request.findings
    var damaged: Set<String> = []
    if let store = request.store {
      let actions = await auditRecords(request, store, &found)
      damaged = await auditObjects(actions, request, store, reader, work, &found)
      await auditSurroundings(actions, request, store, &found)
      let known = KnownActions(store: store, signers: request.signers, damaged: damaged)
      let figures = await FigureAudit(request.figures, actions, known, reader, work: work)
      found += figures.findings
      files += figures.count
    }
    let known = KnownActions(store: request.store, signers: request.signers, damaged: damaged)
    found += await Self.audit(request.files, known, reader, work)
    files += request.files.count
    found = Self.distinct(found)
    findings = found.filter { $0.word.severity == .error } + found.filter { $0.word.severity == .note }
  }

  /// The findings without repetitions: what cannot be read may have been read more than once, and a record that is in the
  /// place of another has a word of its own.
  private static func distinct(_ findings: [AuditFinding]) -> [AuditFinding] {
    let misplaced = Set(findings.lazy.filter { $0.word == .misplacedRecord }.map(\.place))
    var seen: Set<String> = []
    return findings.filter { finding in
      switch finding.word {
      case .unreadableRecord where misplaced.contains(finding.place): false
      case .unreadable, .unreadableRecord: seen.insert("\(finding.word) \(finding.place)").inserted
      default: true
      }
    }
  }

  private mutating func auditRecords(
    _ request: AuditRequest,
    _ store: ArtifactStore,
    _ found: inout [AuditFinding]
  ) async -> [AuditedAction] {
    let signers = request.signers
    let records = await ParallelMap.of(request.keys) { RecordAudit(of: $0, in: store, signedBy: signers) }
    found += records.flatMap(\.findings)
    statements = records.count(where: \.hasStatement)
    signed = records.count(where: \.isSigned)
    actions = zip(request.keys, records).map { key, record in
      record.action?.name ?? ActionName(key: key.description, pipeline: nil, stage: nil)
    }
    let readable = records.compactMap(\.action)
    found += ChainAudit(readable, in: store, isWhole: request.isWhole, unread: records.compactMap(\.unread)).findings
    return readable
  }

  /// - Returns: the objects that are not as they were made.
  private mutating func auditObjects(
    _ actions: [AuditedAction],
    _ request: AuditRequest,
    _ store: ArtifactStore,
    _ reader: ContentReader,
    _ work: FilePath,
    _ found: inout [AuditFinding]
  ) async -> Set<String> {
    let audit = ObjectAudit(actions, in: store)
    var findings = await ParallelMap.of(audit.entries, tool: { FileDigester() }) {
      ObjectAudit.findings($0, &$1)
    }.flatMap { $0 }
    var bad = Set(findings.filter { $0.word.severity == .error }.map(\.place))
    if request.isDeep {
      let contents = await ContentAudit(actions, in: store, except: bad, reader, work: work)
      findings += contents.findings
      bad.formUnion(contents.findings.map(\.place))
    }
    objects = audit.entries.count
    badObjects = bad.count
    found += findings
    if request.isWhole { found += audit.strays(in: store) }
    return bad
  }

  private mutating func auditSurroundings(
    _ actions: [AuditedAction],
    _ request: AuditRequest,
    _ store: ArtifactStore,
    _ found: inout [AuditFinding]
  ) async {
    let data = await DataAudit(actions, request.statedFiles)
    let locks = LockAudit(request.locks, actions)
    let logs = LogAudit(actions)
    found += data.findings + CodeAudit(actions, request.code, in: store).findings + locks.findings + logs.findings
    if request.isWhole { found += ClaimAudit(in: store).findings }
    (dataFiles, self.locks, self.logs) = (data.count, locks.count, logs.count)
  }

  private static func audit(
    _ files: [AuditedFile],
    _ known: KnownActions,
    _ reader: ContentReader,
    _ work: FilePath
  ) async -> [AuditFinding] {
    var findings: [AuditFinding] = []
    for file in files {
      if let (word, detail) = file.problem { findings.append(AuditFinding(word, at: file.path.string, detail)) }
    }
    let artifacts = files.filter { $0.isArtifact && $0.problem == nil }.map(\.path)
    let contents = await reader.contents(of: artifacts, areExports: true, work: work)
    for (path, content) in zip(artifacts, contents) {
      let audit = EmbeddedAudit(content, at: path.string, known, changed: .fileChanged)
      findings += audit.findings
    }
    return findings
  }
}
