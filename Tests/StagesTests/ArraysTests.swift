import Artifacts
import Configuration
import Planning
import Stages
import Testing

@Suite struct ArraysTests {
  private func input() throws -> Artifact {
    var artifact = Artifact()
    try artifact.add(Variable(.float64([0.1, 0.2]), over: [(name: "eta", length: 2)], units: "1"), as: "eta")
    try artifact.add(Variable(.float64([5, 6]), over: [(name: "eta", length: 2)], units: "m"), as: "loss")
    try artifact.add(Variable(.string(["a"]), over: [(name: "case", length: 1)]), as: "case")
    return artifact
  }

  @Test func `Arrays of the inputs are taken under other names, with their coordinates`() async throws {
    let result = try await StageRunner.artifact(
      "arrays",
      "{ take: { final: runs/loss } }",
      inputs: ["runs": try input()]
    )
    #expect(result.variables.keys.sorted() == ["eta", "final"])
    #expect(try result.numbers("final") == [5, 6])
    #expect(result["final"]?.dimensions == ["eta"])
    #expect(result["final"]?.units == "m")
    #expect(try result.numbers("eta") == [0.1, 0.2])
  }

  @Test func `Numbers are written alone, in a list, and along a dimension`() async throws {
    let result = try await StageRunner.artifact(
      "arrays",
      """
      values:
        edge: 2
        flip: [2.8284, 3.4961]
        error: { values: [0.1, 0.2], over: flip, unit: m, description: The spread. }
      """
    )
    #expect(result["edge"]?.dimensions == [])
    #expect(try result.numbers("edge") == [2])
    #expect(result["flip"]?.dimensions == ["flip"])
    #expect(result["error"]?.dimensions == ["flip"])
    #expect(result["error"]?.units == "m")
    #expect(result["error"]?.description == "The spread.")
  }

  @Test func `The parameters are read back from their JSON`() throws {
    let stage = try StageRunner.decode("arrays", "{ values: { a: 1, b: [1], c: { values: [2], unit: s } } }")
    let again = try StageRunner.decode("arrays", stage.json.canonicalText)
    #expect(again.json == stage.json)
  }

  @Test(arguments: [
    ("{}", "there are no arrays; give 'values', 'take' or both"),
    ("{ take: { a: x/y }, values: { a: 1 } }", "'a' is taken and written"),
    ("{ values: { a: [] } }", "must be a list of at least one value"),
    ("{ values: { a: { values: [1], single: true, over: b } } }", "a number that stands alone has no dimension"),
    ("{ values: { a: text } }", "'text' where a number is expected"),
    ("{ take: { a: loss } }", "data are 'input/variable', 'input/group/variable', or a number"),
  ])
  func `Mistakes are reported`(with: String, message: String) throws {
    #expect(try StageRunner.complaint("arrays", with).contains(message))
  }

  @Test(arguments: [
    ("{ a: runs/lost }", "did you mean 'loss'?"), ("{ a: run/loss }", "did you mean 'runs'?"),
    ("{ a: 3 }", "numbers stand under 'values'"),
  ])
  func `What is taken is looked up before anything runs`(take: String, hint: String) throws {
    let text = """
      pipeline: test
      stages:
        first: { kind: arrays, with: { values: { loss: [1, 2] } } }
        second: { kind: arrays, inputs: { runs: first }, with: { take: \(take) } }
      """
    let node = try YAMLParser.parse(Array(text.utf8), name: "test.yaml")
    let error = try #require(throws: (any Error).self) { try Pipeline(node, choices: .init(), kinds: .all) }
    #expect("\(error)".contains(hint))
    #expect("\(error)".contains("test.yaml:4:"))
  }
}
