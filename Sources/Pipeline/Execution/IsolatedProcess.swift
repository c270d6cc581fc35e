internal import Processes
internal import Store
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

  /// A crash is reported in one line, without a backtrace of the library. The process ends with this one.
  private static var environment: Environment {
    .inherit.updating([
      "SWIFT_BACKTRACE": "enable=no", Environment.Key(stringLiteral: Parent.variable): Parent.identity,
    ])
  }

  /// Runs a program to its end, with this process's streams.
  public static func run(_ executable: FilePath, _ arguments: [String]) async throws -> Ending {
    let result = try await Subprocess.run(
      .path(executable),
      arguments: Arguments(arguments),
      environment: environment,
      output: .currentStandardOutput,
      error: .currentStandardError
    )
    return Ending(result.terminationStatus)
  }

  /// Runs a program to its end with a file for its standard input: a pipe to a process that ends before it has read all
  /// of it would break.
  ///
  /// - Returns: how it ended, and what it had written to its standard output by then.
  private static func run(
    _ executable: FilePath,
    _ arguments: [String],
    input: FilePath
  ) async throws -> (ending: Ending, output: String) {
    let file = try FileDescriptor.open(input, .readOnly)
    let result = try await Subprocess.run(
      .path(executable),
      arguments: Arguments(arguments),
      environment: environment,
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
  ///   - list: names a file by which lines are handed over to a process; it is removed afterwards.
  /// - Returns: an answer for each line.
  public static func answers(
    to lines: [String],
    _ executable: FilePath,
    _ arguments: [String],
    list: () throws -> FilePath
  ) async -> [Answer] {
    var answers: [Answer] = []
    while answers.count < lines.count {
      do {
        try Task.checkCancellation()
        let file = try list()
        defer { FileSystem.remove(file) }
        let text = lines[answers.count...].joined()
        try FileSystem.writeAtomically(Array(text.utf8), to: file, isDurable: false)
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

  /// What such a process does: answers each line of its standard input with a line, until there are no more.
  ///
  /// - Parameter answer: the answer to a line, with a line feed at its end.
  public static func serve(_ answer: (String) -> String) throws {
    // What a library prints must not get among the answers.
    let channel = try FileDescriptor.standardOutput.duplicate()
    _ = try FileDescriptor.standardError.duplicate(as: .standardOutput)
    while let line = readLine() { _ = try channel.writeAll(answer(line).utf8) }
  }

  /// Runs a program to its end, and gives what it wrote to its standard output.
  public static func output(
    of executable: FilePath,
    _ arguments: [String]
  ) async throws -> (ending: Ending, output: String) {
    let result = try await Subprocess.run(
      .path(executable),
      arguments: Arguments(arguments),
      environment: environment,
      output: .string(limit: 1 << 28),
      error: .currentStandardError
    )
    return (Ending(result.terminationStatus), result.standardOutput)
  }
}
