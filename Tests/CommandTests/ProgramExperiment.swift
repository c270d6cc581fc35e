import Configuration
import Foundation
import SystemPackage
import TestSupport
import Testing

/// A folder for pipelines with programs of the user's own.
struct ProgramExperiment {
  let folder: TemporaryFolder
  let pipeline: Program
  private let env = Program(at: "/usr/bin/env")

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  func run(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(arguments, in: folder.path)
  }

  /// Writes a pipeline `test` with one stage.
  func writeStage(_ with: String) throws {
    let lines = with.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
    try folder.write("pipeline: test\nstages:\n  one:\n    kind: command\n    with:\n\(lines)\n", to: "test.yaml")
  }

  /// Runs a pipeline with one stage, in an environment with these changes.
  func runStage(_ with: String, variables: [String] = []) async throws -> Program.Outcome {
    try writeStage(with)
    return try await env.run(variables + [pipeline.path.string, "run", "test"], in: folder.path)
  }

  func text(_ file: String) throws -> String {
    String(decoding: try readBytes(folder.path.appending(file)), as: UTF8.self)
  }

  /// The record of a stage.
  func record(of stage: String, in name: String) throws -> [String: JSONValue] {
    guard case .object(let keys) = try JSONValue(reading: text("artifacts/latest/\(name).json"), name: "latest"),
      case .string(let key)? = keys[stage],
      case .object(let record) = try JSONValue(
        reading: text("artifacts/actions/\(key.prefix(2))/\(key).json"),
        name: "record"
      )
    else { throw Errno.noSuchFileOrDirectory }
    return record
  }

  /// The bytes of a file that belongs to the result of a stage.
  func keptFile(of stage: String, _ file: String, in name: String) throws -> String {
    guard case .object(let parts)? = try record(of: stage, in: name)["parts"], case .object(let object)? = parts[file],
      case .string(let address)? = object["address"], case .string(let suffix)? = object["suffix"]
    else { throw Errno.noSuchFileOrDirectory }
    return try text("artifacts/objects/\(address.prefix(2))/\(address).\(suffix)")
  }

  /// A script that doubles the first array that it finds.
  static let doubling = """
    import sys, h5py
    with h5py.File(sys.argv[1]) as f, h5py.File(sys.argv[2], 'w') as g:
        g['twice'] = 2 * f['critical_learning_rate'][...] if 'critical_learning_rate' in f else [2 * 1.0]

    """

  /// Writes a pipeline `chain`: fixed points, a script over them, and a command over its result.
  func writeChain() throws {
    try folder.write(Self.doubling, to: "scripts/double.py")
    try folder.write(
      """
      pipeline: chain
      stages:
        points: { kind: uv/fixed-points, with: { learning_rate: 1.1 } }
        double:
          kind: command
          inputs: { points: points }
          with:
            run: [/usr/bin/python3, scripts/double.py, "{inputs.points}", "{outputs.twice}"]
            files: [scripts/double.py]
            outputs: { twice: twice.h5 }
        size:
          kind: command
          inputs: { twice: double }
          with:
            run: [/bin/cp, "{inputs.twice}", copy.h5]
            outputs: { copy: copy.h5 }
      """,
      to: "pipelines/chain.yaml"
    )
  }
}

/// The example of `Documentation/command-kind.md`.
struct DocumentedExample {
  let script: String
  let pipeline: String

  init() throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = tests.appending(path: "../../Documentation/command-kind.md").standardizedFileURL
    let text = try String(contentsOf: file, encoding: .utf8)
    func block(_ language: String) throws -> String {
      let start = try #require(text.range(of: "```\(language)\n"))
      let end = try #require(text[start.upperBound...].range(of: "```"))
      return String(text[start.upperBound..<end.lowerBound])
    }
    script = try block("python")
    pipeline = try block("yaml")
  }
}
