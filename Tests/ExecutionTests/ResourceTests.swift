import Artifacts
import Execution
import Planning
import Store
import SystemPackage
import TestSupport
import Testing
import Toys

/// The limits of actions, and the end of those that exceed them.
@Suite struct ResourceTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let log = EventLog()

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path)
  }

  private func run(_ stages: String, workers: Int = 4, cores: Int = 4, memory: Int? = nil) async throws -> RunSummary {
    var options = RunOptions()
    options.keepsGoing = true
    let runner = Runner(
      store: store,
      executable: try Program(built: "ToyWorker").path,
      workerArguments: [store.root.string],
      workers: workers,
      cores: cores,
      memory: memory
    )
    return try await runner.run(toyPipeline("pipeline: toy\nstages:\n\(stages)"), options) { log.add($0) }
  }

  private func sleepers(_ resources: String) -> String {
    """
      s:
        kind: misbehave
        matrix: { i: { range: 4 } }
        with: { way: sleep, number: 0, text: "${{ matrix.i }}" }
        resources: \(resources)
    """
  }

  @Test func `A stage that runs for longer than its limit is stopped, and the run goes on`() async throws {
    let summary = try await run(
      """
        slow: { kind: misbehave, with: { way: sleep, number: 60 }, resources: { time: 0.2 s } }
        quick: { kind: number, with: { value: 1 } }
      """
    )
    #expect(log.failed == ["slow": "stopped: it ran for longer than the 0.2 s of its 'resources'"])
    #expect(summary.computed == ["quick"])
  }

  @Test func `A stage that uses more memory than its limit is stopped, and the run goes on`() async throws {
    let summary = try await run(
      """
        hoard: { kind: misbehave, with: { way: hoard, number: 300 }, resources: { memory: 200 MiB } }
        frugal: { kind: misbehave, with: { way: sleep, number: 1 }, resources: { memory: 200 MiB } }
      """
    )
    let message = try #require(log.failed["hoard"])
    #expect(message.hasPrefix("stopped: it used "))
    #expect(message.hasSuffix(" of memory, and its 'resources' allow 200 MiB"))
    #expect(summary.computed == ["frugal"])
  }

  /// Four actions that end only once `count` of them are at work at the same time.
  private func meetings(_ resources: String, _ count: Int) -> String {
    """
      s:
        kind: misbehave
        matrix: { i: { range: 4 } }
        with: { way: meet, number: \(count), text: "\(folder.path)/${{ matrix.i }}" }
        resources: \(resources)
    """
  }

  @Test(arguments: [
    ("{ memory: 4 GiB }", 1), ("{ memory: 2 GiB }", 2), ("{ cores: 4 }", 1), ("{ cores: 3 }", 1), ("{ cores: 2 }", 2),
    // One that asks for more than there is runs, alone.
    ("{ cores: 64 }", 1), ("{ memory: 64 GiB }", 1),
  ])
  func `As many run at once as the machine has room for, and no more`(resources: String, most: Int) async throws {
    let summary = try await run(meetings(resources, most), memory: 4 << 30)
    #expect(summary.isComplete)
    #expect(log.mostAtOnce == most)
  }

  @Test func `Resources are no part of a key`() async throws {
    let first = try await run(sleepers("{ cores: 1, memory: 1 GiB, time: 1 h }"))
    let second = try await run(sleepers("{}"))
    #expect(first.computed.count == 4)
    #expect(second.computed == [])
    #expect(first.keys == second.keys)
  }

  @Test func `The output of a stage is an event, and its failure has the last lines`() async throws {
    let lines = (1...50).map { "line \($0)" }.joined(separator: "\\n")
    _ = try await run(
      """
        fine: { kind: misbehave, with: { way: print, text: "all is well" } }
        bad: { kind: misbehave, with: { way: complain, text: "\(lines)" }, inputs: { after: fine } }
        silent: { kind: number, with: { value: 3 } }
      """,
      workers: 1
    )
    #expect(log.output["fine"]?.hasSuffix("all is well\n") == true)
    #expect(log.output["bad"]?.contains("line 1\n") == true)
    #expect(log.output["bad"]?.contains("all is well") == false)
    #expect(log.output["silent"] == nil)
    let expected = ["no more to say", "it printed:"] + (31...50).map { "    line \($0)" }
    #expect(log.failed == ["bad": expected.joined(separator: "\n")])
    #expect(folder.files(below: "scratch") == [])
  }

  @Test(arguments: [
    ("{ memory: 200 }", "an amount has a unit, such as 512 MiB or 4 GB"),
    ("{ time: 30 }", "a time has a unit, such as 90 s, 30 min or 12 h"),
    ("{ time: 0 s }", "a time has a unit, such as 90 s, 30 min or 12 h"),
    ("{ cores: 0 }", "'cores' is '0', and must be between 1 and 4096"),
    ("{ core: 1 }", "did you mean 'cores'?"),
  ])
  func `A mistake in resources is reported at its place`(resources: String, message: String) throws {
    let stage = "pipeline: toy\nstages:\n  a: { kind: number, with: { value: 1 }, resources: \(resources) }\n"
    let error = try #require(throws: (any Error).self) { try toyPipeline(stage) }
    #expect("\(error)".contains("toy.yaml:3:"))
    #expect("\(error)".contains(message))
  }
}
