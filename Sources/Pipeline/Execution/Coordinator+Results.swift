internal import Artifacts
internal import Planning
internal import Store
internal import SystemPackage

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

  /// Whether an action's process was ended for going beyond a limit.
  func wasEnded(_ assignment: Assignment) -> Bool { working[assignment.task.action.name]?.ended != nil }

  /// Takes in how far an action is.
  func take(_ progress: StageProgress, of assignment: Assignment) {
    observe(.progress(stage: assignment.task.action.name, progress))
  }

  /// Takes in a result whose record is written.
  func take(_ result: RecordCommit.Result, of assignment: Assignment, output: String?) {
    let name = assignment.task.action.name
    if let text = output { observe(.output(stage: name, text: text)) }
    let elapsed = working[name].map { $0.started.duration(to: .now) } ?? .zero
    end(assignment)
    computed.insert(name)
    if result.record.objects.count > 1 { drawn[name] = result.record }
    if !result.notes.isEmpty {
      if uncommitted.isEmpty { uncommittedSince = .now }
      uncommitted += result.notes
    }
    conclude(name, making: result.address)
    observe(.finished(stage: name, address: result.address, seconds: elapsed / .seconds(1)))
    wake()
  }

  /// Takes in that an action was interrupted, with the file that has what it had printed.
  func interrupt(_ assignment: Assignment, log: FilePath?) {
    if let log { interruptedLogs[assignment.task.action.name] = log }
  }

  private func end(_ assignment: Assignment) {
    let action = assignment.task.action
    budget.giveBack(action)
    working[action.name] = nil
    leases.removeValue(forKey: action.name)?.release()
  }

  /// Takes in that an action could not be computed.
  ///
  /// - Parameters:
  ///   - output: what the worker process printed.
  ///   - log: what programs of the stage printed.
  func fail(_ assignment: Assignment, _ message: String, output: String?, log: StageLog.Failure? = nil) {
    let name = assignment.task.action.name
    var message = working[name]?.ended ?? message
    if let log { message += log.text(after: message) }
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
    summary.interruptedLogs = interruptedLogs
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
