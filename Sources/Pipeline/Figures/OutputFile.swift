public import SystemPackage

/// The files that a stage leaves in its folder.
public enum OutputFile {
  /// Writes a file, in place of one that may be there.
  public static func write(_ bytes: some Sequence<UInt8>, to path: FilePath) throws {
    let file = try create(path)
    _ = try file.closeAfter { try file.writeAll(bytes) }
  }

  /// Opens a new file, in place of one that may be there, for writing.
  static func create(_ path: FilePath) throws -> FileDescriptor {
    try FileDescriptor.open(
      path,
      .writeOnly,
      options: [.create, .truncate],
      permissions: [.ownerReadWrite, .groupRead, .otherRead]
    )
  }

  /// Reads a file, or its beginning.
  static func read(_ path: FilePath, most: Int = .max) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter { try read(file, most: most) }
  }

  /// Reads an open file from its beginning.
  static func read(_ file: FileDescriptor, most: Int = .max) throws -> [UInt8] {
    let size = try file.seek(offset: 0, from: .end)
    var bytes = [UInt8](repeating: 0, count: min(Int(size), most))
    var filled = 0
    while filled < bytes.count {
      let count = try bytes[filled...].withUnsafeMutableBytes { buffer in
        try file.read(fromAbsoluteOffset: Int64(filled), into: buffer)
      }
      guard count > 0 else { break }
      filled += count
    }
    return bytes
  }
}
