import Artifacts
import Configuration
import Figures
import Foundation
import Planning
import References
import Stages
import Testing

/// Reads a figure; a mistake in it fails the test.
func figure(_ yaml: String) throws -> Figure {
  let node = try YAMLParser.parse(Array(yaml.utf8), name: "figure.yaml")
  var diagnostics = Diagnostics()
  let figure = Figure.decode(node, &diagnostics)
  return try #require(figure, "\(diagnostics)")
}

/// The mistakes of a figure, by itself or against its declared inputs.
func problems(_ yaml: String, inputs: [String: Artifact] = [:]) throws -> String {
  let node = try YAMLParser.parse(Array(yaml.utf8), name: "figure.yaml")
  var diagnostics = Diagnostics()
  if let figure = Figure.decode(node, &diagnostics) {
    figure.check(against: inputs.mapValues { InputOutline($0) }, &diagnostics)
  }
  return diagnostics.description
}

/// The numbers of one series as they are drawn.
func drawn(
  _ yaml: String,
  _ inputs: [String: Artifact],
  panel: Int = 1,
  series: Int = 1
) throws -> Artifact {
  let artifact = try FigureContent(figure(yaml), inputs: inputs).artifact()
  let group = try #require(artifact.groups["panel0\(panel)"])
  return try #require(group.groups["series00\(series)"])
}

extension Artifact {
  /// The numbers of an array.
  func numbers(_ name: String) -> [Double]? { self[name]?.values.doubles }
}

/// A folder that lasts as long as a test.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "figures-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
  }

  /// Runs the stage in this folder.
  func draw(_ yaml: String, _ inputs: [String: Artifact]) async throws -> StageResult {
    let context = StageContext(
      inputs: inputs,
      pipeline: "fig",
      stage: "figure",
      threads: 1,
      scratch: path,
      report: { _ in }
    )
    return try await figure(yaml).run(context)
  }
}
