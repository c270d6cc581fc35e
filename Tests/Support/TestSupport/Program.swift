internal import Glibc
internal import Subprocess
public import SystemPackage

/// A program to run, and what it said.
public struct Program: Sendable {
  /// What a program said, and how it ended.
  public struct Outcome: Sendable, Equatable {
    /// What it wrote to standard output.
    public let output: String
    /// What it wrote to standard error.
    public let errors: String
    /// The exit code, or the signal as a negative number.
    public let status: Int

    /// An outcome.
    public init(output: String, errors: String, status: Int) {
      self.output = output
      self.errors = errors
      self.status = status
    }
  }

  /// Where it lies.
  public let path: FilePath

  /// A program of the machine.
  public init(at path: FilePath) {
    self.path = path
  }

  /// A program of this build: it lies beside the test bundle.
  public init(built name: String) throws {
    var buffer = [CChar](repeating: 0, count: 4096)
    guard readlink("/proc/self/exe", &buffer, buffer.count - 1) > 0 else { throw Errno(rawValue: errno) }
    let folder = FilePath(platformString: buffer).removingLastComponent()
    let beside = folder.appending(name)
    guard access(beside.string, X_OK) == 0 else { throw Errno(rawValue: errno) }
    path = beside
  }

  /// Runs the program to its end.
  public func run(_ arguments: [String], in folder: FilePath? = nil) async throws -> Outcome {
    let result = try await Subprocess.run(
      .path(path),
      arguments: Arguments(arguments),
      workingDirectory: folder,
      output: .string(limit: 1 << 24),
      error: .string(limit: 1 << 24)
    )
    return Outcome(
      output: result.standardOutput,
      errors: result.standardError,
      status: Self.status(result.terminationStatus)
    )
  }

  /// Runs the program in a process group of its own, and sends it a signal once its standard output has `text`.
  ///
  /// - Parameter toGroup: to all of the group, as a terminal does for Ctrl-C, and not to the program alone.
  public func run(
    _ arguments: [String],
    in folder: FilePath,
    sending number: Int32,
    toGroup: Bool,
    onceOutputHas text: String
  ) async throws -> Outcome {
    try await run(arguments, in: folder, sending: number, toGroup: toGroup) { $0.contains(text) }
  }

  /// Runs the program in a process group of its own, and sends it a signal once its standard output is as it should be.
  public func run(
    _ arguments: [String],
    in folder: FilePath,
    sending number: Int32,
    toGroup: Bool,
    once isTime: @Sendable (String) -> Bool
  ) async throws -> Outcome {
    var options = PlatformOptions()
    options.processGroupID = 0
    let errors = folder.appending("standard-error")
    let file = try FileDescriptor.open(errors, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    let result = try await Subprocess.run(
      .path(path),
      arguments: Arguments(arguments),
      workingDirectory: folder,
      platformOptions: options,
      input: .none,
      output: .sequence,
      error: .fileDescriptor(file, closeAfterSpawningProcess: true)
    ) { execution in
      var output = ""
      var isSent = false
      for try await line in execution.standardOutput.strings() {
        output += line + "\n"
        guard !isSent, isTime(output) else { continue }
        kill(toGroup ? -execution.processIdentifier.value : execution.processIdentifier.value, number)
        isSent = true
      }
      return output
    }
    return Outcome(
      output: result.closureResult,
      errors: String(decoding: try readBytes(errors), as: UTF8.self),
      status: Self.status(result.terminationStatus)
    )
  }

  private static func status(_ status: TerminationStatus) -> Int {
    switch status {
    case .exited(let code): Int(code)
    case .signaled(let signal): -Int(signal)
    }
  }
}
