import SystemPackage
import TestSupport
import Testing

/// `data/cifar10` reads files of the environment, any of which can be missing or wrong.
@Suite struct ImageDataTests {
  private let folder: TemporaryFolder
  private let pipeline: Program
  /// Two black images of class 0.
  private let records = String(repeating: "\0", count: 2 * 3_073)

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  private func write(_ text: String, batches: ClosedRange<Int> = 1...5) throws {
    for batch in batches { try folder.write(text, to: "data/cifar-10-batches-bin/data_batch_\(batch).bin") }
  }

  /// Runs the stage with a digest and PIPELINE_DATA as it is given.
  private func run(sha256: String, data: String) async throws -> Program.Outcome {
    try folder.write(
      """
      pipeline: images
      stages:
        data: { kind: data/cifar10, with: { per_batch: 2, sha256: "\(sha256)" } }
      """,
      to: "images.yaml"
    )
    let command = "PIPELINE_DATA=\(data) exec \(pipeline.path) run images.yaml"
    return try await Program(at: "/bin/sh").run(["-c", command], in: folder.path)
  }

  @Test func `Images with the digest that is asked for are read, and another digest is told`() async throws {
    try write(records)
    let wrong = try await run(sha256: "abc", data: "data")
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("and abc is asked for"), "\(wrong.errors)")
    let found = try #require(wrong.errors.split(separator: "SHA-256 ").last?.prefix(64))
    #expect(try await run(sha256: String(found), data: "data").status == 0)
    // Another image under the same digest is not taken for it.
    try write(String(records.dropLast()) + "\u{1}", batches: 3...3)
    let changed = try await run(sha256: String(found).uppercased(), data: "data")
    #expect(changed.status == 1)
  }

  @Test(arguments: [
    ("data", "", "no CIFAR-10 in PIPELINE_DATA (data)"),
    ("", "", "set PIPELINE_DATA"),
    ("data", String(repeating: "\0", count: 3_000), "has 3000 bytes, which are no whole records of 3073"),
    ("data", String(repeating: "\0", count: 3_073), "has 1 images, and 2 are asked for"),
    ("data", String(repeating: "\u{b}", count: 2 * 3_073), "image 0 has the class 11"),
  ])
  func `What is missing or wrong is said, with what to do`(data: String, text: String, message: String) async throws {
    if !text.isEmpty { try write(text) }
    let outcome = try await run(sha256: "abc", data: data)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test func `A file of the release that is missing is named`() async throws {
    try write(records, batches: 1...4)
    let outcome = try await run(sha256: "abc", data: "data")
    #expect(outcome.errors.contains("data/cifar-10-batches-bin/data_batch_5.bin cannot be read"), "\(outcome.errors)")
  }
}
