import ArgumentParser
import Execution
import Store
import SystemPackage

/// `pipeline publishing-worker`: what `run` starts to publish figures; takes requests on standard input.
struct PublishingWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publishing-worker",
    abstract: "Publish figures for another process.",
    shouldDisplay: false
  )

  @Argument(help: "The folder of the store.")
  var store: String

  func run() throws {
    try PublishingWorker(store: try ArtifactStore(at: FilePath(store))).serve()
  }
}
