import Artifacts
import Configuration
import Figures
import Planning
import Stages
import Testing

/// Mistakes of a figure are reported before anything runs.
struct CheckTests {
  private func check(_ series: String) throws -> String {
    let inputs = ["portrait": try Toys.portrait(), "runs": try Toys.runs(steps: 4)]
    return try problems("panels:\n- series:\n  - { \(series) }\n", inputs: inputs)
  }

  @Test func `a good series is not complained about`() throws {
    #expect(try check("draw: lines, x: runs/step, y: runs/loss, each: learning_rate") == "")
  }

  @Test func `an unknown input is named with the nearest`() throws {
    #expect(
      try check("draw: lines, x: runs/step, y: run/loss") == """
        figure.yaml:3:37: error: there is no input 'run'
            3 |   - { draw: lines, x: runs/step, y: run/loss }
              |                                     ^~~~~~~~
              = did you mean 'runs'?
              = inputs: portrait, runs
        """
    )
  }

  @Test func `an unknown array is named with the nearest`() throws {
    #expect(
      try check("draw: lines, x: runs/step, y: runs/los") == """
        figure.yaml:3:37: error: 'runs' has no array 'los'
            3 |   - { draw: lines, x: runs/step, y: runs/los }
              |                                     ^~~~~~~~
              = did you mean 'loss'?
              = arrays of toy/runs: edge, learning_rate, loss, sharpness, step
        """
    )
  }

  @Test func `dimensions that are left are named`() throws {
    #expect(
      try check("draw: lines, x: runs/step, y: runs/loss") == """
        figure.yaml:3:37: error: 'runs/loss' is left with the dimensions learning_rate, step; lines needs one
            3 |   - { draw: lines, x: runs/step, y: runs/loss }
              |                                     ^~~~~~~~~
              = fix dimensions with 'at: { learning_rate: 0 }', or draw all with 'each: learning_rate'
        """
    )
  }

  @Test func `an unknown dimension is named with the nearest`() throws {
    #expect(
      try check("draw: lines, x: runs/step, y: runs/loss, at: { learning_rat: 0 }") == """
        figure.yaml:3:54: error: none of the arrays has the dimension 'learning_rat'
            3 |   - { draw: lines, x: runs/step, y: runs/loss, at: { learning_rat: 0 } }
              |                                                      ^~~~~~~~~~~~
              = did you mean 'learning_rate'?
              = dimensions: learning_rate, step
        """
    )
    #expect(
      try check("draw: lines, x: runs/step, y: runs/loss, each: rate").hasPrefix(
        "figure.yaml:3:54: error: none of the arrays has the dimension 'rate'\n"
      )
    )
  }

  @Test func `coordinates of different dimensions do not fit`() throws {
    #expect(
      try check("draw: lines, x: runs/step, y: runs/edge") == """
        figure.yaml:3:37: error: 'runs/edge' runs along learning_rate, and 'runs/step' along step
            3 |   - { draw: lines, x: runs/step, y: runs/edge }
              |                                     ^~~~~~~~~
        """
    )
  }

  @Test func `an unknown meaning is named with the nearest`() throws {
    let data = "draw: points, x: portrait/fixed_point_residual, y: portrait/fixed_point_trace"
    #expect(
      try check("\(data), where: { fixed_point_stability: stabel }")
        == """
        figure.yaml:3:118: error: 'stabel' is no meaning of 'fixed_point_stability'
            3 | …ait/fixed_point_trace, where: { fixed_point_stability: stabel } }
              |                                                         ^~~~~~
              = did you mean 'stable'?
              = meanings: stable, unstable
        """
    )
    #expect(
      try check("\(data), where: { stability: stable }").hasPrefix(
        "figure.yaml:3:95: error: 'portrait' has no array 'stability'\n"
      )
    )
  }

  @Test func `a label is filled with single numbers only`() throws {
    let data = "draw: lines, x: runs/step, y: runs/loss, each: learning_rate"
    #expect(
      try check("\(data), label: '{sharpness}'").hasPrefix(
        "figure.yaml:3:76: error: '{sharpness}' is not a single number: it runs along step\n"
      )
    )
    #expect(
      try check("\(data), label: '{rate}'").hasPrefix("figure.yaml:3:76: error: 'runs' has no array 'rate'\n")
    )
    #expect(try check("\(data), label: 'λ_{H}, 10^{{learning_rate:2}}, {/:Italic x}'") == "")
  }

  @Test func `data that a kind of drawing lacks or has no use for are named`() throws {
    #expect(try check("draw: lines, x: runs/step").contains("error: lines needs 'y'"))
    #expect(try check("draw: horizontal, y: 1, x: 2").contains("error: horizontal has no use for 'x'"))
    #expect(try check("draw: line, x: 1, y: 2").contains("did you mean 'lines'?"))
    #expect(try check("draw: lines, x: step, y: 2").contains("'step' where data are expected"))
    #expect(try check("draw: vertical, x: 1, color: bleu").contains("did you mean 'blue'?"))
  }

  @Test func `axes and legends are checked`() throws {
    let series = "series: [ { draw: horizontal, y: 1 } ]"
    #expect(try problems("panels: [ { x: { from: 2, to: 1 }, \(series) } ]").contains("'to' is not above 'from'"))
    #expect(
      try problems("panels: [ { y: { from: 0, scale: log }, \(series) } ]").contains(
        "a logarithmic axis begins above zero"
      )
    )
    #expect(
      try problems("{ legend: top, panels: [ { \(series) } ] }").contains("the legend of a whole figure stands 'below'")
    )
    #expect(
      try problems("{ row_heights: [1, 2], panels: [ { \(series) } ] }").contains("2 heights for 1 rows of panels")
    )
    #expect(
      try problems("{ columns: 2, column_widths: [1.0e-20, 1], panels: [ { \(series) }, { \(series) } ] }").contains(
        "the largest is more than 50 times the smallest"
      )
    )
    #expect(
      try problems("{ name: ../x, panels: [ { \(series) } ] }").contains("must be a name of letters, digits, - and _")
    )
  }

  @Test func `texts cannot leave their place`() throws {
    func title(_ text: String) throws -> String {
      try problems("panels:\n- title: \(text)\n  series: [ { draw: horizontal, y: 1 } ]\n")
    }
    #expect(try title("\"a\\nplot x\"").hasPrefix("figure.yaml:2:10: error: the control character U+A in a text\n"))
    #expect(
      try title("'{/Sans\"onload=\"x\" y}'").hasPrefix("figure.yaml:2:10: error: '{/Sans\"onload=\"x\"' is no font\n")
    )
    #expect(try title("'λ_{H'").hasPrefix("figure.yaml:2:10: error: a '{' without '}' in a text\n"))
    #expect(try title("'λ_H}'").hasPrefix("figure.yaml:2:10: error: a '}' without '{' in a text\n"))
    #expect(try title("'{/:Bold a} \\{b, it''s η'") == "")
    #expect(
      try title("'{/*1e30 x}'").hasPrefix(
        "figure.yaml:2:10: error: '{/*1e30' makes letters 1e+30 times as large; 0.1 to 10 is possible\n"
      )
    )
    #expect(try title("'{/*4 {/*4 x}}'").contains("makes letters 16 times as large"))
    #expect(try title("'{/*nan x}'").contains("'{/*nan' is no font"))
    #expect(try title("'{/=inf x}'").contains("'{/=inf' is no font"))
    #expect(try title("'{/*0.5 x}, {/=12:Bold y}'") == "")
  }

  @Test func `a pipeline reports mistakes in its figures`() throws {
    let text = """
      pipeline: test
      stages:
        runs: { kind: toy }
        plot:
          kind: figure
          inputs: { runs: runs }
          with:
            panels:
              - series:
                  - { draw: lines, x: runs/step, y: runs/lossy }
      """
    let node = try YAMLParser.parse(Array(text.utf8), name: "test.yaml")
    let all: [any StageKind.Type] = [Toy.self, Figure.self]
    let fingerprints = all.map { ($0.declaration.sourceFile, "test") }
    let kinds = StageKinds(all, fingerprints: Dictionary(uniqueKeysWithValues: fingerprints))
    let error = #expect(throws: Diagnostics.self) { try Pipeline(node, choices: .init(), kinds: kinds) }
    #expect(
      error?.description == """
        test.yaml:10:47: error: 'runs' has no array 'lossy'
           10 |             - { draw: lines, x: runs/step, y: runs/lossy }
              |                                               ^~~~~~~~~~
              = did you mean 'loss'?
              = arrays of toy: step, loss
        """
    )
  }

  @Test func `a figure is read back from its JSON`() throws {
    let figure = try figure(DrawingTests.everything)
    var diagnostics = Diagnostics()
    let again = Figure.decode(Node(figure.json), &diagnostics)
    #expect(again?.json == figure.json)
    #expect(diagnostics.isEmpty)
  }
}

/// A kind whose arrays are known.
private struct Toy: StageKind {
  static let declaration = KindDeclaration(
    "toy",
    "A toy.",
    outputs: [OutputDeclaration("step", ["step"], "Steps."), OutputDeclaration("loss", ["step"], "Losses.")]
  )
  static let fields: [Field<Toy>] = []

  func run(_ context: StageContext) async throws -> StageResult { StageResult(Artifact()) }
}
