import Artifacts
import Configuration
import Foundation
import Planning
import Testing

/// The example of CONTRIBUTING.md is this target's `Scaled.swift`.
@Suite struct ContributingTests {
  private func text(_ path: String) throws -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return try String(contentsOf: tests.appending(path: path).standardizedFileURL, encoding: .utf8)
  }

  @Test func `The example that is shown is the one that is compiled`() throws {
    #expect(try text("../../CONTRIBUTING.md").contains("```swift\n\(text("Scaled.swift"))```"))
  }

  @Test func `The example does what it says`() async throws {
    var input = Artifact()
    try input.add(Variable(.float64([1, 2]), over: [("x", 2)]), as: "loss")
    var stage = Scaled()
    stage.variable = Located("loss")
    let context = StageContext(
      inputs: ["data": input],
      pipeline: "p",
      stage: "s",
      threads: 1,
      scratch: "/nonexistent",
      report: { _ in }
    )
    #expect(try await stage.run(context).artifact["product"]?.values == .float64([2, 4]))
    var diagnostics = Diagnostics()
    let knowledge = InputKnowledge(stage: "s", kind: "k", outputs: [OutputDeclaration("lost", ["x"], "Lost.")])
    stage.check(["data": knowledge], &diagnostics)
    #expect(diagnostics.all.map(\.message) == ["the input has no array 'loss'"])
  }
}
