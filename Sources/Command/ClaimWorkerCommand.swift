import ArgumentParser
import Execution
import Store
import SystemPackage

/// `pipeline claim-worker`: what `run` starts to look at claims; takes them on standard input.
struct ClaimWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claim-worker",
    abstract: "Looks at claims that another process hands over.",
    shouldDisplay: false
  )

  @Argument(help: "The folder of the store.")
  var store: String

  func run() throws {
    try ClaimWorker(store: try ArtifactStore(at: FilePath(store))).serve()
  }
}
