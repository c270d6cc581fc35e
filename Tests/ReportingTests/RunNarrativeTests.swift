import Artifacts
import Execution
import Planning
import Reporting
import Testing

@Suite struct RunNarrativeTests {
  private func lines(_ actions: [Action], _ events: (Double, RunEvent)...) -> [RunLine] {
    var state = RunState(actions, places: 2)
    let narrative = RunNarrative(actions)
    return events.flatMap { moment, event in
      state.apply(event, at: moment)
      return narrative.lines(event, state, at: moment)
    }
  }

  @Test func `A stage has a line when it begins and one when it ends`() {
    let short = ToyRun.address.short
    let lines = lines(
      ToyRun.actions("a", "long-name"),
      (0, ToyRun.started("a")),
      (1, ToyRun.progress("a", 0.5)),
      (2, ToyRun.finished("a", in: 2)),
      (2, .unreachable(stage: "long-name", because: "a"))
    )
    #expect(
      lines.map(\.text) == [
        "  a          started         number: not built yet", "  a          done in 2.00 s  \(short)",
        "  long-name  not run         it needs 'a'",
      ]
    )
    #expect(lines.map(\.matter) == [.beginning, .outcome, .outcome])
  }

  @Test func `A sweep has one line, when its last point is settled, and each failure has its own`() {
    let lines = lines(
      ToyRun.sweep("s", 4),
      (0, ToyRun.cached("s[n=0]")),
      (5, ToyRun.started("s[n=1]")),
      (6, ToyRun.finished("s[n=1]", in: 1)),
      (6, .failed(stage: "s[n=2]", message: "line one\nline two\u{1b}")),
      (8, .leftOut(stage: "s[n=3]", message: "no"))
    )
    #expect(
      lines.map(\.text) == [
        "error: stage 's[n=2]': line one\n  line two\u{fffd}", "left out: 's[n=3]': no",
        "  s  done in 3.00 s  4 points: 1 computed, 1 cached, 1 left out, 1 failed",
      ]
    )
    #expect(lines.map(\.matter) == [.problem, .problem, .outcome])
  }

  @Test func `No line of a message looks like one of the program's own`() {
    let lines = lines(
      ToyRun.actions("a"),
      (0, ToyRun.started("a")),
      (1, .failed(stage: "a", message: "no\nerror: stage 'b': forged\n\n  b  done in 1 s"))
    )
    #expect(lines.last?.text == "error: stage 'a': no\n  error: stage 'b': forged\n  \n    b  done in 1 s")
  }
}
