import ArgumentParser
import Configuration
import Planning
import Reporting
import Stages

/// `pipeline stages`.
struct StagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stages",
    abstract: "Lists the kinds of stage, or documents one.",
    discussion: "The text comes from the declaration of the kind itself."
  )

  @Argument(help: "The kind to document.")
  var kind: String?

  func run() throws {
    let kinds = StageKinds.all
    guard let kind else {
      let width = kinds.names.map(\.count).max() ?? 0
      for kind in kinds.all {
        let name = kind.declaration.name
        Terminal.say("  \(name)\(String(repeating: " ", count: width - name.count))  \(kind.declaration.summary)")
      }
      Terminal.say("'pipeline stages KIND' documents one of them.")
      return
    }
    guard let type = kinds[kind] else {
      throw Diagnostics(
        Diagnostic(
          "there is no kind of stage '\(kind)'",
          at: nil,
          hints: Suggestion.hint(for: kind, among: kinds.names),
          "kinds: " + kinds.names.joined(separator: ", ")
        )
      )
    }
    Terminal.say(KindDocumentation(type).text)
  }
}
