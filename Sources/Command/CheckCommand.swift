import ArgumentParser
import Claims
import Configuration
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
    try pipeline.check(memory: ThisMachine.memory)
    let stages = Dictionary(grouping: pipeline.actions, by: \.stage)
    var parts = ["\(stages.count) stages"]
    if pipeline.actions.count != stages.count { parts.append("\(pipeline.actions.count) actions") }
    let claims = ClaimList(of: pipeline).entries.count
    if claims > 0 { parts.append("\(claims) \(claims == 1 ? "claim" : "claims")") }
    let content = parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "") + (parts.last ?? "")
    Terminal.say("\(project.file): pipeline '\(pipeline.name)' is well-formed, with \(content)")
    var reported: Set<String> = []
    for action in pipeline.actions where reported.insert(action.stage).inserted {
      let members = stages[action.stage] ?? []
      let count = action.name == action.stage ? "" : ", \(members.count) points"
      let sources = Set(members.flatMap { $0.inputs.values.flatMap(\.references) }.map(Action.stage)).sorted()
      let needs = sources.isEmpty ? "" : " <- " + sources.joined(separator: ", ")
      let most = members.compactMap(\.memory?.bytes).max { $0.bytes < $1.bytes }
      let memory = most.map { "; about \($0) of memory" } ?? ""
      Terminal.say("  \(action.stage) (\(action.kind)\(count))\(needs)\(memory)")
    }
  }
}
