internal import Artifacts
internal import FoundationEssentials
internal import Glibc
internal import Planning
internal import Processes
internal import Subprocess
internal import SystemPackage

/// What keeps a program from seeing what its stage does not declare.
enum Sandbox {
  /// bubblewrap, found here.
  case bubblewrap(FilePath)
  /// Nothing, for this reason.
  case none(because: String)

  /// Where a program runs inside.
  private static let home = "/stage"
  /// For how long bubblewrap may take to run nothing.
  private static let patience = Duration.seconds(20)

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

  /// Runs nothing in a sandbox.
  ///
  /// - Returns: what went wrong, or nil.
  private static func attempt(_ program: FilePath) async throws -> String? {
    let guardian = try Guardian()
    let timer = Task {
      try await Task.sleep(for: patience)
      guardian.release()
      return true
    }
    let result = try await Subprocess.run(
      Guardian.shell,
      arguments: guardian.arguments(program, closed + ["--remount-ro", "/", "--", "/bin/true"]),
      environment: .custom([:]),
      platformOptions: Guardian.options,
      input: .fileDescriptor(guardian.input, closeAfterSpawningProcess: true),
      output: .discarded,
      error: .string(limit: 1 << 12)
    )
    timer.cancel()
    if (try? await timer.value) == true { return "it did not end within \(patience)" }
    guardian.release()
    try Task.checkCancellation()
    if result.terminationStatus.isSuccess { return nil }
    return result.standardError.split(separator: "\n").first.map(String.init) ?? "\(result.terminationStatus)"
  }

  /// A machine of the system's folders alone: no network, no processes, devices or files of others.
  ///
  /// The kernel's settings under /proc/sys belong to root, who may write them without any capability. They, and all of
  /// /proc, are read-only; so is /dev but for /dev/shm.
  private static let closed: [String] = {
    func shown(_ paths: [String]) -> [String] { paths.flatMap { ["--ro-bind-try", $0, $0] } }
    var words = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "stage"]
    words += shown(SystemFiles.folders) + shown(SystemFiles.settings)
    words += ["--proc", "/proc"] + shown(SystemFiles.kernelFolders) + ["--remount-ro", "/proc"]
    words += ["--dev", "/dev", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    return words
  }()

  /// The words that run `command` within the folder, seeing the tools.
  ///
  /// - Parameter folders: further folders and files that the program itself needs.
  func words(_ command: [String], in folder: CleanFolder, tools: [String], folders: [String]) throws -> [String] {
    switch self {
    case .none: return command
    case .bubblewrap(let program):
      let users = try folder.writeUsers()
      let bound = users + (folders + tools).map { ($0, $0) }
      var words = [program.string] + Self.closed + ["--bind", folder.temporary.string, "/tmp"]
      for (source, place) in bound { words += ["--ro-bind", source, place] }
      words += ["--bind", folder.work.string, Self.home, "--chdir", Self.home, "--remount-ro", "/", "--"]
      return words + command
    }
  }

  /// Where a program finds its folder for temporary files.
  func temporary(of folder: CleanFolder) -> String {
    switch self {
    case .none: folder.temporary.string
    case .bubblewrap: "/tmp"
    }
  }

  /// Where a program runs.
  func work(of folder: CleanFolder) -> String {
    switch self {
    case .none: folder.work.string
    case .bubblewrap: Self.home
    }
  }

  /// Whether a program sees a file of the machine.
  func shows(_ path: String, tools: [String]) -> Bool {
    guard case .bubblewrap = self else { return true }
    return (SystemFiles.folders + tools).contains { FilePath(path).starts(with: FilePath($0)) }
  }

  /// The folders that a program lies in and that are not shown otherwise: those of the interpreters that its links and
  /// its first line name.
  func folders(of program: FilePath, tools: [String]) -> [String] {
    guard case .bubblewrap = self else { return [] }
    return ProgramPlace.chain(from: program).dropFirst().filter { !shows($0.string, tools: tools) }
      .map(ProgramPlace.prefix).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The sandbox in a word, for the record.
  var summary: String {
    switch self {
    case .bubblewrap: "bubblewrap"
    case .none(let reason): "none: \(reason)"
    }
  }
}
