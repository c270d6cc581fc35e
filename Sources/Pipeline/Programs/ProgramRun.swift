internal import Artifacts
internal import Configuration
internal import FoundationEssentials
internal import Glibc
public import Planning
internal import Processes
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
    let folder = try CleanFolder(in: context.scratch, log: context.log)
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
      environment["PWD"] = sandbox.work(of: folder)
      try Self.checkSizes(command, environment)
      let folders =
        program.starts(with: folder.work)
        ? sandbox.folders(of: program, tools: toolPaths + [folder.work.string])
        : sandbox.folders(of: program, tools: toolPaths)
      let words = try sandbox.words(command, in: folder, tools: toolPaths, folders: folders)
      let digest = try ContentDigest(ofFile: program)
      try await SupervisedRun.run(words, environment: environment, in: folder)
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
    } catch let failure as ArtifactError {
      throw StageFailure(failure.description)
    }
  }

  private static func fill(_ text: String, _ values: [Placeholder: String]) throws -> String {
    try TextWithPlaceholders(text).filled { placeholder in
      guard let value = values[placeholder] else { throw StageFailure("nothing stands for a placeholder of '\(text)'") }
      return value
    }
  }

  /// Linux passes no longer word to a program than this, with the zero byte at its end.
  private static let longestWord = 1 << 17

  /// Checks that the system passes the words and the variables on.
  static func checkSizes(_ command: [String], _ environment: [String: String]) throws(StageFailure) {
    func check(_ what: String, _ size: Int) throws(StageFailure) {
      guard size >= longestWord else { return }
      throw StageFailure(
        "\(what) has \(size) bytes, and the system passes at most \(longestWord - 1) to a program in one piece; "
          + "put the text into a file of the project and declare it under 'files'"
      )
    }
    for (index, word) in command.enumerated() { try check("word \(index + 1) of 'run'", word.utf8.count) }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      try check("the variable '\(name)' of 'environment'", name.utf8.count + value.utf8.count + 1)
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
