import ArgumentParser
import Configuration
import Downloads
import Stages
import Store
import SystemPackage

/// `pipeline data`.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Lists, gets and checks the data sets that stages read.",
    discussion: """
      Data sets lie in the folder that the environment's PIPELINE_DATA names, each in a folder of its own.

      Examples:
        pipeline data list
        pipeline data fetch cifar10
        pipeline data check
      """,
    subcommands: [DataListCommand.self, DataFetchCommand.self, DataCheckCommand.self]
  )

  /// The release of a name.
  static func release(called name: String) throws -> DataRelease {
    let names = DataRelease.all.map(\.name)
    guard let release = DataRelease.all.first(where: { $0.name == name }) else {
      throw Diagnostics(
        Diagnostic(
          "there is no data set '\(name)'",
          at: nil,
          hints: Suggestion.hint(for: name, among: names),
          "data sets: " + names.joined(separator: ", ")
        )
      )
    }
    return release
  }

  /// The folder of the data sets.
  ///
  /// - Parameter folder: what the user says, if anything.
  static func folder(_ folder: String?, option: String) throws -> FilePath {
    guard let name = folder ?? ImageSet.root else {
      throw Diagnostics(
        Diagnostic(
          "PIPELINE_DATA, which names the folder of the data sets, is not set",
          at: nil,
          hints: "set it, as in: export PIPELINE_DATA=$HOME/data",
          "or name the folder: \(option) FOLDER"
        )
      )
    }
    guard !name.isEmpty else { throw ValidationError("\(option) names a folder, and got an empty text") }
    return FileSystem.absolute(FilePath(name))
  }
}
