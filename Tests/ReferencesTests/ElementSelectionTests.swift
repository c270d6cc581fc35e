import Artifacts
import Configuration
import References
import Testing

@Suite struct ElementSelectionTests {
  private func node(_ text: String) -> Node { Node(.string(text)) }

  private func reference(_ text: String) throws -> DataReference {
    var diagnostics = Diagnostics()
    let reference = DataReference.decode(node(text), &diagnostics)
    try diagnostics.throwIfAny()
    return try #require(reference)
  }

  private func complaint(_ text: String) -> String {
    var diagnostics = Diagnostics()
    _ = DataReference.decode(node(text), &diagnostics)
    return diagnostics.all.first?.message ?? ""
  }

  /// Two cases, three rates and four steps; the value is 100 case + 10 rate + step, by their indices.
  private func runs() throws -> Artifact {
    var artifact = Artifact()
    let (cases, rates, steps) = ((name: "case", length: 2), (name: "rate", length: 3), (name: "step", length: 4))
    let values: [Double] = (0..<24).map { index in
      let (first, second, third) = (index / 12, index / 4 % 3, index % 4)
      return Double(100 * first + 10 * second + third)
    }
    try artifact.add(try Variable(.float64(values), over: [cases, rates, steps]), as: "loss")
    try artifact.add(try Variable(.string(["low", "a, \"b\" = 1"]), over: [cases]), as: "case")
    try artifact.add(try Variable(.float64([0.1, 0.5, 2]), over: [rates]), as: "rate")
    try artifact.add(try Variable(.float64([1, 2, 3]), over: [rates]), as: "ratio")
    var outcome = try Variable(.int8([0, 1, 1, 0, 0, 1]), over: [cases, rates])
    outcome.attributes["flag_meanings"] = .string("converges diverges")
    outcome.attributes["flag_values"] = .list(.int8([0, 1]))
    try artifact.add(outcome, as: "outcome")
    return artifact
  }

  private func values(_ text: String) throws -> [Double] {
    try #require(try reference(text).variable(in: ["runs": runs()])?.values.doubles)
  }

  private func error(_ text: String) throws -> String {
    do {
      _ = try values(text)
      return ""
    } catch let error as ArtifactError {
      return error.description
    }
  }

  @Test(arguments: [
    ("runs/loss[case=low, rate=0.5, step@-1]", [13.0]),
    ("runs/loss[low, 0.5, @-1]", [13]),
    ("runs/loss[step@0, low]", [0, 10, 20]),
    ("runs/loss[case=\"a, \\\"b\\\" = 1\", rate~1.9, step@1..2]", [121, 122]),
    ("runs/loss[case@1, rate=0.1|2, step@0|3]", [100, 103, 120, 123]),
    ("runs/loss[case@0, rate=0.2.., step@0]", [10, 20]),
    ("runs/loss[case@0, rate=..0.5, step@0]", [0, 10]),
    ("runs/loss[case@0, rate=3.., step@0]", []),
    ("runs/loss[case@0, rate@-2.., step@..0]", [10, 20]),
    ("runs/loss[case@0, ratio=2, step@0]", [10]),
    ("runs/loss[case@0, ratio~2.6, step@0]", [20]),
    ("runs/loss[case@0, outcome=diverges, step@0]", [10, 20]),
    ("runs/loss[case@1, outcome=converges, step@0]", [100, 110]),
    ("runs/rate[0.5]", [0.5]),
  ])
  func `Elements are selected by value, position, the nearest value and labels`(
    text: String,
    expected: [Double]
  ) throws {
    #expect(try values(text) == expected)
  }

  @Test func `One value takes the dimension away, and several keep it with their coordinate`() throws {
    let one = try #require(try reference("runs/loss[case=low, step@-1]").array(in: ["runs": runs()]))
    #expect(one.variable.dimensions == ["rate"])
    #expect(one.label(of: 2, along: "rate") == "2")
    let several = try #require(try reference("runs/loss[case@1, rate=0.5|2, step@2..]").array(in: ["runs": runs()]))
    #expect(several.variable.dimensions == ["rate", "step"])
    #expect(several.variable.shape == [2, 2])
    #expect(several.label(of: 0, along: "rate") == "0.5")
    #expect(several.label(of: 0, along: "step") == "@2")
  }

  @Test(arguments: [
    "runs/loss", "runs/loss[case=low, rate=0.5, step@-1]", "runs/loss[2]", "runs/loss[@2]", "runs/loss[rate~1.9]",
    "runs/loss[step@-5..]", "runs/loss[case=\"a, \\\"b\\\" = 1\"]", "runs/loss[rate=0.1|2..3]", "runs/loss[case=\"1\"]",
  ])
  func `What is written in one form is read back as the same`(text: String) throws {
    let read = try reference(text)
    #expect(read.description == text)
    #expect(try reference(read.description).selection == read.selection)
    #expect(read.json == .string(text))
  }

  @Test(arguments: [
    ("runs/loss[", "'[' is no selection in brackets"),
    ("runs/loss[]", "'[]' is no selection in brackets"),
    ("runs/loss[2", "'[2' is no selection in brackets"),
    ("runs/loss[step=]", "a selection without a value"),
    ("runs/loss[step=1,]", "a selection without a value"),
    ("runs/loss[step@0.5]", "'0.5' is no position"),
    ("runs/loss[case@low]", "'low' is no position; a value is selected by '='"),
    ("runs/loss[rate~low]", "'low' is no number, and '~' looks for the nearest"),
    ("runs/loss[rate~1..2]", "'~' selects by single numbers, and not by a range"),
    ("runs/loss[rate=2..1]", "the range 2 to 1 is empty"),
    ("runs/loss[rate=a..b]", "'a' is no number, and a range has numbers"),
    ("runs/loss[case=\"low]", "a quote is not closed in '[case=\"low]'"),
    ("loss[2]", "'loss[2]' where data are expected"),
  ])
  func `A selection that cannot be read is reported`(text: String, message: String) {
    #expect(complaint(text) == message)
  }

  @Test(arguments: [
    ("runs/loss[step@4]", "there is no index 4 along 'step', which has length 4"),
    ("runs/loss[step=1]", "'step' has no coordinate; a position is selected by 'step@0'"),
    ("runs/loss[rate=0.2]", "'rate' has no value 0.2; it has 0.1, 0.5, 2, and '~' takes the nearest number"),
    ("runs/loss[rats=0.2]", "'runs/loss' has no dimension 'rats', and there is no array of that name"),
    ("runs/loss[low, 0.5, @1, 4]", "'runs/loss' has 3 dimensions, and more are selected"),
    ("runs/loss[rate=0.5, rate@1]", "the dimension 'rate' of 'runs/loss' is selected twice"),
    ("runs/loss[outcome=diverges]", "'outcome' does not run along one dimension that is left of 'runs/loss'"),
    ("runs/loss[case@0, outcome=neither]", "'neither' is no meaning of 'outcome'"),
    ("runs/none", "'runs' has no array 'none'"),
  ])
  func `A missing element is reported when the values are read`(text: String, message: String) throws {
    #expect(try error(text) == message)
  }

  @Test(arguments: [
    ("runs/loss[case=low, rate=0.5, step@-1]", [String](), ""),
    ("runs/loss[case@0, outcome=diverges]", ["rate", "step"], ""),
    ("runs/loss[case@0, ratio~1]", ["step"], ""),
    ("runs/loss[rats=1]", nil, "'loss' has no dimension 'rats'"),
    ("runs/los", nil, "stage 'runs' has no array 'los'"),
    ("runs/loss[step=1]", nil, "'step' has no coordinate"),
    ("runs/loss[rate=0.2]", nil, "'rate' has no value 0.2"),
    ("runs/loss[rate@3]", nil, "there is no index 3 along 'rate', which has length 3"),
    ("runs/loss[low, 0.1, @3, 4]", nil, "'loss' has 3 dimensions, and more are selected"),
    (
      "runs/loss[outcome=diverges]", nil,
      "'outcome' runs along case, rate, and selects along one dimension that is left of 'loss'"
    ),
    ("runs/loss[case@0, outcome=divergs]", nil, "'divergs' is no meaning of 'outcome'"),
  ])
  func `Mistakes that can be known before a run are reported before it`(text: String, left: [String]?, message: String)
    throws
  {
    var diagnostics = Diagnostics()
    let dimensions = InputOutline(try runs()).dimensions(
      of: try reference(text),
      in: "stage 'runs'",
      known: ["rate": [.number(0.1), .number(0.5), .number(2)]],
      &diagnostics
    )
    #expect(dimensions == left)
    #expect(diagnostics.all.first?.message ?? "" == message)
  }
}
