internal import Artifacts
internal import DequeModule
internal import Planning
internal import Store

/// The one place where the plan changes: it hands out what is not in the store and takes in what became of it.
///
/// An action is handed out under a lease, so that no other run computes it at the same time. One that another run has is
/// put by, and looked at again from time to time.
actor Coordinator {
  private let actions: [Action]
  private let pipelineName: String
  private let store: ArtifactStore
  private let options: RunOptions
  private let workers: Int
  private let cores: Int
  private let observe: @Sendable (RunEvent) -> Void
  private let states: FileStates
  private let latest: LatestRun?
  private var plan: Plan
  private var keys: [String: ContentDigest] = [:]
  private var running = 0
  /// Records that were read and found whole, to be noted for the next run.
  private var read: [ActionRecord] = []
  /// Known records with files for people.
  private var drawn: [String: ActionRecord] = [:]
  private var cached = 0
  private var computed: Set<String> = []
  /// The points of sweeps that failed by themselves, and so were told of.
  private var leftOut: Set<String> = []
  private var stopped: RunStop?
  /// Whether the run ends after a failure, once what runs has ended.
  private var isHalting = false
  /// The leases of what runs.
  private var leases: [String: Lease] = [:]
  /// What other runs are computing.
  private var elsewhere: [String: Elsewhere] = [:]
  /// What is to be run since another run gave it up.
  private var inherited: Deque<Assignment> = []
  /// Workers for whom there was nothing ready.
  private var waiting: [CheckedContinuation<Void, Never>] = []

  private struct Elsewhere {
    let task: Plan.Task
    let reason: RunReason
    let lease: HeldLease
  }

  init(
    _ pipeline: Pipeline,
    store: ArtifactStore,
    options: RunOptions,
    workers: Int,
    cores: Int,
    observe: @escaping @Sendable (RunEvent) -> Void
  ) {
    actions = pipeline.actions.filter { options.scope?.contains($0.name) ?? true }
    pipelineName = pipeline.name
    self.store = store
    self.options = options
    self.workers = workers
    self.cores = cores
    self.observe = observe
    states = options.isDeep ? FileStates() : FileStates(of: store)
    latest = options.name.map { LatestRun(of: $0.description, in: store, code: options.code) }
    plan = Plan(actions)
  }

  private var isOpen: Bool { stopped == nil && !isHalting }

  /// The next action to run; waits while none is ready and some are running. Nil when all is done, or is to stop.
  func next() async -> Assignment? {
    while isOpen {
      if let assignment = inherited.popFirst() { return assignment }
      if let task = plan.next() {
        if let assignment = await consider(task) { return assignment }
        continue
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

  private func wake() {
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}

// MARK: - What is known, and what is to be run

extension Coordinator {
  /// What the store knows of an action.
  private enum Knowledge {
    case known(ContentDigest)
    case unknown(RunReason)
  }

  private func consider(_ task: Plan.Task) async -> Assignment? {
    let name = task.action.name
    keys[name] = task.key
    let mayCompute = options.computable?.contains(name) ?? true
    switch await knowledge(of: task, mayCompute: mayCompute) {
    case .known(let address): settle(name, address)
    case .unknown(let reason) where mayCompute: return await claim(task, reason)
    case .unknown:
      plan.withhold(name, "not known")
      failed(name, "its result is not known, and --only leaves it out; --until runs what a stage needs as well")
    }
    return nil
  }

  private func knowledge(of task: Plan.Task, mayCompute: Bool) async -> Knowledge {
    if options.forced.contains(task.action.name) { return .unknown(.forced) }
    if let address = states.wholeResult(of: task.key, in: store) { return .known(address) }
    guard let record = store.record(for: task.key), let address = ContentDigest(record.artifact.address) else {
      return .unknown(latest.map { store.reason(for: task, since: $0) } ?? .neverBuilt)
    }
    if !record.files.isEmpty { drawn[task.action.name] = record }
    // Of what is not computed here the address is enough; whoever reads the object checks it.
    guard mayCompute else { return .known(address) }
    switch store.look(at: record, states) {
    case .whole:
      read.append(record)
      return .known(address)
    case .lost(let reason): return .unknown(reason)
    case .unsure(let objects):
      for object in objects {
        if let reason = await Self.check(object, in: store) { return .unknown(reason) }
      }
      return .known(address)
    }
  }

  /// Hashes an object, which may be large, while others are handed out.
  @concurrent private static func check(_ object: ObjectRecord, in store: ArtifactStore) async -> RunReason? {
    store.check(object)
  }

  /// Gets the right to compute an action and hands it out, or puts it by for as long as another run has that right.
  private func claim(_ task: Plan.Task, _ reason: RunReason, after held: HeldLease? = nil) async -> Assignment? {
    let name = task.action.name
    guard isOpen else { return nil }
    do throws(StoreError) {
      switch try store.lease(for: task.key, before: held) {
      case .granted(let lease): leases[name] = lease
      case .held(let lease):
        elsewhere[name] = Elsewhere(task: task, reason: reason, lease: lease)
        if held == nil { observe(.waiting(stage: name, holder: lease.holder)) }
        return nil
      }
    } catch {
      // Without a lease the action may be computed twice, which is better than not at all.
    }
    // Another run may have finished it after this one looked, and before this one got the lease.
    if !options.forced.contains(name), case .known(let address) = await knowledge(of: task, mayCompute: true) {
      leases.removeValue(forKey: name)?.release()
      settle(name, address)
      return nil
    }
    return hand(out: task, reason)
  }

  private func settle(_ name: String, _ address: ContentDigest) {
    cached += 1
    plan.finish(name, address: address)
    observe(.cached(stage: name, address: address))
    wake()
  }

  private func hand(out task: Plan.Task, _ reason: RunReason) -> Assignment {
    running += 1
    // Threads are shared among those that run now and those that could run beside them.
    let sharing = min(workers, running + plan.readyCount)
    let order = WorkOrder(task, pipeline: pipelineName, threads: max(1, cores / max(1, sharing)))
    observe(.started(stage: task.action.name, kind: task.action.kind, reason: reason))
    return Assignment(task: task, order: order, started: .now)
  }
}

// MARK: - What became of it

extension Coordinator {
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
      leases.removeValue(forKey: name)?.release()
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
    let name = assignment.task.action.name
    running -= 1
    leases.removeValue(forKey: name)?.release()
    plan.fail(name, message)
    failed(name, message)
  }

  private func failed(_ name: String, _ message: String) {
    // A point that a sweep may go without is no reason to stop.
    if case .skipped = plan[name] {
      leftOut.insert(name)
      observe(.leftOut(stage: name, message: message))
    } else {
      if !options.keepsGoing { isHalting = true }
      observe(.failed(stage: name, message: message))
    }
    wake()
  }

  /// Remembers what is known now, for the next run to tell what has changed.
  func remember() {
    guard var latest else { return }
    let done = keys.filter { if case .done = plan[$0.key] { true } else { false } }
    // Nothing but the wording of reasons depends on it.
    try? latest.remember(done, in: store)
  }

  /// How the run ended.
  func summary() -> RunSummary {
    var summary = RunSummary()
    summary.total = actions.count
    summary.drawn = drawn
    summary.cached = cached
    summary.computed = computed
    summary.stopped = stopped
    for action in actions {
      switch plan[action.name] {
      case .done(let address):
        summary.keys[action.name] = keys[action.name]
        summary.addresses[action.name] = address
      case .skipped(let message):
        summary.skipped += 1
        if !leftOut.contains(action.name) { observe(.leftOut(stage: action.name, message: message)) }
      case .failed: summary.failed += 1
      case .unreachable(let cause):
        summary.unreachable += 1
        observe(.unreachable(stage: action.name, because: cause))
      default: summary.left += 1
      }
    }
    return summary
  }
}

// MARK: - Other runs

extension Coordinator {
  /// Renews the leases of this run and looks after what other runs are computing, until it is cancelled.
  func watch() async {
    var renewed = ContinuousClock.now
    var pause = Duration.milliseconds(100)
    while (try? await Task.sleep(for: pause)) != nil {
      if renewed.duration(to: .now) >= Lease.interval {
        for lease in leases.values { lease.renew() }
        renewed = .now
      }
      // Soon while things move, and seldom while another run is at something long.
      pause = await lookElsewhere() ? .milliseconds(20) : min(pause * 2, .milliseconds(500))
    }
  }

  /// Looks at what other runs are computing; true if there is news of something.
  private func lookElsewhere() async -> Bool {
    var isNews = false
    for (name, one) in elsewhere {
      // Others may come in while this waits for a file to be hashed.
      elsewhere[name] = nil
      if case .known(let address) = await knowledge(of: one.task, mayCompute: true) {
        settle(name, address)
        isNews = true
      } else if let assignment = await claim(one.task, one.reason, after: one.lease) {
        inherited.append(assignment)
        wake()
        isNews = true
      }
    }
    return isNews
  }

  /// Gives all leases up, and notes what was learnt for the next run.
  func release() {
    store.note(read)
    for lease in leases.values { lease.release() }
    leases = [:]
  }
}
