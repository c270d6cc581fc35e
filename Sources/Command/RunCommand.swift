import ArgumentParser
import Configuration
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
      Results are kept in artifacts/, named by their content; figures are in artifacts/figures/NAME, with a profile in \
      NAME.PROFILE, and with --set in NAME.custom. A second run with nothing changed does nothing. Any number of runs \
      may share a store: what one is computing, the others wait for.

      A lock, artifacts/locks/NAME.lock (with a profile NAME.PROFILE.lock), lists the results that are expected, and \
      belongs into git.
      """
  )

  @OptionGroup var options: PipelineOptions

  @Option(name: .shortAndLong, help: "How many worker processes may run at once (default: one for each core).")
  var jobs: Int?

  @Option(
    name: .long,
    defaultAsFlag: "",
    parsing: .next,
    help: ArgumentHelp("Run this stage, or every stage if none is named, known or not.", valueName: "stage")
  )
  var force: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Run this stage only, on what is known of those that it needs (repeatable).", valueName: "stage")
  )
  var only: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Run this stage and those that it needs, and no others (repeatable).", valueName: "stage")
  )
  var until: [String] = []

  @Flag(name: .long, help: "After a failure, go on with what does not need the result.")
  var keepGoing = false

  @Flag(
    name: .long,
    help: "Hash every object that the run finds in the store, not only those whose files have changed."
  )
  var deep = false

  @Flag(name: .long, help: "Compare the results with the lock, and exit with 3 if they are not the same.")
  var locked = false

  @Flag(name: .long, help: "Write the results into the lock.")
  var updateLock = false

  @Flag(name: .shortAndLong, help: "Tell of failures only.")
  var quiet = false

  func validate() throws {
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is between 1 and 1024, and got \(jobs)") }
    if !only.isEmpty, !until.isEmpty { throw ValidationError("--only and --until exclude each other") }
    if locked, updateLock { throw ValidationError("--locked and --update-lock exclude each other") }
    if locked || updateLock, !options.values.settings.isEmpty {
      throw ValidationError("a run with --set has no lock; a profile has")
    }
  }

  func run() async throws {
    let started = ContinuousClock.now
    let project = try Project(finding: options.pipeline)
    let choices = try options.choices()
    let pipeline = try project.pipeline(choices, .all)
    let runName = RunName(pipeline.name, choices)
    let runOptions = try runOptions(for: pipeline, as: runName)
    let lockFile = LockFile(of: runName, in: project, scope: runOptions.scope)
    let lock = locked ? try lockFile.read() : nil
    let store = try ArtifactStore(at: options.storePath(of: project))
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let runner = Runner(
      store: store,
      executable: "/proc/self/exe",
      workerArguments: ["worker", store.root.string, project.folder.isEmpty ? "." : project.folder.string],
      workers: jobs ?? cores,
      cores: cores
    )
    let heading = pipeline.title.isEmpty ? pipeline.name : "\(pipeline.name): \(pipeline.title)"
    if !quiet { Terminal.say(heading) }
    let console = Console(actions: pipeline.actions, isQuiet: quiet)
    let summary = await Interruption.cancelling {
      await runner.run(pipeline, runOptions) { console.show($0) }
    }
    try Self.check(summary)
    let elapsed = started.duration(to: .now).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    if !quiet { Terminal.say(Self.describe(summary, seconds)) }
    let report = FigureReport(run: runName, store: store, isQuiet: quiet)
    let isWhole = try report.publish(pipeline, summary)
    guard summary.isComplete, isWhole else { throw ExitStatus.stageFailed }
    if let lock { try lockFile.compare(summary, with: lock) }
    if updateLock { Terminal.say(try lockFile.update(summary)) }
  }

  /// What of the pipeline is run.
  private func runOptions(for pipeline: Pipeline, as name: RunName) throws(Diagnostics) -> RunOptions {
    var options = RunOptions()
    options.name = name
    options.keepsGoing = keepGoing
    options.isDeep = deep
    func actions(_ names: [String], _ option: String) throws(Diagnostics) -> Set<String> {
      var actions: Set<String> = []
      for name in names { actions.formUnion(try pipeline.actions(named: name, by: option)) }
      return actions
    }
    if !only.isEmpty {
      let chosen = try actions(only, "--only")
      options.computable = chosen
      options.scope = pipeline.needed(for: chosen)
    }
    if !until.isEmpty { options.scope = pipeline.needed(for: try actions(until, "--until")) }
    if let force {
      options.forced = force.isEmpty ? Set(pipeline.actions.map(\.name)) : try actions([force], "--force")
    }
    // What is not to be computed cannot be forced.
    if let computable = options.computable { options.forced.formIntersection(computable) }
    return options
  }

  /// Says why the run ended before its time, if it did.
  private static func check(_ summary: RunSummary) throws {
    switch summary.stopped {
    case nil: return
    case .interrupted:
      Terminal.complain(
        "interrupted: \(summary.keys.count) of \(summary.total) stages are done and kept; "
          + "the same command goes on from there"
      )
      throw ExitStatus.interrupted
    case .noWorkers(let reason):
      Terminal.complain("error: no worker process could be started: \(reason)")
      throw ExitStatus.stageFailed
    }
  }

  private static func describe(_ summary: RunSummary, _ seconds: Double) -> String {
    let time = Console.duration(seconds)
    // A point that was left out was tried again: that is not nothing.
    if summary.computed.isEmpty, summary.skipped == 0, summary.isComplete {
      return "nothing to do: \(summary.total) stages up to date (\(time))"
    }
    var parts = ["\(summary.computed.count) computed", "\(summary.cached) cached"]
    if summary.skipped > 0 { parts.append("\(summary.skipped) left out") }
    if summary.failed > 0 { parts.append("\(summary.failed) failed") }
    let notRun = summary.unreachable + summary.left
    if notRun > 0 { parts.append("\(notRun) not run") }
    let hint = summary.left > 0 ? "; --keep-going goes on with what does not need the one that failed" : ""
    return "\(summary.total) stages: " + parts.joined(separator: ", ") + " in \(time)\(hint)"
  }
}
