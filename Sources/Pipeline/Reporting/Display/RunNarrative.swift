internal import Artifacts
internal import Configuration
package import Execution
package import Planning
internal import Store

/// A line that stays: on the terminal, in a pipe and in the log of the run.
package struct RunLine: Sendable, Equatable {
  /// What the line is about.
  package enum Matter: Sendable {
    /// That an action was begun: on a terminal the status lines show it.
    case beginning
    /// That nothing was to be done for a stage.
    case known
    /// What became of a stage.
    case outcome
    /// What the user must know: it goes to standard error.
    case problem
  }

  /// What it is about.
  package let matter: Matter
  /// The text, without the line feed at its end.
  package let text: String
}

/// The lines of a run: one for each stage that has ended, one for a whole sweep, and every failure in full.
package struct RunNarrative: Sendable {
  private let nameWidth: Int

  /// The narrative of a run of these actions.
  package init(_ actions: some Sequence<Action>) {
    nameWidth = min(32, actions.lazy.map { $0.stage.columns }.max() ?? 0)
  }

  /// The lines that tell of an event.
  ///
  /// - Parameters:
  ///   - state: the state of the run after the event.
  ///   - now: the moment, in seconds since the run began.
  package func lines(_ event: RunEvent, _ state: RunState, at now: Double) -> [RunLine] {
    switch event {
    case .cached(let action, let address): return outcome(of: action, state, now) { ("cached", address.short) }
    case .waiting(let action, let holder):
      guard !isPoint(action, state) else { return [] }
      let process = holder.map { ": process \($0.number)" } ?? ""
      return [line(action, "waiting", "another run computes it" + process)]
    case .started(let action, let kind, let reason):
      guard !isPoint(action, state) else { return [] }
      return [line(action, "started", "\(kind): \(reason)", .beginning)]
    case .progress: return []
    case .output(let action, let text): return warnings(of: action, in: text)
    case .finished(let action, let address, let seconds):
      return outcome(of: action, state, now) { ("done in \(Console.duration(seconds))", address.short) }
    case .leftOut(let action, let message):
      return [problem("left out: '\(action)': \(message)")] + outcome(of: action, state, now) { nil }
    case .failed(let action, let message):
      return [problem("error: stage '\(action)': \(message)")] + outcome(of: action, state, now) { nil }
    case .unreachable(let action, let cause):
      return outcome(of: action, state, now) { ("not run", "it needs '\(cause)'") }
    }
  }

  /// The warnings in what an action printed, which a person sees at once.
  private func warnings(of action: String, in text: String) -> [RunLine] {
    text.split(separator: "\n").filter { $0.hasPrefix("warning: ") }.map { line in
      problem("warning: '\(action)': \(line.dropFirst("warning: ".count))")
    }
  }

  /// What an action printed, for the log: a person sees warnings at once, and all of it where the action fails.
  package func printed(_ event: RunEvent) -> [String] {
    guard case .output(let action, let text) = event else { return [] }
    let lines = text.printableLines.split(separator: "\n", omittingEmptySubsequences: false)
    return ["  \(action) printed:"] + lines.map { "    | \($0)" }
  }

  private func isPoint(_ action: String, _ state: RunState) -> Bool {
    state.stages[Action.stage(of: action)]?.isSweep ?? false
  }

  /// Reports a single stage at once, and a sweep when its last point has ended.
  private func outcome(
    of action: String,
    _ state: RunState,
    _ now: Double,
    _ single: () -> (what: String, detail: String)?
  ) -> [RunLine] {
    let stage = Action.stage(of: action)
    guard let counts = state.stages[stage], counts.isSweep else {
      return single().map { [line(action, $0.what, $0.detail, $0.what == "cached" ? .known : .outcome)] } ?? []
    }
    guard counts.settled == counts.total else { return [] }
    let parts = [
      (counts.computed, "computed"), (counts.cached, "cached"), (counts.leftOut, "left out"),
      (counts.failed, "failed"), (counts.unreachable, "not run"),
    ]
    let summary = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let time = Console.duration(max(0, now - (counts.started ?? now)))
    let what = counts.computed > 0 ? "done in \(time)" : counts.cached > 0 ? "cached" : "not run"
    let isKnown = counts.cached == counts.total
    return [line(stage, what, "\(counts.total) points: \(summary)", isKnown ? .known : .outcome)]
  }

  private func line(_ name: String, _ what: String, _ detail: String, _ matter: RunLine.Matter = .outcome) -> RunLine {
    RunLine(matter: matter, text: "  \(name.padded(to: nameWidth))  \(what.padded(to: 14))  \(detail)")
  }

  /// A problem. The lines of a message, which may come from elsewhere, stand apart from the program's own.
  private func problem(_ text: String) -> RunLine {
    let lines = text.printableLines.split(separator: "\n", omittingEmptySubsequences: false)
    return RunLine(matter: .problem, text: lines.joined(separator: "\n  "))
  }
}
