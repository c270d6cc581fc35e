import Artifacts
import Configuration
import Execution
import Planning
import Store
import SystemPackage
import TestSupport
import Testing
import Toys
import Verification

/// Recorded toy results, made again by real worker processes.
@Suite struct VerifierTests {
  private let folder: TemporaryFolder
  private let origin: ArtifactStore
  private let empty: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    origin = try ArtifactStore(at: folder.path.appending("artifacts"))
    empty = try ArtifactStore(at: folder.path.appending("again"))
  }

  private func runner(in store: ArtifactStore) throws -> Runner {
    Runner(
      store: store,
      executable: try Program(built: "ToyWorker").path,
      workerArguments: [store.root.string],
      workers: 2,
      cores: 2
    )
  }

  private func record(_ pipeline: Pipeline) async throws {
    var options = RunOptions()
    options.keepsGoing = true
    options.name = RunName("toy")
    _ = try await runner(in: origin).run(pipeline, options) { _ in }
  }

  private func graph(_ pipeline: Pipeline) -> RecordedGraph {
    RecordedGraph(pipeline, as: RunName("toy"), in: origin, code: [:])
  }

  private func verify(_ graph: RecordedGraph, _ chosen: Set<String>? = nil) async throws -> [VerifiedAction] {
    let verifier = Verifier(
      in: empty,
      runner: try runner(in: empty),
      executable: try Program(built: "pipeline").path,
      arguments: ["comparison-worker"]
    )
    let chosen = VerifiedChoice(drawn: chosen)
    let (summary, failures) = await verifier.run(graph, chosen: chosen, threads: nil) { _ in }
    return await verifier.compare(graph, chosen: chosen, summary, failures: failures)
  }

  private func words(_ actions: [VerifiedAction]) -> [String: Agreement] {
    Dictionary(uniqueKeysWithValues: actions.map { ($0.recorded.action.name, $0.agreement) })
  }

  private let sums = """
    pipeline: toy
    stages:
      a: { kind: number, with: { value: 20 } }
      b: { kind: number, with: { value: 22 } }
      total: { kind: sum, inputs: { x: a, y: b } }
      tenth: { kind: quotient, inputs: { of: total } }
    """

  /// Puts another result in the place of a recorded one, as if it had come out so.
  private func forge(_ name: String, _ value: Int64, in pipeline: Pipeline) throws {
    var record = try #require(graph(pipeline).actions.first { $0.action.name == name }?.record)
    var artifact = try origin.artifact(at: try #require(ContentDigest(record.artifact.address)))
    let variable = try #require(artifact["value"])
    var other = try Variable(.int64([value]))
    other.attributes = variable.attributes
    var copy = Artifact(attributes: artifact.attributes)
    try copy.add(other, as: "value")
    artifact = copy
    record.artifact = try origin.store(artifact, scratch: folder.path)
    try origin.write(record)
  }

  @Test func `All is identical where nothing has changed`() async throws {
    let pipeline = try toyPipeline(sums)
    try await record(pipeline)
    let actions = try await verify(graph(pipeline))
    #expect(actions.map(\.recorded.action.name) == ["a", "b", "total", "tenth"])
    #expect(actions.allSatisfy { $0.agreement == .identical })
  }

  @Test func `What follows a difference is made from the recorded input, and so is compared with its like`()
    async throws
  {
    let pipeline = try toyPipeline(sums)
    try await record(pipeline)
    // The records behind it follow from the forged one.
    try forge("a", 30, in: pipeline)
    try await record(pipeline)
    let actions = try await verify(graph(pipeline))
    #expect(words(actions) == ["a": .different, "b": .identical, "total": .identical, "tenth": .identical])
    #expect(actions.first?.details.first == "first: recorded 30, now 20")
    let total = try #require(actions[2].remade)
    let address = try #require(ContentDigest(total.artifact.address))
    #expect(toyValue(try empty.artifact(at: address)) == 52)
  }

  @Test func `What is not drawn is not made, and what needs it is given what is recorded`() async throws {
    let pipeline = try toyPipeline(sums)
    try await record(pipeline)
    let graph = graph(pipeline)
    let key = try #require(graph.actions.first { $0.action.name == "tenth" }?.record?.key)
    let actions = try await verify(graph, [key])
    #expect(words(actions) == ["tenth": .identical])
    #expect(try empty.keys().map(\.description) == [key])
  }

  @Test func `An input that differs and whose recorded object is gone leaves those who need it not comparable`()
    async throws
  {
    let pipeline = try toyPipeline(sums)
    try await record(pipeline)
    try forge("a", 30, in: pipeline)
    try await record(pipeline)
    let recorded = try #require(graph(pipeline).actions.first?.record)
    FileSystem.remove(origin.path(of: recorded.artifact))
    let actions = try await verify(graph(pipeline))
    #expect(words(actions) == ["a": .different, "b": .identical, "total": .notComparable, "tenth": .identical])
    #expect(actions[0].reason == "it has another address, and the recorded result is not here to be compared")
    #expect(actions[2].reason.hasPrefix("its input 'x' cannot be had: the recorded object "), "\(actions[2].reason)")
  }

  @Test func `A damaged recorded object is reported as such and left in place`() async throws {
    let pipeline = try toyPipeline(sums)
    try await record(pipeline)
    try forge("a", 30, in: pipeline)
    try await record(pipeline)
    let recorded = try #require(graph(pipeline).actions.first?.record)
    let path = origin.path(of: recorded.artifact)
    var bytes = try readBytes(path)
    bytes[bytes.count / 2] ^= 1
    FileSystem.remove(path)
    try FileSystem.writeAtomically(bytes, to: path)
    let actions = try await verify(graph(pipeline))
    #expect(actions[0].agreement == .different)
    #expect(actions[2].agreement == .notComparable)
    #expect(actions[2].reason.contains("is damaged: its bytes are not those of its record"), "\(actions[2].reason)")
    #expect(try readBytes(path) == bytes)
  }

  @Test func `A point that a sweep goes without is listed as such, and the stack is made without it`() async throws {
    let pipeline = try toyPipeline(
      """
      pipeline: toy
      stages:
        points:
          kind: misbehave
          matrix: { way: [progress, fail] }
          on_failure: skip
          with: { way: "${{ matrix.way }}", number: 5 }
        all: { kind: stacked, inputs: { of: points } }
      """
    )
    try await record(pipeline)
    let graph = graph(pipeline)
    #expect(graph.leftOut == ["points[way=fail]"])
    let actions = try await verify(graph)
    #expect(actions.map(\.recorded.action.name) == ["points[way=progress]", "all"])
    #expect(actions.allSatisfy { $0.agreement == .identical }, "\(actions.map(\.reason))")
  }

  @Test func `A stage that fails now, by itself or with its process, is not comparable, and the rest goes on`()
    async throws
  {
    let text = """
      pipeline: toy
      stages:
        a: { kind: misbehave, with: { way: progress, number: 3 } }
        b: { kind: sum, inputs: { x: a } }
      """
    let good = try toyPipeline(text)
    try await record(good)
    let whole = graph(good)
    for way in ["fail", "signal"] {
      // The same records, of a program that fails today.
      let bad = try toyPipeline(text.replacing("way: progress, number: 3", with: "way: \(way), number: 9"))
      var broken = whole
      broken.actions[0] = RecordedAction(bad.actions[0], try #require(whole.actions[0].record), origin, code: [:])
      let actions = try await verify(broken)
      #expect(words(actions) == ["a": .notComparable, "b": .identical])
      #expect(!actions[0].reason.isEmpty)
      FileSystem.emptyFolder(empty.root.appending("actions"))
    }
  }

  @Test func `Results of another version of the code are found, and compared`() async throws {
    let pipeline = try toyPipeline(sums)
    try await record(pipeline)
    let kinds = StageKinds(StageKinds.toys.all, fingerprints: ["Toys/ToyKinds.swift": "newer"])
    let root = try YAMLParser.parse(Array(sums.utf8), name: "toy.yaml")
    let newer = try Pipeline(root, choices: .init(), kinds: kinds)
    let graph = graph(newer)
    #expect(graph.actions.allSatisfy { $0.codeChange == "made by another version of the code" && $0.lack == nil })
    let actions = try await verify(graph)
    #expect(actions.allSatisfy { $0.agreement == .identical })
    #expect(actions.allSatisfy { $0.remade?.code == "newer" })
  }

  @Test func `Of other parameters nothing is recorded, and the reason says what changed`() async throws {
    try await record(try toyPipeline(sums))
    let changed = graph(try toyPipeline(sums.replacing("value: 22", with: "value: 23")))
    #expect(
      changed.actions.map(\.lack) == [
        nil, "no result is recorded: value was 22 and is 23", "no result is recorded: it needs 'b'",
        "no result is recorded: it needs 'b'",
      ]
    )
    let actions = try await verify(changed)
    #expect(actions.map(\.agreement) == [.identical, .notComparable, .notComparable, .notComparable])
  }
}
