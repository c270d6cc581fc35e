import ArgumentParser
import Artifacts
import Execution
import Glibc
import SystemPackage

/// Runs commands that read files from anywhere again in a process of their own: the HDF5 library may crash over a damaged
/// file, and the user must get a message about it.
enum Isolation {
  /// Runs this command again with `--in-this-process`, and ends as it does.
  static func runAgain(reading files: String...) async throws {
    // The subcommand's name comes first: the program itself has no options of its own.
    let arguments = CommandLine.arguments.dropFirst()
    let again = arguments.prefix(1) + ["--in-this-process"] + arguments.dropFirst()
    switch try await IsolatedProcess.run("/proc/self/exe", Array(again)) {
    case .exited(let code): if code != 0 { throw ExitCode(code) }
    // Whoever read the output has seen enough.
    case .crashed(signal: SIGPIPE): return
    case let ending:
      let names = files.joined(separator: " or ")
      throw ArtifactError("cannot read \(names): reading it \(ending.ofReading), so it may be damaged")
    }
  }
}
