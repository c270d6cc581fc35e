import Claims
import Configuration
import Planning
import Testing
import Toys

/// Claims are checked before anything runs.
@Suite struct ClaimListTests {
  private func pipeline(_ claims: String, _ choices: Pipeline.Choices = .init()) throws -> Pipeline {
    let text = """
      pipeline: toy
      parameters: { n: 3, limit: 4, stage: one }
      profiles: { quick: { limit: 1 } }
      stages:
        one: { kind: number, with: { value: "${{ parameters.n }}" } }
        many:
          kind: number
          matrix: { seed: [1, 2, 3], shape: [low, high], width: [8, 16, 32], zip: [[seed, width]] }
          with: { value: "${{ matrix.seed }}" }
        picked: { kind: pick, with: { array: value }, inputs: { of: one } }
      claims:
      \(claims)
      """
    return try Pipeline(
      try YAMLParser.parse(Array(text.utf8), name: "toy.yaml"),
      choices: choices,
      kinds: .toys
    ) { ClaimList($0, $1, &$2) }
  }

  private func message(_ claims: String) -> String {
    do {
      _ = try pipeline(claims)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `Claims carry the actions whose results they speak of`() throws {
    let list = ClaimList(
      of: try pipeline(
        """
          - { name: a, value: one/value, expect: 3 }
          - { name: b, value: "many/value[seed=2, shape=low]", below: "one/value" }
          - { name: c, value: "many/value[width=16]", reduce: { shape: any }, above: 1 }
          - { name: d, value: picked/anything, above: 1 }
        """
      )
    )
    #expect(list.entries.map(\.claim.name.value) == ["a", "b", "c", "d"])
    #expect(list.entries[0].sources == ["one": .one("one")])
    #expect(list.entries[0].location?.description == "toy.yaml:12:13")
    #expect(list.entries[1].sources.keys.sorted() == ["many", "one"])
    #expect(list.entries[1].sources["many"]?.references.count == 6)
    #expect(list.entries[1].claim.subject == "many/value[seed=2, shape=low]")
    #expect(list.entries[2].claim.expectation == "above 1 for any shape")
    let relative = "  - { name: a, value: one/value, expect: 1, relative_tolerance: 1e308 }"
    #expect(ClaimList(of: try pipeline(relative)).entries[0].claim.expectation == "1 ± 1e+308 of it")
  }

  @Test func `Parameters stand in claims, also within a selection, and profiles change them`() throws {
    let claims = """
        - { name: a, value: "${{ parameters.stage }}/value", at_most: "${{ parameters.limit }}" }
        - { name: "up to ${{ parameters.n }}", value: "many/value[seed=${{ parameters.n }}]", above: 0 }
      """
    let plain = ClaimList(of: try pipeline(claims))
    #expect(plain.entries[0].claim.expectation == "at most 4")
    #expect(plain.entries[1].claim.subject == "many/value[seed=3]")
    #expect(plain.entries[1].claim.name.value == "up to 3")
    var choices = Pipeline.Choices()
    choices.profile = "quick"
    #expect(ClaimList(of: try pipeline(claims, choices)).entries[0].claim.expectation == "at most 1")
  }

  @Test func `A profile leaves out what it cannot show, and its mistakes are still reported`() throws {
    let claims = "  - { name: a, value: one/value, above: 0, when: false }\n  - { name: b, value: one/value, above: 1 }"
    #expect(ClaimList(of: try pipeline(claims)).entries.map(\.claim.name.value) == ["b"])
    #expect(message("  - { name: a, value: one/valu, above: 0, when: false }").contains("has no array 'valu'"))
    #expect(
      message("  - { name: a, value: one/value, above: 0, when: no }").contains("did you mean false, without quotes?")
    )
  }

  @Test func `No action's key knows of claims`() throws {
    let (one, other) = (
      try pipeline("  - { name: a, value: one/value, expect: 3 }"),
      try pipeline("  - { name: b, value: one/value, above: 1 }")
    )
    let keys = [one, other].map { pipeline in pipeline.actions.map { $0.key([:]) } }
    #expect(keys[0] == keys[1])
  }

  @Test(arguments: [
    ("value: on/value, above: 1", "12:23", "there is no stage 'on'", "did you mean 'one'?"),
    ("value: one/valu, above: 1", "12:23", "stage 'one' has no array 'valu'", "did you mean 'value'?"),
    ("value: \"one/value[1]\", above: 1", "12:23", "'value' has 0 dimensions, and more are selected", nil),
    (
      "value: \"many/value[sed=1]\", above: 1", "12:23", "'value' has no dimension 'sed'", "did you mean 'seed'?"
    ),
    (
      "value: \"many/value[seed=4]\", above: 1", "12:23", "'seed' has no value 4", "values: 1, 2, 3"
    ),
    (
      "value: \"many/value[shape=lo]\", above: 1", "12:23", "'shape' has no value lo", "did you mean 'low'?"
    ),
    (
      "value: \"many/value[seed@3]\", above: 1", "12:23", "there is no index 3 along 'seed', which has length 3", nil
    ),
    (
      "value: one/value, above: many/value", "12:41", "'many/value' runs along seed, shape, and",
      "select one element: [seed@0]"
    ),
    (
      "value: one/value, reduce: { seed: max }, above: 1", "12:44", "'one/value' has no dimension 'seed'",
      "it is a single value"
    ),
    (
      "value: many/value, reduce: { sede: max }, above: 1", "12:45", "'many/value' has no dimension 'sede'",
      "did you mean 'seed'?"
    ),
    ("value: many/value, expect: [1, 2]", "12:23", "2 numbers are expected, and 'many/value' is left with", nil),
    (
      "value: 3, above: 1", "12:23", "a number where a value of a result is expected", "a claim speaks of 'stage/array'"
    ),
    ("value: one/value, abov: 1", "12:34", "unknown key 'abov'", "did you mean 'above'?"),
    (
      "value: \"one/value[${{ matrix.seed }}]\", above: 1", "12:23",
      "the expression 'matrix.seed' in a stage without a matrix", nil
    ),
    ("value: \"${{ parameters.m }}\", above: 1", "12:23", "there is no parameter 'm'", "did you mean 'n'?"),
  ])
  func `A mistake in a claim is reported at its place, with what was probably meant`(
    claim: String,
    place: String,
    text: String,
    hint: String?
  ) {
    let message = message("  - { name: a, \(claim) }")
    #expect(message.hasPrefix("toy.yaml:\(place): error: \(text)"), "\(message)")
    if let hint { #expect(message.contains("= \(hint)"), "\(message)") }
  }

  @Test func `Mistakes of stages and claims are reported together`() {
    let message = message(
      """
        - { name: a, value: one/valu, above: 1 }
        - { name: a, value: one/value, above: 1 }
        - 3
      """
    )
    #expect(message.contains("toy.yaml:12:23: error: stage 'one' has no array 'valu'"))
    #expect(message.contains("toy.yaml:13:13: error: the name 'a' is that of another claim"))
    #expect(message.contains("toy.yaml:14:5: error: '3' where a mapping with"))
    #expect(message.hasSuffix("3 errors"))
  }

  @Test func `The schema of a pipeline file knows the keys of a claim`() {
    let text = PipelineSchema(.toys, claim: Claim.shape).json.canonicalText
    for field in Claim.fieldDescriptions { #expect(text.contains("\"\(field.name)\":{"), "\(field.name)") }
    #expect(KindDocumentation.describe(Claim.fieldDescriptions).count >= Claim.fields.count)
  }
}
