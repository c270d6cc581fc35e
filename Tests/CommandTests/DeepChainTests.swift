import Artifacts
import Configuration
import Planning
import Store
import SystemPackage
import TestSupport
import Testing

/// Results behind thousands of stages, each made from the one before.
@Suite struct DeepChainTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  /// Writes the records of a chain, and returns the key of its last action.
  private func chain(_ length: Int, inputsEach: Int = 1) throws -> String {
    let store = try ArtifactStore(at: folder.path.appending("artifacts"))
    var addresses: [ContentDigest] = []
    var key = ""
    for number in 0..<length {
      var record = ActionRecord()
      record.kind = "arrays"
      record.parameters = ["seed": .integer(number)]
      record.code = "c0de"
      for (index, address) in addresses.suffix(inputsEach).enumerated() { record.inputs["p\(index)"] = .one(address) }
      record.key =
        Action.key(
          kind: record.kind,
          parameters: record.parameters,
          inputs: .object(record.inputs.mapValues(\.json)),
          code: record.code
        ).description
      record.artifact.address = ContentDigest(of: "artifact \(number)").description
      record.artifact.file = record.artifact.address
      try store.write(record, isDurable: false)
      addresses.append(ContentDigest(of: "artifact \(number)"))
      key = record.key
    }
    return key
  }

  @Test(arguments: [1, 3])
  func `A chain of thousands of actions is traced, each once, in a text that grows as the chain does`(inputsEach: Int)
    async throws
  {
    let length = 6_000
    let outcome = try await pipeline.run(["trace", try chain(length, inputsEach: inputsEach)], in: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let facts = outcome.output.split(separator: "\n").filter { $0.contains("action ") && $0.contains("result ") }
    #expect(facts.count >= length)
    #expect(Set(facts.compactMap { $0.split(separator: "action ").last?.prefix(12) }).count >= length)
    #expect(outcome.output.utf8.count < length * 1_500, "\(outcome.output.utf8.count) bytes")
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count < 300 })
  }

  @Test func `A short chain is indented level by level`() async throws {
    let outcome = try await pipeline.run(["trace", try chain(3)], in: folder.path)
    let tree = outcome.output.split(separator: "\n").filter { $0.contains("arrays") }.prefix(3)
    #expect(tree.map { String($0) } == ["arrays", "└─ p0: arrays", "   └─ p0: arrays"])
  }
}
