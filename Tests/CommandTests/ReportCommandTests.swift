import Artifacts
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// `pipeline report`, on real results and in a real browser.
@Suite struct ReportCommandTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  /// Text that would do something if a page took it for more than text.
  private static let script = "</script><script>window.injected = 1</script><img src=x onerror='window.injected = 2'>"

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
    try folder.write(
      """
      pipeline: toy
      title: "A title & \(Self.script)"
      description: |
        What is shown: \(Self.script)

        A second paragraph.
      parameters: { steps: 40 }
      profiles: { long: { steps: 50 } }
      stages:
        runs:
          kind: uv/trajectories
          with:
            cases: [{ name: "\(Self.script)", start: { trace: 1 } }]
            learning_rate: { values: [0.5, 1.1], relative_to: critical }
            steps: ${{ parameters.steps }}
        swept:
          kind: uv/trajectories
          matrix: { output: { from: 0.1, to: 0.4, count: 7 } }
          with:
            cases: [{ name: a, start: { output: "${{ matrix.output }}", trace: 1 } }]
            learning_rate: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
            steps: 9
        figure:
          kind: figure
          inputs: { runs: runs }
          with:
            panels:
              - title: "(a) trace_{late} <b>"
                x: step
                y: "trace λ"
                series: [{ draw: lines, x: runs/step, y: runs/trace, at: { case: 0 }, each: learning_rate, label: "a <run>" }]
        table:
          kind: table
          inputs: { runs: runs }
          with:
            rows: runs/learning_rate
            at: { case: 0 }
            columns: [{ title: "least | <i>trace</i>", value: runs/eta_ratio }]
      claims:
        - { name: "ends low \(Self.script)", value: "runs/trace[case@0, step@-1]", reduce: min, above: 0 }
        - { name: "ends high", value: "runs/trace[case@0, step@-1]", reduce: max, above: 1000000 }
      """,
      to: "pipelines/toy.yaml"
    )
  }

  private func run(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(arguments, in: folder.path)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try readBytes(folder.path.appending(name)), as: UTF8.self)
  }

  @Test func `Its pages are whole, accessible and harmless in a browser, and lead from a figure to its parameters`()
    async throws
  {
    #expect(try await run("run", "toy").status == 3)
    let outcome = try await run("report", "--points", "3")
    #expect(
      outcome
        == .init(
          output: "note: toy: 1 of 2 claims do not hold\nthe report is report/index.html\n",
          errors: "",
          status: 0
        )
    )
    let check = FilePath(#filePath).removingLastComponent().appending("../../scripts/check-report")
      .lexicallyNormalized()
    let checked = try await Program(at: check).run(["report", "steps = 40"], in: folder.path)
    #expect(checked == .init(output: "15 pages, 5 of them in the browser: 0 problems\n", errors: "", status: 0))

    let index = try text("report/index.html")
    #expect(!index.contains("<script>window"))
    #expect(index.contains("&lt;script&gt;window.injected = 1&lt;/script&gt;"))
    #expect(index.contains("<td class=\"verdict holds\">✓ holds</td>"))
    #expect(index.contains("<td class=\"verdict fails\">✗ fails</td>"))
    #expect(index.contains("<dd>10 of 10</dd>"))
    #expect(index.contains("(a) trace_late &lt;b&gt;; trace λ against step; showing a &lt;run&gt;."))
    for suffix in ["pdf", "svg", "png", "h5"] { #expect(index.contains("href=\"toy/files/toy-figure.\(suffix)\"")) }
    #expect(index.contains("<th scope=\"col\">least | &lt;i&gt;trace&lt;/i&gt;</th>"))
    let stage = try text("report/toy/stages/runs.html")
    #expect(stage.contains("<code>steps</code></th><td><code>40 [steps]</code></td><td>pipelines/toy.yaml:7:22</td>"))
    #expect(stage.contains("<td>default</td>"))
    #expect(stage.contains("<dt>Signature</dt><dd>none</dd>"))
    #expect(stage.contains("pkg:generic/hdf5@"))
    // Of seven points three have pages, and all are listed.
    let swept = try text("report/toy/stages/swept.html")
    #expect(swept.contains("The first 3 points have pages of their own"))
    #expect(swept.components(separatedBy: "<td>made</td>").count == 8)
    #expect(folder.files(below: "report/toy/stages/swept").map { $0.suffix(6) } == ["0.html", "1.html", "2.html"])
    // The data beside the figure carry their statements.
    let traced = try await run("trace", "report/toy/files/toy-figure.h5")
    #expect(traced.status == 0)
    #expect(traced.output.contains("stage 'runs'"))
  }

  @Test func `Equal stores give equal pages, and what is missing is shown as missing`() async throws {
    let none = try await run("report", "toy", "--output", "empty")
    #expect(none.status == 0)
    #expect(none.output.contains("note: toy: 10 of 10 actions are not made yet\n"))
    #expect(none.output.contains("note: toy: 2 of 2 claims are not checked\n"))
    #expect(!folder.files().contains { $0.hasPrefix("artifacts/") })
    let empty = try text("empty/index.html")
    #expect(empty.contains("<strong>Not made yet:</strong> figure."))
    #expect(empty.contains("– not checked"))
    #expect(empty.contains("0 of 10"))

    // A claim fails.
    #expect(try await run("run", "toy", "--until", "runs").status == 3)
    #expect(try await run("report", "--output", "one").status == 0)
    #expect(try await run("report", "--output", "two").status == 0)
    let names = folder.files(below: "one").map { String($0.dropFirst(4)) }
    #expect(names == folder.files(below: "two").map { String($0.dropFirst(4)) })
    #expect(names.contains("toy/stages/figure.html"))
    for name in names {
      #expect(try readBytes(folder.path.appending("one/\(name)")) == readBytes(folder.path.appending("two/\(name)")))
    }
    let graph = try text("one/toy/index.html")
    #expect(graph.contains("aria-label=\"figure, figure, not made yet\""))
    #expect(graph.contains("aria-label=\"runs, uv/trajectories, made\""))
    #expect(try text("one/toy/stages/figure.html").contains("<strong>Not made yet:</strong> not built yet."))
  }

  @Test func `Only an earlier report is replaced, and a wrong name is reported`() async throws {
    try folder.write("mine", to: "site/notes.txt")
    let foreign = try await run("report", "toy", "--output", "site")
    #expect(foreign.status == 2)
    #expect(foreign.errors.contains("site' is no earlier report, and is not replaced"))
    #expect(try text("site/notes.txt") == "mine")
    #expect(folder.files() == ["pipelines/toy.yaml", "site/notes.txt"])

    for _ in 0..<2 { #expect(try await run("report", "toy", "--output", "new/").status == 0) }
    try folder.write("mine", to: "new/toy/notes.txt")
    let added = try await run("report", "toy", "--output", "new")
    #expect(added.status == 2)
    #expect(added.errors.contains("new' has a file that no report wrote, 'toy/notes.txt'"))
    #expect(try text("new/toy/notes.txt") == "mine")
    #expect(!folder.files().contains { $0.contains(".tmp") })

    // A store has no place for it, nor has a folder that leads into one.
    try folder.write("", to: "artifacts/objects/.keep")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path.appending("link").string,
      withDestinationPath: "artifacts"
    )
    for place in [
      "artifacts", "artifacts/pages", "artifacts/figures/new/pages", "link/pages", "./artifacts/../artifacts/x",
    ] {
      let inside = try await run("report", "toy", "--output", place)
      #expect(inside.status == 2)
      #expect(
        inside.errors.hasPrefix("error: '\(place)' lies in the store 'artifacts', where everything is kept"),
        "\(inside)"
      )
    }
    #expect(try await run("report", "toy", "--store", "other", "--output", "other/x").status == 2)
    #expect(!folder.files().contains { $0.hasPrefix("artifacts/pages") || $0.hasPrefix("other/") })
    #expect(try await run("report", "toy", "--output", "artifacts-pages").status == 0)

    let key = try await run("report", "toy", "--key", "none.pem")
    #expect(key.status == 2)
    #expect(key.errors.hasPrefix("error: cannot read none.pem: "), "\(key)")

    let wrong = try await run("report", "toi")
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("did you mean 'toy'?"))
    #expect(try await run("report", "toy", "--profile", "short").status == 2)
    #expect(
      try await run("report", "toy", "pipelines/toy.yaml").errors.contains("two of these pipelines are called 'toy'")
    )
  }

  @Test func `A signature is verified, and a damaged object is reported and left as it is`() async throws {
    let key = "\(folder.path)/key.pem"
    #expect(try await run("key", "new", key).status == 0)
    #expect(try await run("run", "toy", "--until", "figure", "--key", key).status == 3)
    #expect(try await run("report", "toy").status == 0)
    #expect(try text("report/toy/stages/runs.html").contains("as it says; not verified here"))
    #expect(try await run("report", "toy", "--key", "\(key).pub").status == 0)
    #expect(try text("report/toy/stages/runs.html").contains("<dt>Signature</dt><dd>holds, by key "))
    #expect(try await run("key", "new", "\(key)2").status == 0)
    #expect(try await run("report", "toy", "--key", "\(key)2.pub").status == 0)
    let other = try text("report/toy/stages/runs.html")
    #expect(other.contains("<dt>Signature</dt><dd>does not hold</dd>"))
    #expect(other.contains("<strong>Attention:</strong> no signature of the statement holds"))

    let address = try await run("show", "toy/runs", "--json").output.firstMatch(of: /"address":"([0-9a-f]{64})"/)?.1
    let digits = String(try #require(address))
    let object = folder.path.appending("artifacts/objects/\(digits.prefix(2))/\(digits).h5")
    var bytes = try readBytes(object)
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.removeItem(atPath: object.string)
    try folder.write(bytes, to: "artifacts/objects/\(digits.prefix(2))/\(digits).h5")
    let damaged = try await run("report", "toy")
    #expect(damaged.status == 0)
    let reason = "its object \(digits.prefix(12)) is damaged; 'pipeline run' makes it again"
    #expect(damaged.output.contains("note: toy: 'runs' is damaged: \(reason), and 'pipeline audit' shows"))
    // What was made from it is still there: only the table was not made.
    #expect(damaged.output.contains("note: toy: 8 of 10 actions are not made yet\n"))
    #expect(!damaged.output.contains("'figure'"))
    let page = try text("report/toy/stages/runs.html")
    #expect(page.contains("<strong>Damaged:</strong> \(reason.replacing("'", with: "&#39;"))"), "\(page)")
    #expect(try text("report/index.html").contains("<dd>1 of 10</dd><dd class=\"note\">1 damaged</dd>"))
    #expect(try text("report/toy/index.html").contains("aria-label=\"runs, uv/trajectories, damaged\""))
    #expect(try readBytes(object) == bytes)
  }

  @Test func `A figure whose file is damaged or gone is shown as that, and not as one that was never made`()
    async throws
  {
    #expect(try await run("run", "toy", "--until", "figure").status == 3)
    let picture = try ContentDigest(ofFile: folder.path.appending("artifacts/figures/toy/toy-figure.png")).description
    let object = folder.path.appending("artifacts/objects/\(picture.prefix(2))/\(picture).png")
    try FileManager.default.removeItem(atPath: object.string)
    let gone = try await run("report", "toy")
    let reason = "its object \(picture.prefix(12)) is missing; 'pipeline run' makes it again"
    #expect(gone.output.contains("note: toy: 'figure' is missing: \(reason)"), "\(gone)")
    #expect(!gone.output.contains("'figure' is not made yet"))
    #expect(try text("report/index.html").contains("<strong>Missing:</strong> figure. Its state: its object"))
    try folder.write("no picture", to: "artifacts/objects/\(picture.prefix(2))/\(picture).png")
    #expect(try await run("report", "toy").output.contains("note: toy: 'figure' is damaged: its object"))
    #expect(try text("report/index.html").contains("<strong>Damaged:</strong> figure. Its state: its object"))
  }
}
