internal import Artifacts
public import Configuration
internal import Crypto

/// The pipeline file of a run, with what was chosen: what the runner hands to its workers, once for all actions.
public struct PipelineSource: Record, Equatable {
  /// The path of the file from the folder of the project.
  public var file = ""
  /// The SHA-256 of its bytes.
  public var sha256 = ""
  /// The name that git would give to its bytes.
  public var blob = ""
  /// The name that git would give to its bytes in a repository whose objects are named by SHA-256.
  public var blobSHA256 = ""
  /// The profile, if one was chosen.
  public var profile: String?
  /// The values that were set, as `name=value`.
  public var settings: [String] = []

  /// No file.
  public init() {}

  /// The keys.
  public static let fields: [Field<PipelineSource>] = [
    .init("file", \.file, "The path of the file from the folder of the project.", required: true),
    .init("sha256", \.sha256, "The SHA-256 of its bytes.", required: true),
    .init("blob", \.blob, "The name that git would give to its bytes.", required: true),
    .init("blob_sha256", \.blobSHA256, "The name in a repository of the SHA-256 format.", required: true),
    .init("profile", \.profile, "The profile, if one was chosen."),
    .init("settings", \.settings, "The values that were set."),
  ]

  /// A file of a project.
  ///
  /// - Parameter bytes: those that were read, whatever has become of the file since.
  public init(_ file: String, bytes: [UInt8], profile: String?, settings: [String]) {
    self.file = file
    sha256 = ContentDigest(of: bytes).description
    let header = Array("blob \(bytes.count)\0".utf8)
    blob = Self.digits(Insecure.SHA1.hash(data: header + bytes))
    blobSHA256 = Self.digits(SHA256.hash(data: header + bytes))
    self.profile = profile
    self.settings = settings
  }

  private static func digits(_ digest: some Digest) -> String {
    digest.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count < 2 ? "0" + digits : digits
    }.joined()
  }
}
