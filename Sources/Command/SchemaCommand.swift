import ArgumentParser
import Claims
import Configuration
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline schema`.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Writes the JSON Schema of pipeline files, with which an editor checks and completes them.",
    discussion: """
      Editors with yaml-language-server read it when a pipeline file begins with
        # yaml-language-server: $schema=./schema.json
      It says what each kind of stage declares: names, types, units, ranges, defaults. 'pipeline check' knows more, \
      such as whether an array that a figure draws is there.

      Example:
        pipeline schema --output pipelines/schema.json
      """
  )

  @Option(name: .shortAndLong, help: "The file to write (default: standard output).")
  var output: String?

  func run() throws {
    let text = PipelineSchema(.all, claim: Claim.shape).json.indentedText
    guard let output else { return Terminal.sayText(text) }
    do {
      try OutputDestination(output).write(text + "\n")
    } catch {
      throw Diagnostics(Diagnostic(error.description, at: nil))
    }
  }
}
