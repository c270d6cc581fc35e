public import Store
internal import Subprocess
public import SystemPackage

/// A process for work that may crash: libhdf5 is known to do so over files that were damaged in the wrong place.
public enum IsolatedProcess {
  /// How a process ended.
  public enum Ending: Sendable, Equatable {
    /// With this exit code.
    case exited(Int32)
    /// By this signal.
    case crashed(signal: Int32)

    init(_ status: TerminationStatus) {
      switch status {
      case .exited(let code): self = .exited(code)
      case .signaled(let signal): self = .crashed(signal: signal)
      }
    }
  }

  /// Runs a program to its end, with this process's streams.
  public static func run(_ executable: FilePath, _ arguments: [String]) async throws -> Ending {
    let result = try await Subprocess.run(
      .path(executable),
      arguments: Arguments(arguments),
      // The crash is told in one line; a backtrace of the library would bury it.
      environment: .inherit.updating(["SWIFT_BACKTRACE": "enable=no"]),
      output: .currentStandardOutput,
      error: .currentStandardError
    )
    return Ending(result.terminationStatus)
  }

  /// Runs a program to its end with a file for its standard input: a pipe to a process that ends before it has read all
  /// of it would break.
  ///
  /// - Returns: how it ended, and what it had written to its standard output by then.
  static func run(
    _ executable: FilePath,
    _ arguments: [String],
    input: FilePath
  ) async throws -> (ending: Ending, output: String) {
    let file = try FileDescriptor.open(input, .readOnly)
    let result = try await Subprocess.run(
      .path(executable),
      arguments: Arguments(arguments),
      environment: .inherit.updating(["SWIFT_BACKTRACE": "enable=no"]),
      input: .fileDescriptor(file, closeAfterSpawningProcess: true),
      output: .string(limit: 1 << 28),
      error: .discarded
    )
    return (Ending(result.terminationStatus), result.standardOutput)
  }

  /// What came of a line that a process was to answer.
  public enum Answer: Sendable {
    /// The line that it answered with.
    case line(String)
    /// It ended over it.
    case ended(Ending)
    /// No process could be asked.
    case notAsked(String)
  }

  /// Has a process answer each line with a line; where it ends over one, another goes on with the next.
  ///
  /// - Parameters:
  ///   - lines: what it is asked, each with a line feed at its end.
  ///   - store: in whose scratch folder the lines are handed over.
  /// - Returns: an answer for each line.
  public static func answers(
    to lines: [String],
    _ executable: FilePath,
    _ arguments: [String],
    in store: ArtifactStore
  ) async -> [Answer] {
    var answers: [Answer] = []
    while answers.count < lines.count {
      do {
        let file = try store.newScratchFile("orders")
        defer { FileSystem.remove(file) }
        try FileSystem.overwrite(file, with: lines[answers.count...].joined())
        let (ending, output) = try await run(executable, arguments, input: file)
        let answered = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        answers += answered.prefix(lines.count - answers.count).map { .line(String($0)) }
        if answers.count < lines.count { answers.append(.ended(ending)) }
      } catch {
        answers += [Answer](repeating: .notAsked("\(error)"), count: lines.count - answers.count)
      }
    }
    return answers
  }

  /// Runs a program to its end, and gives what it wrote to its standard output.
  public static func output(
    of executable: FilePath,
    _ arguments: [String]
  ) async throws -> (ending: Ending, output: String) {
    let result = try await Subprocess.run(
      .path(executable),
      arguments: Arguments(arguments),
      environment: .inherit.updating(["SWIFT_BACKTRACE": "enable=no"]),
      output: .string(limit: 1 << 28),
      error: .currentStandardError
    )
    return (Ending(result.terminationStatus), result.standardOutput)
  }
}
