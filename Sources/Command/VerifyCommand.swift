import ArgumentParser
import Configuration
import Execution
import Planning
import Provenance
import Reporting
import Stages
import Store
import SystemPackage
import Verification

/// `pipeline verify`.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Recompute results in an empty store and compare them.",
    discussion: """
      Runs every recorded action behind the pipelines, stages, files or addresses again on its recorded inputs, in an \
      empty store that is removed at the end; the original store is only read. Since all inputs are equal, an action with \
      another result differs by itself. The report shows the first such action with its first differing element, both \
      values and their distance in ulps, and lists the others.

      Exit codes: 0 all identical; 3 some values differ; 4 some files have other bytes but equal content; 5 some values \
      differ within the 'tolerance' of their stages; 6 something cannot be compared; 130 interrupted. If several apply, \
      3 goes before 6, 5 and 4. Documentation/verify.md has more.

      Examples:
        pipeline verify fig4 --profile quick
        pipeline verify fig1 fig2 --sample 5% --seed 7
        pipeline verify fig4.png --isa baseline --threads 1
        pipeline verify fig4/orbit
        pipeline verify fig4 --format junit --output verify.xml
      """
  )

  @Argument(help: "Pipelines, by path or by name; PIPELINE/STAGE; pictures, HDF5 and other files; addresses or keys.")
  var targets: [String]

  @OptionGroup var options: ArtifactOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Recompute only so many actions, drawn at random with weights by processor time.",
      valueName: "5%|20"
    ),
    transform: { text in
      if let size = SampleSize(text) { return size }
      throw ValidationError("--sample is a share up to 100%, or a number of draws from 1, and got '\(text)'")
    }
  )
  var sample: SampleSize?

  @Option(name: .long, help: "The seed of the sample (default: a random one, which is printed).")
  var seed: Int?

  @Option(name: .long, help: "The number of threads of each action (default: the idle cores).")
  var threads: Int?

  @Option(name: .long, help: "The vector instructions of stages (default: as with 'run').")
  var isa: InstructionChoice?

  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: "The number of worker processes that may run at once (default: one per core)."
  )
  var jobs: Int?

  @Option(name: .long, help: "The form of the report: text, json (one object) or junit (one case per action).")
  var format = Format.text

  @Option(name: .shortAndLong, help: "The file for the report (default: standard output).")
  var output: String?

  @Option(
    name: .long,
    help: "Accept as success: content (other bytes but equal content), or tolerance, which includes content."
  )
  var accept: Acceptance?

  @Option(
    name: .long,
    help: ArgumentHelp("Write the results to this empty folder and keep them.", valueName: "folder")
  )
  var keepStore: String?

  @Flag(
    name: .long,
    help: "Also run programs ('command' stages) that only an HDF5 file names, which anyone may have written."
  )
  var runPrograms = false

  @Flag(help: .hidden)
  var resolve = false

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case junit
  }

  enum Acceptance: String, ExpressibleByArgument, CaseIterable {
    case content
    case tolerance

    var agreement: Agreement { self == .content ? .equalContent : .withinTolerance }
  }

  func validate() throws {
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is between 1 and 1024, and got \(jobs)") }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is between 1 and 1024, and got \(threads)")
    }
    if let seed, !(0...Sample.largestSeed).contains(seed) {
      throw ValidationError("--seed is between 0 and 2^53, and got \(seed)")
    }
    if seed != nil, sample == nil { throw ValidationError("--seed is for --sample") }
    try InstructionChoice.check(isa)
  }

  func run() async throws {
    if resolve { return Terminal.sayJSON(try VerifyTarget.resolve(targets[0], options)) }
    isa?.apply()
    var found: [VerifyTarget] = []
    var named: Set<String> = []
    for target in targets where named.insert(target).inserted {
      found.append(try await VerifyTarget(target, options, trustsFiles: runPrograms))
    }
    let place = try EmptyStore(kept: keepStore)
    let stopping = Stopping()
    let (targets, began) = (found, ContinuousClock.now)
    let result = await Interruption.cancelling(
      isAsked: stopping.ask,
      isPressed: {
        stopping.breakOff(saying: Self.keepsNothing)
        place.remove()
      }
    ) {
      let result = await Self.attempt { try await verify(targets, in: place.store, stopping, began) }
      place.remove()
      return result
    }
    let verification = try result.get()
    try tell(verification, isLogGone: keepStore == nil && verification.names(place.store.root.string))
  }

  private static let keepsNothing = "nothing of what was made is kept"

  private var interruption: String {
    "interrupted: " + (keepStore.map { "what is whole is in \($0)" } ?? Self.keepsNothing)
  }

  private static func attempt(_ body: () async throws -> Verification) async -> Result<Verification, any Error> {
    do {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }

  // MARK: Running

  private func verify(
    _ targets: [VerifyTarget],
    in store: ArtifactStore,
    _ stopping: Stopping,
    _ began: ContinuousClock.Instant
  ) async throws -> Verification {
    let graphs = targets.map(\.graph)
    let drawn = draw(from: graphs)
    var chosen = VerifiedChoice(drawn: drawn.map { Set($0.times.keys) })
    var actions: [VerifiedAction] = []
    // Three files of one figure, say, have one chain behind them, which is made again once.
    for target in targets where chosen.hasAny(of: target.graph) {
      let verifier = try Verifier(
        in: store,
        runner: Runner(
          store: store,
          executable: "/proc/self/exe",
          workerArguments: ["worker", store.root.string, target.project.string]
            + WorkerCommand.pieces(of: settings(for: target).json.canonicalText),
          workers: ThisMachine.workers(asked: jobs ?? ThisMachine.cores).count,
          cores: ThisMachine.cores,
          memory: ThisMachine.memory.bytes
        ),
        executable: "/proc/self/exe",
        arguments: ["comparison-worker"]
      )
      let report = report(target, chosen, store)
      stopping.follow(report)
      var failures: [String: String] = [:]
      let summary = await report.following { [chosen] in
        let (summary, failed) = await verifier.run(
          target.graph,
          chosen: chosen,
          threads: threads,
          observe: report.observe
        )
        failures = failed
        return summary
      }
      var status: ExitStatus?
      switch summary.stopped {
      case nil: break
      case .interrupted:
        report.complain(interruption)
        status = .interrupted
      case .noWorkers(let reason):
        report.complain("error: no worker process could be started: \(reason)")
        status = .stageFailed
      case .notDurable(let reason):
        report.complain("error: results could not be made durable: \(reason)")
        status = .stageFailed
      }
      _ = await report.end(exit: Int((status ?? .done).rawValue), within: status == .interrupted ? .seconds(1) : nil)
      if let status { throw status }
      actions += await verifier.compare(target.graph, chosen: chosen, summary, failures: failures)
      chosen.finish(target.graph)
      if Task.isCancelled {
        Terminal.complain(interruption)
        throw ExitStatus.interrupted
      }
    }
    return Verification(
      of: graphs,
      actions,
      drawn,
      changedFiles: targets.compactMap { target in target.changed.map { (target.file, $0) } },
      accepting: accept?.agreement ?? .identical,
      circumstances,
      seconds: began.duration(to: .now) / .seconds(1)
    )
  }

  private func draw(from graphs: [RecordedGraph]) -> Sample? {
    guard let sample else { return nil }
    var costs: [String: Double] = [:]
    for one in graphs.flatMap(\.comparable) { if let record = one.record { costs[record.key] = one.cost } }
    return Sample(sample, of: costs, seed: seed ?? Int.random(in: 0...Sample.largestSeed))
  }

  /// What the statements of what is made again say; nobody signs them.
  private func settings(for target: VerifyTarget) -> Attestor.Settings {
    var settings = Attestor.Settings()
    settings.source = target.source
    settings.vectors = ProcessorInstructions.preferred
    return settings
  }

  private func report(_ target: VerifyTarget, _ chosen: VerifiedChoice, _ store: ArtifactStore) -> RunReport {
    let pipeline = target.graph.runnable(chosen)
    let past = Dictionary(grouping: target.graph.comparable, by: \.action.stage).mapValues { actions in
      actions.reduce(0) { $0 + ($1.record?.seconds ?? 0) } / Double(actions.count)
    }
    let description = RunDescription(
      name: RunName(target.graph.pipeline),
      pipeline: pipeline,
      scope: nil,
      file: target.file,
      text: target.text,
      choices: (try? options.choices.choices()) ?? .init(),
      options: ["verify": .boolean(true)],
      program: Program.nameAndVersion,
      jobs: jobs ?? ThisMachine.cores
    )
    // Standard output is for the report, where that is not for people.
    let isQuiet = format != .text && output == nil
    return RunReport(description, in: store, began: .now, isQuiet: isQuiet, writesEvents: false) { past }
  }

  private var circumstances: [String: JSONValue] {
    [
      "program": .string(Program.nameAndVersion),
      "host": .string(Machine.host),
      "processor": Machine.processor.map { .string($0) } ?? .null,
      "vectors": .string(ProcessorInstructions.preferred),
      "jobs": .integer(jobs ?? ThisMachine.cores),
      "threads": threads.map { .integer($0) } ?? .null,
      "targets": .array(targets.map { .string($0) }),
    ]
  }

  // MARK: The report

  /// - Parameter isLogGone: whether a reason names a log that was removed with the store.
  private func tell(_ verification: Verification, isLogGone: Bool) throws {
    let text: String
    switch format {
    case .text: text = verification.lines.joined(separator: "\n") + "\n"
    case .json: text = verification.json.canonicalText + "\n"
    case .junit: text = verification.junit.text
    }
    if let output {
      try OutputDestination(output).write(text)
      verification.lines.forEach(Terminal.say)
    } else {
      format == .json ? Terminal.sayJSON(verification.json) : Terminal.sayText(String(text.dropLast()))
    }
    if let keepStore { Terminal.complain("what was made again is in \(keepStore)") }
    if isLogGone {
      Terminal.complain("the logs of what failed are gone with the store; --keep-store FOLDER keeps them")
    }
    switch verification.verdict {
    case .identical: return
    case .equalContent: throw ExitStatus.equalContent
    case .withinTolerance: throw ExitStatus.withinTolerance
    case .notComparable: throw ExitStatus.notComparable
    case .different: throw ExitStatus.checkFailed
    }
  }
}
