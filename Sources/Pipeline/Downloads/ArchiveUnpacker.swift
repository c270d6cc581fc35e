internal import Archives
internal import Store
internal import SystemPackage

/// Takes files that are known by name from a tar archive packed by gzip. What else is in it is not written anywhere.
struct ArchiveUnpacker {
  /// The folder within the archive.
  let folder: String
  /// The names of the files in it.
  let names: [String]

  /// Writes the files into a folder.
  func unpack(_ archive: FilePath, into destination: FilePath) throws {
    var missing = Set(names)
    var output: FileDescriptor?
    defer { try? output?.close() }
    let gzip = GzipReader()
    var tar = TarReader()
    try FileSystem.read(archive) { piece in
      try gzip.unpack(piece) { bytes in
        try tar.read(bytes) { part in
          switch part {
          case .file(let name, _):
            try output?.close()
            output = nil
            guard let name = known(name), missing.remove(name) != nil else { return }
            output = try FileDescriptor.open(
              destination.appending(name),
              .writeOnly,
              options: [.create, .truncate, .noFollow, .closeOnExec],
              permissions: FileSystem.newFilePermissions
            )
          case .bytes(let bytes): _ = try output?.writeAll(bytes)
          }
        }
      }
    }
    try gzip.finish()
    try tar.finish()
    guard missing.isEmpty else { throw ArchiveError("lacks \(missing.sorted().joined(separator: ", "))") }
  }

  /// Which of the files has this name in the archive.
  private func known(_ path: String) -> String? {
    let path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    return names.first { path == "\(folder)/\($0)" }
  }
}
