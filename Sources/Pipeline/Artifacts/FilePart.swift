public import SystemPackage

/// The end of a file of any length.
public enum LastBytes {
  /// At most `most` bytes from the end of a file.
  public static func of(_ path: FilePath, most: Int) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter {
      let size = try file.seek(offset: 0, from: .end)
      let start = max(0, size - Int64(most))
      return try [UInt8](unsafeUninitializedCapacity: Int(size - start)) { buffer, count in
        count = try file.read(fromAbsoluteOffset: start, into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
  }
}
