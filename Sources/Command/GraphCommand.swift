import ArgumentParser
import Configuration
import Planning
import Reporting
import Stages

/// `pipeline graph`.
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Shows which stages need which, as text, in DOT, as a drawing or as JSON.",
    discussion: """
      As text, a stage stands above those that it needs, each with its kind and, where it differs, the name of the \
      input. Nothing is run.

      Examples:
        pipeline graph fig3
        pipeline graph fig3 --format svg > fig3-graph.svg
        pipeline graph fig3 --format dot | dot -Tpdf > fig3-graph.pdf
      """
  )

  /// How a graph is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case dot
    case svg
    case json
  }

  @OptionGroup var options: PipelineOptions

  @Option(name: .shortAndLong, help: "How the graph is written: text, dot, svg or json.")
  var format = Format.text

  func run() throws {
    let project = try Project(finding: options.pipeline)
    let graph = PipelineGraph(try project.pipeline(try options.choices(), .all))
    switch format {
    case .text: Terminal.sayText(graph.text)
    case .dot: Terminal.sayText(graph.dot)
    case .json: Terminal.sayJSON(graph.json)
    case .svg:
      guard graph.isDrawable else {
        throw Diagnostics(
          Diagnostic(
            "a drawing of more than \(PipelineGraph.maximumDrawn) stages is not legible",
            at: nil,
            hints: "'--format dot' writes any number of them, for Graphviz"
          )
        )
      }
      Terminal.sayText(graph.svg)
    }
  }
}
