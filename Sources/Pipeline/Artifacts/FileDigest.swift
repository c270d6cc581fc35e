internal import Crypto
public import SystemPackage

extension ContentDigest {
  /// The digest of a file's bytes, whatever its size.
  ///
  /// - Throws: the system's reason.
  public init(ofFile path: FilePath) throws {
    self = try Self.reading(path) { _ in }
  }

  /// Copies a file to where none is, and gives the digest of the bytes that were copied: what is in the copy is what was
  /// digested, whatever becomes of the original meanwhile.
  ///
  /// - Throws: the system's reason.
  public static func copying(
    _ path: FilePath,
    to destination: FilePath,
    permissions: FilePermissions
  ) throws -> ContentDigest {
    let copy = try FileDescriptor.open(
      destination,
      .writeOnly,
      options: [.create, .exclusiveCreate],
      permissions: permissions
    )
    return try copy.closeAfter { try reading(path) { _ = try copy.writeAll($0) } }
  }

  /// The digest of a part of a file.
  ///
  /// - Throws: the system's reason, or that the file ends before.
  init(ofFile path: FilePath, from offset: Int, count: Int) throws {
    let file = try ReadableFile.open(path)
    self = try file.closeAfter {
      var hash = SHA256()
      var done = 0
      var buffer = [UInt8](repeating: 0, count: min(count, 1 << 18))
      while done < count {
        let next = min(buffer.count, count - done)
        let read = try buffer.withUnsafeMutableBytes { buffer in
          try file.read(
            fromAbsoluteOffset: Int64(offset + done),
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<next])
          )
        }
        guard read > 0 else { throw ArtifactError("the file ends before its values do") }
        hash.update(data: buffer[..<read])
        done += read
      }
      return ContentDigest(hash.finalize())
    }
  }

  private static func reading(_ path: FilePath, _ take: (ArraySlice<UInt8>) throws -> Void) throws -> ContentDigest {
    let file = try ReadableFile.open(path)
    return try file.closeAfter {
      var hash = SHA256()
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        if count == 0 { return ContentDigest(hash.finalize()) }
        hash.update(data: buffer[..<count])
        try take(buffer[..<count])
      }
    }
  }
}
