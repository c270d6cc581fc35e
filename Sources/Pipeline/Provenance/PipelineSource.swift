internal import Artifacts
public import Configuration
internal import Crypto
internal import FoundationEssentials
internal import Subprocess
public import SystemPackage

/// The pipeline file of a run, with what was chosen: what the runner hands to its workers, once for all actions.
public struct PipelineSource: Record, Equatable {
  /// The path of the file from the folder of the project.
  public var file = ""
  /// The SHA-256 of its bytes.
  public var sha256 = ""
  /// The name that git would give to its bytes.
  public var blob = ""
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
    blob = Insecure.SHA1.hash(data: header + bytes).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count < 2 ? "0" + digits : digits
    }.joined()
    self.profile = profile
    self.settings = settings
  }
}

/// The commit of a pipeline file.
public struct GitCommit: Sendable, Equatable {
  /// The name of the commit that is checked out.
  public let name: String
  /// Whether the pipeline file has other bytes than in that commit, or is not in it.
  public let isDirty: Bool
}

extension GitCommit {
  /// What a program gets to see of git: nothing of the user's own, and no way to fetch anything. The two questions that
  /// are asked run no hook, filter or monitor, whatever a repository's settings say.
  private static let environment: [Environment.Key: String] = [
    "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
  ]
  private static let places = ["/usr/local/bin/git", "/usr/bin/git", "/bin/git"]

  /// The commit that is checked out around a project.
  ///
  /// - Parameter folder: the folder of the project.
  /// - Returns: nil where there is no repository, no commit, or no git.
  public static func of(_ source: PipelineSource, in folder: FilePath) async -> GitCommit? {
    guard let program = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return nil }
    // A name that git does not know is repeated as it is, so that the other one is told in any case.
    let result = try? await Subprocess.run(
      .path(FilePath(program)),
      arguments: ["rev-parse", "HEAD", "HEAD:./\(source.file)"],
      environment: .custom(environment),
      workingDirectory: folder,
      input: .none,
      output: .string(limit: 1 << 12),
      error: .discarded
    )
    let lines = (result?.standardOutput ?? "").split(separator: "\n").map(String.init)
    guard let name = lines.first, [40, 64].contains(name.utf8.count), name.allSatisfy(\.isHexDigit) else { return nil }
    return GitCommit(name: name, isDirty: lines.count < 2 || lines[1] != source.blob)
  }
}
