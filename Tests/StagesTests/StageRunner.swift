import Artifacts
import Configuration
import Planning
import Stages
import Testing

/// Runs stages in the test's own process, from YAML as a user writes it.
enum StageRunner {
  /// The artifact of a kind with these parameters.
  static func artifact(_ kind: String, _ with: String, inputs: [String: Artifact] = [:], threads: Int = 1) async throws
    -> Artifact
  {
    let stage = try decode(kind, with)
    let context = StageContext(
      inputs: inputs,
      pipeline: "test",
      stage: "stage",
      threads: threads,
      scratch: "/nonexistent",
      report: { _ in }
    )
    return try await stage.run(context).artifact
  }

  /// The parameters of a kind.
  static func decode(_ kind: String, _ with: String) throws -> any StageKind {
    let type = try #require(StageKinds.all[kind])
    let node = try YAMLParser.parse(Array(with.utf8), name: "with.yaml")
    var diagnostics = Diagnostics()
    let stage = type.decode(node, &diagnostics)
    try diagnostics.throwIfAny()
    return try #require(stage)
  }

  /// What is said about a pipeline that is wrong; nothing about one that is not.
  static func complaint(aboutPipeline text: String) throws -> String {
    let node = try YAMLParser.parse(Array(text.utf8), name: "test.yaml")
    do throws(Diagnostics) {
      _ = try Pipeline(node, choices: .init(), kinds: .all)
    } catch {
      return error.description
    }
    return ""
  }

  /// What is said about parameters that are wrong.
  static func complaint(_ kind: String, _ with: String) throws -> String {
    do {
      _ = try decode(kind, with)
    } catch let diagnostics as Diagnostics {
      return diagnostics.description
    }
    return ""
  }
}

extension Artifact {
  /// The numbers of a variable.
  func numbers(_ name: String) throws -> [Double] {
    let variable = try #require(self[name])
    return try #require(variable.values.doubles)
  }
}
