internal import Artifacts
package import Execution
package import Planning

/// The progress of a run. It receives events with their times, and uses no clock, no file and no
/// terminal: the status lines and the lines that stay are made from it.
package struct RunState: Sendable {
  /// An action at work.
  package struct Work: Sendable, Equatable {
    package let action: String
    package let stage: String
    package let kind: String
    /// When it was handed out, in seconds of the run.
    package let started: Double
    /// From 0 to 1; 0 for as long as the action has said nothing.
    package var fraction = 0.0
    package var message = ""
  }

  /// How many actions of a stage have ended, and how.
  package struct Counts: Sendable, Equatable {
    /// How many belong to the stage.
    package let total: Int
    /// Whether they are the points of a sweep.
    package let isSweep: Bool
    package var cached = 0
    package var computed = 0
    package var leftOut = 0
    package var failed = 0
    package var unreachable = 0
    /// How many are at work.
    package var running = 0
    /// When the first was handed out, in seconds of the run.
    package var started: Double?
    /// How long those that were computed took, in all.
    package var seconds = 0.0

    /// How many are settled, one way or another.
    package var settled: Int { cached + computed + leftOut + failed + unreachable }
  }

  /// The stages, by name.
  package private(set) var stages: [String: Counts] = [:]
  /// What is at work, in the order in which it was handed out.
  package private(set) var working: [Work] = []
  /// What another run computes.
  package private(set) var elsewhere: Set<String> = []
  /// How many actions belong to the run.
  package let total: Int
  /// How many may be at work at once.
  package let places: Int
  /// How long an action of a stage took in the past, in seconds.
  package var past: [String: Double] = [:]
  /// Whether the user has asked the run to stop.
  package var isStopping = false

  /// A run in which nothing has happened.
  ///
  /// - Parameters:
  ///   - actions: what belongs to the run.
  ///   - places: how many may be at work at once.
  package init(_ actions: some Sequence<Action>, places: Int) {
    var totals: [String: (count: Int, isSweep: Bool)] = [:]
    var total = 0
    for action in actions {
      let stage = action.stage
      totals[stage] = ((totals[stage]?.count ?? 0) + 1, action.name != stage)
      total += 1
    }
    stages = totals.mapValues { Counts(total: $0.count, isSweep: $0.isSweep) }
    self.total = total
    self.places = max(1, places)
  }

  /// Takes in what happened.
  ///
  /// - Parameter now: the moment, in seconds since the run began.
  package mutating func apply(_ event: RunEvent, at now: Double) {
    switch event {
    case .cached(let action, _): settle(action, \.cached)
    case .waiting(let action, _): elsewhere.insert(action)
    case .started(let action, let kind, _):
      let stage = Action.stage(of: action)
      elsewhere.remove(action)
      working.append(Work(action: action, stage: stage, kind: kind, started: now))
      stages[stage]?.running += 1
      if stages[stage]?.started == nil { stages[stage]?.started = now }
    case .progress(let action, let progress):
      guard let index = working.firstIndex(where: { $0.action == action }) else { return }
      working[index].fraction = min(1, max(0, progress.fraction))
      working[index].message = progress.message
    case .output: break
    case .finished(let action, _, let seconds):
      settle(action, \.computed)
      stages[Action.stage(of: action)]?.seconds += seconds
    case .leftOut(let action, _): settle(action, \.leftOut)
    case .failed(let action, _): settle(action, \.failed)
    case .unreachable(let action, _): settle(action, \.unreachable)
    }
  }

  private mutating func settle(_ action: String, _ outcome: WritableKeyPath<Counts, Int>) {
    let stage = Action.stage(of: action)
    stages[stage]?[keyPath: outcome] += 1
    elsewhere.remove(action)
    guard let index = working.firstIndex(where: { $0.action == action }) else { return }
    working.remove(at: index)
    stages[stage]?.running -= 1
  }

  /// How many actions ended in a way, over all stages.
  package func count(_ outcome: KeyPath<Counts, Int>) -> Int {
    stages.values.reduce(0) { $0 + $1[keyPath: outcome] }
  }
}

// MARK: - What is left

extension RunState {
  /// How long an action still takes: by how far it is, and before it has said so by how long it took in the past. Nil
  /// where neither is known, or where it takes longer than it ever did.
  package func secondsLeft(of work: Work, at now: Double) -> Double? {
    let elapsed = max(0, now - work.started)
    if work.fraction > 0 { return elapsed * (1 - work.fraction) / work.fraction }
    guard let usual = usualSeconds(of: work.stage), usual > elapsed else { return nil }
    return usual - elapsed
  }

  /// How long a sweep still takes: by how much of what was to be computed is done, points at work in part.
  package func secondsLeft(ofSweep stage: String, at now: Double) -> Double? {
    guard let counts = stages[stage], let started = counts.started else { return nil }
    let begun = working.lazy.filter { $0.stage == stage }.reduce(0) { $0 + $1.fraction }
    let done = Double(counts.computed + counts.leftOut + counts.failed) + begun
    let left = Double(counts.total - counts.settled) - begun
    if done > 0 { return max(0, now - started) * left / done }
    return usualSeconds(of: stage).map { $0 * left / Double(max(1, counts.running)) }
  }

  /// How long all that is left takes at most; nil if that is not known of some stage. What turns out to be cached, or
  /// need not follow, takes no time.
  package func secondsLeft(at now: Double) -> Double? {
    var sum = 0.0
    var longest = 0.0
    var unsettled = 0
    for work in working {
      guard let left = secondsLeft(of: work, at: now) else { return nil }
      sum += left
      longest = max(longest, left)
    }
    for (stage, counts) in stages {
      let ahead = counts.total - counts.settled - counts.running
      unsettled += ahead
      guard ahead > 0 else { continue }
      guard let usual = usualSeconds(of: stage) else { return nil }
      sum += usual * Double(ahead)
    }
    return max(longest, sum / Double(max(1, min(places, unsettled + working.count))))
  }

  /// How long an action of a stage takes: the mean of those that this run has computed, else what it was in the past.
  private func usualSeconds(of stage: String) -> Double? {
    guard let counts = stages[stage], counts.computed > 0 else { return past[stage] }
    return counts.seconds / Double(counts.computed)
  }
}
