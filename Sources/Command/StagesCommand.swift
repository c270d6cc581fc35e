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
    discussion: """
      The text comes from the declaration of the kind itself. As JSON, the parameters are a JSON Schema.

      Examples:
        pipeline stages
        pipeline stages uv/bifurcation
        pipeline stages --json
      """
  )

  @Argument(help: "The kind to document.")
  var kind: String?

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  func run() throws {
    let kinds = StageKinds.all
    if kind == nil, json {
      return Terminal.sayJSON(JSONValue.array(kinds.all.map { KindDocumentation($0).json }))
    }
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
    let documentation = KindDocumentation(type)
    Terminal.sayText(json ? documentation.json.canonicalText : documentation.text)
  }
}
