import Configuration
import SystemPackage
import TestSupport
import Testing

/// What a run keeps in `artifacts/runs/`, and what `pipeline run --json` writes.
@Suite struct RunFolderTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
  }

  private var folders: [String] {
    Set(experiment.folder.files(below: "artifacts/runs").map { $0.split(separator: "/")[2] }).sorted().map(String.init)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try readBytes(experiment.folder.path.appending("artifacts/runs/\(name)")), as: UTF8.self)
  }

  private func members(_ line: some StringProtocol) throws -> [String: JSONValue] {
    guard case .object(let members) = try JSONValue(reading: String(line), name: "line") else { return [:] }
    return members
  }

  private func events(_ text: String) throws -> [String] {
    try text.split(separator: "\n").map { line in
      guard case .string(let name)? = try members(line)["event"] else { return "" }
      return name
    }
  }

  @Test func `A run keeps its log, its events, the pipeline and its results`() async throws {
    let outcome = try await experiment.run("run", "small", "--jobs", "1", "--update-lock", "--set", "rate=1.2")
    // There is no lock with values set by hand.
    #expect(outcome.status == 2)
    #expect(folders.isEmpty)
    let run = try await experiment.run("run", "small", "--jobs", "1", "--update-lock")
    #expect(run.status == 0)
    let folder = try #require(folders.first)
    #expect(folder.wholeMatch(of: /[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-small/) != nil)
    #expect(
      experiment.folder.files(below: "artifacts/runs/\(folder)").map { $0.split(separator: "/").last }
        == ["events.jsonl", "log.txt", "pipeline.yaml", "resolved.json", "results.lock"]
    )
    #expect(try text("\(folder)/log.txt") == run.output)
    let lock = try readBytes(experiment.folder.path.appending("artifacts/locks/small.lock"))
    #expect(try text("\(folder)/results.lock") == String(decoding: lock, as: UTF8.self))
    let file = try readBytes(experiment.folder.path.appending("pipelines/small.yaml"))
    #expect(try text("\(folder)/pipeline.yaml") == String(decoding: file, as: UTF8.self))
    guard case .array(let actions)? = try members(text("\(folder)/resolved.json"))["actions"] else {
      Issue.record("no actions")
      return
    }
    #expect(actions.count == 3)
    let names = try events(text("\(folder)/events.jsonl"))
    #expect(names.first == "begin")
    #expect(names.last == "end")
    #expect(names.count { $0 == "started" } == 3)
    #expect(names.count { $0 == "finished" } == 3)
  }

  @Test func `A run with nothing to do writes no folder, and one with a part to do lists what was cached`() async throws
  {
    _ = try await experiment.run("run", "small")
    _ = try await experiment.run("run", "small")
    #expect(folders.count == 1)
    _ = try await experiment.run("run", "small", "--profile", "long")
    #expect(folders.count == 2)
    let part = try #require(folders.last)
    #expect(part.hasSuffix("Z-small.long"))
    #expect(try events(text("\(part)/events.jsonl")).count { $0 == "cached" } == 1)
    #expect(try text("\(part)/log.txt").contains("  points  cached  "))
  }

  @Test func `JSON events are those of the folder, and nothing else is on standard output`() async throws {
    let outcome = try await experiment.run("run", "small", "--json")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let folder = try #require(folders.first)
    #expect(try text("\(folder)/events.jsonl") == outcome.output)
    for line in outcome.output.split(separator: "\n") {
      let event = try members(line)
      guard case .string(let time)? = event["time"] else {
        Issue.record("no time: \(line)")
        continue
      }
      #expect(time.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z/) != nil)
    }
    let again = try await experiment.run("run", "small", "--json")
    #expect(try events(again.output) == ["begin", "cached", "cached", "cached", "message", "end"])
    let last = try members(try #require(again.output.split(separator: "\n").last))
    #expect(last["exit"] == .number(0))
    #expect(last["cached"] == .number(3))
    #expect(last["computed"] == .number(0))
    let document = FilePath(#filePath).removingLastComponent().appending("../../Documentation/run-events.md")
    let words = String(decoding: try readBytes(document), as: UTF8.self)
    for member in last.keys { #expect(words.contains("`\(member)`"), "\(member)") }
  }

  @Test func `Failures go to standard error and to the events, and the last event has the exit code`()
    async throws
  {
    // A file in the place of every folder that an object could go to.
    for shard in 0..<256 {
      try experiment.folder.write("", to: "store/objects/" + (shard < 16 ? "0" : "") + String(shard, radix: 16))
    }
    let failed = try await experiment.run("run", "small", "--json", "--store", "store", "--keep-going")
    #expect(failed.status == 1)
    #expect(failed.errors.contains("error: stage 'points': cannot create the folder store/objects/"))
    #expect(try events(failed.output).contains("failed"))
    #expect(try events(failed.output).contains("unreachable"))
    let last = try members(try #require(failed.output.split(separator: "\n").last))
    #expect(last["exit"] == .number(1))
    #expect(last["failed"] == .number(2))
    #expect(last["unreachable"] == .number(1))

    let wrong = try await experiment.run("run", "smal", "--json")
    #expect(wrong.status == 2)
    #expect(wrong.errors.hasPrefix("error: there is no pipeline file 'smal'"))
    #expect(try events(wrong.output) == ["end"])
    #expect(try members(wrong.output)["exit"] == .number(2))

    let locked = try await experiment.run("run", "small", "--json", "--locked")
    #expect(locked.status == 3)
    #expect(locked.errors.contains("there is no lock"))
    #expect(try members(try #require(locked.output.split(separator: "\n").last))["exit"] == .number(3))
  }

  @Test func `A run that is killed leaves its log so far, and the next one has its own folder`() async throws {
    // Twenty that are done soon, then one that is not.
    let diagram = { (count: Int, steps: Int, target: Int) in
      "kind: uv/phase-diagram, with: { learning_rate: { from: 0.1, to: 2, count: \(count) }, steps: \(steps), "
        + "model: { kappa: 1, target: \(target) } }"
    }
    let stages = (1...20).map { "  s\($0): { \(diagram(40, 60_000, $0)) }" }
    let pipeline = (["pipeline: many", "stages:"] + stages).joined(separator: "\n")
    try experiment.folder.write(pipeline + "\n  last: { \(diagram(1000, 10_000_000, 2)) }\n", to: "many.yaml")
    let killed = try await experiment.pipeline.run(
      ["run", "many", "--jobs", "2"],
      in: experiment.folder.path,
      sending: 9,
      toGroup: false,
      onceOutputHas: "last  started"
    )
    #expect(killed.status == -9)
    let first = try #require(folders.first)
    let log = try text("\(first)/log.txt")
    #expect(log.hasPrefix("many\n  s1    started"))
    #expect(
      killed.output.hasPrefix(
        log.split(separator: "\n", omittingEmptySubsequences: false).dropLast().joined(separator: "\n")
      )
    )
    // Only the last line may be torn.
    let lines = try text("\(first)/events.jsonl").split(separator: "\n")
    #expect(lines.count > 3)
    for line in lines.dropLast() { #expect(try members(line)["event"] != nil) }
    #expect(!experiment.folder.files().contains { $0.hasSuffix("results.lock") })
    let compared = try await experiment.run("diff", first, first)
    #expect(compared.status == 2)
    #expect(compared.errors.contains("has no results.lock"))
    try experiment.folder.write(pipeline, to: "many.yaml")
    #expect(try await experiment.run("run", "many", "--quiet", "--force", "s1").status == 0)
    #expect(folders.count == 2)
    #expect(folders.first == first)
  }

  @Test func `Runs at the same moment have folders of their own`() async throws {
    let codes = try await withThrowingTaskGroup { group in
      for _ in 0..<3 {
        group.addTask { try await experiment.run("run", "small", "--force", "--quiet").status }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes == [0, 0, 0])
    #expect(folders.count == 3)
  }

  @Test func `A folder that cannot be written is reported, the run goes on, and the exit code is 1`() async throws {
    try experiment.folder.write("", to: "artifacts/runs")
    let outcome = try await experiment.run("run", "small", "--quiet")
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: this run has no log: cannot create the folder artifacts/runs"))
    #expect(experiment.folder.files(below: "artifacts/actions").count == 3)
  }
}
