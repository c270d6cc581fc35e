internal import SystemPackage

/// The files that are opened to be read: those that have an end.
enum RegularFile {
  /// Refuses what is not a regular file: opening a FIFO waits for a writer, and a device has no end.
  static func expect(_ path: String, named name: String) throws(ArtifactError) {
    let type: FileType
    do {
      type = try FilePath(path).stat().type
    } catch {
      throw ArtifactError("cannot read \(name): \(error)")
    }
    guard type == .regular else { throw ArtifactError("cannot read \(name): it is not a regular file") }
  }
}
