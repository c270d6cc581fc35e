import Artifacts
import Configuration
import Planning
import Testing
import Toys

@Suite struct PipelineTests {
  private func message(_ text: String, _ choices: Pipeline.Choices = .init()) -> String {
    do {
      _ = try toyPipeline(text, choices)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func choices(profile: String? = nil, _ settings: (String, String)...) -> Pipeline.Choices {
    var choices = Pipeline.Choices()
    choices.profile = profile
    choices.settings = settings.map { (name: $0.0, value: $0.1) }
    return choices
  }

  private let parameterized = """
    pipeline: toy
    title: A toy
    parameters:
      n: 1
      text: "two words"
      list: [1, 2]
    profiles:
      quick: { n: 2 }
    stages:
      a: { kind: number, with: { value: "${{ parameters.n }}", note: "n is ${{ parameters.n }}, ${{parameters.text}}" } }
    """

  private func parameters(_ choices: Pipeline.Choices = .init()) throws -> String? {
    try toyPipeline(parameterized, choices).actions.first?.parameters.canonicalText
  }

  @Test func `Actions stand after what they need, and carry their parameters with defaults`() throws {
    let pipeline = try toyPipeline(
      """
      pipeline: toy
      stages:
        total: { kind: sum, inputs: { x: half, y: one } }
        half: { kind: quotient, inputs: { of: one } }
        one: { kind: number, with: { value: 1 } }
      """
    )
    #expect(pipeline.actions.map(\.name) == ["one", "half", "total"])
    #expect(pipeline.actions[1].parameters == ["divisor": .number(10)])
    #expect(pipeline.actions[1].inputs == ["of": .one("one")])
    #expect(pipeline.actions[1].fingerprint == "toys")
    #expect(pipeline.actions[2].location?.description == "toy.yaml:3:3")
  }

  @Test func `Expressions are replaced by values and inside texts`() throws {
    #expect(try parameters() == #"{"note":"n is 1, two words","value":1}"#)
  }

  @Test func `A profile changes parameters, and --set changes both`() throws {
    #expect(try parameters(choices(profile: "quick")) == #"{"note":"n is 2, two words","value":2}"#)
    #expect(
      try parameters(choices(profile: "quick", ("n", "3"), ("text", "x"))) == #"{"note":"n is 3, x","value":3}"#
    )
  }

  @Test func `Unknown profiles and parameters name the nearest`() {
    #expect(
      message(parameterized, choices(profile: "quik", ("m", "1"), ("text", ""))) == """
        error: there is no parameter 'm' to set
              = did you mean 'n'?
              = parameters: n, text, list
        error: --set text has no value
              = write --set text=VALUE, or --set 'text=""' for an empty text
        toy.yaml:8:3: error: there is no profile 'quik'
            8 |   quick: { n: 2 }
              |   ^
              = did you mean 'quick'?
              = profiles: quick
        3 errors
        """
    )
  }

  @Test func `A value that is set is checked like one of the file`() {
    #expect(
      message(parameterized, choices(("n", "many"))) == """
        --set n:1:1: error: 'many' where a whole number is expected
            1 | many
              | ^~~~
        """
    )
    #expect(message(parameterized, choices(("n", "[1"))).hasPrefix("--set n:1:1: error: '[1' where a whole number"))
    #expect(message(parameterized, choices(("n", "9007199254740993"))).contains("it must be whole and at most 2^53"))
  }

  @Test(arguments: [
    "run #3", "#3", "|", ">", "a: b", " x", "x ", "*x", "- a", "&a b", "!x", "[1", "[1] #2", "a\nb", "? x", "---",
    "'a' b",
    "@x", "%x", "{a: 1", "\"a", "\t",
  ])
  func `What is no single value of YAML is set as the text that it is`(text: String) throws {
    #expect(
      try parameters(choices(("text", text)))
        == #"{"note":\#(JSONValue.string("n is 1, \(text)").canonicalText),"value":1}"#
    )
  }

  @Test(arguments: [("'run #3'", "run #3"), (#""a: b""#, "a: b"), (#""""#, ""), ("a#b", "a#b"), ("1:2", "1:2")])
  func `A quoted value is set without its quotes`(written: String, text: String) throws {
    #expect(
      try parameters(choices(("text", written)))
        == #"{"note":\#(JSONValue.string("n is 1, \(text)").canonicalText),"value":1}"#
    )
  }

  @Test(arguments: [
    ("${{ parameters.m }}", "there is no parameter 'm'"),
    ("${{ matrix.n }}", "the expression 'matrix.n' in a stage without a matrix"),
    ("${{ parameters.n", "'${{' without '}}'"),
    ("x ${{ parameters.list }}", "parameters.list is a list, which cannot stand inside a text"),
  ])
  func `A wrong expression is reported with its place`(expression: String, expected: String) {
    let text = parameterized.replacing("n is ${{ parameters.n }}, ${{parameters.text}}", with: expression)
    #expect(message(text).hasPrefix("toy.yaml:10:66: error: \(expected)\n"))
  }

  @Test func `An expression in a parameter is not replaced, and that is reported`() {
    #expect(
      message(parameterized.replacing("two words", with: "${{ parameters.n }}")).hasPrefix(
        "toy.yaml:5:9: error: an expression in the value of a parameter\n"
      )
    )
  }

  @Test func `Mistakes of all sorts are reported together`() {
    let text = """
      pipeline: toy
      titel: A toy
      stages:
        one: { kind: number, with: { value: x } }
        two: { kind: numbr }
        three: { kind: sum, input: { x: on } }
        four: { kind: quotient, inputs: { off: one } }
        five: { kind: pick, with: { array: valu }, inputs: { of: one } }
        "a b": { kind: sum }
        six: { kind: sum, inputs: { x: two, y: sven } }
      """
    #expect(
      message(text) == """
        toy.yaml:2:1: error: unknown key 'titel'
            2 | titel: A toy
              | ^~~~~
              = did you mean 'title'?
              = known here: pipeline, title, description, parameters, profiles, stages, claims
        toy.yaml:4:39: error: 'x' where a whole number is expected
            4 |   one: { kind: number, with: { value: x } }
              |                                       ^
        toy.yaml:5:16: error: there is no kind of stage 'numbr'
            5 |   two: { kind: numbr }
              |                ^~~~~
              = did you mean 'number'?
              = kinds: number, sum, quotient, pick, drawing, diary, stacked, misbehave
        toy.yaml:6:23: error: unknown key 'input'
            6 |   three: { kind: sum, input: { x: on } }
              |                       ^~~~~
              = did you mean 'inputs'?
              = known here: kind, with, inputs, matrix, on_failure, resources, tolerance
        toy.yaml:7:35: error: the input 'of' of quotient is missing
            7 |   four: { kind: quotient, inputs: { off: one } }
              |                                   ^~~~~~~~~~~~
              = of: The number to divide.
        toy.yaml:7:37: error: quotient has no input 'off'
            7 |   four: { kind: quotient, inputs: { off: one } }
              |                                     ^~~
              = did you mean 'of'?
              = inputs: of
        toy.yaml:8:54: error: 'of' has no array 'valu'
            8 |   five: { kind: pick, with: { array: valu }, inputs: { of: one } }
              |                                                      ^~~~~~~~~~~
        toy.yaml:9:3: error: 'a b' is not a name of letters, digits, - and _
            9 |   "a b": { kind: sum }
              |   ^~~~~
        toy.yaml:10:42: error: there is no stage 'sven'
           10 |   six: { kind: sum, inputs: { x: two, y: sven } }
              |                                          ^~~~
              = stages: one, two, three, four, five, a b, six
        9 errors
        """
    )
  }

  @Test func `A cycle is named in full, from the stage at which it closes`() {
    let text = """
      pipeline: toy
      stages:
        start: { kind: sum, inputs: { x: a } }
        a: { kind: sum, inputs: { x: b } }
        b: { kind: sum, inputs: { x: c } }
        c: { kind: sum, inputs: { x: a } }
      """
    #expect(
      message(text) == """
        toy.yaml:6:32: error: the stages need each other in a circle: a needs b needs c needs a
            6 |   c: { kind: sum, inputs: { x: a } }
              |                                ^
        """
    )
    #expect(
      message("pipeline: toy\nstages:\n  a: { kind: sum, inputs: { x: a } }\n").contains("in a circle: a needs a\n")
    )
  }

  @Test(arguments: [
    ("[]", "toy.yaml:1:1: error: a list where a mapping with pipeline, title"),
    ("stages: {}", "toy.yaml:1:1: error: the key 'pipeline' is missing"),
    ("pipeline: a/b\nstages: {}", "toy.yaml:1:11: error: 'pipeline' is 'a/b', and must be a name of letters"),
    ("pipeline: toy\nstages: {}", "toy.yaml:2:9: error: there are no stages"),
    ("pipeline: toy\nstages:", "toy.yaml:2:8: error: there are no stages"),
    ("pipeline: toy", "toy.yaml:1:1: error: the key 'stages' is missing"),
    ("pipeline: toy\nstages: 3", "toy.yaml:2:9: error: '3' where a mapping of names"),
    ("pipeline: toy\nstages: {a: 3}", "toy.yaml:2:13: error: '3' where a mapping with kind, with, inputs"),
    ("pipeline: toy\nstages: {a: }", "toy.yaml:2:13: error: the key 'kind' is missing"),
    ("pipeline: toy\nstages: {a: {kind: [x]}}", "toy.yaml:2:20: error: a list where a text is expected"),
    ("pipeline: toy\nstages: {a: {kind: number}}", "toy.yaml:2:10: error: the key 'value' is missing"),
    (
      "pipeline: toy\nprofiles: {quick: {}, Quick: {}}\nstages: {}",
      "toy.yaml:2:23: error: the profiles 'quick' and 'Quick' differ only in case"
    ),
    ("pipeline: toy\nprofiles: {q: {z: 1}}\nstages: {}", "toy.yaml:2:16: error: there is no parameter 'z' to set"),
  ])
  func `A file that is no pipeline says what is missing`(text: String, expected: String) {
    #expect(message(text).hasPrefix(expected), "\(message(text))")
  }

  @Test func `Parameters that multiply beyond all bounds are refused`() {
    let value = String(repeating: "x", count: 100_000)
    let uses = String(repeating: "${{ parameters.big }}", count: 10_000)
    let stage = "stages: { a: { kind: number, with: { note: \"\(uses)\" } } }"
    let text = "pipeline: toy\nparameters: { big: \(value) }\n\(stage)"
    #expect(message(text).contains("error: the values of parameters, written out, are beyond"))
    let list = "[" + String(repeating: "1, ", count: 10_000) + "1]"
    let stages = (0..<2_000).map { "  s\($0): { kind: number, with: { value: \"${{ parameters.big }}\" } }\n" }
    #expect(
      message("pipeline: toy\nparameters: { big: \(list) }\nstages:\n\(stages.joined())").contains(
        "error: the values of parameters, written out, are beyond"
      )
    )
  }
}

@Suite struct LongPipelineTests {
  /// The text of a pipeline with a chain through all stages, or with every stage behind the first.
  private func text(_ count: Int, chain: Bool) -> String {
    var text = "pipeline: big\nstages:\n  s0: { kind: number, with: { value: 1 } }\n"
    for index in 1..<count { text += "  s\(index): { kind: quotient, inputs: { of: s\(chain ? index - 1 : 0) } }\n" }
    return text
  }

  @Test(arguments: [true, false])
  func `Ten thousand stages are planned, in a chain as in a fan`(chain: Bool) throws {
    var plan = Plan(try toyPipeline(text(10_000, chain: chain)).actions)
    var count = 0
    while let task = plan.next() {
      plan.finish(task.action.name, address: ContentDigest(of: "x"))
      count += 1
    }
    #expect(plan.isFinished)
    #expect(count == 10_000)
  }
}
