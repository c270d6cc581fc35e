internal import Artifacts
internal import Planning
internal import Store

// What became of the actions that were handed out.
extension Coordinator {
  /// Takes in that a worker process has begun an action.
  func begin(_ assignment: Assignment, on process: Int32) {
    let action = assignment.task.action
    // Its time is counted from here: it may have waited for a process.
    working[action.name] = Working(action: action, process: process, started: .now)
  }

  /// Takes in that the process it was given to was ending, and never took it.
  func forget(_ assignment: Assignment) {
    working[assignment.task.action.name] = nil
  }

  /// Takes in what a worker says; true when that ends the assignment.
  func take(_ report: WorkReport, of assignment: Assignment, output: String?) -> Bool {
    let name = assignment.task.action.name
    switch report.outcome {
    case nil:
      observe(.progress(stage: name, StageProgress(report.fraction, report.message)))
      return false
    case .failed:
      fail(assignment, report.message, output: output)
    case .done:
      guard let address = report.address.flatMap(ContentDigest.init) else {
        fail(assignment, "the worker gave no address", output: output)
        return true
      }
      if let text = output { observe(.output(stage: name, text: text)) }
      let elapsed = working[name].map { $0.started.duration(to: .now) } ?? .zero
      end(assignment)
      computed.insert(name)
      if report.hasFiles { drawn[name] = store.record(for: assignment.task.key) }
      if !report.notes.isEmpty {
        if uncommitted.isEmpty { uncommittedSince = .now }
        uncommitted += report.notes
      }
      conclude(name, making: address)
      observe(.finished(stage: name, address: address, seconds: elapsed / .seconds(1)))
      wake()
    }
    return true
  }

  private func end(_ assignment: Assignment) {
    let action = assignment.task.action
    budget.giveBack(action)
    working[action.name] = nil
    leases.removeValue(forKey: action.name)?.release()
  }

  /// Takes in that an action could not be computed.
  ///
  /// - Parameter output: what it printed.
  func fail(_ assignment: Assignment, _ message: String, output: String?) {
    let name = assignment.task.action.name
    let message = working[name]?.ended ?? message
    end(assignment)
    conclude(name, failing: message)
    if let output { observe(.output(stage: name, text: output)) }
    let lines = (output ?? "").split(whereSeparator: \.isNewline).suffix(20)
    let tail = lines.isEmpty ? "" : "\nit printed:\n" + lines.map { "    \($0)" }.joined(separator: "\n")
    failed(name, message + tail)
  }

  func failed(_ name: String, _ message: String) {
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
        summary.leftOut.insert(action.name)
        if !leftOut.contains(action.name) { observe(.leftOut(stage: action.name, message: message)) }
      case .failed:
        summary.failed += 1
        summary.lacking[action.name] = "stage '\(action.name)' failed"
      case .unreachable(let cause):
        summary.unreachable += 1
        summary.lacking[action.name] = "stage '\(action.name)' was not run, since it needs '\(cause)'"
        observe(.unreachable(stage: action.name, because: cause))
      default:
        summary.left += 1
        summary.lacking[action.name] = "stage '\(action.name)' was not run"
      }
    }
    return summary
  }
}
