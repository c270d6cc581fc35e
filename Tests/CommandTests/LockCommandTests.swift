import SystemPackage
import TestSupport
import Testing

/// Locks, and runs of a part of a pipeline, as a user asks for them.
@Suite struct LockCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  private func run(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(["run", "points"] + arguments, in: folder.path)
  }

  private let text = """
    pipeline: points
    parameters: { y: 2 }
    profiles: { quick: { y: 3 } }
    stages:
      one: { kind: uv/fixed-points, with: { model: { kappa: 1, target: "${{ parameters.y }}" }, learning_rate: { values: [0.8] } } }
      two: { kind: uv/fixed-points, with: { model: { kappa: 1, target: 3 }, learning_rate: { values: [1.1] } } }
      spectrum: { kind: statistics, inputs: { data: two }, with: { over: [fixed_point] } }
    """

  private func plain(_ text: String) -> String {
    text.replacing(/[0-9a-f]{12}/, with: "DIGEST")
  }

  @Test func `A lock says which results are expected, and every difference is named`() async throws {
    try folder.write(text, to: "pipelines/points.yaml")
    let lock = "artifacts/locks/points.lock"
    let none = try await run("--locked")
    #expect(none.status == 3)
    #expect(none.errors == "error: there is no lock \(lock); --update-lock makes it\n")
    #expect(try await run("--update-lock").output.hasSuffix("the lock \(lock) has 3 actions now\n"))
    let bytes = try readBytes(folder.path.appending(lock))
    #expect(try await run("--update-lock").output.hasSuffix("the lock \(lock) stays as it is\n"))
    #expect(try readBytes(folder.path.appending(lock)) == bytes)
    #expect(try await run("--locked").status == 0)
    // Another store, the same results.
    #expect(try await run("--locked", "--store", "elsewhere").status == 0)

    // One result changes, one action is new, one is gone, and one is made by another key.
    let changed =
      text.replacing("y: 2", with: "y: 2.5").replacing("  spectrum:", with: "  statistics:")
      .replacing("values: [1.1]", with: "from: 1.1, to: 1.1, count: 1")
    try folder.write(changed, to: "pipelines/points.yaml")
    let outcome = try await run("--locked")
    #expect(outcome.status == 3)
    #expect(
      plain(outcome.errors) == """
        error: the results are not those of \(lock):
          one: its result is DIGEST, and the lock has DIGEST
          spectrum: the lock has it, and the pipeline has no result of it
          statistics: the lock does not have it
          two: its key is DIGEST, and the lock has DIGEST; the result is the same
        --update-lock accepts them

        """
    )
    #expect(try readBytes(folder.path.appending(lock)) == bytes)
    // A part of the pipeline is compared with its part of the lock, and changes no more of it.
    #expect(try await run("--locked", "--only", "one").status == 3)
    #expect(try await run("--update-lock", "--only", "one").output.hasSuffix("has 4 actions now\n") == false)
    #expect(try await run("--locked", "--only", "one").status == 0)
    #expect(try await run("--locked").status == 3)
    #expect(try await run("--update-lock").status == 0)
    #expect(try await run("--locked").status == 0)
  }

  @Test func `A profile has a lock of its own, and other values have none`() async throws {
    try folder.write(text, to: "pipelines/points.yaml")
    #expect(try await run("--update-lock").status == 0)
    #expect(try await run("--profile", "quick", "--locked").status == 3)
    #expect(try await run("--profile", "quick", "--update-lock").status == 0)
    #expect(try await run("--profile", "quick", "--locked").status == 0)
    #expect(
      folder.files(below: "artifacts/locks") == ["artifacts/locks/points.lock", "artifacts/locks/points.quick.lock"]
    )
    let outcome = try await run("--set", "y=3", "--locked")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("a run with --set has no lock; a profile has"))
    try folder.write("<<<<<<< HEAD\n", to: "artifacts/locks/points.lock")
    #expect(try await run("--locked").status == 2)
  }

  @Test func `Stages are chosen by name, and a missing one is reported with the nearest`() async throws {
    try folder.write(text, to: "pipelines/points.yaml")
    let until = try await run("--until", "spectrum")
    #expect(until.status == 0)
    #expect(until.output.contains("2 stages: 2 computed, 0 cached"))
    let only = try await run("--only", "one", "--only", "two")
    #expect(only.output.contains("2 stages: 1 computed, 1 cached"))
    #expect(try await run("--force", "two").output.contains("3 stages: 1 computed, 2 cached"))
    #expect(try await run("--force=two", "--only", "two").output.contains("1 stages: 1 computed, 0 cached"))
    #expect(try await run("--force").output.contains("3 stages: 3 computed, 0 cached"))
    for option in ["--only", "--until", "--force"] {
      let outcome = try await run(option, "spectrm")
      #expect(outcome.status == 2)
      #expect(
        outcome.errors == """
          error: \(option): there is no stage 'spectrm'
                = did you mean 'spectrum'?
                = stages: one, two, spectrum

          """
      )
    }
    #expect(try await run("--only", "one", "--until", "two").status == 2)
  }

  @Test func `A run that ends after a failure says what it left, and one that goes on does not`() async throws {
    let failing = """

        table:
          kind: table
          inputs: { points: one }
          with: { heading: x, rows: points/fixed_point, each: learning_rate, columns: [{ title: T, value: points/trace }] }
        wrong: { kind: spectrum, inputs: { series: table }, with: { variable: nothing } }
        last: { kind: statistics, inputs: { data: spectrum }, with: { over: [learning_rate] } }
      """
    try folder.write(text + failing, to: "pipelines/points.yaml")
    let going = try await run("--keep-going", "--jobs", "1", "--store", "a")
    #expect(going.status == 1)
    #expect(going.output.contains("6 stages: 5 computed, 0 cached, 1 failed in"), "\(going)")
    let ending = try await run("--jobs", "1", "--store", "b")
    #expect(ending.status == 1)
    #expect(ending.output.contains("1 failed"))
  }
}
