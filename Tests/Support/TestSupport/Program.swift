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
    let status: Int =
      switch result.terminationStatus {
      case .exited(let code): Int(code)
      case .signaled(let signal): -Int(signal)
      }
    return Outcome(output: result.standardOutput, errors: result.standardError, status: status)
  }
}
