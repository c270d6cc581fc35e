internal import Dispatch
internal import Synchronization
internal import SystemPackage

/// Writes on a thread of its own, in the order in which it is asked to, so that a pipe that nobody reads, a stopped
/// terminal or a slow disk never holds up whoever has something to tell.
package final class Outbox: Sendable {
  private let queue: DispatchQueue
  private let waiting = Atomic(0)

  /// An outbox with nothing in it.
  package init(_ name: String) {
    // A serial queue has a thread besides those of the tasks, so that these go on while it waits.
    queue = DispatchQueue(label: name)
  }

  /// The bytes that are not written yet; 0 if nothing waits.
  package var backlog: Int { waiting.load(ordering: .acquiring) }

  /// Writes text to a stream, in its turn.
  func write(_ text: String, to file: FileDescriptor) {
    guard !text.isEmpty else { return }
    run(size: text.utf8.count) { Terminal.write(text, to: file) }
  }

  /// Does something that may wait for a disk or a reader, in its turn.
  ///
  /// - Parameter size: what it adds to the backlog meanwhile, in bytes.
  package func run(size: Int = 1, _ work: @escaping @Sendable () -> Void) {
    waiting.add(size, ordering: .acquiringAndReleasing)
    queue.async { [self] in
      work()
      waiting.subtract(size, ordering: .acquiringAndReleasing)
    }
  }

  /// Waits until all is written.
  ///
  /// - Parameter patience: for how long at most; nil for as long as it takes.
  /// - Returns: whether all is written.
  package func drain(within patience: Duration? = nil) async -> Bool {
    let began = ContinuousClock.now
    while backlog > 0 {
      if let patience, began.duration(to: .now) >= patience { return false }
      // Also if the task is canceled: the lines until then must be written.
      await Task.detached { try? await Task.sleep(for: .milliseconds(2)) }.value
    }
    return true
  }

  /// Waits until all is written, without letting the thread go: for a program that is about to end.
  func drainBlocking(within patience: Duration) {
    let group = DispatchGroup()
    queue.async(group: group) {}
    _ = group.wait(timeout: .now() + patience / .seconds(1))
  }
}
