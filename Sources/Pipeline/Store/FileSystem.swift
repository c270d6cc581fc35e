public import Artifacts
internal import CLinux
public import Files
internal import FoundationEssentials
internal import Glibc
public import SystemPackage

/// The few file operations that the store's promises rest on: durable writes, atomic renames.
public enum FileSystem {
  /// The permissions to create a file with: the user's umask takes away what others may not do.
  public static let newFilePermissions = FilePermissions.newFile

  /// More bytes than any file of this program has that is read whole, such as a record or a list of files.
  private static let usualLimit = 1 << 28

  /// Reads a whole file of this program, which has a bound: a sparse file of a terabyte is quickly made.
  public static func read(_ path: FilePath) throws(StoreError) -> [UInt8] {
    do {
      return try RegularFile.read(path, limit: usualLimit)
    } catch {
      throw StoreError(error)
    }
  }

  /// The first `limit` bytes of a regular file and one more, so that the caller sees that it is larger.
  public static func read(_ path: FilePath, limit: Int) throws(StoreError) -> [UInt8] {
    do {
      return try RegularFile.prefix(of: path, count: min(limit, .max - 1) + 1)
    } catch {
      throw StoreError(error)
    }
  }

  /// The first `limit` bytes of a file that the user names and one more. It may be a FIFO, as a shell makes for `<(…)`;
  /// one without a writer is empty.
  public static func readArgument(_ path: FilePath, limit: Int) throws(StoreError) -> [UInt8] {
    guard try kind(of: path) == .fifo else { return try read(path, limit: limit) }
    do {
      return try FIFO.read(path, count: limit + 1)
    } catch {
      throw StoreError(error)
    }
  }

  /// Reads a regular file piece by piece, whatever its size.
  public static func read(_ path: FilePath, inPieces take: ([UInt8]) throws -> Void) throws {
    do {
      try RegularFile.read(path) { try take(Array($0)) }
    } catch let error as FileError {
      throw StoreError(error)
    }
  }

  /// The digest of a file's bytes, whatever its size.
  public static func digest(of path: FilePath) throws(StoreError) -> ContentDigest {
    var digester = FileDigester()
    return try digester.digest(of: path).digest
  }

  /// Reads what comes next of a file. The one unsafe pointer of this part of the program: neither System nor
  /// Foundation's essentials read from an open file in a safe way.
  static func fill(_ buffer: inout [UInt8], from file: FileDescriptor) throws -> Int {
    try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
  }

  /// Writes a file so that `path` holds all of it or what it held before, whatever happens in between.
  ///
  /// - Parameters:
  ///   - temporary: a name that nobody else uses, on the same file system; beside the file unless given.
  ///   - isDurable: whether it is to outlast a power cut from now on; else `synchronizeAll` has to follow.
  public static func writeAtomically(
    _ bytes: [UInt8],
    to path: FilePath,
    temporary: FilePath? = nil,
    isDurable: Bool = true
  ) throws(StoreError) {
    let temporary = temporary ?? FilePath("\(path).\(randomName).tmp")
    let file = try attempt("cannot write \(path)") {
      try FileDescriptor.open(
        temporary,
        .writeOnly,
        // Never a file that somebody else has begun to write.
        options: [.create, .exclusiveCreate],
        permissions: .newFile
      )
    }
    do {
      try attempt("cannot write \(path)") {
        try file.closeAfter {
          _ = try file.writeAll(bytes)
          if isDurable { try synchronize(file) }
        }
      }
      try move(temporary, to: path, isDurable: isDurable)
    } catch {
      remove(temporary)
      throw error
    }
  }

  /// Creates a file that is not there; false when it is.
  public static func create(_ path: FilePath, holding text: String) throws(StoreError) -> Bool {
    try attempt("cannot create \(path)") {
      do {
        let file = try FileDescriptor.open(
          path,
          .writeOnly,
          options: [.create, .exclusiveCreate],
          permissions: .newFile
        )
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
        return true
      } catch Errno.fileExists {
        return false
      }
    }
  }

  /// Makes `destination` another name of a file; false when there is something of that name.
  ///
  /// - Returns: nil where there is no file to link to, or the file system cannot do it.
  static func link(_ path: FilePath?, to destination: FilePath) throws(StoreError) -> Bool? {
    guard let path else { return nil }
    guard Glibc.link(path.string, destination.string) != 0 else { return true }
    switch errno {
    case EEXIST: return false
    case EPERM, ENOTSUP, EMLINK, EXDEV, ENOENT: return nil
    case let number: throw StoreError("cannot create \(destination)", Errno(rawValue: number))
    }
  }

  /// Writes into a file that is there, such as a setting of the kernel.
  public static func overwrite(_ path: FilePath, with text: String) throws(StoreError) {
    try attempt("cannot write \(path)") {
      let file = try FileDescriptor.open(path, .writeOnly)
      _ = try file.closeAfter { try file.writeAll(text.utf8) }
    }
  }

  /// A name that no other process, of this machine or another, comes upon.
  public static var randomName: String {
    let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Makes the bytes of a file durable.
  public static func synchronize(_ path: FilePath) throws(StoreError) {
    try attempt("cannot write \(path)") {
      let file = try FileDescriptor.open(path, .readOnly)
      try file.closeAfter { try synchronize(file) }
    }
  }

  private static func synchronize(_ file: FileDescriptor) throws(Errno) {
    guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Makes everything durable that was written to the file system of `folder`: one call for thousands of files.
  public static func synchronizeAll(_ folder: FilePath) throws(StoreError) {
    try attempt("cannot write below \(folder)") {
      let file = try FileDescriptor.open(folder, .readOnly)
      try file.closeAfter {
        guard syncfs(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
    }
  }

  /// Renames a file over whatever is at `destination`, and makes the new name durable.
  ///
  /// - Parameter isDurable: false where `synchronizeAll` follows.
  public static func move(_ path: FilePath, to destination: FilePath, isDurable: Bool = true) throws(StoreError) {
    guard rename(path.string, destination.string) == 0 else {
      throw StoreError("cannot rename \(path) to \(destination)", Errno(rawValue: errno))
    }
    guard isDurable else { return }
    let folder = destination.removingLastComponent()
    try synchronize(folder.isEmpty ? "." : folder)
  }

  /// Creates a folder and those above it, with the permissions that the user's umask leaves: a group may share them.
  public static func createFolder(_ path: FilePath) throws(StoreError) {
    guard !isFolder(path) else { return }
    let parent = path.removingLastComponent()
    if !parent.isEmpty { try createFolder(parent) }
    do {
      guard try Folder.create(path) else { return }
    } catch {
      throw StoreError(error)
    }
    // Without this a power cut could take the folder away from under a file that was synchronized.
    try synchronize(parent.isEmpty ? "." : parent)
  }

  /// What is at a path, or nil if nothing is there.
  ///
  /// - Throws: where it is unknown whether something is there, as for a folder that this user may not enter.
  public static func kind(of path: FilePath) throws(StoreError) -> FileKind? {
    do {
      return try FileKind(at: path)
    } catch {
      throw StoreError(error)
    }
  }

  /// Whether there is a folder at a path.
  ///
  /// - Throws: where that is unknown.
  public static func hasFolder(at path: FilePath) throws(StoreError) -> Bool { try kind(of: path) == .folder }

  /// Whether there is a regular file at a path; false for nothing and for a folder.
  ///
  /// - Throws: where that is unknown, and for anything else, such as a FIFO.
  public static func hasFile(at path: FilePath) throws(StoreError) -> Bool {
    switch try kind(of: path) {
    case .regular: return true
    case nil, .folder: return false
    case let kind?: throw StoreError(FileError(.read, path, .notRegular(kind)))
    }
  }

  /// Whether there is a file or folder that can be reached.
  public static func exists(_ path: FilePath) -> Bool {
    access(path.string, F_OK) == 0
  }

  /// The size of a file in bytes; nil if none can be reached.
  public static func size(of path: FilePath) -> Int? {
    // Whoever must know why opens the file, which says it.
    (try? path.stat()).map { Int($0.size) }
  }

  /// Takes away the permission to write, and leaves those to read as they are.
  public static func makeReadOnly(_ path: FilePath) throws(StoreError) {
    try attempt("cannot protect \(path)") {
      let writing: FilePermissions = [.ownerWrite, .groupWrite, .otherWrite]
      let permissions = try path.stat().permissions.subtracting(writing)
      guard chmod(path.string, permissions.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
  }

  /// Gives a file the file system's present time.
  static func touch(_ path: FilePath) throws(StoreError) {
    guard utimensat(AT_FDCWD, path.string, nil, 0) == 0 else {
      throw StoreError("cannot touch \(path)", Errno(rawValue: errno))
    }
  }

  /// Removes a file if it is there.
  ///
  /// - Returns: why it is still there, if it is. Work in progress that is left behind is removed by a later run.
  @discardableResult
  public static func remove(_ path: FilePath) -> FileError? {
    guard unlink(path.string) != 0 else { return nil }
    let reason = Errno(rawValue: errno)
    return reason == .noSuchFileOrDirectory ? nil : FileError(.remove, path, .system(reason))
  }

  /// Removes a folder with all that is in it, if it is there; links are removed and not followed.
  ///
  /// - Returns: what could not be removed. Of work in progress the next run tries again.
  @discardableResult
  public static func removeFolder(_ path: FilePath) -> [FileError] { TreeRemoval.remove(path) }

  /// Removes all that is in a folder.
  ///
  /// - Returns: what could not be removed.
  @discardableResult
  public static func emptyFolder(_ path: FilePath) -> [FileError] { TreeRemoval.empty(path) }

  /// The names in a folder, sorted. A name that is not UTF-8 is shown with U+FFFD.
  public static func contents(of path: FilePath) throws(StoreError) -> [String] {
    do {
      return try Folder.names(in: path).map(\.string).sorted()
    } catch {
      throw StoreError(error)
    }
  }

  /// The path from the root of the file system.
  public static func absolute(_ path: FilePath) -> FilePath {
    FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
  }

  /// Whether there is a folder.
  public static func isFolder(_ path: FilePath) -> Bool {
    // Callers that need the reason list the folder, which reports it.
    (try? path.stat())?.type == .directory
  }

  /// Whether there is a file that has an end: no folder and no device.
  public static func isRegularFile(_ path: FilePath) -> Bool {
    // Callers that need the reason open the file, which reports it.
    (try? path.stat())?.type == .regular
  }

  /// The path without symbolic links; nil if it leads nowhere.
  public static func resolved(_ path: FilePath) -> FilePath? {
    let url = URL(fileURLWithPath: path.string).resolvingSymlinksInPath()
    return exists(path) ? FilePath(url.path) : nil
  }

  static func attempt<Result>(_ doing: String, _ body: () throws -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch let error as Errno {
      throw StoreError(doing, error)
    } catch {
      throw StoreError("\(doing): \(error)")
    }
  }
}

/// The store could not do something: what, and the system's reason.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  /// What could not be done, and why.
  public let description: String
  /// The system's reason, where it gave one.
  public let reason: Errno?

  /// Whether there is nothing of that name. Any other reason leaves open whether there is.
  public var isMissing: Bool { reason == .noSuchFileOrDirectory }

  /// An error from its message.
  public init(_ description: String) {
    self.description = description
    reason = nil
  }

  /// An error from what was being done and the system's reason.
  public init(_ doing: String, _ reason: Errno) {
    description = "\(doing): \(reason)"
    self.reason = reason
  }

  /// An error of a file.
  public init(_ error: FileError) {
    description = error.description
    reason = if case .system(let errno) = error.reason { errno } else { nil }
  }
}
