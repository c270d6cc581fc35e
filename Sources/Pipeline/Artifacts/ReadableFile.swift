internal import Files
internal import SystemPackage

/// The files that this part of the program opens to read.
enum ReadableFile {
  /// Opens a regular file: opening a FIFO would wait for a writer, and a device has no end.
  ///
  /// - Throws: the system's reason, or what there is instead of a file.
  static func open(_ path: FilePath) throws -> FileDescriptor {
    do throws(FileError) {
      return try RegularFile.open(path)
    } catch {
      if case .system(let reason) = error.reason { throw reason }
      throw ArtifactError("\(error.reason)")
    }
  }

  /// Opens a regular file that is there to change it.
  static func openToWrite(_ path: FilePath) throws -> FileDescriptor {
    // Refused before it is opened to write: a FIFO would wait for a reader.
    try open(path).close()
    return try FileDescriptor.open(path, .readWrite)
  }

  /// The largest file that is read into memory, in bytes: the library keeps a copy of it while it reads.
  private static let largestImage = 32 << 20

  /// The bytes of a file that a library is to read, each read of it checked here.
  ///
  /// - Returns: nil for one that is too large, and for an empty one.
  static func image(_ path: String, named name: String) throws(ArtifactError) -> [UInt8]? {
    do throws(FileError) {
      let bytes = try RegularFile.prefix(of: FilePath(path), count: largestImage + 1)
      return bytes.isEmpty || bytes.count > largestImage ? nil : bytes
    } catch {
      throw ArtifactError("cannot read \(name): \(error.reason)")
    }
  }

  /// Refuses what is not a regular file, before a library opens it.
  static func expect(_ path: String, named name: String) throws(ArtifactError) {
    do {
      try open(FilePath(path)).close()
    } catch {
      throw ArtifactError("cannot read \(name): \(error)")
    }
  }
}
