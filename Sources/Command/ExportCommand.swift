import ArgumentParser
import Configuration
import Crates
import Execution
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline export`.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a run with its results as a Workflow Run RO-Crate, for archives and other programs.",
    discussion: """
      The crate follows the profile Provenance Run Crate 0.5: the pipeline file as the workflow, each stage as a step and \
      a tool, each action with its parameters, inputs, outputs, times and use of the machine, and copies of all results, \
      figures and statements with their SHA-256. With several pipelines, or none, each has a crate of its own in a folder \
      of its name, and either all crates are written or none. Every action must have been run. A folder that is there is \
      not replaced.

      Examples:
        pipeline export --ro-crate fig4-crate fig4
        pipeline export --ro-crate crates --profile quick
        pipeline export --ro-crate crate fig3 --agent "Ada Lovelace" --license https://spdx.org/licenses/CC-BY-4.0
      """
  )

  @Argument(help: "The pipelines, by path or by name (default: all of pipelines/).")
  var pipelines: [String] = []

  @Option(name: .customLong("ro-crate"), help: ArgumentHelp("The folder of the crate.", valueName: "folder"))
  var folder: String

  @OptionGroup var values: ChoiceOptions

  @Option(name: .long, help: "The folder of the store (default: that of the project).")
  var store: String?

  @Option(name: .long, help: ArgumentHelp("Who ran it.", valueName: "name"))
  var agent: String?

  @Option(name: .long, help: ArgumentHelp("The ORCID of that person: https://orcid.org/0000-….", valueName: "url"))
  var orcid: String?

  @Option(name: .long, help: ArgumentHelp("The licence of the results.", valueName: "url"))
  var license: String?

  func validate() throws {
    if let orcid, orcid.wholeMatch(of: /https:\/\/orcid\.org\/\d{4}-\d{4}-\d{4}-\d{3}[\dX]/) == nil {
      throw ValidationError("--orcid takes https://orcid.org/0000-0000-0000-0000, and got '\(orcid)'")
    }
    if let license, license.wholeMatch(of: /https?:\/\/[!-~]+/) == nil {
      throw ValidationError("--license takes the URL of a licence, and got '\(license)'")
    }
  }

  func run() async throws {
    var words = WorkflowRunCrate.Words()
    words.agent = agent
    words.orcid = orcid
    words.license = license
    words.program = Program.nameAndVersion
    let (facts, stores) = try await Project.facts(of: pipelines, try values.choices(), store: store)
    // A crate that lacks recorded results would look like one of a pipeline that was never run.
    for problem in facts.compactMap(\.problem) { throw problem }
    let (isOne, said) = (pipelines.count == 1, words)
    // One folder for all, so that there is a crate of each of them or nothing.
    try await Interruption.filling(FilePath(folder), isReplaceable: false, outside: stores) { folder in
      var crates = try facts.map { facts in
        try WorkflowRunCrate(facts, kinds: .all, said, in: OutputPart(isOne ? nil : facts.run.description, of: folder))
      }
      for index in crates.indices { try crates[index].write() }
      try folder.finish()
    }
    for run in facts.map(\.run) {
      Terminal.say("the crate of \(run) is \(isOne ? FilePath(folder) : FilePath(folder).appending(run.description))")
    }
  }
}
