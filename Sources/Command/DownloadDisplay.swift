import Downloads
import Glibc
import Reporting
import Synchronization

/// Shows how a download goes on: on a terminal in a line that is written again and again, elsewhere in one line a file.
final class DownloadDisplay: Sendable {
  private struct State {
    var name = ""
    var began = ContinuousClock.now
    /// What was there before this attempt.
    var before = 0
    var shown = ContinuousClock.now
  }

  private static let interval = Duration.milliseconds(200)
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let state = Mutex(State())

  /// Shows progress.
  func show(_ progress: ReleaseFetcher.Progress) {
    let line = state.withLock { state -> String? in
      let now = ContinuousClock.now
      if state.name != progress.name {
        state = State(name: progress.name, began: now, before: progress.received, shown: now - Self.interval)
        if !isTerminal { return "\(progress.name): \(ShortNumber.bytes(progress.size))" }
      }
      guard isTerminal, now - state.shown >= Self.interval || progress.received == progress.size else { return nil }
      state.shown = now
      let seconds = (now - state.began) / .seconds(1)
      return Self.line(progress, bytesPerSecond: Double(progress.received - state.before) / max(seconds, 0.001))
    }
    guard let line else { return }
    if isTerminal { Terminal.redraw(line) } else { Terminal.complain(line) }
  }

  /// Leaves nothing of the line behind.
  func finish() {
    if isTerminal { Terminal.redraw("") }
  }

  private static func line(_ progress: ReleaseFetcher.Progress, bytesPerSecond: Double) -> String {
    let (received, size) = (ShortNumber.bytes(progress.received), ShortNumber.bytes(progress.size))
    var line = "\(progress.name)  \(received) of \(size)  \(progress.received * 100 / max(progress.size, 1)) %"
    if bytesPerSecond > 0 {
      let left = Double(progress.size - progress.received) / bytesPerSecond
      line += "  \(ShortNumber.bytes(Int(bytesPerSecond)))/s  \(Console.duration(left.rounded(.up))) left"
    }
    return String(line.prefix(Terminal.columns - 1))
  }
}
