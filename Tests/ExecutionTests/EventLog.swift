import Artifacts
import Execution
import Planning
import Synchronization

/// The events of a run.
final class EventLog: Sendable {
  private let events = Mutex<[RunEvent]>([])

  func add(_ event: RunEvent) {
    events.withLock { $0.append(event) }
  }

  func clear() {
    events.withLock { $0 = [] }
  }

  private func collect<Value>(_ pick: (RunEvent) -> Value?) -> [Value] {
    events.withLock { $0 }.compactMap(pick)
  }

  /// For each stage that was started, the reason.
  var started: [String: RunReason] {
    Dictionary(
      uniqueKeysWithValues: collect { if case .started(let stage, _, let reason) = $0 { (stage, reason) } else { nil } }
    )
  }

  /// The stages that were known.
  var cached: [String] {
    collect { if case .cached(let stage, _) = $0 { stage } else { nil } }
  }

  /// The stages that another run was computing.
  var waiting: [String] {
    collect { if case .waiting(let stage, _) = $0 { stage } else { nil } }
  }

  /// For each stage that failed, the message.
  var failed: [String: String] {
    Dictionary(
      uniqueKeysWithValues: collect { if case .failed(let stage, let text) = $0 { (stage, text) } else { nil } }
    )
  }

  /// For each stage that was not tried, the one that failed.
  var unreachable: [String: String] {
    Dictionary(
      uniqueKeysWithValues: collect { if case .unreachable(let stage, let cause) = $0 { (stage, cause) } else { nil } }
    )
  }

  /// For each stage that printed something, what.
  var output: [String: String] {
    Dictionary(collect { if case .output(let stage, let text) = $0 { (stage, text) } else { nil } }) { $0 + $1 }
  }

  /// The most actions that ran at the same time.
  var mostAtOnce: Int {
    var (running, most) = (0, 0)
    for event in events.withLock({ $0 }) {
      switch event {
      case .started: running += 1
      case .finished, .failed, .leftOut: running -= 1
      default: break
      }
      most = max(most, running)
    }
    return most
  }

  /// How far stages said that they were.
  var progress: [Double] {
    collect { if case .progress(_, let progress) = $0 { progress.fraction } else { nil } }
  }
}
