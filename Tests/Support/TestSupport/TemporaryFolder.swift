internal import Glibc
public import SystemPackage

/// A new folder, which is removed with all that is in it when the last reference goes.
public final class TemporaryFolder: Sendable {
  /// The folder.
  public let path: FilePath

  /// Makes the folder.
  public init() throws {
    var template = Array("/tmp/pipeline-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Errno(rawValue: errno) }
    path = FilePath(platformString: made)
  }

  deinit {
    Self.remove(path)
  }

  /// Writes a file of the folder.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> FilePath {
    try write(Array(text.utf8), to: name)
  }

  /// Writes a file of the folder.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> FilePath {
    let file = path.appending(name)
    Self.makeFolder(file.removingLastComponent())
    let descriptor = try FileDescriptor.open(
      file,
      .writeOnly,
      options: [.create, .truncate],
      permissions: .ownerReadWrite
    )
    _ = try descriptor.closeAfter { try descriptor.writeAll(bytes) }
    return file
  }

  /// All files below, as paths relative to the folder, sorted.
  public func files(below folder: String = "") -> [String] {
    Self.files(path.appending(folder)).map { String($0.string.dropFirst(path.string.utf8.count + 1)) }.sorted()
  }

  private static func files(_ folder: FilePath) -> [FilePath] {
    names(in: folder).flatMap { name in
      let file = folder.appending(name)
      return isFolder(file) ? files(file) : [file]
    }
  }

  private static func names(in folder: FilePath) -> [String] {
    guard let stream = opendir(folder.string) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func isFolder(_ path: FilePath) -> Bool {
    var status = stat()
    return lstat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func makeFolder(_ path: FilePath) {
    guard access(path.string, F_OK) != 0 else { return }
    makeFolder(path.removingLastComponent())
    mkdir(path.string, 0o755)
  }

  private static func remove(_ path: FilePath) {
    for name in names(in: path) {
      let file = path.appending(name)
      if isFolder(file) { remove(file) } else { unlink(file.string) }
    }
    rmdir(path.string)
  }
}

/// Reads a file.
public func readBytes(_ path: FilePath) throws -> [UInt8] {
  let file = try FileDescriptor.open(path, .readOnly)
  return try file.closeAfter {
    let size = Int(try file.seek(offset: 0, from: .end))
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = try file.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }
}
