import Artifacts
import Execution
import Glibc
import Planning
import Store
import SystemPackage
import TestSupport
import Testing
import Toys

/// Several runs on one store.
@Suite struct SharedStoreTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  private func runner() throws -> Runner {
    Runner(
      store: store,
      executable: try Program(built: "ToyWorker").path,
      workerArguments: [store.root.string],
      workers: 2,
      cores: 2
    )
  }

  /// Forty actions, each of which adds a line to the file `diary` when it is computed.
  private func pipeline(_ name: String) throws -> Pipeline {
    let diary = folder.path.appending("diary").string
    let numbers = (1...39).map(String.init).joined(separator: ", ")
    return try toyPipeline(
      """
      pipeline: \(name)
      stages:
        part: { kind: diary, matrix: { number: [\(numbers)] }, with: { number: "${{ matrix.number }}", path: \(diary) } }
        total: { kind: stacked, inputs: { of: part } }
      """
    )
  }

  private var executions: [Substring] {
    get throws { String(decoding: try readBytes(folder.path.appending("diary")), as: UTF8.self).split(separator: "\n") }
  }

  @Test func `Two runs at once compute each action once, and both have all results`() async throws {
    // Two pipelines of other names with the same actions.
    let runs = try ["one", "two"].map { (try runner(), try pipeline($0)) }
    let summaries = await withTaskGroup { group in
      for (runner, pipeline) in runs { group.addTask { await runner.run(pipeline) { _ in } } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(summaries.allSatisfy { $0.isComplete })
    #expect(summaries[0].addresses == summaries[1].addresses)
    #expect(summaries.map(\.computed.count).reduce(0, +) == 40)
    #expect(try executions.count == 39)
    #expect(try Set(executions).count == 39)
    #expect(try FileSystem.contents(of: store.root.appending("leases")) == [])
  }

  @Test func `Two stages that compute the same thing compute it once`() async throws {
    let diary = folder.path.appending("diary").string
    let stage = "{ kind: diary, with: { number: 1, path: \(diary) } }"
    let log = EventLog()
    let text = "pipeline: toy\nstages:\n  a: \(stage)\n  b: \(stage)\n"
    let summary = await (try runner()).run(try toyPipeline(text)) { log.add($0) }
    #expect(summary.isComplete)
    #expect(summary.computed.count == 1)
    #expect(log.cached.count == 1)
    #expect(try executions == ["1"])
  }

  @Test func `An action that another run gives up is computed by the one that waits`() async throws {
    let pipeline = try toyPipeline("pipeline: toy\nstages:\n  a: { kind: number, with: { value: 1 } }\n")
    let key = try #require(pipeline.actions.first).key([:])
    guard case .granted(let lease) = try store.lease(for: key) else {
      Issue.record("no lease in an empty store")
      return
    }
    let log = EventLog()
    let runner = try runner()
    let work = Task { await runner.run(pipeline) { log.add($0) } }
    while log.waiting.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    #expect(log.waiting == ["a"])
    #expect(log.started == [:])
    lease.release()
    let summary = await work.value
    #expect(summary.computed == ["a"])
  }

  @Test func `A run that waits for another can be stopped`() async throws {
    let pipeline = try toyPipeline("pipeline: toy\nstages:\n  a: { kind: number, with: { value: 1 } }\n")
    let key = try #require(pipeline.actions.first).key([:])
    _ = try store.lease(for: key)
    let log = EventLog()
    let runner = try runner()
    let work = Task { await runner.run(pipeline) { log.add($0) } }
    while log.waiting.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    work.cancel()
    let summary = await work.value
    #expect(summary.stopped == .interrupted)
    #expect(summary.left == 1)
    #expect(folder.files(below: "artifacts/leases").count == 1, "the lease of the other is left alone")
  }
}
