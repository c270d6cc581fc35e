public import Configuration
internal import SystemPackage

/// A file that a program leaves as its result.
public struct ProgramOutput: Record {
  /// How a file becomes part of the result.
  public enum Form: String, Choice {
    /// Its arrays are the arrays of the result.
    case arrays
    /// It is kept as it is.
    case file
  }

  /// Where the program leaves it, from the folder that it runs in.
  public var path = RelativePath("output")
  /// How it becomes part of the result; decided by its suffix unless given.
  public var form: Form?
  /// Whether a person finds it among the figures.
  public var isPublished = false

  /// A file without a path.
  public init() {}

  /// The keys of an output.
  public static let fields: [Field<ProgramOutput>] = [
    .init("path", \.path, "Where the program leaves it, from the folder that it runs in.", required: true),
    .init(
      "as",
      \.form,
      "arrays: its arrays are those of the result. file: it is kept as it is. By the suffix (.h5, .hdf5, .nc) if not given."
    ),
    .init("publish", \.isPublished, "Whether a kept file is also put into the folder of the figures."),
  ]

  /// The path alone.
  public static var shorthand: ValueShape? { .string }

  /// A text is the path.
  public static func expandShorthand(_ node: Node) -> Node? {
    guard case .scalar = node.content, !node.isNull else { return nil }
    return Node(.mapping([Node.Entry(key: "path", keyLocation: node.location, value: node)]), at: node.location)
  }

  /// Publishing what is no file.
  public func inconsistencies() -> [Inconsistency] {
    isPublished && holdsArrays
      ? [Inconsistency("publish", "arrays become part of the result and are not published; 'as: file' keeps the file")]
      : []
  }

  /// Whether its arrays are those of the result.
  var holdsArrays: Bool {
    form.map { $0 == .arrays } ?? ["h5", "hdf5", "nc"].contains(FilePath(path.text).extension?.lowercased() ?? "")
  }

  /// The name of the file.
  var fileName: String { FilePath(path.text).lastComponent?.string ?? path.text }
}

/// A file outside of the project that a program reads.
public struct ExternalFile: Record {
  /// Where it lies: an absolute path, or one from the folder that `PIPELINE_DATA` names.
  public var path = Located("")
  /// The digest of its bytes.
  var digest = Digest()

  /// A file without a path.
  public init() {}

  /// The keys of an external file.
  public static let fields: [Field<ExternalFile>] = [
    .init(
      "path",
      \.path,
      "Where it lies: an absolute path, or one from the folder that PIPELINE_DATA names.",
      limit: Limit("a path") { !$0.value.isEmpty && !$0.value.contains("\0") },
      required: true
    ),
    .init("sha256", \.digest, "The SHA-256 of its bytes, which 'sha256sum FILE' prints.", required: true),
  ]

  /// The suffix of its name with the point, if it has one.
  var suffix: String { (FilePath(path.value).extension).map { ".\($0)" } ?? "" }
}
