import Artifacts
import Configuration
import Execution
import Planning
import Store
import SystemPackage
import TestSupport
import Testing
import Toys

/// Runs of a part of a pipeline, and of the rest after a failure.
@Suite struct RunOptionsTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let log = EventLog()

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  private let text = """
    pipeline: toy
    stages:
      a: { kind: number, with: { value: 7 } }
      b: { kind: number, matrix: { n: [1, 2] }, with: { value: "${{ matrix.n }}" } }
      c: { kind: sum, inputs: { x: a } }
      d: { kind: sum, inputs: { x: c } }
      e: { kind: number, with: { value: 5 } }
    """

  private func run(
    _ text: String? = nil,
    workers: Int = 1,
    _ change: (inout RunOptions, Pipeline) throws -> Void = { _, _ in }
  ) async throws -> RunSummary {
    log.clear()
    let pipeline = try toyPipeline(text ?? self.text)
    var options = RunOptions()
    try change(&options, pipeline)
    let runner = Runner(
      store: store,
      executable: try Program(built: "ToyWorker").path,
      workerArguments: [store.root.string],
      workers: workers,
      cores: workers
    )
    return await runner.run(pipeline, options) { log.add($0) }
  }

  @Test func `A stage and those that it needs are run, and no others`() async throws {
    let summary = try await run { $0.scope = $1.needed(for: try $1.actions(named: "c", by: "--until")) }
    #expect(summary.isComplete)
    #expect(summary.computed == ["a", "c"])
    #expect(summary.total == 2)
    let sweep = try await run { $0.scope = $1.needed(for: try $1.actions(named: "b", by: "--until")) }
    #expect(sweep.computed == ["b[n=1]", "b[n=2]"])
    let point = try await run { $0.scope = $1.needed(for: try $1.actions(named: "b[n=2]", by: "--until")) }
    #expect(point.total == 1)
    #expect(point.cached == 1)
  }

  @Test func `One stage alone is run on what is known, and fails where nothing is`() async throws {
    func only(_ options: inout RunOptions, _ pipeline: Pipeline) throws {
      let names = try pipeline.actions(named: "d", by: "--only")
      options.computable = names
      options.scope = pipeline.needed(for: names)
    }
    let first = try await run(nil, only)
    #expect(!first.isComplete)
    #expect(first.computed == [])
    #expect(log.failed["a"]?.hasPrefix("its result is not known, and --only leaves it out") == true)
    _ = try await run { $0.scope = $1.needed(for: ["c"]) }
    let second = try await run(nil, only)
    #expect(second.isComplete)
    #expect(second.computed == ["d"])
    #expect(second.cached == 2)
  }

  @Test func `A forced stage is run, and what needs it is not when the result is the same`() async throws {
    _ = try await run()
    let summary = try await run { $0.forced = try $1.actions(named: "c", by: "--force") }
    #expect(summary.computed == ["c"])
    #expect(log.started == ["c": .forced])
  }

  @Test func `A missing stage is reported with the nearest name`() throws {
    let pipeline = try toyPipeline(text.replacing("  c:", with: "  total:").replacing("x: c", with: "x: total"))
    let error = #expect(throws: Diagnostics.self) { try pipeline.actions(named: "totl", by: "--until") }
    #expect(
      error?.description == """
        error: --until: there is no stage 'totl'
              = did you mean 'total'?
              = stages: a, b, total, d, e
        """
    )
  }

  private let failing = """
    pipeline: toy
    stages:
      bad: { kind: misbehave, with: { way: fail } }
      below: { kind: sum, inputs: { x: bad } }
      good: { kind: number, with: { value: 1 } }
      more: { kind: sum, inputs: { x: good } }
    """

  @Test func `A run ends after a failure, once what runs has ended`() async throws {
    let summary = try await run(failing)
    #expect(!summary.isComplete)
    #expect(summary.failed == 1)
    #expect(summary.unreachable == 1)
    #expect(summary.left == 2)
    #expect(summary.computed == [])
    let two = try await run(failing.replacing("value: 1", with: "value: 2"), workers: 2)
    #expect(two.failed == 1)
    #expect(two.computed.isSubset(of: ["good", "more"]))
    #expect(folder.files(below: "artifacts/leases") == [])
  }

  @Test func `A run that is to go on computes what does not need the failed result`() async throws {
    let summary = try await run(failing) { options, _ in options.keepsGoing = true }
    #expect(summary.computed == ["good", "more"])
    #expect(summary.left == 0)
    #expect(summary.unreachable == 1)
  }

  @Test func `A point that a sweep may go without does not end the run`() async throws {
    let summary = try await run(
      """
      pipeline: toy
      stages:
        points: { kind: misbehave, matrix: { n: [1] }, on_failure: skip, with: { way: fail, number: "${{ matrix.n }}" } }
        other: { kind: number, with: { value: 1 } }
      """
    )
    #expect(summary.isComplete)
    #expect(summary.skipped == 1)
    #expect(summary.computed == ["other"])
  }

  @Test func `A changed object is found and made again in the same run`() async throws {
    let first = try await run()
    let key = try #require(first.keys["c"])
    let object = try #require(try store.record(for: key)).artifact
    let path = store.path(of: object)
    var bytes = try readBytes(path)
    bytes[bytes.count / 2] ^= 1
    FileSystem.remove(path)
    try FileSystem.writeAtomically(bytes, to: path)
    let second = try await run()
    #expect(second.isComplete)
    #expect(second.computed == ["c"])
    #expect(log.started == ["c": .objectDamaged(address: object.address)])
    let deep = try await run { options, _ in options.isDeep = true }
    #expect(deep.computed == [])
    #expect(deep.cached == 6)
  }
}
