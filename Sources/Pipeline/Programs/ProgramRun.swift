internal import Artifacts
internal import Configuration
internal import FoundationEssentials
internal import Glibc
public import Planning
internal import Subprocess
internal import SystemPackage

extension UserProgram {
  /// What every program has in its environment: nothing of the user's own, and what makes common programs give the same
  /// bytes every time (one thread, one order of hashing, one date).
  static let fixedEnvironment = [
    "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "SOURCE_DATE_EPOCH": "0",
  ]

  /// Runs the program and takes in what it leaves.
  public func execute(_ context: StageContext) async throws -> StageResult {
    let folder = try CleanFolder(in: context.scratch)
    do {
      let sandbox = try await Sandbox.find(sandbox)
      let values = try fill(folder, context)
      let toolPaths = try tools.entries.map { try context.files.find($0.value.value, in: .tools) }
      var environment = Self.fixedEnvironment
      for name in ["HOME", "TMPDIR"] { environment[name] = sandbox.temporary(of: folder) }
      for entry in self.environment.entries { environment[entry.name.value] = try Self.fill(entry.value.value, values) }
      var command = try run.map { try Self.fill($0.value, values) }
      let program = try Self.program(command[0], environment["PATH"] ?? "", folder)
      guard program.starts(with: folder.work) || sandbox.shows(program.string, tools: toolPaths) else {
        throw StageFailure("the sandbox hides '\(program)': declare its folder under 'tools'")
      }
      if !program.starts(with: folder.work) { command[0] = program.string }
      if case .none(let reason) = sandbox { context.report(StageProgress(0, "without a sandbox: \(reason)")) }
      let words = sandbox.words(command, in: folder, tools: toolPaths)
      let digest = try ContentDigest(ofFile: program)
      try await Supervisor.run(words, environment: environment, in: folder)
      var result = try result(in: folder)
      result.provenance["command"] = [
        "executable": .string(command[0]), "sha256": .string(digest.description), "sandbox": .string(sandbox.summary),
      ]
      result.state(
        data: data.entries.map { entry in
          let file = entry.value.value
          return ExternalResource(entry.name.value, digest: ContentDigest(file.digest.text), source: file.path.value)
        }
      )
      return result
    } catch let failure as StageFailure {
      throw StageFailure(failure.description, log: folder.log.string)
    } catch let failure as ArtifactError {
      throw StageFailure(failure.description, log: folder.log.string)
    }
  }

  private static func fill(_ text: String, _ values: [Placeholder: String]) throws -> String {
    try TextWithPlaceholders(text).filled { placeholder in
      guard let value = values[placeholder] else { throw StageFailure("nothing stands for a placeholder of '\(text)'") }
      return value
    }
  }

  /// The program that the first word of a command means.
  private static func program(_ word: String, _ path: String, _ folder: CleanFolder) throws -> FilePath {
    if word.contains("/") {
      let file = folder.work.pushing(FilePath(word))
      guard access(file.string, X_OK) == 0 else { throw StageFailure("there is no program '\(word)' to run") }
      return file
    }
    let candidates = path.split(separator: ":").map { FilePath(String($0)).appending(word) }
    guard let found = candidates.first(where: { access($0.string, X_OK) == 0 }) else {
      throw StageFailure("there is no program '\(word)' in \(path)")
    }
    return found
  }
}

/// Runs a program in a process group of its own, of which nothing is left when the program ends, or when this process
/// does, in whatever way.
enum Supervisor {
  /// A process that the kernel ends cannot clean up after itself. So a shell leads the group: it waits for the program,
  /// and a companion of it for the end of a pipe that this process holds open; whichever ends first, the group is killed.
  private static let script = """
    exec 3<&0 0</dev/null
    status=$1
    shift
    "$@" 3<&- &
    program=$!
    { /bin/cat <&3; kill -9 "-$$"; } >/dev/null 2>&1 &
    wait "$program"
    echo "$?" >"$status"
    kill -9 "-$$"
    """

  /// Runs a program to its end.
  ///
  /// - Throws: when it does not end well; the message has the last lines that it wrote.
  static func run(_ words: [String], environment: [String: String], in folder: CleanFolder) async throws {
    var options = PlatformOptions()
    options.processGroupID = 0
    let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
    // Two descriptions of one file, both of which append: what the program says stays in its order.
    let output = try log(of: folder)
    let errors = try log(of: folder)
    let (end, held) = try FileDescriptor.pipe()
    defer { try? held.close() }
    let result = try await Subprocess.run(
      .path("/bin/sh"),
      arguments: Arguments(["-c", script, "sh", folder.status.string] + words),
      environment: .custom(Dictionary(variables) { first, _ in first }),
      workingDirectory: folder.work,
      platformOptions: options,
      input: .fileDescriptor(end, closeAfterSpawningProcess: true),
      output: .fileDescriptor(output, closeAfterSpawningProcess: true),
      error: .fileDescriptor(errors, closeAfterSpawningProcess: true)
    )
    try Task.checkCancellation()
    let text = (try? FilePart.end(of: folder.status, most: 16)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard let code = Int32(text.filter { $0 != "\n" }) else {
      throw failure("was killed from outside (\(result.terminationStatus)); was memory short?", folder)
    }
    switch code {
    case 0: return
    // How a shell tells that a signal ended a program.
    case 129...192:
      let name = strsignal(code - 128).map { String(cString: $0) } ?? "unknown"
      throw failure("ended with exit code \(code): signal \(code - 128), \(name)", folder)
    default: throw failure("ended with exit code \(code)", folder)
    }
  }

  private static func log(of folder: CleanFolder) throws -> FileDescriptor {
    try FileDescriptor.open(folder.log, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
  }

  private static func failure(_ what: String, _ folder: CleanFolder) -> StageFailure {
    let lines = folder.lastWords
    let account =
      lines.isEmpty ? "; it wrote nothing" : "; it last wrote\n" + lines.map { "  \($0)" }.joined(separator: "\n")
    return StageFailure("the program \(what)\(account)")
  }
}
