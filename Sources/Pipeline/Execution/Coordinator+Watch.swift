internal import Configuration
internal import Planning
internal import Processes
internal import Store

// What has to be seen to while actions run.
extension Coordinator {
  /// For how long short actions may stay in the system's memory alone. What a power cut takes is computed again.
  private static let delay = Duration.seconds(1)

  /// Renews the leases of this run and ends what goes beyond its limits, until it is cancelled. It waits for no file.
  func watch() async {
    var renewed = ContinuousClock.now
    var hasLimits = true
    while (try? await Task.sleep(for: .milliseconds(hasLimits ? 100 : 500))) != nil {
      if renewed.duration(to: .now) >= Lease.interval {
        sign?.renew()
        for lease in leases.values { lease.renew() }
        renewed = .now
      }
      hasLimits = enforceLimits()
    }
  }

  /// Makes results durable, and looks after what other runs are computing, until it is cancelled.
  func keepUp() async {
    var pause = Duration.milliseconds(100)
    while (try? await Task.sleep(for: pause)) != nil {
      if !uncommitted.isEmpty, uncommittedSince.duration(to: .now) >= Self.delay { await commit() }
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
        isNews = true
      }
      // It may also wait for room on the machine now.
      wake()
    }
    return isNews
  }

  /// Ends the processes that go beyond the time or the memory of their action; true if any action has a limit.
  private func enforceLimits() -> Bool {
    var hasLimits = false
    for (name, one) in working where one.ended == nil {
      let resources = one.action.resources
      guard resources.time != nil || resources.memory != nil else { continue }
      hasLimits = true
      let processes = ProcessTree(of: one.process)
      if let limit = resources.time, one.started.duration(to: .now) > .seconds(limit.seconds) {
        working[name]?.ended = "stopped: it ran for longer than the \(limit) of its 'resources'"
        processes.kill()
      } else if let limit = resources.memory, let used = processes.memory(beyond: limit.bytes) {
        let used = ByteCount(bytes: used)
        working[name]?.ended = "stopped: it used \(used) of memory, and its 'resources' allow \(limit)"
        processes.kill()
      }
    }
    return hasLimits
  }

  /// Makes the results durable that are not, so that the next run need not look at them.
  func commit() async {
    guard !uncommitted.isEmpty else { return }
    let notes = uncommitted
    uncommitted = []
    do throws(StoreError) {
      try await Self.commit(notes, in: store)
    } catch {
      stop(.notDurable(error.description))
    }
  }

  @concurrent private static func commit(_ notes: [String], in store: ArtifactStore) async throws(StoreError) {
    try store.commit(notes)
  }
}
