internal import Artifacts
internal import Glibc
internal import Planning
internal import Processes
internal import Subprocess
internal import SystemPackage

/// A run of a user's program under a supervisor, of which nothing is left when the program ends, or when this process
/// does, in whatever way.
enum SupervisedRun {
  /// Runs a program to its end.
  ///
  /// - Throws: when it does not end well; the message has the last lines that it wrote.
  static func run(_ words: [String], environment: [String: String], in folder: CleanFolder) async throws {
    let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
    // Two descriptions of one file, both of which append: what the program says stays in its order.
    let output = try log(of: folder)
    let errors = try log(of: folder)
    // The supervisor ends everything once this is closed.
    let (end, held) = try FileDescriptor.pipe()
    defer { try? held.close() }
    var options = PlatformOptions()
    options.processGroupID = 0
    let result = try await Subprocess.run(
      .path("/proc/self/exe"),
      arguments: Arguments(Supervisor.arguments(status: folder.status.string, words)),
      environment: .custom(Dictionary(variables) { first, _ in first }),
      workingDirectory: folder.work,
      platformOptions: options,
      input: .fileDescriptor(end, closeAfterSpawningProcess: true),
      output: .fileDescriptor(output, closeAfterSpawningProcess: true),
      error: .fileDescriptor(errors, closeAfterSpawningProcess: true)
    )
    try Task.checkCancellation()
    let text = (try? FilePart.end(of: folder.status, most: 256)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard let code = Int32(text) else {
      guard text.isEmpty else { throw StageFailure("the program was \(text)") }
      throw failure("was killed from outside (\(result.terminationStatus)); was memory short?", folder)
    }
    switch code {
    case 0: return
    // The exit code of a shell for a program that a signal ended.
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
