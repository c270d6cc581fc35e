internal import Artifacts
internal import Planning
internal import Subprocess
internal import SystemPackage

/// What keeps a program from seeing what its stage does not declare.
enum Sandbox {
  /// bubblewrap, found here.
  case bubblewrap(FilePath)
  /// Nothing, for this reason.
  case none(because: String)

  /// The folders of the system, which a program sees as they are, read-only.
  static let systemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc"]
  /// Where a program runs inside.
  private static let home = "/stage"

  /// The sandbox that a rule asks for, as far as the machine has one.
  static func find(_ rule: UserProgram.SandboxRule) async throws -> Sandbox {
    if rule == .none { return .none(because: "the stage asks for none") }
    let reason: String
    if let program = try? await Executable.name("bwrap").resolveExecutablePath(in: .inherit) {
      // The kernel, or the container around it, may forbid what it needs: whether it works is found out by trying.
      guard let problem = try await attempt(program) else { return .bubblewrap(program) }
      reason = "bubblewrap does not work here: \(problem)"
    } else {
      reason = "bubblewrap is not installed"
    }
    guard rule == .auto else {
      throw StageFailure(
        "the stage requires a sandbox, and \(reason) (Debian, Ubuntu: sudo apt-get install bubblewrap)"
      )
    }
    return .none(because: reason)
  }

  /// Runs nothing in a sandbox; what went wrong, or nil.
  private static func attempt(_ program: FilePath) async throws -> String? {
    let result = try await Subprocess.run(
      .path(program),
      arguments: Arguments(closed + ["--", "/bin/true"]),
      environment: .custom([:]),
      output: .discarded,
      error: .string(limit: 1 << 12)
    )
    if result.terminationStatus.isSuccess { return nil }
    return result.standardError.split(separator: "\n").first.map(String.init) ?? "\(result.terminationStatus)"
  }

  /// A machine of the system's folders alone: no network, no processes, devices or files of others.
  private static let closed =
    ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "stage"]
    + systemFolders.flatMap { ["--ro-bind-try", $0, $0] } + ["--proc", "/proc", "--dev", "/dev"]

  /// The words that run `command` within the folder, seeing the tools.
  func words(_ command: [String], in folder: CleanFolder, tools: [String]) -> [String] {
    switch self {
    case .none: return command
    case .bubblewrap(let program):
      let tools = tools.flatMap { ["--ro-bind", $0, $0] }
      return [program.string] + Self.closed + ["--bind", folder.temporary.string, "/tmp"] + tools
        + ["--bind", folder.work.string, Self.home, "--chdir", Self.home, "--remount-ro", "/", "--"] + command
    }
  }

  /// Where a program finds its folder for temporary files.
  func temporary(of folder: CleanFolder) -> String {
    switch self {
    case .none: folder.temporary.string
    case .bubblewrap: "/tmp"
    }
  }

  /// Whether a program sees a file of the machine.
  func shows(_ path: String, tools: [String]) -> Bool {
    guard case .bubblewrap = self else { return true }
    return (Self.systemFolders + tools).contains { FilePath(path).starts(with: FilePath($0)) }
  }

  /// The sandbox in a word, for the record.
  var summary: String {
    switch self {
    case .bubblewrap: "bubblewrap"
    case .none(let reason): "none: \(reason)"
    }
  }
}
