import Configuration
import Planning
import Stages
import Testing

/// The estimate of the memory that a training takes.
@Suite struct MemoryEstimateTests {
  private func pipeline(width: Int, depth: Int = 4, more: String = "") throws -> Pipeline {
    let text = """
      pipeline: p
      stages:
        data: { kind: data/synthetic, with: { examples: 100, dimension: 3000 } }
        train:
          kind: train
          inputs: { data: data }
          with: { width: \(width), depth: \(depth), learning_rate: [1], steps: 10, keep: [0] }
        look: { kind: sharpness, inputs: { run: train, data: data } }
        links:
          kind: train/continuation
          inputs: { data: data }
          with: { width: \(width), depth: \(depth), learning_rate: [1] }
      """
    let root = try YAMLParser.parse(Array(text.utf8), name: "p.yaml")
    return try Pipeline(root, choices: .init(), kinds: .all)
  }

  @Test func `A network that is too large is refused with what it takes, what there is, and where it is written`()
    throws
  {
    let pipeline = try pipeline(width: 16_384)
    let error = #expect(throws: Diagnostics.self) { try pipeline.check(memory: ByteCount(bytes: 24 << 30)) }
    let text = error?.description ?? ""
    #expect(text.contains("'train' needs about "))
    #expect(text.contains("34 Lanczos vectors of 4."))
    #expect(text.contains("this machine has 24 GiB"))
    #expect(text.contains("p.yaml:4:"))
    #expect(text.contains("'look' needs about ") && text.contains("'links' needs about "))
    try pipeline.check(memory: ByteCount(bytes: 1 << 40))
    // What is cached is not run, and is not refused.
    try pipeline.check(memory: ByteCount(bytes: 24 << 30)) { _ in false }
  }

  @Test func `An estimate has the vectors of every search and grows with the network`() throws {
    let small = try pipeline(width: 512)
    let bytes: [String: Int] = small.actions.reduce(into: [:]) { $0[$1.name] = $1.memory?.bytes.bytes }
    // 3000 x 512 + 2 x 512^2 + 512 x 2 parameters, of 8 bytes in 34 vectors and of 4 in the network.
    let vector = 8 * (3000 * 512 + 2 * 512 * 512 + 512 * 2)
    let train = try #require(bytes["train"])
    #expect(train > 34 * vector && train < 54 * vector)
    #expect(bytes["data"] == nil)
    #expect(small.actions.first?.memory == nil)
  }

  /// The bytes of a training at some rates, on some threads.
  private func bytes(rates: Int, threads: Int, width: Int = 256, more: (inout Train) -> Void = { _ in }) throws -> Int {
    var train = Train()
    (train.width, train.steps) = (width, 10)
    train.learningRates.values = (1...rates).map { Double($0) }
    more(&train)
    let data = InputKnowledge(
      stage: "data",
      kind: "data/synthetic",
      outputs: nil,
      lengths: ["example": 100, "feature": 3000, "output": 10]
    )
    return try #require(train.memory(["data": data], threads: threads)).bytes.bytes
  }

  @Test func `Learning rates that train at the same time need memory each, and those that wait need none`() throws {
    // 3000 x 256 + 2 x 256^2 + 256 x 10 parameters: 34 vectors, and gradients, sums and a checkpoint.
    let vector = 8 * (3000 * 256 + 2 * 256 * 256 + 256 * 10)
    let one = try bytes(rates: 1, threads: 2)
    let two = try bytes(rates: 2, threads: 2)
    #expect(two - one > 36 * vector && two - one < 57 * vector)
    // The third waits for a thread.
    #expect(abs(try bytes(rates: 3, threads: 2) - two) < vector / 10)
    #expect(try bytes(rates: 3, threads: 3) - two > 36 * vector)
    #expect(abs(try bytes(rates: 3, threads: 1) - bytes(rates: 1, threads: 1)) < vector / 10)
    // Each thread has room to multiply matrices.
    #expect(try bytes(rates: 1, threads: 4) > one)
  }

  @Test func `Parameters that are kept and losses of many steps count`() throws {
    let vector = 8 * (3000 * 256 + 2 * 256 * 256 + 256 * 10)
    let one = try bytes(rates: 1, threads: 1)
    let kept = try bytes(rates: 1, threads: 1) { $0.keep.every = 1 }
    #expect(kept - one >= 11 * vector)
    #expect(try bytes(rates: 1, threads: 1) { $0.steps = 10_000_000 } - one >= 160_000_000 - 1_000)
    let narrow = try bytes(rates: 1, threads: 1, width: 64)
    #expect(try bytes(rates: 1, threads: 1, width: 64) { $0.momentum = 0.9 } > narrow)
    // What nobody can count is more than there is, and no trap.
    let many = try bytes(rates: 3, threads: 3, width: 16_384) {
      ($0.depth, $0.steps, $0.keep.every) = (64, 1_000_000, 1)
    }
    #expect(many >= 1 << 59)
  }
}
