internal import Artifacts
internal import FoundationEssentials
internal import Planning
internal import SystemPackage

/// The folder of one run of a program: nothing is in it but what the stage declares.
struct CleanFolder {
  /// The folder around them.
  let root: FilePath
  /// Where the program runs.
  let work: FilePath
  /// For the program's temporary files.
  let temporary: FilePath
  /// What the program prints.
  let log: FilePath
  /// The exit code, once the program has ended.
  let status: FilePath

  /// Makes the folder within an empty one.
  ///
  /// - Parameter log: where the program prints to, outside of the folder: it stays when the folder goes.
  init(in scratch: String, log: String) throws {
    // A path that holds wherever the program goes.
    root = FilePath(URL(filePath: scratch).resolvingSymlinksInPath().path)
    work = root.appending("work")
    temporary = root.appending("temporary")
    self.log = FilePath(log)
    status = root.appending("status")
    try Self.makeFolder(work)
    try Self.makeFolder(temporary)
  }

  /// Where a file of the folder lies; the folders above it are made.
  func place(_ path: String) throws -> FilePath {
    let place = work.pushing(FilePath(path))
    try Self.makeFolder(place.removingLastComponent())
    return place
  }

  private static func makeFolder(_ path: FilePath) throws {
    do {
      try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    } catch {
      throw StageFailure("cannot make the folder \(path); is one of the stage's files in its place?")
    }
  }

  /// Copies a file into the folder.
  ///
  /// - Returns: the digest of what was copied.
  func copy(_ file: String, to path: String, isProgram: Bool = false) throws -> ContentDigest {
    let destination = try place(path)
    do {
      // Whether a program may be executed is no part of its content, and is the same for all.
      let permissions: FilePermissions = isProgram ? [.ownerReadWriteExecute, .groupRead, .otherRead] : .ownerReadWrite
      return try ContentDigest.copying(FilePath(file), to: destination, permissions: permissions)
    } catch {
      throw StageFailure("cannot copy \(file) to \(path): \(error)")
    }
  }

  /// A file that the program left; it must be one of its own.
  func output(_ path: String) throws -> FilePath {
    let file = work.pushing(FilePath(path))
    guard let status = try? file.stat(followTargetSymlink: false) else {
      throw StageFailure("the program left no file '\(path)'")
    }
    let parent = file.removingLastComponent()
    guard FilePath(URL(filePath: parent.string).resolvingSymlinksInPath().path) == parent, status.type == .regular
    else {
      let what = status.type == .directory ? "a folder" : status.type == .regular ? "behind a link" : "no regular file"
      throw StageFailure("the output '\(path)' is \(what)")
    }
    guard status.linkCount == 1 else { throw StageFailure("the output '\(path)' is a hard link to another file") }
    return file
  }

  /// The last lines of what the program said.
  var lastWords: [String] {
    guard let bytes = try? FilePart.end(of: log, most: 1 << 12) else { return [] }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    return lines.suffix(12)
  }
}
