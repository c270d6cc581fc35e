internal import Artifacts
public import Execution
internal import Glibc
public import Planning
internal import Store
internal import Synchronization
internal import SystemPackage

/// Tells a person what a run does: one line for each stage that is done, and on a terminal a line below them that
/// follows the stages at work. The points of a sweep share the line of their stage.
public final class Console: Sendable {
  private struct State {
    var working: [(action: String, text: String)] = []
    var statusIsShown = false
    var sweeps: [String: Sweep] = [:]
  }

  /// How far the points of a sweep are.
  private struct Sweep {
    let points: Int
    var cached = 0
    var computed = 0
    var leftOut = 0
    var failed = 0
    var unreachable = 0
    let started = ContinuousClock.now
    var done: Int { cached + computed + leftOut + failed + unreachable }
  }

  private let isTerminal: Bool
  private let isQuiet: Bool
  private let nameWidth: Int
  private let state: Mutex<State>

  /// A console for the actions of a run; a quiet one tells of failures only.
  public init(actions: [Action], isQuiet: Bool = false) {
    self.isQuiet = isQuiet
    isTerminal = isatty(STDERR_FILENO) == 1
    var points: [String: Int] = [:]
    for action in actions where action.name != action.stage { points[action.stage, default: 0] += 1 }
    state = Mutex(State(sweeps: points.mapValues { Sweep(points: $0) }))
    nameWidth = min(32, actions.lazy.map(\.stage.count).max() ?? 0)
  }

  /// Shows what happened.
  public func show(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .cached(let action, let address):
        tell(action, \.cached, &state) { line($0, "cached", address.short, &$1) }
      case .waiting(let action, let holder):
        let process = holder.map { ": process \($0.number)" } ?? ""
        if state.sweeps[Action.stage(of: action)] == nil {
          line(action, "waiting", "another run computes it" + process, &state)
        }
      case .started(let action, let kind, let reason):
        state.working.append((action, kind))
        let isPoint = state.sweeps[Action.stage(of: action)] != nil
        if !isTerminal, !isPoint { line(action, "started", "\(kind): \(reason)", &state) }
      case .progress(let action, let progress):
        guard let index = state.working.firstIndex(where: { $0.action == action }) else { return }
        state.working[index].text = "\(Int(progress.fraction * 100)) % \(Self.printable(progress.message))"
      case .output: break
      case .finished(let action, let address, let seconds):
        state.working.removeAll { $0.action == action }
        tell(action, \.computed, &state) { line($0, "done in \(Self.duration(seconds))", address.short, &$1) }
      case .leftOut(let action, let message):
        state.working.removeAll { $0.action == action }
        clearStatus(&state)
        Terminal.write("left out: '\(action)': \(Self.printable(message, lines: true))\n", to: .standardError)
        tell(action, \.leftOut, &state) { _, _ in }
      case .failed(let action, let message):
        state.working.removeAll { $0.action == action }
        clearStatus(&state)
        Terminal.write("error: stage '\(action)': \(Self.printable(message, lines: true))\n", to: .standardError)
        tell(action, \.failed, &state) { _, _ in }
      case .unreachable(let action, let cause):
        tell(action, \.unreachable, &state) { line($0, "not run", "it needs '\(cause)'", &$1) }
      }
      showStatus(&state)
    }
  }

  /// Tells of a stage by itself at once, and of a sweep when the last of its points is settled.
  private func tell(
    _ action: String,
    _ outcome: WritableKeyPath<Sweep, Int>,
    _ state: inout State,
    _ single: (String, inout State) -> Void
  ) {
    let stage = Action.stage(of: action)
    guard var sweep = state.sweeps[stage] else { return single(action, &state) }
    sweep[keyPath: outcome] += 1
    state.sweeps[stage] = sweep
    guard sweep.done == sweep.points else { return }
    let parts = [
      (sweep.computed, "computed"), (sweep.cached, "cached"), (sweep.leftOut, "left out"), (sweep.failed, "failed"),
      (sweep.unreachable, "not run"),
    ]
    let counts = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let elapsed = sweep.started.duration(to: .now).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    let what = sweep.computed > 0 ? "done in \(Self.duration(seconds))" : sweep.cached > 0 ? "cached" : "not run"
    line(stage, what, "\(sweep.points) points: \(counts)", &state)
  }

  private func line(_ name: String, _ what: String, _ detail: String, _ state: inout State) {
    guard !isQuiet else { return }
    clearStatus(&state)
    Terminal.write("  \(Self.pad(name, nameWidth))  \(Self.pad(what, 14))  \(detail)\n", to: .standardOutput)
  }

  private func showStatus(_ state: inout State) {
    guard isTerminal, !isQuiet else { return }
    clearStatus(&state)
    guard !state.working.isEmpty else { return }
    let text = state.working.map { work in
      let sweep = state.sweeps[Action.stage(of: work.action)].map { " (\($0.done) of \($0.points))" } ?? ""
      return "\(work.action)\(sweep): \(work.text)"
    }.joined(separator: " · ")
    var size = winsize()
    let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 4 ? Int(size.ws_col) : 80
    Terminal.write("  " + text.prefix(columns - 3), to: .standardError)
    state.statusIsShown = true
  }

  private func clearStatus(_ state: inout State) {
    guard state.statusIsShown else { return }
    Terminal.write("\r\u{1b}[K", to: .standardError)
    state.statusIsShown = false
  }

  /// A stage's text with control characters replaced, so that it can neither drive the terminal nor break the line.
  private static func printable(_ text: String, lines: Bool = false) -> String {
    var printable = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
      printable.append(isControl && !(lines && scalar == "\n") ? " " : scalar)
    }
    return String(printable)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// A duration for people: "0.42 s", "3 min 12 s".
  public static func duration(_ seconds: Double) -> String {
    if seconds < 60 {
      let hundredths = Int((seconds * 100).rounded())
      let fraction = hundredths % 100
      return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
    let whole = Int(seconds.rounded())
    return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }
}
