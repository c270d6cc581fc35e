import Artifacts
import Foundation
import SystemPackage
import TestSupport
import Testing

/// `pipeline trace`: from a file to the data and the seeds.
@Suite struct TraceCommandTests {
  private let experiment: Experiment
  private let elsewhere: TemporaryFolder

  init() async throws {
    experiment = try Experiment()
    elsewhere = try TemporaryFolder()
    try experiment.folder.write(
      """
      pipeline: drawn
      parameters: { rate: 1.1 }
      stages:
        runs:
          kind: uv/trajectories
          matrix:
            seed: { range: 4 }
          with:
            cases: [{ name: a, network: { width: 16, seed: "${{ matrix.seed }}" } }]
            learning_rate: { values: [0.5, "${{ parameters.rate }}"], relative_to: critical }
            steps: 12
        figure:
          kind: figure
          inputs: { runs: runs }
          with:
            panels:
              - x: step
                series:
                  - { draw: lines, x: runs/step, y: runs/trace, at: { case: 0, learning_rate: 1, seed: 2 }, label: two }
      """,
      to: "pipelines/drawn.yaml"
    )
    let outcome = try await experiment.run("run", "drawn", "--quiet", "--unsigned", "--until", "figure")
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  private var figures: FilePath { experiment.folder.path.appending("artifacts/figures/drawn") }

  /// A copy of a file of the figure, under another name in another folder.
  private func copy(_ suffix: String) throws -> String {
    try elsewhere.write(readBytes(figures.appending("drawn.\(suffix)")), to: "renamed").string
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test(arguments: ["png", "pdf", "svg", "h5", "gp", "dat"])
  func `A file that was renamed and moved leads to the seeds and to places in the pipeline file`(suffix: String)
    async throws
  {
    let outcome = try await experiment.run("trace", try copy(suffix), "--store", "artifacts")
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("figure, stage 'figure' of 'drawn'  pipelines/drawn.yaml:12:3"))
    #expect(outcome.output.contains("runs: 4 points, stacked (seed: 4)"))
    #expect(outcome.output.contains("[0]: uv/trajectories, stage 'runs[seed=0]'  pipelines/drawn.yaml:4:3"))
    #expect(outcome.output.contains("and 1 more"))
    #expect(outcome.output.contains("runs[seed=2]: cases[0].network.seed = 2"))
    #expect(outcome.output.contains("none of 4 statements"))
  }

  @Test func `The exported HDF5 file needs no store: it carries the chain of statements, which h5py reads`()
    async throws
  {
    let path = try copy("h5")
    let outcome = try await experiment.pipeline.run(["trace", path, "--json"], in: elsewhere.path)
    #expect(outcome.errors == "")
    let trace = try json(outcome.output)
    #expect((trace["actions"] as? [[String: Any]])?.count == 5)
    #expect((trace["lacking"] as? [String]) == [])
    let script = """
      import h5py, json, sys
      lines = h5py.File(sys.argv[1])["/"].attrs["_pipeline_statements"].splitlines()
      print(len(lines), *{json.loads(line)["_type"] for line in lines})
      """
    let read = try await Program(at: "/usr/bin/python3").run(["-c", script, path])
    #expect(read == .init(output: "5 https://in-toto.io/Statement/v1\n", errors: "", status: 0))
    // Its content is the artifact's.
    let exported = try Artifact(contentsOf: path)
    let shown = try await experiment.address("drawn/figure")
    #expect(exported.address.description == shown)
  }

  @Test func `An address, a key and a stage are traced as well`() async throws {
    let address = try await experiment.address("drawn/figure")
    let byAddress = try await experiment.run("trace", String(address.prefix(10)))
    #expect(byAddress.status == 0)
    #expect(byAddress.output.hasPrefix("figure, stage 'figure' of 'drawn'"))
    #expect(try await experiment.run("trace", "drawn/figure").output == byAddress.output)
    let whole = try json(try await experiment.run("trace", address, "--json").output)
    let key = try #require((whole["actions"] as? [[String: Any]])?.first?["key"] as? String)
    #expect(try await experiment.run("trace", key).output == byAddress.output)
  }

  @Test func `A point of a figure leads to the run, the element and the places of its parameters`() async throws {
    let path = try copy("png")
    for arguments in [["--series", "two", "--point", "7"], ["--series", "1/1", "--point", "7"]] {
      let outcome = try await experiment.pipeline.run(
        ["trace", path, "--store", "artifacts"] + arguments,
        in: experiment.folder.path
      )
      #expect(outcome.errors == "")
      #expect(outcome.output.contains("panel 1, series 1 'two' (lines): point 7 of "))
      #expect(outcome.output.contains("from runs/trace[seed: 2, case: 0, learning_rate: 1, step: 7], result "))
      #expect(outcome.output.contains("stage 'runs[seed=2]'"))
      // Where `steps`, the parameter of the file and the axis of the sweep are written.
      #expect(outcome.output.contains(/steps = 12 +pipelines\/drawn.yaml:11:14/))
      #expect(outcome.output.contains(/learning_rate.values\[1\] = 1.1 +pipelines\/drawn.yaml:2:21/))
      #expect(outcome.output.contains(/cases\[0\].network.seed = 2 +pipelines\/drawn.yaml:7:/))
    }
    let numbers = try await experiment.run(
      "trace",
      "artifacts/figures/drawn/drawn.pdf",
      "--series",
      "two",
      "--point",
      "7",
      "--json"
    )
    let point = try #require(try json(numbers.output)["point"] as? [String: Any])
    let values = try #require(point["values"] as? [[String: Any]])
    let (x, y) = (try #require(values[0]["value"] as? Double), try #require(values[1]["value"] as? Double))
    let near = try await experiment.run("trace", "artifacts/figures/drawn/drawn.svg", "--at", "1,\(x),\(y)", "--json")
    #expect((try json(near.output)["point"] as? [String: Any])?["index"] as? Int == 7)
  }

  @Test func `A picture that was changed is reported, with exit code 3`() async throws {
    let bytes = try readBytes(figures.appending("drawn.svg"))
    let text = String(decoding: bytes, as: UTF8.self).replacing("</svg>", with: "<!-- more --></svg>")
    let path = try elsewhere.write(text, to: "changed.svg").string
    let outcome = try await experiment.run("trace", path)
    #expect(outcome.status == 3)
    #expect(outcome.output.hasPrefix("\(path): changed since it was drawn"))
    // Values that were changed in an exported file.
    let file = try copy("h5")
    let change = """
      import h5py, sys
      with h5py.File(sys.argv[1], "a") as f: f["panel01/series001/y"][0] = 77
      """
    #expect(try await Program(at: "/usr/bin/python3").run(["-c", change, file]).status == 0)
    let changed = try await experiment.run("trace", file)
    #expect(changed.status == 3)
    #expect(changed.output.contains("it was changed"))
  }

  @Test func `What cannot be traced is one clear error`() async throws {
    func error(_ arguments: String..., in folder: FilePath? = nil) async throws -> String {
      let outcome = try await experiment.pipeline.run(["trace"] + arguments, in: folder ?? experiment.folder.path)
      #expect(outcome.status == 2, "\(outcome)")
      #expect(outcome.output == "")
      #expect(outcome.errors.split(separator: "\n").first?.hasPrefix("error: ") == true, "\(outcome.errors)")
      return outcome.errors
    }
    let png = try copy("png")
    #expect(try await error(png, in: elsewhere.path).contains("there is no store here"))
    #expect(try await error("nothing.png").contains("there is no file 'nothing.png'"))
    #expect(try await error("pipelines/drawn.yaml").contains("has no file with its bytes"))
    #expect(try await error("/dev/null").contains("is no file that holds a result"))
    #expect(try await error("abcdef0123").contains("no address"))
    #expect(try await error(png, "--series", "three", "--point", "0").contains("no series 'three'"))
    #expect(try await error(png, "--at", "2,0,0").contains("no panel 2"))
    #expect(try await error("drawn/runs[seed=0]", "--at", "1,0,0").contains("is no figure"))
    try elsewhere.write(Array(readBytes(figures.appending("drawn.h5")).prefix(900)), to: "cut.h5")
    #expect(try await error(elsewhere.path.appending("cut.h5").string).contains("cannot read"))
    try elsewhere.write(Array(readBytes(figures.appending("drawn.png")).prefix(60)), to: "cut.png")
    #expect(try await error(elsewhere.path.appending("cut.png").string).contains("does not say who drew it"))
    let usage = try await experiment.run("trace", png, "--at", "one")
    #expect(usage.status == 2)
    #expect(usage.errors.contains("--at takes panel,x,y"))
    #expect(try await experiment.run("trace", png, "--series", "two").status == 2)
  }

  @Test func `Invalid statements in a file, or statements that are not text, are an error of that file`()
    async throws
  {
    for (index, value) in ["'{}'", "'nonsense'", "7", "['a', 'b']"].enumerated() {
      let file = try copy("h5")
      let script =
        "import h5py, sys\nwith h5py.File(sys.argv[1], 'a') as f: f.attrs['_pipeline_statements'] = \(value)\n"
      #expect(try await Program(at: "/usr/bin/python3").run(["-c", script, file]).status == 0)
      let outcome = try await experiment.run("trace", file)
      #expect(outcome.status == 2, "\(index)")
      #expect(outcome.errors.hasPrefix("error: \(file)"))
    }
  }

  @Test func `A damaged file is traced or refused, and never ends the program by a signal`() async throws {
    var random = SplitMix64(seed: 5)
    var refused = 0
    for suffix in ["h5", "png", "pdf", "svg"] {
      let bytes = try readBytes(figures.appending("drawn.\(suffix)"))
      for round in 0..<25 {
        var changed = bytes
        for _ in 0..<(round % 4 + 1) {
          changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if round % 5 == 4 { changed.removeLast(Int.random(in: 1..<changed.count, using: &random)) }
        let path = try elsewhere.write(changed, to: "damaged").string
        let outcome = try await experiment.run("trace", path)
        #expect([0, 2, 3].contains(outcome.status), "\(suffix) \(round): \(outcome)")
        if outcome.status == 2 {
          refused += 1
          #expect(outcome.errors.hasPrefix("error: "), "\(suffix) \(round): \(outcome)")
        }
      }
    }
    #expect(refused > 10)
  }

  @Test func `A record of an older version, without a statement, is traced by its addresses`() async throws {
    for file in experiment.folder.files(below: "artifacts/actions") {
      let text = try experiment.text(file)
      let start = try #require(text.firstRange(of: ",\"statement\":"))
      try experiment.folder.write(String(text[..<start.lowerBound]) + "}\n", to: file)
    }
    let outcome = try await experiment.run("trace", "artifacts/figures/drawn/drawn.png")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("stage 'runs[seed=0]'"))
    #expect(outcome.output.contains("has no statement: it was run by an older version"))
    let again = try await experiment.run("run", "drawn", "--unsigned", "--until", "figure")
    #expect(again.output.contains("nothing to do"))
  }
}
