internal import Artifacts
internal import Configuration
public import Store
public import SystemPackage

/// A folder of files for people: made under another name, and put in its place when it is whole.
///
/// What may be replaced has a list of its files, `report.json`. Only such a folder is, and only while it has no other
/// files: what somebody has put there is not lost.
///
/// What a process that was killed left of such a folder is removed when the next one begins at the same place.
public final class OutputFolder: OutputPlace {
  private static let listName = "report.json"
  private static let version = 1
  /// Whether it has a list of its files, so that a later one may replace it.
  private let isReplaceable: Bool
  private let destination: FilePath
  private let temporary: FilePath
  /// What the names begin with that are removed if this process is killed.
  private let mark: String
  private var files: Set<String> = []
  private var folders: Set<String> = []

  /// Begins a folder that is to be at `destination`.
  ///
  /// - Parameters:
  ///   - isReplaceable: whether an earlier one of the same kind is replaced.
  ///   - stores: the folders of stores, in none of which it may lie.
  /// - Throws: `Diagnostics` if something else is there, or a folder cannot be made there.
  public init(at destination: FilePath, isReplaceable: Bool, outside stores: [FilePath]) throws {
    self.isReplaceable = isReplaceable
    if let store = stores.first(where: { Self.place(of: destination).starts(with: Self.place(of: $0)) }) {
      throw Diagnostics(
        Diagnostic(
          "'\(destination)' lies in the store '\(store)', where everything is kept, collected and audited by its name",
          at: nil,
          hints: "name a folder outside of it"
        )
      )
    }
    // Where a link leads to, so that the link stays; without a slash at the end, which would name what is in the folder.
    let path = FileSystem.absolute(destination)
    self.destination = FileSystem.resolved(path) ?? path
    if let problem = Self.problem(with: self.destination, isReplaceable) {
      throw Diagnostics(Diagnostic(problem, at: nil, hints: "name another folder, or remove this one"))
    }
    mark = ".\((self.destination.lastComponent?.string ?? "output").prefix(40)).tmp-"
    let parent = self.destination.removingLastComponent()
    OwnedName.removeAbandoned(mark, in: parent)
    temporary = parent.appending(OwnedName.make(mark))
    try FileSystem.createFolder(temporary)
  }

  /// The path from the root of the file system without symbolic links, also of what is not there yet.
  private static func place(of path: FilePath) -> FilePath {
    var (there, rest) = (FileSystem.absolute(path), FilePath())
    while !FileSystem.exists(there), let name = there.lastComponent {
      rest = FilePath(root: nil, [name]).pushing(rest)
      there.removeLastComponent()
    }
    return (FileSystem.resolved(there) ?? there).pushing(rest)
  }

  /// Why a path may not be replaced; nil if it may.
  private static func problem(with path: FilePath, _ isReplaceable: Bool) -> String? {
    guard FileSystem.exists(path) else { return nil }
    guard FileSystem.isFolder(path) else { return "'\(path)' is there, and is no folder" }
    let found: [String]
    do throws(StoreError) {
      found = try files(below: path, "")
      if found.isEmpty, try FileSystem.contents(of: path).isEmpty { return nil }
    } catch {
      // What cannot be seen could be somebody's only copy.
      return "'\(path)' is not replaced: \(error)"
    }
    guard isReplaceable else { return "'\(path)' is there already, and is not replaced" }
    guard let bytes = try? FileSystem.read(path.appending(listName), limit: 1 << 28),
      let text = String(validating: bytes, as: UTF8.self),
      case .object(let members)? = try? JSONValue(reading: text, name: listName),
      members["pipeline report"] != nil, case .array(let listed)? = members["files"]
    else { return "'\(path)' is no earlier report, and is not replaced" }
    let known = Set(listed.compactMap { if case .string(let name) = $0 { name } else { nil } })
    guard let other = found.first(where: { !known.contains($0) && $0 != listName }) else { return nil }
    return "'\(path)' has a file that no report wrote, '\(other)', and is not replaced"
  }

  private static func files(below folder: FilePath, _ prefix: String) throws(StoreError) -> [String] {
    var found: [String] = []
    for name in try FileSystem.contents(of: folder) {
      let path = folder.appending(name)
      if FileSystem.isFolder(path) {
        found += try files(below: path, "\(prefix)\(name)/")
      } else {
        found.append("\(prefix)\(name)")
      }
    }
    return found
  }

  /// Where a file is written until the folder is whole; its folder is made.
  ///
  /// - Throws: also when the task is cancelled: nothing more is to be written then.
  public func path(of name: String) throws(StoreError) -> FilePath {
    guard !Task.isCancelled else { throw StoreError("interrupted") }
    let path = temporary.pushing(FilePath(name))
    let folder = path.removingLastComponent()
    if folders.insert(folder.string).inserted { try FileSystem.createFolder(folder) }
    files.insert(name)
    return path
  }

  /// Whether there is such a file already.
  public func has(_ name: String) -> Bool { files.contains(name) }

  /// Puts the folder in its place.
  public func finish() throws(StoreError) {
    if isReplaceable { try writeList() }
    try FileSystem.synchronizeAll(temporary)
    let parent = destination.removingLastComponent()
    if !parent.isEmpty { try FileSystem.createFolder(parent) }
    guard !Task.isCancelled else { throw StoreError("interrupted") }
    guard FileSystem.exists(destination) else { return try FileSystem.move(temporary, to: destination) }
    // Somebody may have put a file there meanwhile.
    if let problem = Self.problem(with: destination, isReplaceable) { throw StoreError(problem) }
    let old = parent.appending(OwnedName.make(mark))
    try FileSystem.move(destination, to: old)
    do {
      try FileSystem.move(temporary, to: destination)
    } catch {
      try FileSystem.move(old, to: destination)
      throw error
    }
    FileSystem.removeFolder(old)
  }

  private func writeList() throws(StoreError) {
    let list: JSONValue = [
      "pipeline report": .integer(Self.version), "files": .array(files.sorted().map { .string($0) }),
    ]
    try FileSystem.writeAtomically(
      Array((list.indentedText + "\n").utf8),
      to: temporary.appending(Self.listName),
      isDurable: false
    )
  }

  /// Removes what was written of a folder that cannot be finished.
  public func abandon() { FileSystem.removeFolder(temporary) }
}
