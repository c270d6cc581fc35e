internal import CLibHDF5

/// The statements that an exported artifact's file carries: an attribute of the outermost group, which belongs to the
/// file and not to the content.
public enum EmbeddedStatements {
  /// The name of the attribute.
  public static let attribute = "_pipeline_statements"

  /// Writes a text into an artifact's file, and reads it back.
  ///
  /// - Throws: what the library says; the file may then be incomplete.
  public static func write(_ text: String, into path: String) throws(ArtifactError) {
    let doing = "cannot write \(path)"
    try HDF5.prepare()
    try ReadableFile.expect(path, named: path)
    try HDF5.withFileAccess(isForWriting: true) { access throws(ArtifactError) in
      try HDF5.with(H5Fopen(path, h5_read_write(), access), closing: H5Fclose, doing) { file throws(ArtifactError) in
        try Attribute.string(text).writePlumbing(attribute, on: file)
      }
    }
    guard try read(from: path) == text else {
      throw ArtifactError("\(doing): the statements that were written are not what is read back")
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
