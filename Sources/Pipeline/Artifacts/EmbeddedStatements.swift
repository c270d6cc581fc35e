internal import CLibHDF5

/// The statements that an exported artifact's file carries: an attribute of the outermost group, which belongs to the
/// file and not to the content.
public enum EmbeddedStatements {
  /// The name of the attribute.
  public static let attribute = "_pipeline_statements"

  /// Writes a text into an artifact's file.
  ///
  /// - Throws: what the library says; the file may then be incomplete.
  public static func write(_ text: String, into path: String) throws(ArtifactError) {
    HDF5.silence()
    let access = try HDF5.fileAccess()
    try HDF5.check(
      H5Pset_libver_bounds(access.id, H5F_LIBVER_V18, H5F_LIBVER_V110),
      "fixing the version of the format"
    )
    let file = try HDF5Handle(H5Fopen(path, h5_read_write(), access.id), closing: H5Fclose, "cannot open \(path)")
    try Attribute.string(text).writePlumbing(attribute, on: file.id)
    try file.closeFile("cannot write \(path)")
  }

  /// Reads the text from a file; nil if it carries none.
  ///
  /// - Throws: what the library says, or that the attribute is no text.
  public static func read(from path: String) throws(ArtifactError) -> String? {
    HDF5.silence()
    let access = try HDF5.fileAccess()
    let file = try HDF5Handle(
      H5Fopen(path, h5_read_only(), access.id),
      closing: H5Fclose,
      "cannot read \(path)"
    )
    let isThere = H5Aexists(file.id, attribute)
    try HDF5.check(isThere, "cannot read \(path)")
    guard isThere > 0 else { return nil }
    return try Attribute.text(of: attribute, on: file.id, path)
  }
}
