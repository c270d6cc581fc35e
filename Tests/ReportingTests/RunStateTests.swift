import Artifacts
import Configuration
import Execution
import Planning
import Reporting
import Testing

/// The names of a toy run's actions, and its events.
enum ToyRun {
  static let address = ContentDigest(of: "result")

  static func actions(_ names: String...) -> [Action] {
    names.map { Action(name: $0, kind: "number", parameters: [:], inputs: [:], fingerprint: "f", location: nil) }
  }

  static func sweep(_ stage: String, _ count: Int) -> [Action] {
    (0..<count).map { number in
      Action(
        name: "\(stage)[n=\(number)]",
        kind: "number",
        parameters: [:],
        inputs: [:],
        fingerprint: "f",
        location: nil
      )
    }
  }

  static func cached(_ name: String) -> RunEvent { .cached(stage: name, address: address) }
  static func started(_ name: String) -> RunEvent { .started(stage: name, kind: "number", reason: .neverBuilt) }
  static func finished(_ name: String, in seconds: Double) -> RunEvent {
    .finished(stage: name, address: address, seconds: seconds)
  }
  static func progress(_ name: String, _ fraction: Double, _ message: String = "") -> RunEvent {
    .progress(stage: name, StageProgress(fraction, message))
  }
}

extension RunState {
  /// Takes in several events at their moments.
  mutating func apply(_ events: (Double, RunEvent)...) {
    for (moment, event) in events { apply(event, at: moment) }
  }
}

@Suite struct RunStateTests {
  @Test func `An action is at work from its start to its end, and counts once`() throws {
    var state = RunState(ToyRun.actions("a", "b", "c", "d"), places: 2)
    state.apply((0, ToyRun.cached("a")), (1, ToyRun.started("b")), (2, .waiting(stage: "c", holder: nil)))
    #expect(state.working.map(\.action) == ["b"])
    #expect(state.elsewhere == ["c"])
    state.apply((3, ToyRun.progress("b", 0.25, "step 1")))
    let work = try #require(state.working.first)
    #expect(work.fraction == 0.25)
    #expect(work.message == "step 1")
    #expect(work.started == 1)
    state.apply((4, ToyRun.finished("b", in: 3)), (4, ToyRun.cached("c")), (5, .failed(stage: "d", message: "no")))
    #expect(state.working.isEmpty)
    #expect(state.elsewhere.isEmpty)
    #expect(state.count(\.cached) == 2)
    #expect(state.count(\.computed) == 1)
    #expect(state.count(\.failed) == 1)
    #expect(state.count(\.settled) == 4)
  }

  @Test func `A fraction outside 0 to 1 is clamped`() {
    var state = RunState(ToyRun.actions("a"), places: 1)
    state.apply((0, ToyRun.started("a")), (1, ToyRun.progress("a", 7)))
    #expect(state.working.first?.fraction == 1)
    state.apply((2, ToyRun.progress("a", -7)), (2, ToyRun.progress("nobody", 0.5)))
    #expect(state.working.first?.fraction == 0)
  }

  @Test func `The time left follows from the fraction, and before there is one from the past`() throws {
    var state = RunState(ToyRun.actions("a", "b"), places: 2)
    state.apply((10, ToyRun.started("a")), (10, ToyRun.started("b")))
    var work = try #require(state.working.first)
    #expect(state.secondsLeft(of: work, at: 12) == nil)
    state.past = ["a": 8]
    #expect(state.secondsLeft(of: work, at: 12) == 6)
    // Longer than ever: nothing is known.
    #expect(state.secondsLeft(of: work, at: 19) == nil)
    state.apply((20, ToyRun.progress("a", 0.25)))
    work = try #require(state.working.first)
    #expect(state.secondsLeft(of: work, at: 20) == 30)
  }

  @Test func `A sweep's time left follows from what was computed, points at work in part and cached ones not`() {
    var state = RunState(ToyRun.sweep("s", 10), places: 2)
    for number in 0..<4 { state.apply((0, ToyRun.cached("s[n=\(number)]"))) }
    state.past = ["s": 3]
    state.apply((0, ToyRun.started("s[n=4]")), (0, ToyRun.started("s[n=5]")))
    // Six points of 3 s, two at once.
    #expect(state.secondsLeft(ofSweep: "s", at: 1) == 9)
    state.apply((4, ToyRun.finished("s[n=4]", in: 4)), (4, ToyRun.progress("s[n=5]", 0.5)))
    // One and a half of six in 4 s.
    #expect(state.secondsLeft(ofSweep: "s", at: 4) == 12)
  }

  @Test func `The run's time left shares what is ahead among the workers, and is not known if a stage's is not`() {
    var state = RunState(ToyRun.actions("a", "b", "c", "d"), places: 2)
    state.past = ["a": 10, "b": 4, "c": 4]
    state.apply((0, ToyRun.started("a")))
    #expect(state.secondsLeft(at: 2) == nil)
    state.past["d"] = 4
    #expect(state.secondsLeft(at: 2) == 10)
    // The longest is the least.
    state.past = ["a": 100, "b": 1, "c": 1, "d": 1]
    #expect(state.secondsLeft(at: 0) == 100)
  }
}
