public import Artifacts
public import Configuration
public import Planning

/// What an action made, and how: one file of the store for each key.
public struct ActionRecord: Record, Equatable {
  /// The key of the action.
  public var key = ""
  /// The kind of the stage.
  public var kind = ""
  /// The parameters with defaults.
  public var parameters: JSONValue = [:]
  /// The addresses of the inputs, by name.
  public var inputs: [String: Source<ContentDigest>] = [:]
  /// The digest of the code that the result depends on.
  public var code = ""
  /// The artifact.
  public var artifact = ObjectRecord()
  /// The files for people that were made from it, by name.
  public var files: [String: ObjectRecord] = [:]
  /// Other files that belong to the result, by name.
  public var parts: [String: ObjectRecord] = [:]
  /// Where, when and with what it was made: what may differ between two runs that give the same result.
  public var provenance: JSONValue = [:]
  /// The in-toto statement of how it was made, as JSON text; in a DSSE envelope where it is signed. Nil in records of
  /// versions that wrote none. A text and not a value: its exact bytes are what a signature holds for.
  public var statement: String?

  /// An empty record.
  public init() {}

  /// The keys of a record.
  public static let fields: [Field<ActionRecord>] = [
    .init("key", \.key, "The key of the action.", required: true),
    .init("kind", \.kind, "The kind of the stage.", required: true),
    .init("parameters", \.parameters, "The parameters with defaults.", required: true),
    .init("inputs", \.inputs, "The addresses of the inputs.", required: true),
    .init("code", \.code, "The digest of the code that the result depends on.", required: true),
    .init("artifact", \.artifact, "The artifact.", required: true),
    .init("files", \.files, "The files made from the artifact.", limit: fileNames),
    .init("parts", \.parts, "Other files that belong to the result.", limit: fileNames),
    .init("provenance", \.provenance, "Where, when and with what the result was made."),
    .init("statement", \.statement, "The in-toto statement of how the result was made, as JSON text."),
  ]

  /// All objects of the result.
  public var objects: [ObjectRecord] { [artifact] + files.values + parts.values }

  // A record is data: its names become paths, and must not lead out of their folder.
  private static let fileNames = Limit<[String: ObjectRecord]>("files under plain names") {
    $0.keys.allSatisfy(\.isFileName)
  }
}

/// An object of the store.
public struct ObjectRecord: Record, Equatable {
  /// The name of the object: for an artifact the digest of its canonical content, else that of its bytes.
  public var address = ""
  /// The digest of the file's bytes.
  public var file = ""
  /// The size of the file.
  public var bytes = 0
  /// The suffix of the file's name.
  public var suffix = "h5"

  /// An empty record.
  public init() {}

  /// The keys of a record.
  public static let fields: [Field<ObjectRecord>] = [
    .init("address", \.address, "The name of the object.", limit: digest, required: true),
    .init("file", \.file, "The digest of the file's bytes.", limit: digest, required: true),
    .init("bytes", \.bytes, "The size of the file.", unit: "bytes", limit: .nonNegative, required: true),
    .init("suffix", \.suffix, "The suffix of the file's name.", limit: Limit("a word") { $0.isSuffix }),
  ]

  private static let digest = Limit<String>("64 hexadecimal digits") { ContentDigest($0) != nil }
}

extension String {
  /// Whether this is the name of a file that stays in its folder and is not hidden there.
  var isFileName: Bool {
    let isPrintable = unicodeScalars.allSatisfy { $0 != "/" && $0.value >= 0x20 && $0.value != 0x7f }
    return !isEmpty && utf8.count <= 200 && isPrintable && first != "."
  }

  /// Whether this is a suffix such as `h5` or `pdf`.
  var isSuffix: Bool {
    !isEmpty && utf8.count <= 8 && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}
