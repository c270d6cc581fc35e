internal import CLibHDF5
internal import Glibc
internal import SystemPackage

/// The statements that an exported artifact's file carries: an attribute of the outermost group, which belongs to the
/// file and not to the content.
public enum EmbeddedStatements {
  /// The name of the attribute.
  public static let attribute = "_pipeline_statements"

  /// Writes a text into an artifact's file, and reads it back.
  ///
  /// The file is changed in memory and written from there, so that a disk that is full or fails gives an error. One that
  /// is too large for that is changed on the disk, once the disk has room for the text.
  ///
  /// - Throws: what the library or the system says; the file may then be incomplete.
  public static func write(_ text: String, into path: String) throws(ArtifactError) {
    let doing = "cannot write \(path)"
    try HDF5.prepare()
    func add(_ file: hid_t) throws(ArtifactError) { try Attribute.string(text).writePlumbing(attribute, on: file) }
    // A missing file, or what is not a regular file, is refused here.
    if let image = try ReadableFile.image(path, named: path) {
      let changed = try HDF5.change(image, doing, add)
      do {
        let file = try ReadableFile.openToWrite(FilePath(path))
        try file.closeAfter {
          try file.resize(to: 0)
          _ = try file.writeAll(changed)
        }
      } catch {
        throw ArtifactError("\(doing): \(error)")
      }
    } else {
      try reserve(text.utf8.count + 1 << 20, in: path, doing)
      try HDF5.withFileAccess(isForWriting: true) { access throws(ArtifactError) in
        try HDF5.with(H5Fopen(path, h5_read_write(), access), closing: H5Fclose, doing, add)
      }
    }
    guard try read(from: path) == text else {
      throw ArtifactError("\(doing): the statements that were written are not what is read back")
    }
  }

  /// Has the disk take room behind the end of a file, where it can. The library gives back what it does not need.
  private static func reserve(_ bytes: Int, in path: String, _ doing: String) throws(ArtifactError) {
    do {
      let file = try ReadableFile.openToWrite(FilePath(path))
      try file.closeAfter {
        let size = try file.seek(offset: 0, from: .end)
        let reason = posix_fallocate(file.rawValue, off_t(size), off_t(bytes))
        guard reason == 0 || reason == EOPNOTSUPP || reason == EINVAL else { throw Errno(rawValue: reason) }
      }
    } catch {
      throw ArtifactError("\(doing): \(error)")
    }
  }

  /// Reads the text from a file; nil if it carries none.
  ///
  /// - Throws: what the library says, or that the attribute is no text.
  public static func read(from path: String) throws(ArtifactError) -> String? {
    try HDF5.withFile(path, named: path) { file, _ throws(ArtifactError) in
      guard try HDF5.isTrue(H5Aexists(file, attribute), "cannot read \(path)") else { return nil }
      return try Attribute.text(of: attribute, on: file, path)
    }
  }
}
