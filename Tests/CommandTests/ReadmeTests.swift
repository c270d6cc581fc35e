import Foundation
import SystemPackage
import TestSupport
import Testing

/// What README.md shows is what the program does.
@Suite struct ReadmeTests {
  private let folder: TemporaryFolder
  private let pipeline: Program
  private let text: String

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
    text = try String(contentsOf: readme.standardizedFileURL, encoding: .utf8)
  }

  /// The blocks of code in a language; "" for none.
  private func blocks(_ language: String) -> [String] {
    let parts = text.components(separatedBy: "```")
    return stride(from: 1, to: parts.count, by: 2).compactMap { index in
      let lines = parts[index].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return lines.count == 2 && lines[0] == language ? String(lines[1]) : nil
    }
  }

  @Test func `The pipeline that is explained runs and draws its figure`() async throws {
    try folder.write(try #require(blocks("yaml").first), to: "my-fig.yaml")
    let outcome = try await pipeline.run(["run", "my-fig.yaml"], in: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(folder.files(below: "artifacts/figures/my-fig").contains("artifacts/figures/my-fig/my-fig.png"))
  }

  @Test func `The mistake in the README is reported in the words shown there`() async throws {
    let mistaken = try #require(blocks("yaml").first).replacing("cases:", with: "case:", maxReplacements: 1)
    try folder.write(mistaken, to: "my-fig.yaml")
    let outcome = try await pipeline.run(["check", "my-fig.yaml"], in: folder.path)
    #expect(outcome.status == 2)
    #expect(blocks("").contains(outcome.errors))
  }

  @Test func `The program that is shown is a stage, once its file is there`() async throws {
    let stage = try #require(blocks("yaml").first { $0.contains("kind: command") })
    try folder.write("pipeline: own\n" + stage, to: "own.yaml")
    let without = try await pipeline.run(["check", "own.yaml"], in: folder.path)
    #expect(without.errors.contains("there is no file 'scripts/spectrum.py' in the project"))
    try folder.write("", to: "scripts/spectrum.py")
    let outcome = try await pipeline.run(["check", "own.yaml"], in: folder.path)
    #expect(outcome.output.contains("spectrum (command) <- runs"), "\(outcome.errors)")
    #expect(outcome.status == 0)
  }

  @Test func `The claims that are shown are claims`() async throws {
    let claims = try #require(blocks("yaml").first { $0.hasPrefix("claims:") })
    let stages = """
      pipeline: claimed
      stages:
        orbit: { kind: uv/bifurcation }
        data: { kind: data/synthetic }
        train: { kind: train, inputs: { data: data }, with: { learning_rate: [1, 2] } }

      """
    try folder.write(stages + claims, to: "claimed.yaml")
    let outcome = try await pipeline.run(["check", "claimed.yaml"], in: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func `The sweep that is shown is a pipeline`() async throws {
    let sweep = try #require(blocks("yaml").dropFirst().first)
    try folder.write("pipeline: sweep\n" + sweep, to: "sweep.yaml")
    let outcome = try await pipeline.run(["check", "sweep.yaml"], in: folder.path)
    #expect(outcome.output.contains("runs (uv/trajectories, 24 points)"), "\(outcome.errors)")
    #expect(outcome.status == 0)
  }
}
