import Configuration
import Execution
import Planning
import Reporting
import Testing

@Suite struct StatusLayoutTests {
  private func lines(_ state: RunState, _ width: Int, _ height: Int, at now: Double) -> [String] {
    StatusLayout(width: width, height: height).lines(state, at: now).map(\.plainText)
  }

  private var state: RunState {
    var state = RunState(ToyRun.actions("train", "fit", "figure") + ToyRun.sweep("sweep", 16), places: 4)
    state.apply(
      (0, ToyRun.cached("figure")),
      (0, ToyRun.started("train")),
      (10, ToyRun.started("sweep[n=0]")),
      (10, ToyRun.started("sweep[n=1]")),
      (20, ToyRun.progress("train", 0.25, "step 25 of 100, loss 0.5")),
      (20, ToyRun.finished("sweep[n=0]", in: 10)),
      (20, ToyRun.progress("sweep[n=1]", 0.6, "step 6"))
    )
    return state
  }

  @Test func `Each action at work has a line with bar, message and times, a sweep one for all, and below is the sum`() {
    #expect(
      lines(state, 121, 24, at: 20) == [
        "  train    ━━━━━━──────────────────     25 %  step 25 of 100, loss 0.5  0:20, 1:00 left",
        "  sweep    ━━──────────────────────  1 of 16  1 running                 0:10, 1:30 left",
        "    [n=1]  ━━━━━━━━━━━━━━──────────     60 %  step 6                    0:10, 0:06 left",
        "  2 of 19 done · 1 cached · 2 running · 0:20",
      ]
    )
  }

  @Test func `Points that are over at once, and many at once, have no lines of their own`() {
    #expect(!lines(state, 121, 24, at: 11.5).contains { $0.contains("[n=1]") })
    var many = state
    for number in 2..<7 { many.apply((20, ToyRun.started("sweep[n=\(number)]"))) }
    let rows = lines(many, 121, 24, at: 30)
    #expect(rows.count == 3)
    #expect(rows[1].contains("6 running"))
  }

  @Test(arguments: [121, 100, 80, 72, 60, 48, 40, 30, 20, 10, 5, 2, 1])
  func `No line is wider than the window less one column, and there are fewer than it has`(width: Int) {
    var wide = RunState(
      ToyRun.actions("长い名前のステージ", "e\u{301}te\u{301}", "👩‍🔬") + (0..<60).flatMap { ToyRun.actions("s\($0)") },
      places: 63
    )
    for name in ["长い名前のステージ", "e\u{301}te\u{301}", "👩‍🔬"] + (0..<60).map({ "s\($0)" }) {
      wide.apply((0, ToyRun.started(name)), (1, ToyRun.progress(name, 0.5, "損失 0.5, sharpness 🎉 1")))
    }
    for height in [1, 2, 3, 4, 10, 24, 100] {
      let drawn = StatusLayout(width: width, height: height).lines(wide, at: 100)
      #expect(drawn.allSatisfy { $0.columns <= max(1, width - 1) }, "\(drawn.map(\.plainText))")
      #expect((1...max(1, height - 1)).contains(drawn.count))
      // Nothing is hidden unsaid.
      if height > 2, width > 20 { #expect(drawn.count == 64 || drawn[drawn.count - 2].plainText.contains("more")) }
      #expect(width < 20 || drawn.last?.plainText.hasPrefix("  0 of 63 do") == true)
    }
  }

  @Test func `What a stage says cannot drive the terminal`() {
    var state = RunState(ToyRun.actions("a"), places: 1)
    state.apply((0, ToyRun.started("a")), (1, ToyRun.progress("a", 0.5, "one\ntwo\u{1b}[2J\u{9b}3\u{7f}")))
    let text = lines(state, 100, 10, at: 1).joined()
    #expect(text.contains("one\u{fffd}two\u{fffd}[2J\u{fffd}3"))
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) })
  }

  @Test func `Stopping, waiting and failures stand in the sum`() {
    var state = RunState(ToyRun.actions("a", "b", "c"), places: 1)
    state.apply((0, .failed(stage: "a", message: "no")), (0, .waiting(stage: "b", holder: nil)))
    #expect(
      lines(state, 100, 10, at: 3725).last
        == "  1 of 3 done · 1 failed or not run · 1 computed by another run · 1:02:05"
    )
    state.isStopping = true
    #expect(lines(state, 100, 10, at: 1).last?.hasPrefix("  stopping; Ctrl-C again stops at once · 1 of 3 ") == true)
  }

  @Test func `Colours add codes and nothing else`() {
    let drawn = StatusLayout(width: 100, height: 24).lines(state, at: 20)
    for line in drawn {
      #expect(line.colouredText.replacing(/\u{1b}\[[0-9]*m/, with: "") == line.plainText)
    }
    #expect(drawn[0].colouredText.contains("\u{1b}[36m━"))
  }

  @Test(arguments: [(0, "0:00"), (7.9, "0:07"), (754, "12:34"), (3723, "1:02:03"), (-1, "0:00"), (1e300, "1000:00:00")])
  func `A clock shows whole seconds`(seconds: Double, text: String) {
    #expect(StatusLayout.clock(seconds) == text)
  }
}

@Suite struct ColumnsTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("한글", 4), ("ｆｕｌｌ", 8), ("ﾊﾝ", 2), ("👍", 2), ("👩‍🔬", 2),
    ("🇨🇭", 2), ("☀\u{fe0f}", 2), ("☀", 1), ("η·λ ≥ 2", 7), ("\u{200b}", 0),
  ])
  func `Wide characters take two columns, marks none`(text: String, columns: Int) {
    #expect(text.columns == columns)
  }

  @Test func `A text is cut between characters, with an ellipsis`() {
    #expect("abcdef".cut(to: 6) == "abcdef")
    #expect("abcdef".cut(to: 5) == "abcd…")
    #expect("漢字漢字".cut(to: 6) == "漢字…")
    #expect("abc".cut(to: 1) == "…")
    #expect("abc".cut(to: 0) == "")
    #expect("漢".padded(to: 4) == "漢  ")
  }
}
