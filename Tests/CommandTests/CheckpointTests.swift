import SystemPackage
import TestSupport
import Testing

/// Trainings that go on from where others were, through the built program.
///
/// They keep a checkpoint every hundred steps, however long these take: by the clock a fast machine would keep none.
@Suite struct CheckpointTests {
  private let folder: TemporaryFolder
  private let pipeline: Program
  private let environment = Program(at: "/usr/bin/env")

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    try folder.write(
      """
      pipeline: long
      parameters: { steps: 3000, rates: [0.5, 1] }
      stages:
        data: { kind: data/synthetic, with: { examples: 128, dimension: 64, classes: 4 } }
        train:
          kind: train
          inputs: { data: data }
          with:
            depth: 3
            width: 128
            momentum: 0.3
            learning_rate: ${{ parameters.rates }}
            steps: ${{ parameters.steps }}
            probes: { every: 25 }
            keep: [0, 1000, 5000]
      """,
      to: "long.yaml"
    )
  }

  /// Runs to the end and returns the address of the training's result.
  @discardableResult
  private func run(_ arguments: String...) async throws -> String { try await run(arguments) }

  private func run(_ arguments: [String]) async throws -> String {
    let outcome = try await environment.run(words(arguments), in: folder.path)
    #expect(outcome.status == 0, "\(outcome)")
    let ends = outcome.output.split(separator: "\n").filter { $0.contains(#""action":"train""#) }
    return String(try #require(ends.last?.firstMatch(of: /"address":"([0-9a-f]{64})"/)?.1))
  }

  private func words(_ arguments: [String]) -> [String] {
    ["PIPELINE_CHECKPOINT_STEPS=100", pipeline.path.string, "run", "long", "--json"] + arguments
  }

  /// The steps from which the runs of the latest record were computed, as it says them.
  private func resumed(_ store: String) throws -> [Int] {
    let records = try folder.files(below: "\(store)/actions").map {
      String(decoding: try readBytes(folder.path.appending($0)), as: UTF8.self)
    }
    return records.flatMap { $0.matches(of: /"from_step":([0-9]+)/).compactMap { Int($0.1) } }
  }

  private func checkpoints(_ store: String) -> [String] { folder.files(below: "\(store)/scratch/checkpoints") }

  /// How many steps the checkpoints of a store have, from their names.
  private func kept(_ store: String) -> [Int] {
    checkpoints(store).compactMap { $0.split(separator: "/").last?.split(separator: "-").first.flatMap { Int($0) } }
  }

  @Test(arguments: [1, 1500])
  func `A training that is killed goes on from its last checkpoint, to the same bits`(least: Int) async throws {
    // So many steps that no machine is done before the kill.
    let killed = try await environment.run(
      words(["--store", "killed", "--set", "steps=1000000"]),
      in: folder.path,
      sending: 9,
      toGroup: true
    ) { _ in kept("killed").max() ?? 0 >= least }
    #expect(killed.status == -9)
    let reached = kept("killed")
    #expect(reached.allSatisfy { $0 % 100 == 0 })
    let steps = ["--set", "steps=\(try #require(reached.max()) + 250)"]
    let continued = try await run(steps + ["--store", "killed"])
    // A kill between the keeping of one and the removal of the one before leaves both.
    let from = try resumed("killed")
    #expect(Set(from).isSubset(of: reached))
    #expect(from.max() == reached.max())
    #expect(try await run(steps + ["--store", "whole"]) == continued)
    #expect(try resumed("whole") == [])
  }

  @Test func `More steps go on from the longest run, fewer are read off it, and another rate is trained alone`()
    async throws
  {
    let rates = "rates=[0.5, 0.7, 1]"
    try await run("--set", "steps=2000")
    try await run("--set", "steps=3000")
    #expect(try resumed("artifacts") == [2000, 2000])
    let fewer = try await run("--set", "steps=900")
    #expect(try resumed("artifacts").sorted() == [900, 900, 2000, 2000])
    let more = try await run("--set", "steps=3000", "--set", rates)
    #expect(try resumed("artifacts").sorted() == [900, 900, 2000, 2000, 3000, 3000])
    // From the beginning, in stores of their own.
    #expect(try await run("--store", "one", "--set", "steps=3000", "--set", rates) == more)
    #expect(try await run("--store", "two", "--set", "steps=900") == fewer)
    #expect(try resumed("one") == [] && resumed("two") == [])
  }

  @Test func `A damaged checkpoint is as good as none, and --force goes on from none`() async throws {
    try await run("--set", "steps=2000")
    for file in checkpoints("artifacts") {
      var bytes = try readBytes(folder.path.appending(file))
      bytes[bytes.count / 2] ^= 1
      try folder.write(bytes, to: file)
    }
    let first = try await run()
    #expect(try resumed("artifacts") == [])
    #expect(checkpoints("artifacts").count == 2)
    #expect(try await run("--force", "train") == first)
    #expect(try resumed("artifacts") == [])
  }

  @Test func `gc removes old checkpoints`() async throws {
    try await run("--set", "steps=2000")
    #expect(checkpoints("artifacts").count == 2)
    let kept = try await pipeline.run(["gc", "--keep", "long"], in: folder.path)
    #expect(kept.status == 0, "\(kept)")
    #expect(checkpoints("artifacts").count == 2)
    let removed = try await pipeline.run(["gc", "--keep", "long", "--older-than", "0s"], in: folder.path)
    #expect(removed.output.contains("old checkpoints: 2 files"), "\(removed)")
    #expect(folder.files(below: "artifacts/scratch") == [])
  }
}
