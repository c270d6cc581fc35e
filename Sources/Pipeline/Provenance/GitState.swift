internal import FoundationEssentials
internal import Processes
internal import Subprocess
public import SystemPackage

/// What git says of a pipeline file: the commit that is checked out, and whether the file is as it is there.
///
/// What git does not say is unknown, with the reason, and never taken for a file that was changed or for a folder without
/// a repository.
public struct GitState: Sendable, Equatable {
  /// The name of the commit that is checked out; nil where there is none, or none is known.
  public var commit: String?
  /// Whether the pipeline file has other bytes than in that commit, or is not in it; nil where that is unknown.
  public var isDirty: Bool?
  /// Why the commit, or whether the file differs from it, is unknown.
  public var unknown: String?

  /// No repository.
  public static var none: GitState { GitState() }

  private static func unknown(_ reason: String, commit: String? = nil) -> GitState {
    GitState(commit: commit, isDirty: nil, unknown: reason)
  }
}

extension GitState {
  /// What git gets to see of the caller's environment: nothing, and no way to fetch anything.
  private static let environment: [Environment.Key: String] = [
    "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0",
  ]
  /// git refuses the repositories of other users because commands of theirs might run. The one question that is asked
  /// here runs no hook, filter, monitor or pager, whatever a repository's settings say, and fetches nothing.
  private static let settings = [
    "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c",
    "protocol.allow=never",
  ]
  private static let places = ["/usr/local/bin/git", "/usr/bin/git", "/bin/git"]
  /// A repository may name files that are never read to their end.
  private static let patience = Duration.seconds(20)

  /// What git says of a pipeline file.
  ///
  /// - Parameters:
  ///   - folder: the folder of the project.
  ///   - programs: where git is looked for.
  public static func of(
    _ source: PipelineSource,
    in folder: FilePath,
    by programs: [String]? = nil
  ) async -> GitState {
    let found = (programs ?? places).first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let found else {
      return hasRepository(around: folder) ? .unknown("git is not installed") : .none
    }
    guard let answer = await ask(found, "HEAD:./\(source.file)", in: folder) else {
      return .unknown("git does not answer")
    }
    let lines = answer.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // git repeats a name that it does not know, so the others are returned in any case.
    guard lines.first == "true" else { return withoutFolder(lines.first, answer.errors, folder) }
    guard lines.count > 1, [40, 64].contains(lines[1].utf8.count), lines[1].allSatisfy(\.isHexDigit) else {
      // Nothing has been committed yet.
      return answer.errors.contains("ambiguous argument 'HEAD'") ? .none : .unknown(reason(answer.errors))
    }
    let commit = lines[1]
    let blob = commit.utf8.count == 64 ? source.blobSHA256 : source.blob
    if lines.count > 2, lines[2].utf8.count == commit.utf8.count, lines[2].allSatisfy(\.isHexDigit) {
      return GitState(commit: commit, isDirty: lines[2] != blob)
    }
    let isAbsent = answer.errors.contains("does not exist in") || answer.errors.contains("exists on disk, but not in")
    return isAbsent ? GitState(commit: commit, isDirty: true) : .unknown(reason(answer.errors), commit: commit)
  }

  /// The state where git knows of no working folder: in a bare repository, within `.git`, or in no repository.
  private static func withoutFolder(_ line: String?, _ errors: String, _ folder: FilePath) -> GitState {
    if line == "false" {
      return .unknown("the folder of the project is within a repository and no working folder of it")
    }
    guard errors.contains("not a git repository"), !hasRepository(around: folder) else {
      return .unknown(reason(errors))
    }
    return .none
  }

  /// What git complains of, in one line.
  private static func reason(_ errors: String) -> String {
    let line = errors.split(separator: "\n").first.map(String.init) ?? "git says nothing"
    return String(line.prefix(200))
  }

  /// Whether a folder, or one around it, looks like one that git knows of.
  private static func hasRepository(around folder: FilePath) -> Bool {
    var folder = folder
    while true {
      if FileManager.default.fileExists(atPath: folder.appending(".git").string) { return true }
      guard folder.lastComponent != nil else { return false }
      folder.removeLastComponent()
    }
  }

  private static func ask(_ program: String, _ file: String, in folder: FilePath) async -> (
    output: String, errors: String
  )? {
    await withTaskGroup(of: (output: String, errors: String)?.self) { group in
      group.addTask {
        guard let guardian = try? Guardian() else { return nil }
        defer { guardian.release() }
        let result = try? await Subprocess.run(
          Guardian.shell,
          arguments: guardian.arguments(
            FilePath(program),
            settings + ["rev-parse", "--is-inside-work-tree", "HEAD", file]
          ),
          environment: .custom(environment),
          workingDirectory: folder,
          platformOptions: Guardian.options,
          input: .fileDescriptor(guardian.input, closeAfterSpawningProcess: true),
          output: .string(limit: 1 << 16),
          error: .string(limit: 1 << 16)
        )
        return result.map { ($0.standardOutput, $0.standardError) }
      }
      group.addTask {
        // Ends early where the answer is there: then nobody asks for what is thrown.
        try? await Task.sleep(for: patience)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }
}
