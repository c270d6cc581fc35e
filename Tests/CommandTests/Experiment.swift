import Artifacts
import SystemPackage
import TestSupport

/// A folder with a pipeline of a few fast stages, and the program to call there.
struct Experiment {
  let folder: TemporaryFolder
  let pipeline: Program

  /// A pipeline `pipelines/small.yaml` in a new folder; nothing has been run.
  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    try folder.write(
      """
      pipeline: small
      parameters: { rate: 1.1, steps: 20 }
      profiles: { long: { steps: 30 } }
      stages:
        runs:
          kind: uv/trajectories
          with:
            cases: [{ name: low, start: { output: 0.5, trace: 1 } }, { name: high, start: { trace: 1.5 } }]
            learning_rate: { values: [0.5, "${{ parameters.rate }}"], relative_to: critical }
            steps: ${{ parameters.steps }}
        points: { kind: uv/fixed-points, with: { learning_rate: "${{ parameters.rate }}" } }
        power: { kind: spectrum, with: { variable: trace, segment: 16 }, inputs: { series: runs } }
      """,
      to: "pipelines/small.yaml"
    )
  }

  /// Calls the program in the folder.
  func run(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(arguments, in: folder.path)
  }

  func text(_ file: String) throws -> String {
    String(decoding: try readBytes(folder.path.appending(file)), as: UTF8.self)
  }

  /// The address of a stage's result.
  func address(_ arguments: String...) async throws -> String {
    let outcome = try await pipeline.run(["show"] + arguments, in: folder.path)
    let line = outcome.output.split(separator: "\n").first { $0.hasPrefix("address ") } ?? ""
    return String(line.suffix(64))
  }

  /// Writes a pipeline `pipelines/many.yaml` with a sweep `points` of `count` fast actions, 400 unless given.
  ///
  /// - Parameter more: the lines of further stages and of the file's other members.
  func writeMany(_ more: String = "", count: Int = 400) throws {
    let sweep = """
      pipeline: many
      stages:
        points:
          kind: uv/fixed-points
          matrix: { rate: { from: 0.5, to: 1.4, count: \(count) } }
          with: { learning_rate: "${{ matrix.rate }}" }

      """
    try folder.write(sweep + more, to: "pipelines/many.yaml")
  }

  /// A pipeline file with a trajectory `runs` of `steps` steps and its `figure`.
  static func drawn(_ name: String = "drawn", steps: Int = 20) -> String {
    """
    pipeline: \(name)
    stages:
      runs:
        kind: uv/trajectories
        with:
          cases: [{ name: a, start: { trace: 1 } }]
          learning_rate: { values: [0.5], relative_to: critical }
          steps: \(steps)
      figure:
        kind: figure
        inputs: { runs: runs }
        with:
          panels:
            - { x: step, y: trace, series: [{ draw: lines, x: runs/step, y: runs/trace, at: { case: 0, learning_rate: 0 } }] }

    """
  }

  /// Writes an artifact into the folder.
  func write(_ artifact: Artifact, to name: String) throws {
    try artifact.write(toFile: folder.path.appending(name).string)
  }
}
