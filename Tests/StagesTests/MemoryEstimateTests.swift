import Configuration
import Planning
import Stages
import Testing

/// How much memory a training will take, told before it runs.
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
    #expect(text.contains("26 Lanczos vectors of 4."))
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
    // 3000 x 512 + 2 x 512^2 + 512 x 2 parameters, of 8 bytes in 26 vectors and of 4 in the network.
    let vector = 8 * (3000 * 512 + 2 * 512 * 512 + 512 * 2)
    let train = try #require(bytes["train"])
    #expect(train > 26 * vector && train < 40 * vector)
    #expect(bytes["data"] == nil)
    #expect(small.actions.first?.memory == nil)
  }
}
