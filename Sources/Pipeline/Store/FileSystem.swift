public import Artifacts
internal import CLinux
internal import FoundationEssentials
internal import Glibc
public import SystemPackage

/// The few file operations that the store's promises rest on: durable writes, atomic renames.
public enum FileSystem {
  /// Reads a whole file, or the first `limit` bytes of it and one more, so that the caller sees that it is larger.
  public static func read(_ path: FilePath, limit: Int = .max) throws(StoreError) -> [UInt8] {
    try attempt("cannot read \(path)") {
      let file = try FileDescriptor.open(path, .readOnly)
      return try file.closeAfter {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
          let count = try fill(&buffer, from: file)
          if count == 0 { break }
          bytes += buffer[..<count]
        }
        return bytes
      }
    }
  }

  /// Reads a file piece by piece, whatever its size.
  public static func read(_ path: FilePath, inPieces take: ([UInt8]) throws -> Void) throws {
    let file = try attempt("cannot read \(path)") { try FileDescriptor.open(path, .readOnly) }
    defer { try? file.close() }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = try attempt("cannot read \(path)") { try fill(&buffer, from: file) }
      if count == 0 { return }
      try take(count == buffer.count ? buffer : Array(buffer[..<count]))
    }
  }

  /// The digest of a file's bytes, whatever its size.
  public static func digest(of path: FilePath) throws(StoreError) -> ContentDigest {
    try attempt("cannot read \(path)") { try ContentDigest(ofFile: path) }
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
        permissions: [.ownerReadWrite, .groupRead, .otherRead]
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
          permissions: [.ownerReadWrite, .groupRead, .otherRead]
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

  /// Makes a folder, and those above it.
  public static func createFolder(_ path: FilePath) throws(StoreError) {
    guard !exists(path) else { return }
    let parent = path.removingLastComponent()
    if !parent.isEmpty { try createFolder(parent) }
    guard mkdir(path.string, 0o755) == 0 || errno == EEXIST else {
      throw StoreError("cannot make the folder \(path)", Errno(rawValue: errno))
    }
    // Without this a power cut could take the folder away from under a file that was synchronized.
    try synchronize(parent.isEmpty ? "." : parent)
  }

  /// Whether there is a file or folder.
  public static func exists(_ path: FilePath) -> Bool {
    access(path.string, F_OK) == 0
  }

  /// The size of a file in bytes; nil if there is none.
  public static func size(of path: FilePath) -> Int? {
    (try? path.stat()).map { Int($0.size) }
  }

  /// Takes away the permission to write.
  public static func makeReadOnly(_ path: FilePath) throws(StoreError) {
    guard chmod(path.string, 0o444) == 0 else {
      throw StoreError("cannot protect \(path)", Errno(rawValue: errno))
    }
  }

  /// Gives a file the file system's present time.
  static func touch(_ path: FilePath) throws(StoreError) {
    guard utimensat(AT_FDCWD, path.string, nil, 0) == 0 else {
      throw StoreError("cannot touch \(path)", Errno(rawValue: errno))
    }
  }

  /// Removes a file if it is there.
  public static func remove(_ path: FilePath) {
    unlink(path.string)
  }

  /// Removes a folder with all that is in it, if it is there; links are removed and not followed.
  public static func removeFolder(_ path: FilePath) {
    if unlink(path.string) == 0 { return }
    emptyFolder(path)
    rmdir(path.string)
  }

  /// Removes all that is in a folder.
  public static func emptyFolder(_ path: FilePath) {
    // A program may have forbidden to write to its folders, and then nothing in them can be removed.
    chmod(path.string, 0o700)
    for name in (try? contents(of: path)) ?? [] {
      let entry = path.appending(name)
      if unlink(entry.string) != 0, errno == EISDIR { removeFolder(entry) }
    }
  }

  /// The names in a folder, sorted.
  public static func contents(of path: FilePath) throws(StoreError) -> [String] {
    // The system's own reason comes first; Foundation words it for programmers.
    let isFolder = try attempt("cannot list \(path)") { try path.stat().type == .directory }
    guard isFolder else { throw StoreError("cannot list \(path)", .notDirectory) }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path.string) else {
      throw StoreError("cannot list \(path)", .permissionDenied)
    }
    return names.sorted()
  }

  /// The path from the root of the file system.
  public static func absolute(_ path: FilePath) -> FilePath {
    FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
  }

  /// Whether there is a folder.
  public static func isFolder(_ path: FilePath) -> Bool {
    (try? path.stat())?.type == .directory
  }

  /// Whether there is a file that has an end: no folder and no device.
  public static func isRegularFile(_ path: FilePath) -> Bool {
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

  /// An error from its message.
  public init(_ description: String) {
    self.description = description
  }

  /// An error from what was being done and the system's reason.
  public init(_ doing: String, _ reason: Errno) {
    description = "\(doing): \(reason)"
  }
}
