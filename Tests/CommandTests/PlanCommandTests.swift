import Configuration
import Store
import SystemPackage
import TestSupport
import Testing

/// `pipeline plan`: what a run would do, and why.
@Suite struct PlanCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    try folder.write(
      """
      pipeline: toy
      parameters: { starts: 10 }
      stages:
        points:
          kind: uv/fixed-points
          matrix: { seed: { range: 3 } }
          with: { learning_rate: 0.1, seed: "${{ matrix.seed }}", starts: "${{ parameters.starts }}" }
        mean: { kind: statistics, inputs: { data: points }, with: { over: [seed] } }
      """,
      to: "toy.yaml"
    )
  }

  private func plan(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(["plan", "toy.yaml"] + arguments, in: folder.path)
  }

  @Test func `Before the first run everything is to be built`() async throws {
    #expect(
      try await plan()
        == .init(
          output: """
            toy: 3 to run, 0 cached, 1 that may follow
              points  run      3 points: not built yet  (toy.yaml:4:3)
              mean    follows  points; not run if that comes out as it was

            """,
          errors: "",
          status: 0
        )
    )
  }

  @Test func `What a training needs of memory is stated before it runs, also if there is enough`() async throws {
    try folder.write(
      """
      pipeline: toy
      stages:
        data: { kind: data/synthetic, with: { examples: 10, dimension: 100 } }
        train: { kind: train, inputs: { data: data }, with: { width: 8, depth: 2, learning_rate: [1], steps: 1 } }
      """,
      to: "toy.yaml"
    )
    let lines = try await plan().output.split(separator: "\n")
    #expect(lines.contains { $0.contains(/train .*; needs about 4[0-9](\.[0-9])? MiB of memory/) })
    #expect(lines.contains { $0.contains("data ") && !$0.contains("memory") })
    let json = try await plan("--json").output
    #expect(json.contains("\"memory\":{\"bytes\":4") && json.contains(" Lanczos vectors of "))
  }

  @Test func `After a run there is nothing to do, and a change is shown with its old and new value`() async throws {
    #expect(try await pipeline.run(["run", "toy.yaml", "--quiet"], in: folder.path).status == 0)
    #expect(try await plan().output == "toy: nothing to do, 4 actions up to date\n")
    try folder.write(
      String(decoding: try readBytes(folder.path.appending("toy.yaml")), as: UTF8.self)
        .replacing("starts: 10", with: "starts: 20"),
      to: "toy.yaml"
    )
    let outcome = try await plan()
    #expect(outcome.output.contains("points  run      3 points: starts was 10 and is 20 (toy.yaml:2:23)\n"))
    let json = try JSONValue(reading: try await plan("--json").output, name: "plan")
    guard case .object(let members) = json else {
      Issue.record("no object")
      return
    }
    #expect(members["runs"] == .number(3))
    #expect(members["follows"] == .number(1))
    #expect(try await plan("--json").output.contains("\"location\":\"toy.yaml:2:23\""))
    let set = try await plan("--set", "starts=30")
    #expect(set.output.contains("points  run      3 points: not built yet  (toy.yaml:4:3)\n"))
    #expect(try await pipeline.run(["run", "toy.yaml", "--quiet", "--set", "starts=30"], in: folder.path).status == 0)
    let again = try await plan("--set", "starts=40")
    #expect(again.output.contains("points  run      3 points: starts was 30 and is 40 (--set starts)\n"))
  }

  @Test func `Changed code is shown by the names of its parts`() async throws {
    #expect(try await pipeline.run(["run", "toy.yaml", "--quiet"], in: folder.path).status == 0)
    let code = folder.files(below: "artifacts/code")
    #expect(code.count == 2)
    // What an older program would have left: records of other fingerprints, and of what they were made.
    let records = folder.files(below: "artifacts/actions")
    for (index, name) in code.enumerated() {
      let old = String(repeating: "\(index)", count: 32)
      let new = try #require(FilePath(name).stem)
      let parts = String(decoding: try readBytes(folder.path.appending(name)), as: UTF8.self)
      let other = parts.replacing(/"Dynamics":"[0-9a-f]+"/, with: "\"Dynamics\":\"0\"")
      try folder.write(other.replacing(/"Stages\/Statistics":"[0-9a-f]+"/, with: ""), to: "artifacts/code/\(old).json")
      for record in records {
        let text = String(decoding: try readBytes(folder.path.appending(record)), as: UTF8.self)
        try folder.write(text.replacing(new, with: old), to: record)
      }
    }
    // The keys that were known are of other code now.
    for record in records {
      let stem = try #require(FilePath(record).stem)
      let other = String(stem.reversed())
      let text = String(decoding: try readBytes(folder.path.appending(record)), as: UTF8.self)
      try folder.write(text.replacing(stem, with: other), to: "artifacts/actions/\(other.prefix(2))/\(other).json")
      #expect(FileSystem.remove(folder.path.appending(record)) == nil)
    }
    let latest = "artifacts/latest/toy.json"
    let keys = String(decoding: try readBytes(folder.path.appending(latest)), as: UTF8.self)
    try folder.write(
      keys.replacing(/[0-9a-f]{64}/) { String($0.output.reversed()) },
      to: latest
    )
    let outcome = try await plan()
    #expect(
      outcome.output.contains("points  run      3 points: the code of Dynamics changed  (toy.yaml:4:3)\n"),
      "\(outcome)"
    )
  }
}
