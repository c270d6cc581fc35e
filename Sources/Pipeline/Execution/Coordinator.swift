internal import Artifacts
internal import DequeModule
internal import Planning
internal import Store
internal import SystemPackage

/// The one place where the plan changes: it hands out what is not in the store and takes in what became of it.
///
/// An action is handed out under a lease, so that no other run computes it at the same time. One that another run has is
/// put by, and looked at again from time to time; so is one for which the machine has no room now.
actor Coordinator {
  let actions: [Action]
  let store: ArtifactStore
  let options: RunOptions
  let observe: @Sendable (RunEvent) -> Void
  private let pipelineName: String
  private let states: FileStates
  private(set) var latest: LatestRun?
  var plan: Plan
  private(set) var keys: [String: ContentDigest] = [:]
  var budget: Budget
  /// Records that were read and found whole, to be noted for the next run.
  var read: [ActionRecord] = []
  /// The records of results with further files.
  var drawn: [String: ActionRecord] = [:]
  var cached = 0
  var computed: Set<String> = []
  /// The sweep points that failed and have been reported.
  var leftOut: Set<String> = []
  private(set) var stopped: RunStop?
  /// For each action that was interrupted, the file with what it had printed.
  var interruptedLogs: [String: FilePath] = [:]
  /// Whether the run ends after a failure, once what runs has ended.
  var isHalting = false
  /// The file to which the leases of this run are links; it lists for garbage collection what the run needs.
  private(set) var sign: LeaseSign?
  /// The leases of what runs.
  var leases: [String: Lease] = [:]
  /// What the workers are at.
  var working: [String: Working] = [:]
  /// What other runs are computing.
  var elsewhere: [String: Elsewhere] = [:]
  /// What is to be run since another run gave it up.
  var inherited: Deque<Assignment> = []
  /// What waits for room on the machine, in the order in which it came: none overtakes another, so that none starves.
  private var crowded: Deque<(task: Plan.Task, reason: RunReason)> = []
  /// What is to be noted of results that are not durable yet, and since when there are such.
  var uncommitted: [String] = []
  var uncommittedSince = ContinuousClock.now
  /// Workers for whom there was nothing ready.
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// An action that a worker process is at.
  struct Working {
    let action: Action
    let process: Int32
    let started: ContinuousClock.Instant
    /// Why this run ended the process.
    var ended: String?
  }

  /// An action that another run is computing.
  struct Elsewhere {
    let task: Plan.Task
    let reason: RunReason
    let lease: HeldLease
  }

  init(
    _ pipeline: Pipeline,
    store: ArtifactStore,
    options: RunOptions,
    budget: Budget,
    observe: @escaping @Sendable (RunEvent) -> Void
  ) {
    actions = pipeline.actions.filter { options.scope?.contains($0.name) ?? true }
    pipelineName = pipeline.name
    self.store = store
    self.options = options
    self.budget = budget
    self.observe = observe
    states = options.isDeep ? FileStates() : FileStates(of: store)
    latest = options.name.map { LatestRun(of: $0.description, in: store, code: options.code) }
    plan = Plan(actions, given: options.replay?.results ?? [:])
  }

  /// Announces the run, before it looks at the first record, and waits while garbage collection moves files.
  func announce() async {
    // On a store that cannot be written to, garbage collection cannot remove anything either.
    sign = try? store.makeLeaseSign(for: actions)
    if sign != nil { await store.waitAtGate() }
  }

  private var isOpen: Bool { stopped == nil && !isHalting }

  /// The next action to run; waits while none is ready and some are running. Nil when all is done, or is to stop.
  func next() async -> Assignment? {
    while isOpen {
      if let assignment = inherited.popFirst() { return assignment }
      if let first = crowded.first {
        if budget.fits(first.task.action) {
          crowded.removeFirst()
          if let assignment = await claim(first.task, first.reason) { return assignment }
          continue
        }
      } else if let task = plan.next() {
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

  func wake() {
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}

// MARK: - What is known, and what is to be run

extension Coordinator {
  /// What the store knows of an action.
  enum Knowledge {
    case known(ContentDigest)
    case unknown(RunReason)
  }

  private func consider(_ task: Plan.Task) async -> Assignment? {
    let name = task.action.name
    keys[name] = task.key
    let mayCompute = options.computable?.contains(name) ?? true
    switch await knowledge(of: task, mayCompute: mayCompute) {
    case .known(let address): settle(name, address)
    case .unknown(let reason) where mayCompute:
      if let lack = await options.replay?.provide(task.addresses, in: store) {
        conclude(name, failing: lack)
        failed(name, lack)
        return nil
      }
      return await claim(task, reason)
    case .unknown:
      plan.withhold(name, "not known")
      failed(name, "its result is not known, and --only leaves it out; --until runs what a stage needs as well")
    }
    return nil
  }

  func knowledge(of task: Plan.Task, mayCompute: Bool) async -> Knowledge {
    if options.forced.contains(task.action.name) { return .unknown(.forced) }
    if let address = states.wholeResult(of: task.key, in: store) { return .known(address) }
    let found: ActionRecord?
    do throws(StoreError) {
      found = try store.record(for: task.key)
    } catch {
      // The action is run again, and its new record takes the place of what cannot be read.
      return .unknown(.recordUnreadable(reason: error.description))
    }
    guard let record = found, let address = ContentDigest(record.artifact.address) else {
      if options.replay != nil { return .unknown(.compared) }
      return .unknown(latest.map { store.reason(for: task, since: $0) } ?? .neverBuilt)
    }
    if record.objects.count > 1 { drawn[task.action.name] = record }
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

  /// Gets the right to compute an action and hands it out, or puts it by for as long as another run has that right, or
  /// the machine has no room.
  func claim(_ task: Plan.Task, _ reason: RunReason, after held: HeldLease? = nil) async -> Assignment? {
    let name = task.action.name
    guard isOpen else { return nil }
    guard budget.fits(task.action) else {
      crowded.append((task, reason))
      return nil
    }
    do throws(StoreError) {
      if sign == nil { sign = try store.makeLeaseSign(for: actions) }
      switch try store.lease(for: task.key, under: sign, before: held) {
      case .granted(let lease): leases[name] = lease
      case .held(let lease):
        elsewhere[name] = Elsewhere(task: task, reason: reason, lease: lease)
        if held == nil { observe(.waiting(stage: name, holder: lease.holder)) }
        return nil
      }
    } catch {
      // Without a lease the action may be computed twice, which is better than not at all.
    }
    // Before anything is waited for: the room may be gone afterwards.
    budget.take(task.action)
    // Another run may have finished it after this one looked, and before this one got the lease.
    if !options.forced.contains(name), case .known(let address) = await knowledge(of: task, mayCompute: true) {
      budget.giveBack(task.action)
      leases.removeValue(forKey: name)?.release()
      settle(name, address)
      return nil
    }
    // Threads are shared among those that run now and those that could run beside them.
    let threads = options.threads ?? budget.threads(for: task.action, waiting: plan.readyCount)
    observe(.started(stage: name, kind: task.action.kind, reason: reason))
    let order = WorkOrder(
      task,
      pipeline: pipelineName,
      threads: threads,
      makers: makers(of: task.action),
      isFresh: reason == .forced,
      log: store.scratchPath("output").string
    )
    return Assignment(task: task, order: order)
  }

  /// The keys of the actions that made the inputs of an action, by the address of their results.
  private func makers(of action: Action) -> [String: String] {
    var makers: [String: String] = [:]
    for name in action.inputs.values.flatMap(\.references) {
      if case .done(let address) = plan[name], let key = keys[name] { makers[address.description] = key.description }
    }
    return makers
  }

  /// Takes a result in; whoever needs it is given the recorded one where there is one.
  func conclude(_ name: String, making address: ContentDigest) {
    plan.finish(name, address: options.replay?.results[name] ?? address)
  }

  /// Takes in that there is no result; those who need it go on where one is recorded.
  func conclude(_ name: String, failing message: String) {
    if let recorded = options.replay?.results[name] {
      plan.finish(name, address: recorded)
    } else {
      plan.fail(name, message)
    }
  }

  func settle(_ name: String, _ address: ContentDigest) {
    cached += 1
    conclude(name, making: address)
    observe(.cached(stage: name, address: address))
    wake()
  }

  /// Remembers what is known now, for the next run to tell what has changed.
  func remember() {
    guard var latest else { return }
    let done = keys.filter { if case .done = plan[$0.key] { true } else { false } }
    // Without it reasons are worded in another way, and an edit that is taken back may cost a run.
    try? latest.remember(done, in: store)
  }

  /// Gives all leases up, and notes what was learnt for the next run.
  func release() async {
    store.note(read)
    for lease in leases.values { lease.release() }
    leases = [:]
    sign?.remove()
    await commit()
  }
}
