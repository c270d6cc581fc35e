internal import Glibc
public import SystemPackage

/// Reading of regular files, which never waits for a writer and never reads without an end.
///
/// Files of a store may come from a stranger. Opening a FIFO would wait for ever, reading `/dev/zero` would fill the
/// memory, and merely opening some devices has an effect, so what is no regular file is not opened at all.
public enum RegularFile {
  /// Opens a regular file for reading. The caller closes it.
  public static func open(_ path: FilePath, links: Links = .followed) throws(FileError) -> FileDescriptor {
    do {
      try check(try path.stat(followTargetSymlink: links == .followed), path)
      var options: FileDescriptor.OpenOptions = [.nonBlocking, .closeOnExec]
      if links == .refused { options.insert(.noFollow) }
      let file = try FileDescriptor.open(path, .readOnly, options: options)
      do {
        // Again, as something else may have come to this path between the two calls.
        try check(try file.stat(), path)
      } catch {
        close(file)
        throw error
      }
      return file
    } catch let error as FileError {
      throw error
    } catch Errno.tooManySymbolicLinkLevels where links == .refused {
      throw FileError(.read, path, .notRegular(.link))
    } catch let errno as Errno {
      throw FileError(.read, path, errno)
    } catch {
      throw FileError(.read, path, .invalidArgument)
    }
  }

  private static func check(_ status: Stat, _ path: FilePath) throws(FileError) {
    let kind = FileKind(status.type)
    guard kind == .regular else { throw FileError(.read, path, .notRegular(kind)) }
  }

  /// Reads a whole file.
  ///
  /// - Parameter limit: the number of bytes from which on the file is refused.
  public static func read(
    _ path: FilePath,
    links: Links = .followed,
    limit: Int
  ) throws(FileError) -> [UInt8] {
    let bytes = try prefix(of: path, links: links, count: limit == .max ? limit : limit + 1)
    guard bytes.count <= limit else { throw FileError(.read, path, .tooLarge(limit: limit)) }
    return bytes
  }

  /// The first bytes of a file: `count` of them, or all where it has fewer.
  public static func prefix(
    of path: FilePath,
    links: Links = .followed,
    count: Int
  ) throws(FileError) -> [UInt8] {
    let file = try open(path, links: links)
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: max(1, min(count, 1 << 16)))
    while bytes.count < count {
      let piece = try next(&buffer, of: file, at: path)
      if piece.isEmpty { break }
      bytes += piece.prefix(count - bytes.count)
    }
    return bytes
  }

  /// Reads a file piece by piece, whatever its size.
  ///
  /// - Throws: `FileError`, or the error of `take`.
  public static func read(
    _ path: FilePath,
    links: Links = .followed,
    inPieces take: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    let file = try open(path, links: links)
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let piece = try next(&buffer, of: file, at: path)
      if piece.isEmpty { return }
      try take(piece)
    }
  }

  /// Reads a file piece by piece into a buffer that serves for many files.
  public static func read(
    _ path: FilePath,
    links: Links = .followed,
    with buffer: inout [UInt8],
    inPieces take: (ArraySlice<UInt8>) -> Void
  ) throws(FileError) {
    let file = try open(path, links: links)
    defer { close(file) }
    while true {
      let piece = try next(&buffer, of: file, at: path)
      if piece.isEmpty { return }
      take(piece)
    }
  }

  /// The next bytes of an open file; none at its end. The one unsafe pointer here: System has no safe way to read.
  private static func next(
    _ buffer: inout [UInt8],
    of file: FileDescriptor,
    at path: FilePath
  ) throws(FileError) -> ArraySlice<UInt8> {
    do {
      return buffer[..<(try buffer.withUnsafeMutableBytes { try file.read(into: $0) })]
    } catch {
      throw FileError(.read, path, error as? Errno ?? .ioError)
    }
  }

  /// Closes a file that was only read. Such a close has no error that matters: nothing was to be written.
  private static func close(_ file: FileDescriptor) {
    _ = Glibc.close(file.rawValue)
  }
}
