import ArgumentParser
import Configuration
import Execution
import Planning
import Provenance
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

  @Argument(help: "What is stated of each result, as JSON.")
  var attesting = "{}"

  func run() async throws {
    let store = try ArtifactStore(at: FilePath(store))
    var diagnostics = Diagnostics()
    let json = try JSONValue(reading: attesting, name: "attesting")
    guard let settings = Attestor.Settings.decode(Node(json), &diagnostics) else { throw diagnostics }
    try await Worker(
      store: store,
      kinds: .all,
      program: Program.nameAndVersion,
      files: ProjectFolder(FilePath(project)),
      project: FilePath(project),
      attesting: settings
    ).serve()
  }
}
