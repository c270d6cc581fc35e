import SystemPackage
import TestSupport
import Testing

/// `pipeline graph`: the graph as text, in DOT and as a drawing.
@Suite struct GraphCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    try folder.write(
      """
      pipeline: a
      title: 'x < y & "z"'
      stages:
        runs:
          kind: uv/trajectories
          with: { cases: [{ name: a, start: { trace: 1 } }], learning_rate: 0.1 }
        power: { kind: spectrum, with: { variable: trace, segment: 8 }, inputs: { series: runs } }
        picture:
          kind: figure
          inputs: { runs: runs, spectrum: power }
          with: { panels: [{ series: [{ draw: lines, x: runs/step, y: runs/loss, at: { case: 0, learning_rate: 0 } }] }] }
        alone: { kind: uv/bifurcation }
      """,
      to: "a.yaml"
    )
  }

  private func graph(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(["graph"] + arguments, in: folder.path)
  }

  @Test func `As text, each stage stands above those that it needs`() async throws {
    let expected = """
      a: x < y & "z"
      picture (figure)
      ├─ runs (uv/trajectories)
      └─ spectrum: power (spectrum)
         └─ series: runs (uv/trajectories)
      alone (uv/bifurcation)

      """
    #expect(try await graph("a") == .init(output: expected, errors: "", status: 0))
  }

  @Test func `In DOT, an arrow runs from each stage to those that need it`() async throws {
    let expected = #"""
      digraph "a" {
        rankdir=TB;
        node [shape=box, fontname="Helvetica"];
        label="x < y & \"z\"";
        n0 [label="runs\nuv/trajectories"];
        n1 [label="power\nspectrum"];
        n2 [label="picture\nfigure"];
        n3 [label="alone\nuv/bifurcation"];
        n0 -> n1 [label="series"];
        n0 -> n2;
        n1 -> n2 [label="spectrum"];
      }

      """#
    #expect(try await graph("a", "--format", "dot") == .init(output: expected, errors: "", status: 0))
  }

  @Test func `The drawing is XML with a box for each stage and an arrow for each need`() async throws {
    let outcome = try await graph("a", "--format", "svg")
    #expect(outcome.status == 0)
    try folder.write(outcome.output, to: "a.svg")
    let script = """
      import xml.etree.ElementTree as tree
      root = tree.parse("a.svg").getroot()
      name = "{http://www.w3.org/2000/svg}"
      print([text.text for text in root.iter(name + "text")])
      print(len([path for path in root.iter(name + "path") if path.get("marker-end")]))
      boxes = [[float(box.get(key)) for key in ("x", "y", "width", "height")]
               for box in root.iter(name + "rect") if box.get("rx")]
      width, height = map(float, root.get("viewBox").split()[2:])
      print(all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes))
      apart = lambda a, b: a[1] != b[1] or a[0] + a[2] < b[0] or b[0] + b[2] < a[0]
      print(all(apart(a, b) for i, a in enumerate(boxes) for b in boxes[:i]))
      """
    let seen = try await Program(at: "/usr/bin/python3").run(["-c", script], in: folder.path)
    #expect(seen.errors == "")
    let texts = """
      ['a: x < y & "z"', 'runs', 'uv/trajectories', 'power', 'spectrum', 'picture', 'figure', 'alone', 'uv/bifurcation']
      """
    #expect(seen.output == texts + "\n3\nTrue\nTrue\n")
    #expect(try await graph("a", "--format", "svg").output == outcome.output)
  }

  @Test func `A sweep is one stage, with the number of its points`() async throws {
    try folder.write(
      """
      pipeline: sweep
      stages:
        orbit: { kind: uv/bifurcation, matrix: { levels: [5, 6, 7] }, with: { levels: "${{ matrix.levels }}" } }
        power: { kind: spectrum, with: { variable: density }, inputs: { series: orbit } }
      """,
      to: "sweep.yaml"
    )
    let text = "sweep\npower (spectrum)\n└─ series: orbit (uv/bifurcation, 3 points)\n"
    #expect(try await graph("sweep") == .init(output: text, errors: "", status: 0))
    let dot = try await graph("sweep", "--format", "dot")
    #expect(dot.output.contains(#"n0 [label="orbit\nuv/bifurcation, 3 points"];"#))
    #expect(try await graph("sweep", "--format", "svg").status == 0)
    let json = """
      {"pipeline":"sweep","stages":[{"inputs":[],"kind":"uv/bifurcation","name":"orbit","points":3},\
      {"inputs":[{"name":"series","stage":"orbit"}],"kind":"spectrum","name":"power"}],"title":""}

      """
    #expect(try await graph("sweep", "--format", "json") == .init(output: json, errors: "", status: 0))
  }

  @Test func `A long chain is shown in trees that begin where the one above breaks off`() async throws {
    var text = "pipeline: chain\nstages:\n  s0: { kind: uv/bifurcation }\n"
    for index in 1..<2_000 {
      let variable = index == 1 ? "density" : "power"
      text +=
        "  s\(index): { kind: spectrum, with: { variable: \(variable), segment: 512 }, inputs: { series: s\(index - 1) } }\n"
    }
    try folder.write(text, to: "chain.yaml")
    let outcome = try await graph("chain")
    #expect(outcome.errors == "")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines[1] == "s1999 (spectrum)")
    #expect(lines.filter { $0.hasSuffix("see below") }.count == 83)
    #expect(lines.filter { !$0.hasSuffix("see below") }.count == 2_001)
    let drawing = try await graph("chain", "--format", "svg")
    #expect(drawing.status == 2)
    #expect(
      drawing.errors == """
        error: a drawing of more than 1000 stages is not legible
              = '--format dot' writes any number of them, for Graphviz

        """
    )
  }

  @Test func `An unknown format is reported with the known ones`() async throws {
    let outcome = try await graph("a", "--format", "png")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("'png'"))
    #expect(outcome.errors.contains("Please provide one of 'text', 'dot', 'svg' or 'json'."), "\(outcome.errors)")
  }
}
