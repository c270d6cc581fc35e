import Configuration
import Planning
import Testing

@Suite struct ParameterPlacesTests {
  private let text = """
    pipeline: toy
    parameters: { rate: 0.1, model: { kappa: 1, target: 2 } }
    profiles:
      quick: { rate: 0.5 }
    stages:
      a:
        kind: number
        matrix: { seed: [1, 2], zip: { x: [3] } }
        with:
          rate: ${{ parameters.rate }}
          model: ${{ parameters.model }}
          list: [1, { b: 5 }]
          text: "rate ${{ parameters.rate }} of"
          short: 7
          a.b: 3
          seed: ${{ matrix.seed }}
      b: { kind: number }
    """

  private func place(_ path: String, _ choices: Pipeline.Choices = .init(), in stage: String = "a") throws -> String? {
    let root = try YAMLParser.parse(Array(text.utf8), name: "toy.yaml")
    return ParameterPlaces(root, choices).place(of: path, in: stage)?.place
  }

  @Test(arguments: [
    ("rate", "toy.yaml:2:21"), ("model.target", "toy.yaml:2:53"), ("list[0]", "toy.yaml:12:14"),
    ("list[1].b", "toy.yaml:12:22"), ("text", "toy.yaml:2:21"), ("short.values[0]", "toy.yaml:14:14"),
    ("a.b", "toy.yaml:15:12"), ("seed", "toy.yaml:8:21"), ("list[7]", "toy.yaml:12:13"),
  ])
  func `A value is found where it is written`(path: String, expected: String) throws {
    #expect(try place(path) == expected)
  }

  @Test func `A profile and the command line stand for the value that they change`() throws {
    var choices = Pipeline.Choices()
    choices.profile = "quick"
    #expect(try place("rate", choices) == "toy.yaml:4:18")
    choices.settings = [("rate", "0.7")]
    #expect(try place("rate", choices) == "--set rate")
    #expect(try place("model.kappa", choices) == "toy.yaml:2:42")
  }

  @Test func `A default is written nowhere`() throws {
    #expect(try place("other") == nil)
    #expect(try place("rate", in: "b") == nil)
    #expect(try place("rate", in: "none") == nil)
    #expect(try place("") == nil)
  }
}
