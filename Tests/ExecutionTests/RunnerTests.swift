import Artifacts
import Configuration
import Execution
import Planning
import Store
import SystemPackage
import TestSupport
import Testing
import Toys

/// Runs of toy pipelines through real worker processes.
@Suite struct RunnerTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let log = EventLog()

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  private func runner(workers: Int, in store: ArtifactStore? = nil) throws -> Runner {
    let store = store ?? self.store
    return Runner(
      store: store,
      executable: try Program(built: "ToyWorker").path,
      workerArguments: [store.root.string],
      workers: workers,
      cores: workers
    )
  }

  @discardableResult
  private func run(_ text: String, workers: Int = 2, force: Bool = false) async throws -> RunSummary {
    log.clear()
    let pipeline = try toyPipeline(text)
    var options = RunOptions()
    options.keepsGoing = true
    if force { options.forced = Set(pipeline.actions.map(\.name)) }
    return try await runner(workers: workers).run(pipeline, options) { log.add($0) }
  }

  private func value(_ stage: String, of summary: RunSummary) throws -> Int? {
    let key = try #require(summary.keys[stage])
    let record = try #require(try store.record(for: key))
    let address = try #require(ContentDigest(record.artifact.address))
    return toyValue(try store.artifact(at: address))
  }

  private let sums = """
    pipeline: toy
    stages:
      a: { kind: number, with: { value: 20 } }
      b: { kind: number, with: { value: 22 } }
      total: { kind: sum, inputs: { x: a, y: b } }
      tenth: { kind: quotient, inputs: { of: total } }
      all: { kind: sum, inputs: { x: total, y: tenth, z: a } }
    """

  @Test func `A pipeline is computed, and a second run computes nothing`() async throws {
    let first = try await run(sums)
    #expect(first.isComplete)
    #expect(first.computed == ["a", "b", "total", "tenth", "all"])
    #expect(try value("total", of: first) == 42)
    #expect(try value("all", of: first) == 66)
    #expect(log.started["total"] == .neverBuilt)

    let second = try await run(sums)
    #expect(second.isComplete)
    #expect(second.computed == [])
    #expect(second.cached == 5)
    #expect(second.keys == first.keys)
    #expect(log.started == [:])
    #expect(Set(log.cached) == first.computed)
  }

  @Test func `One worker and two give the same addresses in two stores`() async throws {
    let one = try await run(sums, workers: 1)
    let other = try ArtifactStore(at: folder.path.appending("another/place"))
    let two = try await runner(workers: 2, in: other).run(try toyPipeline(sums)) { _ in }
    #expect(one.keys == two.keys)
    for key in one.keys.values {
      #expect(try store.record(for: key)?.artifact == other.record(for: key)?.artifact)
      #expect(try store.record(for: key) != nil)
    }
    #expect(folder.files(below: "artifacts/objects").count == folder.files(below: "another/place/objects").count)
  }

  @Test func `Only what a change reaches is run, and an equal result stops it`() async throws {
    try await run(sums)
    // 23 changes the total, but not its tenth: what is below that is known.
    let summary = try await run(sums.replacing("22", with: "23"))
    #expect(summary.computed == ["b", "total", "tenth", "all"])
    let text = """
      pipeline: toy
      stages:
        a: { kind: number, with: { value: VALUE } }
        tenth: { kind: quotient, inputs: { of: a } }
        end: { kind: sum, inputs: { x: tenth } }
      """
    try await run(text.replacing("VALUE", with: "41"))
    let again = try await run(text.replacing("VALUE", with: "42"))
    #expect(again.computed == ["a", "tenth"])
    #expect(log.cached == ["end"])
    // A parameter that does not change the result: nothing below runs.
    let noted = try await run(text.replacing("VALUE", with: "42, note: x"))
    #expect(noted.computed == ["a"])
  }

  @Test func `The record says where a result came from, and the artifact does not`() async throws {
    let summary = try await run(sums, workers: 1)
    let key = try #require(summary.keys["tenth"])
    let record = try #require(try store.record(for: key))
    let total = try #require(summary.keys["total"])
    let input = try #require(try store.record(for: total).flatMap { ContentDigest($0.artifact.address) })
    #expect(record.kind == "quotient")
    #expect(record.parameters == ["divisor": .number(10)])
    #expect(record.code == "toys")
    #expect(record.inputs == ["of": .one(input)])
    guard case .object(let statement) = record.provenance else {
      Issue.record("no statement")
      return
    }
    #expect(statement["pipeline"] == "toy")
    #expect(statement["stage"] == "tenth")
    #expect(statement["program"] == "toy 1")
    #expect(Set(statement.keys).isSuperset(of: ["started", "seconds", "threads", "machine"]))
    let address = try #require(ContentDigest(record.artifact.address))
    #expect(try store.artifact(at: address).attributes.keys.sorted() == ["kind", "title"])
  }

  @Test func `A forced run computes everything and says so`() async throws {
    let first = try await run(sums)
    let forced = try await run(sums, force: true)
    #expect(forced.computed.count == 5)
    #expect(forced.keys == first.keys)
    #expect(log.started["all"] == .forced)
  }

  @Test func `A lost object is made again, and nothing else`() async throws {
    let summary = try await run(sums)
    let key = try #require(summary.keys["total"])
    let record = try #require(try store.record(for: key))
    FileSystem.remove(store.path(of: record.artifact))
    let again = try await run(sums)
    #expect(again.computed == ["total"])
    #expect(log.started["total"] == .objectMissing(address: record.artifact.address))
  }

  @Test func `A failure is reported with its message; stages that need it are not run, and others are`() async throws {
    let summary = try await run(
      """
      pipeline: toy
      stages:
        bad: { kind: misbehave, with: { way: fail } }
        below: { kind: sum, inputs: { x: bad } }
        far: { kind: sum, inputs: { x: below, y: good } }
        good: { kind: number, with: { value: 1 } }
      """
    )
    #expect(!summary.isComplete)
    #expect(summary.computed == ["good"])
    #expect(summary.failed == 1)
    #expect(summary.unreachable == 2)
    #expect(log.failed == ["bad": "line one\nline two \u{2028} \u{85} \u{7f} with everything"])
    #expect(log.unreachable == ["below": "bad", "far": "bad"])
  }

  @Test(arguments: [
    ("signal, number: 10", "was ended by signal 10 (User defined signal 1); it was last about to die"),
    ("signal, number: 9", "was ended by signal 9 (Killed; was memory short?); it was last about to die"),
    ("exit, number: 3", "exited with code 3"),
    ("exit, number: 0", "exited with code 0"),
  ])
  func `A worker that dies fails its stage and not the run`(way: String, message: String) async throws {
    let text = """
      pipeline: toy
      stages:
        first: { kind: number, with: { value: 1 } }
        bad: { kind: misbehave, with: { way: \(way) }, inputs: { x: first } }
        later: { kind: quotient, with: { divisor: 1 }, inputs: { of: first } }
        last: { kind: sum, inputs: { x: later } }
      """
    for workers in [1, 2] {
      let summary = try await run(text, workers: workers, force: true)
      #expect(log.failed == ["bad": "the worker process \(message)"])
      #expect(summary.computed == ["first", "later", "last"])
    }
    #expect(try FileSystem.contents(of: store.root.appending("scratch")).count <= 2)
    // The dead worker's folder goes with the next run.
    try await run(sums)
    #expect(try FileSystem.contents(of: store.root.appending("scratch")) == [])
    #expect(try FileSystem.contents(of: store.root.appending("leases")) == [])
  }

  @Test func `What a stage prints, and absurd progress, do not disturb the run`() async throws {
    let summary = try await run(
      """
      pipeline: toy
      stages:
        prints: { kind: misbehave, with: { way: print, number: 1 } }
        reports: { kind: misbehave, with: { way: progress, number: 2 }, inputs: { x: prints } }
      """,
      workers: 1
    )
    #expect(summary.isComplete)
    #expect(try value("prints", of: summary) == 1)
    #expect(log.progress.allSatisfy { 0...1 ~= $0 })
    #expect(log.progress.contains(0.5))
  }

  @Test func `A worker program that cannot be started ends the run with the reason`() async throws {
    let programs = [("/nonexistent", "\"/nonexistent\" is not found"), ("/bin/false", "exited with code 1")]
    for (executable, reason) in programs {
      let runner = Runner(
        store: store,
        executable: FilePath(executable),
        workerArguments: [],
        workers: 2,
        cores: 2
      )
      let summary = await runner.run(try toyPipeline(sums)) { log.add($0) }
      guard case .noWorkers(let message) = summary.stopped else {
        Issue.record("the run went on: \(summary)")
        continue
      }
      #expect(message.contains(reason), "\(message)")
      #expect(!summary.isComplete)
      #expect(summary.failed == 0)
    }
  }

  @Test func `A run that is cancelled stops its workers at once and goes on later`() async throws {
    let text = """
      pipeline: toy
      stages:
        quick: { kind: number, with: { value: 1 } }
        slow: { kind: misbehave, with: { way: sleep, number: SECONDS }, inputs: { x: quick } }
        below: { kind: sum, inputs: { x: slow } }
      """
    let pipeline = try toyPipeline(text.replacing("SECONDS", with: "7200"))
    let runner = try runner(workers: 2)
    let clock = ContinuousClock()
    let work = Task { await runner.run(pipeline) { log.add($0) } }
    while log.started["slow"] == nil || log.progress.max() ?? 0 < 0.5 { try await Task.sleep(for: .milliseconds(5)) }
    let cancelled = clock.now
    work.cancel()
    let summary = await work.value
    // The stage alone would have slept for two hours.
    #expect(cancelled.duration(to: clock.now) < .seconds(1800))
    #expect(summary.stopped == .interrupted)
    #expect(summary.computed == ["quick"])
    #expect(summary.failed == 0)
    #expect(log.failed == [:])
    #expect(try FileSystem.contents(of: store.root.appending("scratch")) == [])
    #expect(folder.files().filter { $0.hasSuffix(".tmp") } == [])
    let again = try await run(text.replacing("SECONDS", with: "0"))
    #expect(again.isComplete)
    #expect(log.cached == ["quick"])
  }

  @Test func `A stage may not name a file outside its folder`() async throws {
    try await run("pipeline: toy\nstages:\n  a: { kind: drawing, with: { name: ../../evil.txt, text: x } }\n")
    #expect(log.failed["a"]?.contains("files under plain names") == true, "\(log.failed)")
  }
}
