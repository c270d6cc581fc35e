import Artifacts
import Configuration
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Text from files that somebody sent: what it would make of a terminal, a drawing or a page stays text.
@Suite struct HostileTextTests {
  private let folder: TemporaryFolder
  private let pipeline: Program
  /// A sequence that sets the title, a bell, a color, C1's introducer, a deletion, an override of direction, an isolate.
  private static let hazard = #"\e]0;owned\a\e[31m\x9b2J\x7f\u202egnp.exe\u202c\u2066"#

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    let text = """
      pipeline: hostile
      title: "HAZARD title ]]> <script>alert(1)</script>\\nerror: fake"
      parameters: { word: "HAZARD\\nerror: fake" }
      stages:
        runs:
          kind: uv/trajectories
          with:
            cases: [{ name: "case HAZARD ]]> <script>alert(2)</script>", start: { trace: 1 } }]
            learning_rate: { values: [0.5, 1.1], relative_to: critical }
            steps: 20
        echo:
          kind: command
          with:
            run: [/bin/sh, -c, "printf 'said \\\\033[31m\\\\007\\\\n'; printf x > {outputs.out}"]
            outputs: { out: out.txt }
        broken:
          kind: command
          with:
            run: [/bin/sh, -c, "printf 'bad \\\\033[31m\\\\007\\\\302\\\\2332J\\\\n' >&2; exit 3"]
            outputs: { out: out.txt }
        sweep:
          kind: uv/trajectories
          matrix: { text: ["HAZARD", "plain"] }
          with:
            cases: [{ name: "${{ matrix.text }}", start: { trace: 1 } }]
            learning_rate: { values: [0.5], relative_to: critical }
            steps: 20
        figure:
          kind: figure
          inputs: { runs: runs }
          with:
            width: 8.3
            height: 6
            panels:
              - x: step
                y: { label: "y ]]> <script>alert(3)</script> & 'q' `id`", from: 0 }
                title: "]]> &amp; <b onload=x>"
                series:
                  - draw: lines
                    x: runs/step
                    y: runs/trace
                    at: { case: 0, learning_rate: 1 }
                    label: "]]> <script>alert(4)</script>"
      claims:
        - { name: "claim HAZARD", value: "runs/trace[case@0, learning_rate@0, step@0]", expect: 1 }
        - { name: "fails HAZARD", value: "runs/trace[case@0, learning_rate@0, step@0]", expect: 2 }
      """
    try folder.write(text.replacing("HAZARD", with: Self.hazard), to: "pipelines/hostile.yaml")
  }

  /// Whether an output holds nothing that a terminal obeys, and no line that a name has begun.
  private func expectHarmless(_ arguments: String..., at place: Testing.SourceLocation = #_sourceLocation) async throws
  {
    let outcome = try await pipeline.run(arguments, in: folder.path)
    for text in [outcome.output, outcome.errors] {
      let hazards = text.unicodeScalars.filter { $0.isHazardous && $0 != "\n" && $0 != "\t" }
      #expect(hazards.isEmpty, "\(arguments): \(hazards.map { String($0.value, radix: 16) })", sourceLocation: place)
      let hasFake = text.split(separator: "\n").contains { $0.hasPrefix("error: fake") }
      #expect(!hasFake, "\(arguments)", sourceLocation: place)
    }
    #expect(!(outcome.output + outcome.errors).isEmpty, "\(arguments)", sourceLocation: place)
    #expect(outcome.status < 100, "\(arguments): \(outcome.errors)", sourceLocation: place)
  }

  @Test func `No command writes what a terminal obeys, whatever names, values and programs say`() async throws {
    try await expectHarmless("check", "hostile")
    try await expectHarmless("plan", "hostile")
    try await expectHarmless("run", "hostile", "--keep-going")
    try await expectHarmless("run", "hostile")
    try await expectHarmless("run", "hostile", "--json", "--force")
    try await expectHarmless("run", "hostile", "--set", "word=\u{1b}[31m\u{202e}\nerror: fake", "--set", "none\u{7}=1")
    try await expectHarmless("plan", "hostile", "--set", "word=\u{1b}[31m\u{202e}\nerror: fake")
    try await expectHarmless("plan", "hostile", "--json")
    for format in ["text", "dot", "svg", "json"] { try await expectHarmless("graph", "hostile", "-f", format) }
    try await expectHarmless("claims", "hostile")
    try await expectHarmless("claims", "hostile", "--json")
    for stage in ["runs", "figure", "echo"] {
      try await expectHarmless("show", "hostile/\(stage)")
      try await expectHarmless("show", "hostile/\(stage)", "--json")
      try await expectHarmless("trace", "hostile/\(stage)")
      try await expectHarmless("trace", "hostile/\(stage)", "--json")
    }
    try await expectHarmless("show", "hostile/runs", "--variable", "case")
    try await expectHarmless("show", "hostile/runs", "--variable", "trace[case=\u{1b}\u{202e}]")
    try await expectHarmless("diff", "hostile/runs", "hostile/figure")
    for format in ["text", "json", "markdown", "junit"] { try await expectHarmless("audit", "--format", format) }
    try await expectHarmless("verify", "hostile")
    try await expectHarmless("report", "hostile", "--output", "pages")
    try await expectHarmless("gc", "--dry-run")
    try await expectHarmless("show", "no\u{1b}[31m\u{9b}\u{202e}\nerror: fake")
    try await expectHarmless("run", "--no\u{1b}[31m\u{9b}such")
    try await expectHarmless("no\u{1b}[31m\u{202e}such")
    for name in folder.files(below: "artifacts/runs") where name.hasSuffix("run.log") {
      let log = String(decoding: try readBytes(folder.path.pushing(FilePath("artifacts/runs/\(name)"))), as: UTF8.self)
      #expect(!log.unicodeScalars.contains { $0.isHazardous && $0 != "\n" && $0 != "\t" })
    }
  }

  @Test(arguments: [
    "pipeline: a\nstages:\n  \"s\\e[31m\\nerror: fake\": { kind: x }",
    "pipeline: \"\\e]0;x\\a\\nerror: fake\"\nstages: {}",
    "pipeline: a\nstages:\n  s: { kind: \"\\u202e\\x9b\\nerror: fake\" }",
    "pipeline: a\nstages:\n  s: { kind: uv/trajectories, with: { cases: [{ name: \"a\\nerror: fake\" }] } }",
    "pipeline: a\n\"\\u2066\\nerror: fake\": 1", "pipeline: a\nstages: { s: \u{1b}[31m",
    "pipeline: a\nstages: [\u{202e}\u{85}",
    "pipeline: a\nstages:\n  s: { kind: table, inputs: { \"\\e\\nerror: fake\": q } }",
  ])
  func `Errors do not send escapes to the terminal`(text: String) async throws {
    try folder.write(text, to: "pipelines/mistake.yaml")
    try await expectHarmless("check", "mistake")
    try folder.write(text, to: "pipelines/mis\u{1b}[31m\u{202e}take.yaml")
    try await expectHarmless("check", "pipelines/mis\u{1b}[31m\u{202e}take.yaml")
  }

  @Test func `A label with the end of a section and a script stays text in SVG, HTML and JUnit`() async throws {
    let outcome = try await pipeline.run(["run", "hostile", "--quiet", "--keep-going"], in: folder.path)
    try #require([1, 3].contains(outcome.status), "\(outcome.errors)")
    _ = try await pipeline.run(["report", "hostile", "--output", "pages"], in: folder.path)
    _ = try await pipeline.run(["audit", "--format", "junit", "--output", "audit.xml"], in: folder.path)
    let graph = try await pipeline.run(["graph", "hostile", "-f", "svg"], in: folder.path)
    try folder.write(graph.output, to: "graph.svg")
    let script = """
      import glob, html.parser, sys
      import xml.etree.ElementTree as tree
      drawings = glob.glob("artifacts/figures/hostile/*.svg") + ["graph.svg", "audit.xml"]
      assert len(drawings) == 3, drawings
      for path in drawings:
          root = tree.parse(path).getroot()
          for element in root.iter():
              assert not element.tag.lower().endswith("script"), path
              assert not any(name.lower().startswith("on") for name in element.attrib), path
      text = "".join(tree.parse(drawings[0]).getroot().itertext())
      assert "]]> <script>alert(4)</script>" in text, text
      class Pages(html.parser.HTMLParser):
          inScript = False
          def handle_starttag(self, tag, attributes):
              assert not any(name.startswith("on") for name, _ in attributes)
              self.inScript = tag == "script"
          def handle_endtag(self, tag): self.inScript = False
          def handle_data(self, data):
              assert not (self.inScript and "alert" in data), data
      pages = glob.glob("pages/**/*.html", recursive=True)
      assert pages
      for page in pages: Pages().feed(open(page).read())
      print("done")
      """
    let checked = try await Program(at: "/usr/bin/env").run(["python3", "-c", script], in: folder.path)
    #expect(checked.output == "done\n", "\(checked.errors)")
  }
}
