public import Claims
internal import Configuration
public import Execution
internal import Planning
public import Store
internal import Synchronization
internal import SystemPackage

/// Tells what a run does, to all who want to know: a person, the log in the folder of the run, and a program that reads
/// events from standard output.
public final class RunReport: Sendable {
  private struct Parts {
    var state: RunState
    var console: Console
    var journal: RunJournal
    var events: LineFile?
    /// When each action was last heard of, in seconds of the run.
    var heard: [String: Double] = [:]
    /// How the run ended, once that is known.
    var summary: RunSummary?
    /// What became of the claims.
    var claims: [CheckedClaim] = []
  }

  /// Of what an action says about its progress, machines are told so much and no more.
  private static let secondsBetweenProgress = 0.5

  private let parts: Mutex<Parts>
  private let narrative: RunNarrative
  private let began: ContinuousClock.Instant
  private let past: @Sendable () -> [String: Double]

  /// The report of a run that begins now.
  ///
  /// - Parameters:
  ///   - began: when the program began.
  ///   - isQuiet: whether a person is told of failures only.
  ///   - writesEvents: whether standard output is for events, and nothing else gets there.
  ///   - past: finds out, where a person would like to know, how long an action of each stage took in the past.
  public init(
    _ run: RunDescription,
    in store: ArtifactStore,
    began: ContinuousClock.Instant,
    isQuiet: Bool,
    writesEvents: Bool,
    past: @escaping @Sendable () -> [String: Double]
  ) {
    self.began = began
    self.past = past
    narrative = RunNarrative(run.actions)
    parts = Mutex(
      Parts(
        state: RunState(run.actions, places: run.jobs),
        console: Console(isQuiet: isQuiet || writesEvents),
        journal: RunJournal(of: run, in: store),
        events: writesEvents ? LineFile(.standardOutput) : nil
      )
    )
    let title = run.pipeline.heading.printable
    parts.withLock { parts in
      parts.console.say(title)
      Self.log(.begin(run), [title], &parts)
    }
  }

  /// Seconds since the program began.
  public var seconds: Double {
    began.duration(to: .now) / .seconds(1)
  }

  private static func log(_ event: LoggedEvent, _ lines: [String], _ parts: inout Parts) {
    let now = Timestamp.now
    parts.events?.add(event.line(at: now))
    if let note = parts.journal.add(event, lines, at: now) { parts.console.complain(note) }
  }

  // MARK: What is told

  /// Takes in what happened.
  public func observe(_ event: RunEvent) {
    let now = seconds
    parts.withLock { parts in
      parts.state.apply(event, at: now)
      if case .progress(let action, let progress) = event {
        // That a worker has taken it is no news.
        guard progress.fraction > 0 || !progress.message.isEmpty else { return }
        guard now - (parts.heard[action] ?? -1) >= Self.secondsBetweenProgress else { return }
        parts.heard[action] = now
      }
      let lines = narrative.lines(event, parts.state, at: now)
      parts.console.tell(lines)
      Self.log(.run(event), lines.map(\.text) + narrative.printed(event), &parts)
    }
  }

  /// Tells a line of the whole run.
  ///
  /// - Parameter isNeeded: whether it is told even where only failures are.
  public func say(_ line: String, isNeeded: Bool = false) {
    parts.withLock { parts in
      parts.console.say(line, isNeeded: isNeeded && parts.events == nil)
      Self.log(.message(line, isProblem: false), [line], &parts)
    }
  }

  /// Tells where the files for people are.
  public func say(_ line: String, figures files: [String], in folder: String) {
    parts.withLock { parts in
      parts.console.say(line)
      Self.log(.figures(folder: folder, files: files), [line], &parts)
    }
  }

  /// Tells what became of the claims.
  ///
  /// - Parameter new: the keys of those that were not known before.
  public func tell(_ claims: [CheckedClaim], new: Set<String>) {
    let narrative = ClaimNarrative(claims)
    parts.withLock { parts in
      parts.claims = claims
      guard !claims.isEmpty else { return }
      parts.console.say(narrative.sum)
      Self.log(.message(narrative.sum, isProblem: false), [narrative.sum], &parts)
      for claim in claims {
        let (line, isProblem) = narrative.line(claim)
        if isProblem { parts.console.complain(line) } else { parts.console.say(line) }
        Self.log(.claim(claim, isNew: claim.key.map(new.contains) ?? false), [line], &parts)
      }
    }
  }

  /// Tells what went wrong.
  public func complain(_ text: String) {
    parts.withLock { parts in
      parts.console.complain(text)
      Self.log(.message(text, isProblem: true), [text], &parts)
    }
  }

  // MARK: While it lasts

  /// Runs `body`, and shows meanwhile how far the run is.
  public func following(_ body: () async -> RunSummary) async -> RunSummary {
    let summary = await withTaskGroup { group in
      group.addTask { await self.keepShowing() }
      let summary = await body()
      group.cancelAll()
      return summary
    }
    parts.withLock { parts in
      parts.summary = summary
      parts.console.settle(isNothingElse: summary.computed.isEmpty && summary.skipped == 0 && summary.isComplete)
      parts.console.finish()
    }
    return summary
  }

  /// The program ends at once: leaves the terminal as it is to be, and keeps what was told.
  ///
  /// - Parameter outcome: what becomes of what was done.
  public func breakOff(saying outcome: String = "the same command goes on from there") {
    parts.withLock { parts in
      parts.console.complain("interrupted twice: stopped at once; \(outcome)")
      parts.console.finish()
      parts.events?.flush()
      _ = parts.journal.flush()
    }
  }

  /// The user has asked the run to stop; it is stopping.
  public func isStopping() {
    parts.withLock { $0.state.isStopping = true }
  }

  private func keepShowing() async {
    var knowsPast = false
    while (try? await Task.sleep(for: Console.interval)) != nil {
      if !knowsPast, parts.withLock({ $0.console.isTerminal && !$0.state.working.isEmpty }) {
        knowsPast = true
        let past = past()
        parts.withLock { $0.state.past = past }
      }
      show()
    }
  }

  private func show() {
    let now = seconds
    parts.withLock { parts in
      parts.console.redraw(parts.state, at: now)
      parts.events?.flush()
      if let note = parts.journal.flush() { parts.console.complain(note) }
    }
  }

  // MARK: Its end

  /// What is told to a program that reads events of a run that could not begin.
  public static func endBeforeBeginning(exit: Int) {
    let line = LoggedEvent.end(RunEnding(exit: exit, seconds: 0, summary: nil)).line(at: .now)
    Terminal.say(line)
  }

  /// Ends the report.
  ///
  /// - Parameter exit: the exit code of the program.
  public func end(exit: Int) {
    let seconds = seconds
    parts.withLock { parts in
      let ending = RunEnding(exit: exit, seconds: seconds, summary: parts.summary, claims: parts.claims)
      Self.log(.end(ending), [], &parts)
      parts.events?.flush()
      if let note = parts.journal.close(parts.summary, ClaimLedger(parts.claims)) { parts.console.complain(note) }
      parts.console.finish()
    }
  }
}
