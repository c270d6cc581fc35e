import ArgumentParser
import Claims
import Configuration
import Execution
import Planning
import Provenance
import Reporting
import Stages
import Store
import SystemPackage

/// `pipeline run`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the out-of-date stages and draw the figures.",
    discussion: """
      Results are stored in artifacts/, named by their content. Figures are in artifacts/figures/NAME, with a profile in \
      NAME.PROFILE, and with --set in NAME.custom. A second run with nothing changed does nothing. Any number of runs \
      may share a store: if one is computing a result, the others wait for it.

      The lock file artifacts/locks/NAME.lock (with a profile NAME.PROFILE.lock) lists the expected results and belongs \
      in git.

      A run with something to do writes its log, its events, the pipeline and its results to \
      artifacts/runs/TIME-NAME. 'pipeline diff' compares two such folders, and 'pipeline gc' removes old ones. Press \
      Ctrl-C once to stop cleanly, twice to stop at once. NO_COLOR=1 turns colors off.

      The claims of the pipeline (see 'pipeline claims') are checked at the end if their results exist; the exit code is \
      3 if a claim fails.
      """
  )

  @OptionGroup var options: PipelineOptions

  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: "The number of worker processes that may run at once (default: one per core)."
  )
  var jobs: Int?

  @Option(
    name: .long,
    help: """
      The memory that stages running at once may ask for in their 'resources', such as 8GiB (default: that of the \
      machine).
      """
  )
  var memory: ByteCount?

  @Option(
    name: .long,
    help: """
      The vector instructions of stages (default: PIPELINE_ISA in the environment, or else auto, the widest of the \
      processor). The results are the same with each.
      """
  )
  var isa: InstructionChoice?

  @Option(
    name: .long,
    defaultAsFlag: "",
    parsing: .next,
    help: ArgumentHelp("Run this stage even if it is cached; without a name, all stages.", valueName: "stage")
  )
  var force: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Run only this stage, using cached inputs (repeatable).", valueName: "stage")
  )
  var only: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Run only this stage and the stages that it needs (repeatable).", valueName: "stage")
  )
  var until: [String] = []

  @Flag(name: .long, help: "After a failure, run the stages that do not depend on it.")
  var keepGoing = false

  @Flag(
    name: .long,
    help: "Hash every cached object, not only those whose files have changed."
  )
  var deep = false

  @Flag(name: .long, help: "Compare the results with the lock file; exit with 3 if they differ.")
  var locked = false

  @Flag(name: .long, help: "Write the results to the lock file.")
  var updateLock = false

  @Flag(name: .shortAndLong, help: "Print only errors.")
  var quiet = false

  @Flag(
    name: .long,
    help: "Write only events to standard output, one JSON object per line."
  )
  var json = false

  @OptionGroup var signing: SigningOptions

  func validate() throws {
    try signing.validate()
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is between 1 and 1024, and got \(jobs)") }
    if !only.isEmpty, !until.isEmpty { throw ValidationError("--only and --until exclude each other") }
    if locked, updateLock { throw ValidationError("--locked and --update-lock exclude each other") }
    if locked || updateLock, !options.values.settings.isEmpty {
      throw ValidationError("a run with --set has no lock; a profile has")
    }
    try InstructionChoice.check(isa)
  }

  func run() async throws {
    let began = ContinuousClock.now
    isa?.apply()
    let project: Project
    let request: CompletedRun.Request?
    let description: RunDescription
    let runOptions: RunOptions
    let workers: (count: Int, note: String?)
    let key: SigningKey?
    let owner: NameOwner
    do {
      key = try signing.signingKey()
      project = try Project(finding: options.pipeline)
      // Looked at before it is read: what is changed in between is then seen the next time.
      request = isPlain ? .init(project.file, try options.choices(), program: "/proc/self/exe") : nil
      if let request, let known = CompletedRun(request, in: options.storePath(of: project)) {
        let isRegistered = note(project, known.name, in: options.storePath(of: project))
        if !quiet { Self.say(known, in: options.storePath(of: project), began) }
        guard isRegistered else { throw ExitStatus.stageFailed }
        return
      }
      let text = try project.text()
      let pipeline = try project.pipeline(in: text, try options.choices(), .all)
      owner = NameOwner(of: pipeline.name, in: options.storePath(of: project))
      try owner.check(project)
      runOptions = try self.runOptions(for: pipeline, as: RunName(pipeline.name, try options.choices()))
      try pipeline.check(fitsInto: memoryOrAll)
      try checkMemory(of: pipeline, runOptions, in: options.storePath(of: project))
      description = try describe(pipeline, runOptions, project, text)
      workers = try ThisMachine.workers(asked: min(jobs ?? ThisMachine.cores, max(1, description.actions.count)))
    } catch {
      let status = ExitStatus.report(error)
      if json { RunReport.endBeforeBeginning(exit: Int(status.rawValue)) }
      throw status
    }
    let store = try ArtifactStore(at: options.storePath(of: project))
    let isRegistered = Self.register(project, description.name.pipeline, in: store.root)
    owner.take(for: project)
    let report = RunReport(description, in: store, began: began, isQuiet: quiet, writesEvents: json) {
      PastSeconds.byStage(
        of: description.actions,
        latest: LatestRun(of: description.name.description, in: store),
        in: store
      )
    }
    if let note = workers.note { report.say("note: \(note)", isNeeded: true) }
    var status = ExitStatus.done
    do {
      let lockFile = LockFile(of: description.name, in: project, scope: runOptions.scope)
      let (summary, figures, claims) = try await run(
        description,
        runOptions,
        lockFile,
        in: store,
        project,
        workers.count,
        key,
        report
      )
      if let request, !figures.hasNotes {
        CompletedRun.note(
          request,
          description.pipeline,
          summary,
          figures: figures.text,
          claims: claims.lines,
          published: figures.files + keptClaims(of: description, in: store),
          in: store
        )
      }
    } catch {
      status = ExitStatus.report(error, to: report.complain)
    }
    if status == .done, !isRegistered { status = .stageFailed }
    status = await finish(report, status)
    if status != .done { throw status }
  }

  /// Ends the report. A reader may be slow, so the end of a run waits for it, for as long as the user does; an
  /// interrupted run ends within seconds whatever a reader does.
  private func finish(_ report: RunReport, _ status: ExitStatus) async -> ExitStatus {
    Interruption.endAtOnce()
    let result = await report.end(exit: Int(status.rawValue), within: status == .interrupted ? .seconds(1) : nil)
    // Output that the reader did not take is lost, so the run ends as if it was interrupted.
    return result.isWritten ? ExitStatus(rawValue: Int32(result.exit)) ?? status : .interrupted
  }

  private func run(
    _ description: RunDescription,
    _ runOptions: RunOptions,
    _ lockFile: LockFile,
    in store: ArtifactStore,
    _ project: Project,
    _ workers: Int,
    _ key: SigningKey?,
    _ report: RunReport
  ) async throws -> (RunSummary, FigureReport.Answer, ClaimNarrative) {
    let lock = locked ? try lockFile.read() : nil
    let runner = Runner(
      store: store,
      executable: "/proc/self/exe",
      workerArguments: [
        "worker", store.root.string, project.folder.isEmpty ? "." : project.folder.string,
      ] + WorkerCommand.pieces(of: try signing.settings(for: description, in: project).json.canonicalText),
      workers: workers,
      cores: ThisMachine.cores,
      memory: memoryOrAll.bytes,
      key: key
    )
    let summary = await report.following {
      await Interruption.cancelling(isAsked: report.isStopping, isPressed: { report.breakOff() }) {
        await runner.run(description.pipeline, runOptions, observe: report.observe)
      }
    }
    try Self.check(summary, report)
    report.say(Self.describe(summary, report.seconds))
    let figures = try await FigureReport(run: description.name, store: store, report: report)
      .publish(description.pipeline, summary)
    let claims = try await ClaimReport(run: description.name, store: store, report: report)
      .check(ClaimList(of: description.pipeline), summary)
    guard summary.isComplete, figures.isWhole else { throw ExitStatus.stageFailed }
    if let lock { try lockFile.compare(summary, with: lock, report) }
    if updateLock { report.say(try lockFile.update(summary), isNeeded: true) }
    guard !claims.contains(where: { $0.finding.verdict == .fails }) else { throw ExitStatus.checkFailed }
    return (summary, figures, ClaimNarrative(claims))
  }

  /// The file with the verdicts of the claims, if the pipeline has claims.
  private func keptClaims(of run: RunDescription, in store: ArtifactStore) -> [FilePath] {
    ClaimList(of: run.pipeline).entries.isEmpty ? [] : [ClaimLedger.path(of: run.name.description, in: store)]
  }

  /// Whether the whole pipeline is run without options that change the result or the form of the output.
  private var isPlain: Bool {
    force == nil && only.isEmpty && until.isEmpty && !deep && !locked && !updateLock && !json
  }

  /// Notes for garbage collection that a pipeline with nothing to do was run.
  ///
  /// - Returns: whether garbage collection knows of it.
  private func note(_ project: Project, _ name: String, in store: FilePath) -> Bool {
    if let choices = try? options.choices() { LatestRun.touch(RunName(name, choices).description, in: store) }
    return Self.register(project, name, in: store)
  }

  /// Registers a pipeline for garbage collection, which then keeps its results.
  ///
  /// - Returns: false if that failed: the results are there, and a promise about them is not kept.
  private static func register(_ project: Project, _ name: String, in store: FilePath) -> Bool {
    do throws(StoreError) {
      try ProjectRegistry.register(project.file, pipeline: name, in: store)
      return true
    } catch {
      // From a store that cannot be written to nothing can be removed either.
      if [.readOnlyFileSystem, .permissionDenied, .notPermitted].contains(error.reason) { return true }
      Terminal.complain("error: gc may remove the results of this pipeline, since it is not registered: \(error)")
      return false
    }
  }

  /// Prints the output of a run with nothing to do.
  private static func say(_ known: CompletedRun, in store: FilePath, _ began: ContinuousClock.Instant) {
    Terminal.say(known.heading)
    Terminal.say(nothingToDo(known.total, began.duration(to: .now) / .seconds(1)))
    if !known.figures.isEmpty { Terminal.say("figures in \(store.appending(known.figures))") }
    known.claims.forEach(Terminal.say)
  }

  private static func nothingToDo(_ total: Int, _ seconds: Double) -> String {
    "nothing to do: \(total) stages up to date (\(Console.duration(seconds)))"
  }

  /// The memory that the run may use: all that there is, unless the user says otherwise.
  private var memoryOrAll: ByteCount {
    memory ?? ThisMachine.memory
  }

  /// Checks that the stages that will run have enough memory.
  private func checkMemory(of pipeline: Pipeline, _ options: RunOptions, in path: FilePath) throws {
    let memory = ThisMachine.memory
    guard pipeline.exceeds(memory: memory) else { return }
    let store = try ArtifactStore(at: path)
    let name = options.name?.description ?? pipeline.name
    let latest = LatestRun(of: name, in: store, code: StageKinds.all.code)
    let forecast = Forecast(pipeline, store: store, latest: latest)
    try pipeline.check(memory: memory) { action in
      guard options.scope?.contains(action.name) ?? true, options.computable?.contains(action.name) ?? true else {
        return false
      }
      return options.forced.contains(action.name) || forecast.isRun(action)
    }
  }

  /// The description of the run for its folder and its events.
  private func describe(
    _ pipeline: Pipeline,
    _ runOptions: RunOptions,
    _ project: Project,
    _ text: Project.Text
  ) throws -> RunDescription {
    let choices = try options.choices()
    var flags: [String: JSONValue] = [
      "keep-going": .boolean(keepGoing), "deep": .boolean(deep), "locked": .boolean(locked),
      "update-lock": .boolean(updateLock), "only": .array(only.map { .string($0) }),
      "until": .array(until.map { .string($0) }),
    ]
    if let force { flags["force"] = .string(force) }
    return RunDescription(
      name: RunName(pipeline.name, choices),
      pipeline: pipeline,
      scope: runOptions.scope,
      file: project.file.string,
      text: text.bytes,
      choices: choices,
      options: flags,
      program: Program.nameAndVersion,
      jobs: jobs ?? ThisMachine.cores,
      code: StageKinds.all.code
    )
  }

  /// The options of the runner.
  private func runOptions(for pipeline: Pipeline, as name: RunName) throws(Diagnostics) -> RunOptions {
    var options = RunOptions()
    options.name = name
    options.keepsGoing = keepGoing
    options.isDeep = deep
    options.code = StageKinds.all.code
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
  private static func check(_ summary: RunSummary, _ report: RunReport) throws {
    switch summary.stopped {
    case nil: return
    case .interrupted:
      report.complain(
        "interrupted: \(summary.keys.count) of \(summary.total) stages are done and kept; "
          + "the same command goes on from there"
      )
      for (stage, log) in summary.interruptedLogs.sorted(by: { $0.key < $1.key }) {
        report.complain("what '\(stage)' had written is in \(log)")
      }
      throw ExitStatus.interrupted
    case .noWorkers(let reason):
      report.complain("error: no worker process could be started: \(reason)")
      throw ExitStatus.stageFailed
    case .notDurable(let reason):
      report.complain(
        "error: results could not be made durable: \(reason); the same command goes on with what is whole"
      )
      throw ExitStatus.stageFailed
    }
  }

  private static func describe(_ summary: RunSummary, _ seconds: Double) -> String {
    let time = Console.duration(seconds)
    // A point that was left out was tried again: that is not nothing.
    if summary.computed.isEmpty, summary.skipped == 0, summary.isComplete {
      return nothingToDo(summary.total, seconds)
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
