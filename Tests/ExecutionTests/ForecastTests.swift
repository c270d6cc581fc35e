import Artifacts
import Configuration
import Execution
import Planning
import Store
import SystemPackage
import TestSupport
import Testing
import Toys

@Suite struct ForecastTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let name = RunName("toy")

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  private func run(_ text: String) async throws {
    let worker = try Program(built: "ToyWorker").path
    let runner = Runner(store: store, executable: worker, workerArguments: [store.root.string], workers: 1, cores: 1)
    var options = RunOptions()
    options.name = name
    let summary = await runner.run(try toyPipeline(text), options) { _ in }
    #expect(summary.isComplete)
  }

  private func forecast(_ text: String) throws -> [String: Forecast.Outlook] {
    let forecast = Forecast(
      try toyPipeline(text),
      store: store,
      latest: LatestRun(of: name.description, in: store)
    )
    return Dictionary(uniqueKeysWithValues: forecast.entries.map { ($0.action.name, $0.outlook) })
  }

  private let text = """
    pipeline: toy
    stages:
      a: { kind: number, with: { value: 40 } }
      b: { kind: quotient, with: { divisor: 4 }, inputs: { of: a } }
      c: { kind: sum, inputs: { x: b } }
    """

  @Test func `What was never run is to be run, and what needs it follows`() throws {
    #expect(try forecast(text) == ["a": .runs(.neverBuilt), "b": .follows(["a"]), "c": .follows(["b"])])
  }

  @Test func `What is known is cached, with its address`() async throws {
    try await run(text)
    let outlooks = try forecast(text)
    #expect(outlooks.values.allSatisfy { if case .cached = $0 { true } else { false } })
    let whole = Forecast(try toyPipeline(text), store: store, latest: LatestRun(of: "toy", in: store))
    #expect(whole.expectedSeconds == 0)
  }

  @Test func `A changed parameter is shown with its old and new value`() async throws {
    try await run(text)
    let changed = text.replacing("divisor: 4", with: "divisor: 5")
    let change = RunReason.Change.parameter(path: "divisor", old: .number(4), new: .number(5))
    let outlooks = try forecast(changed)
    #expect(outlooks["b"] == .runs(.changed([change])))
    #expect(outlooks["c"] == .follows(["b"]))
    #expect(change.description == "divisor was 4 and is 5")
  }

  @Test func `A changed input is shown with its old and new address`() async throws {
    try await run(text)
    let old = try forecast(text)
    let withoutLast = text.split(separator: "\n").dropLast().joined(separator: "\n")
    try await run(withoutLast.replacing("value: 40", with: "value: 80"))
    guard case .cached(let before) = old["b"],
      case .runs(.changed(let changes)) = try forecast(
        text.replacing("value: 40", with: "value: 80")
      )["c"]
    else {
      Issue.record("no change was shown")
      return
    }
    guard case .input("x", let from, let to) = changes.first else {
      Issue.record("\(changes)")
      return
    }
    #expect(changes.count == 1)
    #expect(from == before.short)
    #expect(to != from)
  }

  @Test func `A missing object is a reason to run`() async throws {
    try await run(text)
    guard case .cached(let address) = try forecast(text)["a"] else {
      Issue.record("not cached")
      return
    }
    FileSystem.remove(store.path(of: address))
    #expect(try forecast(text)["a"] == .runs(.objectMissing(address: address.description)))
  }

  @Test func `Differences of parameters are found by their paths`() {
    let old: JSONValue = ["a": ["b": .array([.number(1), .number(2)])], "gone": "x"]
    let new: JSONValue = ["a": ["b": .array([.number(1), .number(3)])], "come": .boolean(true)]
    #expect(
      RunReason.Change.parameters(from: old, to: new).map(\.description) == [
        "a.b[1] was 2 and is 3", "come was not given and is true", "gone was \"x\" and is not given",
      ]
    )
  }
}
