import Configuration
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

  @Test func `After a run there is nothing to do, and a change is told with old and new value`() async throws {
    #expect(try await pipeline.run(["run", "toy.yaml", "--quiet"], in: folder.path).status == 0)
    #expect(try await plan().output == "toy: nothing to do, 4 actions up to date\n")
    try folder.write(
      String(decoding: try readBytes(folder.path.appending("toy.yaml")), as: UTF8.self)
        .replacing("starts: 10", with: "starts: 20"),
      to: "toy.yaml"
    )
    let outcome = try await plan()
    #expect(outcome.output.contains("points  run      3 points: starts was 10 and is 20  (toy.yaml:4:3)\n"))
    let json = try JSONValue(reading: try await plan("--json").output, name: "plan")
    guard case .object(let members) = json else {
      Issue.record("no object")
      return
    }
    #expect(members["runs"] == .number(3))
    #expect(members["follows"] == .number(1))
  }
}
