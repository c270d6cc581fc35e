internal import Artifacts
internal import Configuration
internal import Dispatch
internal import Glibc
public import Planning
internal import Processes
public import Provenance
public import Store
internal import Synchronization
public import SystemPackage

/// The worker's side: a process that takes orders on its standard input, one a line, until it is closed.
///
/// Its results go into the store; only progress and addresses go back. A crash here is not a crash of the run.
public struct Worker: Sendable {
  private let store: ArtifactStore
  private let kinds: StageKinds
  private let attestor: Attestor
  private let files: any StageFiles
  /// Where reports go: the standard output of the process, before a stage could write to it.
  private let channel: FileDescriptor
  /// A folder for the work in progress, with a folder for each order.
  private let scratch: FilePath
  /// A result that took less time than this is made durable together with others, by the runner.
  private static let short = Duration.milliseconds(500)

  /// A worker on a store.
  ///
  /// - Parameters:
  ///   - program: the name and version of this program, for the record.
  ///   - files: the files around the pipelines.
  ///   - project: the folder of the project.
  ///   - attesting: what is stated of each result.
  public init(
    store: ArtifactStore,
    kinds: StageKinds,
    program: String,
    files: any StageFiles = NoFiles(),
    project: FilePath = ".",
    attesting settings: Attestor.Settings = .init()
  ) throws {
    self.store = store
    self.kinds = kinds
    self.files = files
    attestor = Attestor(program: program, settings, project: project, code: kinds.code)
    // What a library prints must not get among the reports.
    channel = try FileDescriptor.standardOutput.duplicate()
    _ = try FileDescriptor.standardError.duplicate(as: .standardOutput)
    scratch = try store.makeScratch("worker")
  }

  /// Serves until standard input ends.
  public func serve() async {
    // When memory runs out, this process goes, and the run stays.
    try? FileSystem.overwrite("/proc/self/oom_score_adj", with: "500")
    ProcessTree.adoptOrphans()
    let ending = endWhenAsked()
    defer { ending.cancel() }
    endWithRunner()
    var count = 0
    while let line = readLine() {
      // A folder of its own for each order: what cannot be removed of one is not in the way of the next.
      count += 1
      let folder = scratch.appending("\(count)")
      do {
        let order = try WorkOrder(line: line)
        send(WorkReport(fraction: 0, ""))
        try FileSystem.createFolder(folder)
        send(try await execute(order, in: folder))
      } catch {
        send(WorkReport(failure: String(describing: error)))
      }
      // Whatever a program has left running ends before the next stage begins.
      ProcessTree.endDescendants()
      FileSystem.removeFolder(folder)
    }
    FileSystem.removeFolder(scratch)
  }

  /// Ends this process when its runner asks for it.
  private func endWhenAsked() -> any DispatchSourceSignal {
    // Delivered to the source only, and not to the process as well.
    signal(SIGTERM, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: DispatchQueue(label: "the end of the run"))
    source.setEventHandler { end() }
    source.resume()
    return source
  }

  /// Ends this process and everything that it started.
  private func end() {
    ProcessTree.endDescendants()
    FileSystem.removeFolder(scratch)
    _exit(1)
  }

  /// Ends this process when its runner does, even in the middle of a stage: the next run would not wait for it.
  private func endWithRunner() {
    DispatchQueue(label: "the end of the runner").async {
      // An order that is not read yet is no news; only the end of the other side is.
      var input = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
      while poll(&input, 1, -1) != 1 {}
      end()
    }
  }

  private func execute(_ order: WorkOrder, in folder: FilePath) async throws -> WorkReport {
    guard let kind = kinds[order.kind] else { throw StageFailure("this program has no kind '\(order.kind)'") }
    var diagnostics = Diagnostics()
    guard let stage = kind.decode(Node(order.parameters), &diagnostics) else { throw diagnostics }
    let started = ContinuousClock.now
    var inputs: [String: Artifact] = [:]
    for (name, source) in order.inputs {
      // Said beforehand, as the process may crash over an object that was damaged: the user then knows which.
      inputs[name] = try store.artifact(of: source) { send(WorkReport(fraction: 0, "reading \($0)")) }
    }
    if !inputs.isEmpty { send(WorkReport(fraction: 0, "")) }
    let run = ActionRun()
    let pace = Pace()
    let context = StageContext(
      inputs: inputs,
      pipeline: order.pipeline,
      stage: order.stage,
      key: ContentDigest(order.key),
      threads: order.threads,
      scratch: folder.string,
      log: order.log,
      files: files,
      checkpoints: order.isFresh
        ? NoCheckpoints()
        : CheckpointFolder(
          of: store,
          kind: order.kind,
          code: order.code,
          inputs: order.inputs,
          pace: CheckpointPace(getenv(CheckpointPace.variable).map { String(cString: $0) })
        ),
      object: { try store.file($0, named: $1).string },
      report: { if pace.isDue($0.fraction) { send(WorkReport(fraction: $0.fraction, $0.message)) } }
    )
    let result = try await stage.run(context)
    let isDurable = started.duration(to: .now) > Self.short
    var record = ActionRecord()
    record.key = order.key
    record.kind = order.kind
    record.parameters = order.parameters
    record.inputs = order.inputs
    record.code = order.code
    record.artifact = try store.store(result.artifact, scratch: folder, isDurable: isDurable)
    for (name, path) in result.files {
      record.files[name] = try store.store(file: FilePath(path), isDurable: isDurable)
    }
    for (name, path) in result.parts {
      record.parts[name] = try store.store(file: FilePath(path), isDurable: isDurable)
    }
    let log = try StageLog.keep(FilePath(order.log), of: order.key, in: store)
    await attestor.attest(
      &record,
      at: .init(pipeline: order.pipeline, stage: order.stage, position: order.position, keys: order.makers),
      run.finish(),
      threads: order.threads,
      result.provenance,
      log: log.flatMap { ContentDigest($0.digest) }
    )
    // The runner signs the statement and writes the record.
    return WorkReport(record, isDurable: isDurable)
  }

  private func send(_ report: WorkReport) {
    // One write a line, so that reports of several threads do not mix.
    let line = report.line
    do {
      _ = try channel.writeAll(line.utf8)
    } catch {
      // The runner would wait for this report for ever; it sees when the process ends.
      FileSystem.removeFolder(scratch)
      _exit(1)
    }
  }
}

/// Which news of a stage's progress are passed on: those that come some time after the last, or bring about a tenth. Both
/// sides pay for each. What a process that crashes said last may so be as old as that.
private final class Pace: Sendable {
  private let last = Mutex<(time: ContinuousClock.Instant, fraction: Double)?>(nil)

  func isDue(_ fraction: Double) -> Bool {
    let now = ContinuousClock.now
    return last.withLock { last in
      if let last, last.time.duration(to: now) < .milliseconds(50), !((fraction - last.fraction).magnitude >= 0.1) {
        return false
      }
      last = (now, fraction)
      return true
    }
  }
}
