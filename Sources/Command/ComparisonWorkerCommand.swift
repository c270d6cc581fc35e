import ArgumentParser
import Verification

/// `pipeline comparison-worker`: what `verify` starts to compare artifacts; takes them on standard input.
struct ComparisonWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "comparison-worker",
    abstract: "Compares artifacts for another process.",
    shouldDisplay: false
  )

  func run() throws {
    try ComparisonWorker().serve()
  }
}
