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

  private static func reading(_ path: FilePath, _ take: (ArraySlice<UInt8>) throws -> Void) throws -> ContentDigest {
    let file = try FileDescriptor.open(path, .readOnly)
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
