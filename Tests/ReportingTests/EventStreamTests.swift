import Execution
import Reporting
import Store
import Synchronization
import Testing
import Toys

/// A reader of events that does not keep up.
@Suite struct EventStreamTests {
  private let outbox = Outbox("test")

  private final class Written: Sendable {
    let text = Mutex("")
  }

  /// Keeps the outbox from writing until the returned value is set.
  private func stall() -> Flag {
    let flag = Flag()
    outbox.run { while !flag.isSet.load(ordering: .acquiring) {} }
    return flag
  }

  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  private func names(_ written: Written) -> [String] {
    written.text.withLock { text in
      text.split(separator: "\n").compactMap { $0.split(separator: "\"event\":\"").last?.prefix { $0 != "\"" } }.map(
        String.init
      )
    }
  }

  @Test func `A stalled reader loses progress but no result, and an event says how much it lost`() async throws {
    let written = Written()
    var stream = EventStream(outbox, limit: 2000) { text in written.text.withLock { $0 += text } }
    let stalled = stall()
    for _ in 0..<50 {
      stream.add(.run(ToyRun.progress("a", 0.5, "x")), at: .now)
      stream.add(.run(ToyRun.finished("a", in: 1)), at: .now)
      stream.flush()
    }
    #expect(names(written).isEmpty)
    stalled.isSet.store(true, ordering: .releasing)
    #expect(await outbox.drain())
    stream.flush()
    #expect(await outbox.drain())
    let names = names(written)
    #expect(names.count { $0 == "finished" } == 50)
    let kept = names.count { $0 == "progress" }
    #expect(kept > 0 && kept < 20)
    #expect(names.last == "omitted")
    #expect(written.text.withLock { $0.contains("\"progress\":\(50 - kept),\"output\":0}") })
  }

  @Test func `A reader that keeps up gets every event`() async throws {
    let written = Written()
    var stream = EventStream(outbox, limit: 2000) { text in written.text.withLock { $0 += text } }
    for _ in 0..<100 {
      stream.add(.run(ToyRun.progress("a", 0.5, "x")), at: .now)
      stream.flush()
      #expect(await outbox.drain())
    }
    #expect(names(written) == [String](repeating: "progress", count: 100))
  }

  @Test func `An outbox that stalls is not waited for longer than asked`() async throws {
    let stalled = stall()
    #expect(await !outbox.drain(within: .milliseconds(20)))
    stalled.isSet.store(true, ordering: .releasing)
    #expect(await outbox.drain())
  }
}
