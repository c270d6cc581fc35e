import ArgumentParser
import Planning
import Reporting
import Stages

/// `pipeline check`.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a pipeline file without running anything.",
    discussion: "These are the checks that 'run' makes before its first stage."
  )

  @OptionGroup var options: PipelineOptions

  func run() throws {
    let project = try Project(finding: options.pipeline)
    let pipeline = try project.pipeline(try options.choices(), .all)
    Terminal.say("\(project.file): pipeline '\(pipeline.name)' is well-formed, with \(pipeline.actions.count) stages")
    for action in pipeline.actions {
      let sources = Set(action.inputs.values.flatMap(\.references)).sorted()
      let needs = sources.isEmpty ? "" : " <- " + sources.joined(separator: ", ")
      Terminal.say("  \(action.name) (\(action.kind))\(needs)")
    }
  }
}
