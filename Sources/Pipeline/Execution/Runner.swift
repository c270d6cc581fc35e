internal import Artifacts
internal import Glibc
public import Planning
public import Provenance
public import Store
public import SystemPackage

/// Runs a pipeline: asks the plan what is ready, the store what is known, and worker processes for the rest.
public struct Runner: Sendable {
  private let store: ArtifactStore
  private let executable: FilePath
  private let workerArguments: [String]
  private let workers: Int
  private let cores: Int
  private let memory: Int?
  private let key: SigningKey?

  /// A runner.
  ///
  /// - Parameters:
  ///   - store: where results are looked up; workers write to it.
  ///   - executable: the program that, called with `workerArguments`, serves as a worker.
  ///   - workers: how many workers may run at once.
  ///   - cores: how many threads all of them together should use.
  ///   - memory: how many bytes the actions that run at once may ask for; nil for any number.
  ///   - key: the key with which the statements of results are signed, in this process; nil if they are not.
  public init(
    store: ArtifactStore,
    executable: FilePath,
    workerArguments: [String],
    workers: Int,
    cores: Int,
    memory: Int? = nil,
    key: SigningKey? = nil
  ) {
    self.store = store
    self.executable = executable
    self.workerArguments = workerArguments
    self.workers = max(1, workers)
    self.cores = max(1, cores)
    self.memory = memory
    self.key = key
  }

  /// Runs what is missing of `pipeline`. When the task is cancelled the workers are stopped; what is in the store by
  /// then is whole, and the next run goes on from there.
  ///
  /// - Parameters:
  ///   - options: what of it is run, and how.
  ///   - observe: receives the events in order.
  public func run(
    _ pipeline: Pipeline,
    _ options: RunOptions = RunOptions(),
    observe: @escaping @Sendable (RunEvent) -> Void
  ) async -> RunSummary {
    let coordinator = Coordinator(
      pipeline,
      store: store,
      options: options,
      budget: Budget(workers: workers, cores: cores, memory: memory),
      observe: observe
    )
    store.removeAbandonedScratch()
    store.removeAbandonedLeases()
    await coordinator.announce()
    // Writing to a worker that has died must be an error here and not the end of this process.
    signal(SIGPIPE, SIG_IGN)
    let logFolder = options.name.map { RunName($0.pipeline, profile: $0.profile).description } ?? pipeline.name
    let commit = RecordCommit(store: store, key: key, logFolder: logFolder)
    await withTaskCancellationHandler {
      await withTaskGroup { group in
        group.addTask { await coordinator.watch() }
        group.addTask { await coordinator.keepUp() }
        await withTaskGroup { pool in
          for _ in 0..<min(workers, pipeline.actions.count) {
            pool.addTask { await keepWorking(coordinator, commit) }
          }
        }
        group.cancelAll()
      }
    } onCancel: {
      Task { await coordinator.stop(.interrupted) }
    }
    if Task.isCancelled { await coordinator.stop(.interrupted) }
    // Workers that were killed, by a limit or with the run, leave their folders behind.
    store.removeAbandonedScratch()
    // Remembered before the run's sign goes: garbage collection sees one of the two.
    await coordinator.remember()
    await coordinator.release()
    return await coordinator.summary()
  }

  /// One place of the pool: a worker process for as long as there is work, and a new one after a crash.
  private func keepWorking(_ coordinator: Coordinator, _ commit: RecordCommit) async {
    var assignment = await coordinator.next()
    while let current = assignment, !Task.isCancelled {
      let worker = WorkerProcess(executable: executable, arguments: workerArguments, store: store, commit: commit)
      let ending = await worker.serve(current, coordinator)
      // A worker that was stopped with the run has failed nothing.
      if Task.isCancelled {
        guard case .lost(let lost, _, _) = ending else { return }
        return await coordinator.interrupt(lost, log: StageLog.keepFailure(of: lost.order, in: store)?.path)
      }
      switch ending {
      case .noMoreWork: return
      case .notAccepted(let refused):
        await coordinator.forget(refused)
        assignment = refused
      case .notStarted(let reason):
        // One that reached a limit of its action before it was ready says nothing of the others.
        guard await coordinator.wasEnded(current) else { return await coordinator.stop(.noWorkers(reason)) }
        await coordinator.fail(current, reason, output: nil)
        assignment = await coordinator.next()
      case .lost(let lost, let reason, let output):
        let log = await StageLog.keepFailure(of: lost.order, in: store)
        await coordinator.fail(lost, reason, output: output, log: log)
        assignment = await coordinator.next()
      }
    }
  }
}

/// One action on its way to a worker.
struct Assignment: Sendable {
  let task: Plan.Task
  let order: WorkOrder
}
