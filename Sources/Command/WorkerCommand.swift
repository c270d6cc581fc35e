import ArgumentParser
import Execution
import Planning
import Stages
import Store
import SystemPackage

/// `pipeline worker`: what `run` starts; takes its orders on standard input.
struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Computes stages that another process hands over.",
    shouldDisplay: false
  )

  @Argument(help: "The folder of the store.")
  var store: String

  @Argument(help: "The folder of the project.")
  var project = "."

  func run() async throws {
    let store = try ArtifactStore(at: FilePath(store))
    let files = ProjectFolder(FilePath(project))
    try await Worker(store: store, kinds: .all, program: Program.nameAndVersion, files: files).serve()
  }
}
