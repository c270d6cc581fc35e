import ArgumentParser
import Execution
import Store
import SystemPackage

/// `pipeline content-worker`: what `audit` starts to read HDF5 files; takes them on standard input.
struct ContentWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "content-worker",
    abstract: "Reads HDF5 files that another process hands over.",
    shouldDisplay: false
  )

  @Argument(help: "A folder for files that lie there meanwhile.")
  var work: String

  @Argument(help: "The folder of the store.")
  var store: String?

  func run() throws {
    let store = try store.flatMap { try ArtifactStore(existingAt: FilePath($0)) }
    try ContentWorker(store: store, work: FilePath(work)).serve()
  }
}
