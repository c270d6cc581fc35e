internal import Planning
internal import Synchronization

/// The progress of a stage that trains at several learning rates at once.
final class TrainingProgress: Sendable {
  private let steps: Int
  private let report: @Sendable (StageProgress) -> Void
  private let taken: Mutex<[Int]>

  init(runs: Int, steps: Int, report: @escaping @Sendable (StageProgress) -> Void) {
    self.steps = steps
    self.report = report
    taken = Mutex([Int](repeating: 0, count: runs))
  }

  /// Adds the number of steps that a run has taken; reports progress a hundred times per run.
  func note(_ step: Int, of run: Int) {
    guard step % max(1, steps / 100) == 0 else { return }
    let (done, count) = taken.withLock { taken in
      taken[run] = step
      return (taken.reduce(0, +), taken.count)
    }
    report(StageProgress(Double(done) / Double(count * steps), "run \(run + 1) of \(count), step \(step)"))
  }
}
