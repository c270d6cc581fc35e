public import Claims
internal import Configuration
public import Execution
internal import Planning
public import Store
internal import Synchronization
internal import SystemPackage

/// Reports a run to a person, to the log in the folder of the run, and to a program that reads events from standard
/// output.
///
/// Nothing here waits for a reader, a terminal or a disk except `end`: other threads write the lines.
public final class RunReport: Sendable {
  private struct Parts {
    var state: RunState
    var console: Console
    var events: EventStream?
    /// When each action was last heard of, in seconds of the run.
    var heard: [String: Double] = [:]
    /// How the run ended, once that is known.
    var summary: RunSummary?
    /// What became of the claims.
    var claims: [CheckedClaim] = []
  }

  /// The most progress events of an action that are written for other programs.
  private static let secondsBetweenProgress = 0.5

  private let parts: Mutex<Parts>
  /// Only the thread of `disk` uses it.
  private let journal: Mutex<RunJournal>
  /// Writes to the streams.
  private let streams: Outbox
  /// Writes to the folder of the run.
  private let disk = Outbox("the log of the run")
  private let narrative: RunNarrative
  private let began: ContinuousClock.Instant
  private let past: @Sendable () -> [String: Double]

  /// The report of a run that begins now.
  ///
  /// - Parameters:
  ///   - began: when the program began.
  ///   - isQuiet: whether only errors are printed.
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
    let streams = Outbox("the streams of the run")
    self.streams = streams
    journal = Mutex(RunJournal(of: run, in: store))
    parts = Mutex(
      Parts(
        state: RunState(run.actions, places: run.jobs),
        console: Console(isQuiet: isQuiet || writesEvents, to: streams),
        events: writesEvents ? EventStream(streams) : nil
      )
    )
    let title = run.pipeline.heading.printable
    parts.withLock { parts in
      parts.console.say(title)
      log(.begin(run), [title], &parts)
    }
  }

  /// Seconds since the program began.
  public var seconds: Double {
    began.duration(to: .now) / .seconds(1)
  }

  private func log(_ event: LoggedEvent, _ lines: [String], _ parts: inout Parts) {
    let now = Timestamp.now
    parts.events?.add(event, at: now)
    keep { $0.add(event, lines, at: now) }
  }

  /// Writes to the folder of the run, in its turn.
  ///
  /// - Parameter write: returns what the user should know.
  private func keep(_ write: @escaping @Sendable (inout RunJournal) -> String?) {
    disk.run { [self] in
      guard let note = journal.withLock({ write(&$0) }) else { return }
      parts.withLock { $0.console.complain(note) }
    }
  }

  // MARK: Events and lines

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
      log(.run(event), lines.map(\.text) + narrative.printed(event), &parts)
    }
  }

  /// Reports a line about the whole run.
  ///
  /// - Parameter isNeeded: whether it is printed even if only errors are.
  public func say(_ line: String, isNeeded: Bool = false) {
    parts.withLock { parts in
      parts.console.say(line, isNeeded: isNeeded && parts.events == nil)
      log(.message(line, isProblem: false), [line], &parts)
    }
  }

  /// Reports where the published figures are.
  public func say(_ line: String, figures files: [String], in folder: String) {
    parts.withLock { parts in
      parts.console.say(line)
      log(.figures(folder: folder, files: files), [line], &parts)
    }
  }

  /// Reports the verdicts on the claims.
  ///
  /// - Parameter new: the keys of those that were not known before.
  public func tell(_ claims: [CheckedClaim], new: Set<String>) {
    let narrative = ClaimNarrative(claims)
    parts.withLock { parts in
      parts.claims = claims
      guard !claims.isEmpty else { return }
      parts.console.say(narrative.sum)
      log(.message(narrative.sum, isProblem: false), [narrative.sum], &parts)
      for claim in claims {
        let (line, isProblem) = narrative.line(claim)
        if isProblem { parts.console.complain(line) } else { parts.console.say(line) }
        log(.claim(claim, isNew: claim.key.map(new.contains) ?? false), [line], &parts)
      }
    }
  }

  /// Reports an error.
  public func complain(_ text: String) {
    parts.withLock { parts in
      parts.console.complain(text)
      log(.message(text, isProblem: true), [text], &parts)
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

  /// Restores the terminal and writes the pending events before the program ends at once.
  ///
  /// - Parameter outcome: a line about the results so far.
  public func breakOff(saying outcome: String = "the same command goes on from there") {
    parts.withLock { parts in
      parts.console.complain("interrupted twice: stopped at once; \(outcome)")
      parts.console.finish()
      parts.events?.flush()
    }
    keep { $0.flush() }
    // The user does not wait for a reader or a disk that has stalled.
    disk.drainBlocking(within: .milliseconds(300))
    streams.drainBlocking(within: .milliseconds(300))
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
    }
    // One is enough while the disk is slow.
    if disk.backlog == 0 { keep { $0.flush() } }
  }

  // MARK: Its end

  /// The events of a run that could not begin.
  public static func endBeforeBeginning(exit: Int) {
    let line = LoggedEvent.end(RunEnding(exit: exit, seconds: 0, summary: nil)).line(at: .now)
    Terminal.say(line)
  }

  /// Ends the report, and waits until all is written.
  ///
  /// - Parameters:
  ///   - exit: the exit code of the program.
  ///   - patience: for how long a reader that has stalled is waited for, and a disk; nil for as long as it takes.
  /// - Returns: the exit code, which is not 0 if something of the run could not be kept; and whether all is written.
  public func end(exit: Int, within patience: Duration? = nil) async -> (exit: Int, isWritten: Bool) {
    let seconds = seconds
    // Whoever has asked for an end just before does not wait for a reader either.
    let isStopping = parts.withLock(\.state.isStopping)
    let patience = isStopping ? patience ?? .seconds(1) : patience
    keep { $0.flush() }
    var isWritten = await disk.drain(within: patience)
    let exit = exit == 0 && isWritten && journal.withLock(\.hasFailed) ? 1 : exit
    let ledger = parts.withLock { parts in
      let ending = RunEnding(exit: exit, seconds: seconds, summary: parts.summary, claims: parts.claims)
      log(.end(ending), [], &parts)
      parts.events?.flush()
      return (summary: parts.summary, claims: ClaimLedger(parts.claims))
    }
    keep { $0.close(ledger.summary, ledger.claims) }
    if isWritten { isWritten = await disk.drain(within: patience) }
    parts.withLock { $0.console.finish() }
    let isTold = await streams.drain(within: patience)
    let hasFailed = isWritten && journal.withLock(\.hasFailed)
    return (exit == 0 && hasFailed ? 1 : exit, isWritten && isTold)
  }
}
