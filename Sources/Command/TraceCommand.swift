import ArgumentParser
import Artifacts
import Configuration
import Execution
import Figures
import Planning
import Provenance
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline trace`.
struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Shows where a figure, a file or a result came from, down to the data and the seeds.",
    discussion: """
      A picture (PNG, PDF, SVG) says itself which action drew it, also when it was renamed or moved; an HDF5 file beside \
      a figure carries all its statements; any other file is looked for by its bytes. The tree behind it comes from the \
      records of the store: the one that the file lies in, that of this folder, or that of --store. If the file was \
      changed after it was made, the exit code is 3.

      With --at or --series it goes to one point of a figure: the element of the data set, the action that computed it, \
      and the place of each of its parameters in the pipeline file.

      Examples:
        pipeline trace artifacts/figures/fig4/fig4.png
        pipeline trace ~/slides/route-to-chaos.png --store artifacts
        pipeline trace fig4.pdf --at 2,1.4,0.5
        pipeline trace fig4.pdf --series 1/2 --point 17
        pipeline trace fig3/portrait
        pipeline trace 6ea3f1 --json
      """
  )

  @Argument(help: "A file, an address, an action's key (or the first 6 digits or more), or PIPELINE/STAGE.")
  var result: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The point nearest to this place of a figure: its panel, from 1, and the coordinates along its axes.",
      valueName: "panel,x,y"
    )
  )
  var at: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      A point of the series with this text in the legend, or PANEL/SERIES by numbers from 1, and with 'each' \
      PANEL/SERIES/INDEX.
      """,
      valueName: "name"
    )
  )
  var series: String?

  @Option(name: .long, help: ArgumentHelp("Which point of the series, from 0.", valueName: "index"))
  var point: Int?

  @Flag(name: .long, help: "Write JSON, on one line.")
  var json = false

  @OptionGroup var options: ArtifactOptions

  @Flag(help: .hidden)
  var inThisProcess = false

  func validate() throws {
    _ = try place()
    if at != nil, series != nil { throw ValidationError("--at and --series exclude each other") }
    if (series == nil) != (point == nil) { throw ValidationError("--series and --point belong together") }
  }

  /// The place that `--at` means.
  private func place() throws -> (panel: Int, x: Double, y: Double)? {
    guard let at else { return nil }
    let parts = at.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let panel = Int(parts[0]), let x = Double(parts[1]), let y = Double(parts[2]) else {
      throw ValidationError("--at takes panel,x,y, and got '\(at)'")
    }
    return (panel, x, y)
  }

  func run() async throws {
    let form = try TraceTarget.form(of: result)
    // Only these have libhdf5 read a file.
    var readsArtifact = at != nil || series != nil
    if case .artifact = form { readsArtifact = true }
    if readsArtifact, !inThisProcess { return try await Isolation.runAgain(reading: result) }
    if readsArtifact { ReadingTime.limit(for: [FilePath(result)]) }
    let target = try TraceTarget(result, form, options)
    if at != nil || series != nil {
      try tracePoint(target)
    } else {
      let chain = StatementChain(from: target.key, in: target.source, most: json ? nil : TraceDescription.mostPoints)
      let description = TraceDescription(chain, width: Terminal.columns)
      if json {
        say(target, description.json)
      } else {
        sayState(of: target)
        description.lines.forEach(Terminal.say)
      }
      try chain.checkIsRead()
    }
    if target.isChanged { throw ExitStatus.checkFailed }
  }

  private func sayState(of target: TraceTarget) {
    guard let state = target.state else { return }
    Terminal.say("\(result): \(state)")
    Terminal.say("")
  }

  private func say(_ target: TraceTarget, _ trace: JSONValue, _ more: [String: JSONValue] = [:]) {
    var members: [String: JSONValue] = ["result": .string(result), "changed": .boolean(target.isChanged)]
    if let state = target.state { members["state"] = .string(state) }
    if case .object(let own) = trace { members.merge(own) { $1 } }
    Terminal.sayJSON(JSONValue.object(members.merging(more) { $1 }))
  }

  // MARK: One point

  private func tracePoint(_ target: TraceTarget) throws {
    guard let store = target.store, let key = ContentDigest(target.key),
      let record = try store.record(for: key), record.kind == Figure.declaration.name
    else {
      throw Diagnostics(
        Diagnostic(
          "\(result) is no figure whose record is in a store here",
          at: nil,
          hints: "--at and --series are for figures; '--store' names another store"
        )
      )
    }
    let point = try find(record, in: store)
    let trace = PointTrace(point, of: record.key, in: target.source)
    let listings = trace.makers.compactMap { chain in
      chain.links.first.map { ($0, chain, ParameterListing($0, root: pipelineFile(of: $0, around: store))) }
    }
    if json {
      say(target, trace.json, ["makers": .array(listings.map { trace.json($0.0, $0.2) })])
      for chain in trace.makers { try chain.checkIsRead() }
      return
    }
    sayState(of: target)
    trace.lines.forEach(Terminal.say)
    for (_, chain, listing) in listings {
      Terminal.say("")
      TraceDescription(chain, width: Terminal.columns).lines.forEach(Terminal.say)
      Terminal.say("")
      Terminal.say("parameters")
      listing.lines.forEach { Terminal.say("    " + $0) }
    }
    for chain in trace.makers { try chain.checkIsRead() }
  }

  private func find(_ record: ActionRecord, in store: ArtifactStore) throws -> DrawnPoint {
    var diagnostics = Diagnostics()
    guard let figure = Figure.decode(Node(record.parameters), &diagnostics) else { throw diagnostics }
    let inputs = try record.inputs.mapValues { source -> Artifact in
      switch source {
      case .one(let address): try store.artifact(at: address)
      case .stack(let axes, let members):
        try Artifact(stacking: members.map { try $0.map { try store.artifact(at: $0) } }, along: axes)
      }
    }
    do {
      let points = try DrawnPoints(figure, inputs: inputs)
      if let place = try place() { return try points.point(inPanel: place.panel, at: place.x, place.y) }
      return try points.point(ofSeries: series ?? "", point ?? 0)
    } catch let error as FigureError {
      throw Diagnostics(Diagnostic(error.description, at: nil))
    }
  }

  /// The pipeline file of an action, if it still has the bytes that the statement names.
  private func pipelineFile(of link: StatementChain.Link, around store: ArtifactStore) -> Node? {
    guard let statement = link.statement?.statement, let file = statement.file else { return nil }
    let path = FileSystem.absolute(store.root).removingLastComponent().pushing(FilePath(file))
    guard FileSystem.size(of: path) != nil,
      let bytes = try? FileSystem.read(path, limit: YAMLParser.maximumBytes),
      ContentDigest(of: bytes).description == statement.fileDigest
    else { return nil }
    return try? YAMLParser.parse(bytes, name: file)
  }
}
