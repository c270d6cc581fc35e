import ArgumentParser
import Claims
import Configuration
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline init`.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Starts a new experiment: a folder with a small pipeline that works.",
    discussion: """
      Made are pipelines/example.yaml (a trajectory of the UV model and a figure of it), pipelines/schema.json for \
      editors, artifacts/ for results, and what git needs. A folder that has one of these files is left as it is.

      Example:
        pipeline init my-experiment
        cd my-experiment
        pipeline run example
      """
  )

  @Argument(help: "The folder, which is made if need be.")
  var folder = "."

  func run() throws {
    let root = FilePath(folder)
    let schema = PipelineSchema(.all, claim: Claim.shape).json.indentedText + "\n"
    let files = NewExperiment.files + [("pipelines/schema.json", schema)]
    // All are looked for before one is written.
    let present = files.map(\.0).filter { FileSystem.exists(root.pushing(FilePath($0))) }
    guard present.isEmpty else {
      throw Diagnostics(
        Diagnostic(
          "\(folder) has \(present.joined(separator: ", ")) already, and nothing was written",
          at: nil,
          hints: "name another folder, or move what is there"
        )
      )
    }
    do {
      for (name, text) in files {
        let path = root.pushing(FilePath(name))
        let parent = path.removingLastComponent()
        if !parent.isEmpty { try FileSystem.createFolder(parent) }
        try FileSystem.writeAtomically(Array(text.utf8), to: path)
      }
    } catch {
      throw Diagnostics(Diagnostic(error.description, at: nil))
    }
    let place = folder == "." ? "" : "cd \(folder) && "
    Terminal.say("a new experiment in \(folder): " + files.map(\.0).sorted().joined(separator: " "))
    Terminal.say("'\(place)pipeline run example' draws its figure")
  }
}
