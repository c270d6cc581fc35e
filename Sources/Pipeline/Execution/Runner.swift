internal import Artifacts
public import Planning
public import Store
internal import Subprocess
public import SystemPackage

/// Runs a pipeline: asks the plan what is ready, the store what is known, and worker processes for the rest.
public struct Runner: Sendable {
  private let store: ArtifactStore
  private let executable: FilePath
  private let workerArguments: [String]
  private let workers: Int
  private let cores: Int

  /// A runner.
  ///
  /// - Parameters:
  ///   - store: where results are looked up; workers write to it.
  ///   - executable: the program that, called with `workerArguments`, serves as a worker.
  ///   - workers: how many workers may run at once.
  ///   - cores: how many threads all of them together should use.
  public init(
    store: ArtifactStore,
    executable: FilePath,
    workerArguments: [String],
    workers: Int,
    cores: Int
  ) {
    self.store = store
    self.executable = executable
    self.workerArguments = workerArguments
    self.workers = max(1, workers)
    self.cores = max(1, cores)
  }

  /// Runs what is missing of `pipeline`.
  ///
  /// - Parameters:
  ///   - force: run everything, known or not.
  ///   - observe: is told what happens, in the order in which it does.
  public func run(
    _ pipeline: Pipeline,
    force: Bool = false,
    observe: @escaping @Sendable (RunEvent) -> Void
  ) async -> RunSummary {
    let coordinator = Coordinator(
      pipeline,
      store: store,
      force: force,
      workers: workers,
      cores: cores,
      observe: observe
    )
    await withTaskGroup { group in
      for _ in 0..<min(workers, pipeline.actions.count) {
        group.addTask { await keepWorking(coordinator) }
      }
    }
    return await coordinator.summary()
  }

  /// One place of the pool: a worker process for as long as there is work, and a new one after a crash.
  private func keepWorking(_ coordinator: Coordinator) async {
    var assignment = await coordinator.next()
    while let current = assignment {
      let worker = WorkerProcess(executable: executable, arguments: workerArguments)
      if let lost = await worker.serve(current, coordinator) {
        await coordinator.fail(lost.assignment, lost.message)
      }
      assignment = await coordinator.next()
    }
  }
}

/// One action on its way to a worker.
struct Assignment: Sendable {
  let task: Plan.Task
  let order: WorkOrder
  let started: ContinuousClock.Instant
}

/// The runner's side of a worker process.
private struct WorkerProcess {
  let executable: FilePath
  let arguments: [String]

  /// Has a process work on `first` and on whatever follows.
  ///
  /// - Returns: nil when there is no more work, or the assignment during which the process ended, and how.
  func serve(_ first: Assignment, _ coordinator: Coordinator) async -> (assignment: Assignment, message: String)? {
    let current = CurrentAssignment(first)
    do {
      let result = try await Subprocess.run(
        .path(executable),
        arguments: Arguments(arguments),
        input: .inputWriter,
        output: .sequence,
        error: .currentStandardError
      ) { execution in
        var lines = execution.standardOutput.strings().makeAsyncIterator()
        while let assignment = await current.value {
          _ = try await execution.standardInputWriter.write(assignment.order.line)
          var isDone = false
          while !isDone, let line = try await lines.next() {
            isDone = try await coordinator.take(WorkReport(line: line), of: assignment)
          }
          guard isDone else { return }
          await current.set(coordinator.next())
        }
        try await execution.standardInputWriter.finish()
      }
      guard let lost = await current.value else { return nil }
      return (lost, "the worker process ended: \(result.terminationStatus)")
    } catch {
      guard let lost = await current.value else { return nil }
      return (lost, "the worker process failed: \(error)")
    }
  }
}

/// The assignment that a worker process is at; it outlives the process, so that a crash can be put down to it.
private actor CurrentAssignment {
  private(set) var value: Assignment?

  init(_ value: Assignment) {
    self.value = value
  }

  func set(_ value: Assignment?) {
    self.value = value
  }
}
