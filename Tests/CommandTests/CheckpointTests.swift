import SystemPackage
import TestSupport
import Testing

/// Trainings that go on from where others were, through the built program.
@Suite struct CheckpointTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

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

  /// Runs to the end, and tells the address of the training's result.
  @discardableResult
  private func run(_ arguments: String...) async throws -> String { try await run(arguments) }

  private func run(_ arguments: [String]) async throws -> String {
    let outcome = try await pipeline.run(["run", "long", "--json"] + arguments, in: folder.path)
    #expect(outcome.status == 0, "\(outcome)")
    let ends = outcome.output.split(separator: "\n").filter { $0.contains(#""action":"train""#) }
    return String(try #require(ends.last?.firstMatch(of: /"address":"([0-9a-f]{64})"/)?.1))
  }

  /// The steps from which the runs of the latest record were computed, as it says them.
  private func resumed(_ store: String) throws -> [Int] {
    let records = try folder.files(below: "\(store)/actions").map {
      String(decoding: try readBytes(folder.path.appending($0)), as: UTF8.self)
    }
    return records.flatMap { $0.matches(of: /"from_step":([0-9]+)/).compactMap { Int($0.1) } }
  }

  private func checkpoints(_ store: String) -> [String] { folder.files(below: "\(store)/scratch/checkpoints") }

  @Test(arguments: [0, 0.4])
  func `A training that is killed goes on from its last checkpoint, to the same bits`(moment: Double) async throws {
    let steps = ["--set", "steps=6000"]
    let whole = try await run(steps + ["--store", "whole"])
    let killed = try await pipeline.run(
      ["run", "long", "--json", "--store", "killed"] + steps,
      in: folder.path,
      sending: 9,
      toGroup: true
    ) { output in
      let fractions = output.matches(of: /"fraction":([0-9.]+)/).compactMap { Double($0.1) }
      return fractions.contains { $0 > moment } && !checkpoints("killed").isEmpty
    }
    #expect(killed.status == -9)
    #expect(!checkpoints("killed").isEmpty)
    #expect(try await run(steps + ["--store", "killed"]) == whole)
    #expect(try resumed("killed").contains { $0 > 0 })
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
