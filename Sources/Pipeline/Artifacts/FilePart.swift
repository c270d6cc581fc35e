public import SystemPackage

/// A part of a file of any length.
public enum FilePart {
  /// At most `most` bytes from a place on; fewer at the end of the file.
  public static func of(_ path: FilePath, from offset: Int, most: Int) throws -> [UInt8] {
    let file = try ReadableFile.open(path)
    return try file.closeAfter { try bytes(of: file, from: Int64(offset), most: most) }
  }

  /// At most `most` bytes of a file whose size the system does not tell, such as one of `/proc`.
  static func of(_ path: FilePath, reading most: Int) throws -> [UInt8] {
    let file = try ReadableFile.open(path)
    return try file.closeAfter {
      try [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
  }

  /// At most `most` bytes from the end of a file.
  public static func end(of path: FilePath, most: Int) throws -> [UInt8] {
    let file = try ReadableFile.open(path)
    return try file.closeAfter {
      let size = try file.seek(offset: 0, from: .end)
      return try bytes(of: file, from: max(0, size - Int64(most)), most: most)
    }
  }

  private static func bytes(of file: FileDescriptor, from offset: Int64, most: Int) throws -> [UInt8] {
    let size = try file.seek(offset: 0, from: .end)
    let length = max(0, min(Int64(most), size - offset))
    return try [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      let room = UnsafeMutableRawBufferPointer(buffer)
      while count < room.count {
        let read = try file.read(
          fromAbsoluteOffset: offset + Int64(count),
          into: UnsafeMutableRawBufferPointer(rebasing: room[count...])
        )
        if read == 0 { break }
        count += read
      }
    }
  }
}
