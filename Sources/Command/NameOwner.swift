import Configuration
import Planning
import Store
import SystemPackage

/// The pipeline file to which a name belongs in a store: the figures, the locks and the claims under that name are its
/// own. Two files of one name would overwrite each other's.
///
/// The file is noted by its path from the store, so that a copy of the project has its own. The note is derived and may
/// be deleted at any time; the next run makes it again.
struct NameOwner {
  private let name: String
  private let store: FilePath
  private let note: FilePath

  /// The owner of the name of a pipeline.
  init(of name: String, in store: FilePath) {
    self.name = name
    self.store = store
    // On a disk that ignores case, two names that differ only in case are one.
    note = store.appending("latest").appending("\(name.lowercased()).owner")
  }

  /// Checks that no other file has the name. One that was moved, removed or renamed in its text has it no more.
  func check(_ project: Project) throws(Diagnostics) {
    // Without a note nobody has the name yet.
    guard let bytes = try? FileSystem.read(note, limit: 1 << 14) else { return }
    let noted = FileSystem.absolute(store).pushing(FilePath(String(decoding: bytes, as: UTF8.self)))
      .lexicallyNormalized()
    guard FileSystem.isRegularFile(noted), let other = FileSystem.resolved(noted),
      other != FileSystem.resolved(FileSystem.absolute(project.file)),
      Self.name(in: noted)?.lowercased() == name.lowercased()
    else { return }
    throw Diagnostics(
      Diagnostic(
        "\(noted) and \(FileSystem.absolute(project.file)) are both called '\(name)' and would overwrite each other's "
          + "figures and lock",
        at: nil,
        hints: "give one of them another name behind 'pipeline:', or another store by --store"
      )
    )
  }

  /// Notes that the name belongs to a file.
  func take(for project: Project) {
    let bytes = Array(Self.path(from: FileSystem.absolute(store), to: FileSystem.absolute(project.file)).utf8)
    if let noted = try? FileSystem.read(note, limit: bytes.count), noted == bytes { return }
    // A store that cannot be written to holds nothing that could be overwritten.
    try? FileSystem.createFolder(note.removingLastComponent())
    try? FileSystem.writeAtomically(bytes, to: note, isDurable: false)
  }

  /// The name that a pipeline file gives itself; nil if it cannot be read.
  private static func name(in file: FilePath) -> String? {
    var ignored = Diagnostics()
    guard let text = try? Project(finding: file.string).text() else { return nil }
    return PipelineFile.decodePart(text.root, &ignored)?.name
  }

  private static func path(from folder: FilePath, to file: FilePath) -> String {
    let (start, end) = (folder.components.map(\.string), file.components.map(\.string))
    let shared = zip(start, end).prefix { $0 == $1 }.count
    return ([String](repeating: "..", count: start.count - shared) + end.dropFirst(shared)).joined(separator: "/")
  }
}
