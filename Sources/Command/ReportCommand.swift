import ArgumentParser
import Configuration
import Execution
import Planning
import Provenance
import Reporting
import Site
import Stages
import Store
import Synchronization
import SystemPackage

/// `pipeline report`.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Makes pages of what the store has: figures, claims, stages, parameters, artifacts.",
    discussion: """
      A folder of HTML files that opens from the file system and needs no network: each pipeline with its figures and \
      claims, the graph of its stages, a page for each stage and for the first points of each sweep, and one for each \
      artifact, with its variables and quick plots. Nothing is run: what is not made or not checked yet, or is damaged, is \
      shown as that. Equal stores give equal pages. An earlier report in the same folder is replaced; nothing else is.

      Examples:
        pipeline report
        pipeline report fig3 fig4 --profile quick --output site
        pipeline report fig4 --key laboratory.pub
      """
  )

  @Argument(help: "The pipelines, by path or by name (default: all of pipelines/).")
  var pipelines: [String] = []

  @OptionGroup var values: ChoiceOptions

  @Option(name: .shortAndLong, help: "The folder of the report.")
  var output = "report"

  @Option(name: .long, help: "The folder of the store (default: that of the project).")
  var store: String?

  @Option(name: .long, help: "How many points of each sweep have pages of their own.")
  var points = Site.Options().pagesPerSweep

  @Option(
    name: .long,
    help: ArgumentHelp("A public key in PEM with which statements are verified (repeatable).", valueName: "file")
  )
  var key: [String] = []

  func validate() throws {
    if points < 0 { throw ValidationError("--points takes a number from 0 on") }
  }

  func run() async throws {
    var options = Site.Options()
    options.pagesPerSweep = points
    options.program = Program.nameAndVersion
    options.keys = try key.map { try PublicKey(named: $0) }
    let (facts, stores) = try await Project.facts(of: pipelines, try values.choices(), store: store)
    let chosen = options
    let unreadable = Mutex<[String]>([])
    try await Interruption.filling(FilePath(output), isReplaceable: true, outside: stores) { folder in
      var site = try Site(facts, kinds: .all, chosen)
      let notes = try site.write(to: folder)
      try folder.finish()
      for note in notes { Terminal.say("note: \(note)") }
      unreadable.withLock { $0 = site.unreadable }
    }
    Terminal.say("the report is \(FilePath(output).appending("index.html"))")
    let problems = unreadable.withLock { $0 }
    for problem in problems { Terminal.complainText("error: \(problem). The report lacks it.".printable) }
    if !problems.isEmpty { throw ExitStatus.stageFailed }
  }
}
