internal import Artifacts
public import Execution
internal import Glibc
internal import Planning
internal import Store
internal import Synchronization
internal import SystemPackage

/// Tells a person what a run does: one line for each stage that is done, and on a terminal a line below them that
/// follows the stages at work.
public final class Console: Sendable {
  private struct State {
    var working: [(stage: String, text: String)] = []
    var statusIsShown = false
  }

  private let isTerminal: Bool
  private let isQuiet: Bool
  private let nameWidth: Int
  private let state = Mutex(State())

  /// A console for stages with these names; a quiet one tells of failures only.
  public init(stages: [String], isQuiet: Bool = false) {
    self.isQuiet = isQuiet
    isTerminal = isatty(STDERR_FILENO) == 1
    nameWidth = min(32, stages.map(\.count).max() ?? 0)
  }

  /// Shows what happened.
  public func show(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .cached(let stage, let address):
        line(stage, "cached", address.short, &state)
      case .waiting(let stage, let holder):
        line(stage, "waiting", "another run computes it" + (holder.map { ": process \($0.number)" } ?? ""), &state)
      case .started(let stage, let kind, let reason):
        state.working.append((stage, kind))
        if !isTerminal { line(stage, "started", "\(kind): \(reason)", &state) }
      case .progress(let stage, let progress):
        guard let index = state.working.firstIndex(where: { $0.stage == stage }) else { return }
        state.working[index].text = "\(Int(progress.fraction * 100)) % \(progress.message)"
      case .finished(let stage, let address, let seconds):
        state.working.removeAll { $0.stage == stage }
        line(stage, "done in \(Self.duration(seconds))", address.short, &state)
      case .failed(let stage, let message):
        state.working.removeAll { $0.stage == stage }
        clearStatus(&state)
        Terminal.write("error: stage '\(stage)': \(message)\n", to: .standardError)
      case .unreachable(let stage, let cause):
        line(stage, "not run", "it needs '\(cause)'", &state)
      }
      showStatus(&state)
    }
  }

  private func line(_ stage: String, _ what: String, _ detail: String, _ state: inout State) {
    guard !isQuiet else { return }
    clearStatus(&state)
    Terminal.write("  \(Self.pad(stage, nameWidth))  \(Self.pad(what, 14))  \(detail)\n", to: .standardOutput)
  }

  private func showStatus(_ state: inout State) {
    guard isTerminal, !isQuiet else { return }
    clearStatus(&state)
    guard !state.working.isEmpty else { return }
    let text = state.working.map { "\($0.stage): \($0.text)" }.joined(separator: " · ")
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
