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

  @Argument(help: "What is stated of each result, as JSON in one or more pieces.")
  var attesting: [String] = []

  /// A text in pieces: Linux passes no word of more than 128 KiB to a program.
  static func pieces(of text: String) -> [String] {
    var pieces = [""]
    for scalar in text.unicodeScalars {
      if pieces[pieces.count - 1].utf8.count >= 1 << 16 { pieces.append("") }
      pieces[pieces.count - 1].unicodeScalars.append(scalar)
    }
    return pieces
  }

  func run() async throws {
    let store = try ArtifactStore(at: FilePath(store))
    var diagnostics = Diagnostics()
    let json = try JSONValue(reading: attesting.isEmpty ? "{}" : attesting.joined(), name: "attesting")
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
