import ArgumentParser
import Artifacts
import Configuration
import Provenance
import Reporting
import Store

/// The exit codes of the program.
enum ExitStatus: Int32, Error {
  /// All is done.
  case done = 0
  /// A stage failed.
  case stageFailed = 1
  /// The pipeline file or the command is wrong.
  case wrongInput = 2
  /// A check did not hold.
  case checkFailed = 3
  /// What was made again has the same content in other bytes.
  case equalContent = 4
  /// What was made again differs within the tolerances of the pipeline.
  case withinTolerance = 5
  /// What was made again cannot be compared.
  case notComparable = 6
  /// The user stopped it.
  case interrupted = 130

  /// Reports an error to the user and returns its exit code.
  ///
  /// - Parameter complain: writes the message.
  static func report(_ error: any Error, to complain: (String) -> Void = Terminal.complainText) -> ExitStatus {
    switch error {
    case let status as ExitStatus:
      return status
    case let code as ExitCode:
      return ExitStatus(rawValue: code.rawValue) ?? .stageFailed
    case let diagnostics as Diagnostics:
      complain(diagnostics.description)
      return .wrongInput
    case let error as ArtifactError:
      // Only commands that are given a file read it themselves; stages do so in a worker.
      complain("error: \(error)".printable)
      return .wrongInput
    case let error as StatementError:
      complain("error: \(error)".printable)
      return .wrongInput
    case let error as GCStop:
      complain("error: \(error)")
      return .stageFailed
    case let error as StoreError:
      complain("error: \(error)".printable)
      return .stageFailed
    default:
      let message = Main.fullMessage(for: error)
      guard Main.exitCode(for: error) != .success else {
        Terminal.sayText(message)
        return .done
      }
      complain(message.hasPrefix("Error:") ? message : "error: \(message)")
      return Main.exitCode(for: error) == .validationFailure ? .wrongInput : .stageFailed
    }
  }
}
