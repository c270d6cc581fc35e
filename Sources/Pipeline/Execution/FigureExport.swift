public import Artifacts
internal import Configuration
internal import Provenance
public import Store
public import SystemPackage

/// The file of an artifact beside its figure: the object with the chain of its statements in it.
///
/// Statements tell of times and machines, so that this file is another one where the results were made anew; the content
/// and its address are the same. What was exported last is noted with the state of the file, so that the chain is read
/// once and not in every run.
public struct FigureExport {
  let store: ArtifactStore
  /// The folder of the figures.
  let folder: FilePath

  /// The files of a folder of figures.
  public init(store: ArtifactStore, folder: FilePath) {
    self.store = store
    self.folder = folder
  }

  /// What was exported last: the key of the action by the name of the file. It is derived, as all notes are.
  public var exports: [String: ContentDigest] {
    readNotes().compactMapValues { note in note.split(separator: " ").first.flatMap { ContentDigest(String($0)) } }
  }

  private var notesPath: FilePath {
    store.root.appending("latest").appending("\(folder.lastComponent?.string ?? "").exports")
  }

  /// Puts the file there, unless it is.
  ///
  /// - Parameter isNew: whether the result was made just now.
  /// - Returns: nil for a record without a statement, whose artifact is published as it is.
  func publish(_ record: ActionRecord, as name: String, isNew: Bool) throws -> FigureFolder.Outcome? {
    guard record.statement != nil else { return nil }
    let destination = folder.appending(name)
    var notes = readNotes()
    if !isNew, let state = FileState(of: destination), notes[name]?.hasPrefix(Self.note(record, state)) == true {
      return .unchanged
    }
    let scratch = try store.makeScratch("export")
    defer { FileSystem.removeFolder(scratch) }
    let file = scratch.appending("export.h5")
    try Self.write(record, to: file, from: store)
    var outcome = FigureFolder.Outcome.written
    let digest = try FileSystem.digest(of: file)
    if try FileSystem.kind(of: destination) != nil, try FileSystem.digest(of: destination) == digest {
      outcome = .unchanged
    } else {
      try FileSystem.createFolder(folder)
      try FileSystem.synchronize(file)
      try FileSystem.move(file, to: destination)
    }
    if let state = FileState(of: destination) {
      notes[name] = Self.note(record, state) + digest.description
      write(notes)
    }
    return outcome
  }

  /// Writes a copy of an object's file with statements in it; the same bytes each time.
  static func write(_ object: FilePath, carrying statements: String, to file: FilePath) throws {
    FileSystem.remove(file)
    _ = try ContentDigest.copying(object, to: file, permissions: .ownerReadWrite)
    try EmbeddedStatements.write(statements, into: file.string)
  }

  /// Writes the artifact of a record to a new file, with the chain of its statements in it.
  public static func write(_ record: ActionRecord, to file: FilePath, from store: ArtifactStore) throws {
    let chain = StatementChain(from: record.key, in: try StatementSource(store))
    // A file that lacks statements would be published as if there were none.
    try chain.checkIsRead()
    try store.copy(record.artifact, to: file, isDurable: false)
    try EmbeddedStatements.write(chain.bundle, into: file.string)
  }

  private static func note(_ record: ActionRecord, _ state: FileState) -> String {
    "\(record.key) \(record.artifact.file) \(state) "
  }

  private func readNotes() -> [String: String] {
    guard let bytes = try? FileSystem.read(notesPath, limit: 1 << 20),
      case .object(let members)? = try? JSONValue(reading: String(decoding: bytes, as: UTF8.self), name: "exports")
    else { return [:] }
    let notes = members.compactMapValues { if case .string(let note) = $0 { note } else { nil } }
    // Notes with a damaged byte could name a file that was never published.
    guard notes[Self.digestName] == Self.digest(of: notes).description else { return [:] }
    return notes.filter { $0.key != Self.digestName }
  }

  /// Where the digest of the notes stands among them; no file has this name.
  private static let digestName = ""

  private static func digest(of notes: [String: String]) -> ContentDigest {
    let rest = notes.filter { $0.key != digestName }
    return ContentDigest(of: JSONValue.object(rest.mapValues { .string($0) }).canonicalText)
  }

  private func write(_ notes: [String: String]) {
    // A note that cannot be made costs time in the next run and nothing else.
    var notes = notes
    notes[Self.digestName] = Self.digest(of: notes).description
    let json = JSONValue.object(notes.mapValues { .string($0) })
    try? FileSystem.createFolder(notesPath.removingLastComponent())
    try? store.writeAtomically(Array((json.canonicalText + "\n").utf8), to: notesPath, isDurable: false)
  }
}
