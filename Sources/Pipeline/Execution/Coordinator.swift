internal import Artifacts
internal import Planning
internal import Store

/// The one place where the plan changes: it hands out what is not in the store and takes in what became of it.
actor Coordinator {
  private let pipeline: Pipeline
  private let store: ArtifactStore
  private let force: Bool
  private let workers: Int
  private let cores: Int
  private let observe: @Sendable (RunEvent) -> Void
  private var plan: Plan
  private var keys: [String: ContentDigest] = [:]
  private var running = 0
  private var cached = 0
  private var computed: Set<String> = []
  private var stopped: RunStop?
  /// Workers for whom there was nothing ready.
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(
    _ pipeline: Pipeline,
    store: ArtifactStore,
    force: Bool,
    workers: Int,
    cores: Int,
    observe: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.pipeline = pipeline
    self.store = store
    self.force = force
    self.workers = workers
    self.cores = cores
    self.observe = observe
    plan = Plan(pipeline.actions)
  }

  /// The next action to run; waits while none is ready and some are running. Nil when all is done, or is to stop.
  func next() async -> Assignment? {
    while stopped == nil {
      while let task = plan.next() {
        keys[task.action.name] = task.key
        let known = store.record(for: task.key)
        let reason = force ? .forced : known.map { store.reasonToRun($0) } ?? .neverBuilt
        if let reason {
          return hand(out: task, reason)
        }
        guard let address = known.flatMap({ ContentDigest($0.artifact.address) }) else {
          // A record without an address is not read as one.
          return hand(out: task, .neverBuilt)
        }
        cached += 1
        plan.finish(task.action.name, address: address)
        observe(.cached(stage: task.action.name, address: address))
        wake()
      }
      if plan.isFinished { return nil }
      await withCheckedContinuation { waiting.append($0) }
    }
    return nil
  }

  /// Hands out no more actions. What runs is left to run to its end, or to be stopped by whoever started it.
  func stop(_ reason: RunStop) {
    stopped = stopped ?? reason
    wake()
  }

  private func hand(out task: Plan.Task, _ reason: RunReason) -> Assignment {
    running += 1
    // Threads are shared among those that run now and those that could run beside them.
    let sharing = min(workers, running + plan.readyCount)
    let order = WorkOrder(task, pipeline: pipeline.name, threads: max(1, cores / max(1, sharing)))
    observe(.started(stage: task.action.name, kind: task.action.kind, reason: reason))
    return Assignment(task: task, order: order, started: .now)
  }

  /// Takes in what a worker says; true when that ends the assignment.
  func take(_ report: WorkReport, of assignment: Assignment) -> Bool {
    let name = assignment.task.action.name
    switch report.outcome {
    case nil:
      observe(.progress(stage: name, StageProgress(report.fraction, report.message)))
      return false
    case .failed:
      fail(assignment, report.message)
    case .done:
      guard let address = report.address.flatMap(ContentDigest.init) else {
        fail(assignment, "the worker gave no address")
        return true
      }
      let elapsed = assignment.started.duration(to: .now).components
      running -= 1
      computed.insert(name)
      plan.finish(name, address: address)
      let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
      observe(.finished(stage: name, address: address, seconds: seconds))
      wake()
    }
    return true
  }

  /// Takes in that an action could not be computed.
  func fail(_ assignment: Assignment, _ message: String) {
    running -= 1
    plan.fail(assignment.task.action.name, message)
    observe(.failed(stage: assignment.task.action.name, message: message))
    wake()
  }

  private func wake() {
    for continuation in waiting { continuation.resume() }
    waiting = []
  }

  /// How the run ended.
  func summary() -> RunSummary {
    var done: [String: ContentDigest] = [:]
    var (skipped, failed, unreachable) = (0, 0, 0)
    for action in pipeline.actions {
      switch plan[action.name] {
      case .done: done[action.name] = keys[action.name]
      case .skipped: skipped += 1
      case .failed: failed += 1
      case .unreachable(let cause):
        unreachable += 1
        observe(.unreachable(stage: action.name, because: cause))
      default: break
      }
    }
    return RunSummary(
      keys: done,
      cached: cached,
      computed: computed,
      skipped: skipped,
      failed: failed,
      unreachable: unreachable,
      stopped: stopped
    )
  }
}
