import Reporting
import Synchronization

/// Asks the current run to stop, as the user wants it to: a command may have several, one after another.
final class Stopping: Sendable {
  private let report = Mutex<RunReport?>(nil)

  /// From now on this run goes on.
  func follow(_ next: RunReport) { report.withLock { $0 = next } }

  /// The user has asked for the first time.
  func ask() { report.withLock { $0 }?.isStopping() }

  /// The user has asked again.
  func breakOff(saying outcome: String) { report.withLock { $0 }?.breakOff(saying: outcome) }
}
