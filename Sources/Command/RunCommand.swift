import ArgumentParser
import Execution
import Glibc
import Planning
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline run`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs what is not known yet of a pipeline, and draws its figures.",
    discussion: """
      Results are kept in artifacts/, named by their content; figures are in artifacts/figures/NAME. A second run \
      with nothing changed does nothing.
      """
  )

  @OptionGroup var options: PipelineOptions

  @Option(name: .shortAndLong, help: "How many worker processes may run at once (default: one for each core).")
  var jobs: Int?

  @Flag(name: .long, help: "Run every stage, known or not.")
  var force = false

  @Flag(name: .shortAndLong, help: "Tell of failures only.")
  var quiet = false

  func validate() throws {
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is between 1 and 1024, and got \(jobs)") }
  }

  func run() async throws {
    let started = ContinuousClock.now
    let project = try Project(finding: options.pipeline)
    let pipeline = try project.pipeline(try options.choices(), .all)
    let store = try ArtifactStore(at: options.storePath(of: project))
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let runner = Runner(
      store: store,
      executable: "/proc/self/exe",
      workerArguments: ["worker", store.root.string],
      workers: jobs ?? cores,
      cores: cores
    )
    let heading = pipeline.title.isEmpty ? pipeline.name : "\(pipeline.name): \(pipeline.title)"
    if !quiet { Terminal.say(heading) }
    let console = Console(actions: pipeline.actions, isQuiet: quiet)
    let summary = await Interruption.cancelling {
      await runner.run(pipeline, force: force) { console.show($0) }
    }
    try Self.check(summary, of: pipeline)
    let elapsed = started.duration(to: .now).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    if !quiet { Terminal.say(Self.describe(summary, seconds)) }
    try publish(pipeline, summary, store)
    if !summary.isComplete { throw ExitStatus.stageFailed }
  }

  /// Says why the run ended before its time, if it did.
  private static func check(_ summary: RunSummary, of pipeline: Pipeline) throws {
    switch summary.stopped {
    case nil: return
    case .interrupted:
      Terminal.complain(
        "interrupted: \(summary.keys.count) of \(pipeline.actions.count) stages are done and kept; "
          + "the same command goes on from there"
      )
      throw ExitStatus.interrupted
    case .noWorkers(let reason):
      Terminal.complain("error: no worker process could be started: \(reason)")
      throw ExitStatus.stageFailed
    }
  }

  private static func describe(_ summary: RunSummary, _ seconds: Double) -> String {
    let total = summary.keys.count + summary.skipped + summary.failed + summary.unreachable
    let time = Console.duration(seconds)
    if summary.computed.isEmpty, summary.isComplete {
      return "nothing to do: \(total) stages up to date (\(time))"
    }
    var parts = ["\(summary.computed.count) computed", "\(summary.cached) cached"]
    if summary.skipped > 0 { parts.append("\(summary.skipped) left out") }
    if summary.failed > 0 { parts.append("\(summary.failed) failed") }
    if summary.unreachable > 0 { parts.append("\(summary.unreachable) not run") }
    return "\(total) stages: " + parts.joined(separator: ", ") + " in \(time)"
  }

  /// Puts the pictures where a person looks for them, and names them.
  private func publish(_ pipeline: Pipeline, _ summary: RunSummary, _ store: ArtifactStore) throws {
    let folder = FigureFolder(of: pipeline.name, in: store)
    var names: [String] = []
    for action in pipeline.actions {
      guard let key = summary.keys[action.name], let record = store.record(for: key) else { continue }
      let outcomes = try folder.publish(record, isNew: summary.computed.contains(action.name))
      for (name, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
        names.append(name)
        switch outcome {
        case .kept: Terminal.say("note: \(folder.path)/\(name) was edited by hand and is left as it is")
        case .movedAside(let aside): Terminal.say("note: the edited \(folder.path)/\(name) is now \(aside)")
        case .unchanged, .written: break
        }
      }
    }
    guard !names.isEmpty, !quiet else { return }
    Terminal.say("figures in \(folder.path): " + names.joined(separator: " "))
  }
}
