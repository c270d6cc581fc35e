import Artifacts
import SystemPackage
import TestSupport
import Testing

/// The program as a user calls it: what it says and with what it exits.
@Suite struct CommandLineTests {
  private let folder: TemporaryFolder
  private let pipeline: Program

  init() throws {
    folder = try TemporaryFolder()
    pipeline = try Program(built: "pipeline")
  }

  private func run(_ arguments: String...) async throws -> Program.Outcome {
    try await pipeline.run(arguments, in: folder.path)
  }

  @Test func `The help names the commands and the exit codes`() async throws {
    let outcome = try await run("--help")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    for word in ["init", "run", "check", "stages", "schema", "graph", "show", "diff", "gc", "130 interrupted"] {
      #expect(outcome.output.contains(word))
    }
    #expect(!outcome.output.contains("worker"))
    #expect(try await run("run", "--help").output.contains("--jobs"))
    #expect(try await run("--version") == .init(output: "0.1.0\n", errors: "", status: 0))
  }

  @Test func `A missing pipeline is reported with the nearest name`() async throws {
    #expect(
      try await run("run", "fig3")
        == .init(
          output: "",
          errors: """
            error: there is no pipeline file 'fig3', here or in pipelines/
                  = there is no folder pipelines/ here

            """,
          status: 2
        )
    )
    try folder.write("", to: "pipelines/fig3.yaml")
    try folder.write("", to: "pipelines/table1.yaml")
    #expect(
      try await run("run", "fgi3")
        == .init(
          output: "",
          errors: """
            error: there is no pipeline file 'fgi3', here or in pipelines/
                  = did you mean 'fig3'?
                  = pipelines/ has fig3.yaml, table1.yaml

            """,
          status: 2
        )
    )
  }

  @Test(arguments: [["run", "a.yaml"], ["check", "a.yaml"], ["run", "a"], ["run", "./a.yaml", "--store", "s"]])
  func `Mistakes in the file are reported before anything is made`(arguments: [String]) async throws {
    try folder.write("pipeline: a\nstages:\n  one: { kind: no/such }\n  one: { kind: x }\n", to: "a.yaml")
    let outcome = try await pipeline.run(arguments, in: folder.path)
    let name = arguments[1].hasPrefix("./") ? "./a.yaml" : "a.yaml"
    #expect(
      outcome
        == .init(
          output: "",
          errors: """
            \(name):4:3: error: the key 'one' is here twice
                4 |   one: { kind: x }
                  |   ^~~
                  = it was first set at \(name):3:3

            """,
          status: 2
        )
    )
    #expect(folder.files() == ["a.yaml"])
  }

  @Test func `An unknown kind is reported with the known ones`() async throws {
    try folder.write("pipeline: a\nstages:\n  one: { kind: no/such }\n", to: "a.yaml")
    let outcome = try await run("run", "a")
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasPrefix("a.yaml:3:16: error: there is no kind of stage 'no/such'\n"))
    #expect(try await run("stages", "no/such").status == 2)
    #expect(try await run("stages", "no/such").errors.hasPrefix("error: there is no kind of stage 'no/such'\n"))
  }

  @Test(arguments: [
    (["run", "a", "--set", "x"], "--set takes name=value, and got 'x'"),
    (["run", "a", "--set", "=x"], "--set takes name=value, and got '=x'"),
    (["run", "a", "--jobs", "0"], "--jobs is between 1 and 1024, and got 0"),
    (["run", "a", "--jobs", "many"], "'many'"),
    (["run", "a", "--nonsense"], "Unknown option '--nonsense'"),
    (["run"], "pipeline"),
    (["nonsense"], "nonsense"),
  ])
  func `A wrong command is reported with its usage and exits with 2`(arguments: [String], message: String) async throws
  {
    try folder.write("pipeline: a\nstages: {}\n", to: "a.yaml")
    let outcome = try await pipeline.run(arguments, in: folder.path)
    #expect(outcome.status == 2)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(message))
    #expect(outcome.errors.lowercased().contains("usage: pipeline"))
    #expect(folder.files() == ["a.yaml"])
  }

  @Test(arguments: [
    ("", "error: a.yaml is empty\n"),
    ("# comment\n", "error: a.yaml is empty\n"),
    ("[", "a.yaml:1:2: error: not YAML: "),
    ("pipeline: a\nstages: {}\n", "a.yaml:2:9: error: there are no stages\n"),
  ])
  func `A file that is no pipeline exits with 2`(text: String, message: String) async throws {
    try folder.write(text, to: "a.yaml")
    let outcome = try await run("check", "a.yaml")
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasPrefix(message), "\(outcome.errors)")
  }

  @Test func `Bytes that are no text, and files beyond all bounds, exit with 2`() async throws {
    try folder.write([0x61, 0x3a, 0x20, 0xff], to: "a.yaml")
    let bytes = try await run("check", "a.yaml")
    #expect(bytes.status == 2)
    #expect(bytes.errors.hasPrefix("a.yaml:1:4: error: not UTF-8 text: the byte 0xff at offset 3\n"))
    try folder.write([UInt8](repeating: 0x20, count: 100_000_000), to: "big.yaml")
    let big = try await run("check", "big.yaml")
    #expect(big.status == 2)
    #expect(big.errors.hasPrefix("error: big.yaml has 100000000 bytes; a pipeline file may have 16777216\n"))
    // A file without a size of its own, and without an end.
    let endless = try await run("check", "/dev/zero")
    #expect(endless.status == 2)
    #expect(endless.errors.hasPrefix("error: cannot read /dev/zero: it is a device, not a regular file"))
  }

  @Test(arguments: [
    (
      "power: { kind: spectrum, inputs: { series: runs }, with: { variable: trace, segment: 32 } }",
      "8:72: error: 21 values are left after skipping 0, fewer than a segment of 32",
      "'trace' of stage 'runs' has 21 values along 'step'"
    ),
    (
      "power: { kind: spectrum, inputs: { series: runs }, with: { variable: trace, segment: 16, skip: 6 } }",
      "8:72: error: 15 values are left after skipping 6, fewer than a segment of 16", "has 21 values along 'step'"
    ),
    (
      "copy: { kind: command, tolerance: { x: { ulps: 1 } }, with: { run: [/bin/true], outputs: { o: o.txt } } }",
      "8:39: error: the result of stage 'copy' has no array 'x'", "arrays: files/o/name, files/o/size, files/o/sha256"
    ),
    (
      "list: { kind: table, inputs: { r: runs }, with: { rows: r/step, at: { rate: 0 }, columns: [{ title: a, value: r/step }] } }",
      "8:73: error: neither the rows nor a column have the dimension 'rate'", "dimensions: step"
    ),
    (
      """
      list: { kind: table, inputs: { r: runs }, with: { rows: r/step, at: { case: 0, learning_rate: 0 },
            columns: [{ title: a, value: "r/trace[step@-5..]" }] } }
      """,
      "9:36: error: r/trace[step@-5..] has other elements along 'step' than the rows, r/step", "select the same of both"
    ),
  ])
  func `What would fail only while running is a mistake of the file`(stage: String, message: String, hint: String)
    async throws
  {
    let experiment = try Experiment()
    try experiment.folder.write(
      """
      pipeline: wrong
      stages:
        runs:
          kind: uv/trajectories
          with: { cases: [{ name: a, start: { trace: 1 } }], learning_rate: [0.1, 0.2], steps: 20 }
        good: { kind: spectrum, inputs: { series: runs }, with: { variable: trace, segment: 16 } }

        \(stage)
      """,
      to: "wrong.yaml"
    )
    let outcome = try await experiment.run("check", "wrong.yaml")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("wrong.yaml:\(message)\n"), "\(outcome.errors)")
    #expect(outcome.errors.contains(hint), "\(outcome.errors)")
  }

  @Test func `A column of a table may be a selection, and is named after its array`() async throws {
    let experiment = try Experiment()
    try experiment.folder.write(
      """
      pipeline: listed
      stages:
        runs:
          kind: uv/trajectories
          with: { cases: [{ name: a, start: { trace: 1 } }], learning_rate: [0.1, 0.2], steps: 20 }
        list:
          kind: table
          inputs: { r: runs }
          with:
            rows: "r/step[step@-3..]"
            at: { case: 0 }
            columns:
              - { title: a, value: "r/trace[learning_rate=0.1, step@-3..]" }
              - { title: last, value: "r/trace[learning_rate@1, step@-1]" }
      """,
      to: "listed.yaml"
    )
    #expect(try await experiment.run("check", "listed.yaml").status == 0)
    let outcome = try await experiment.run("run", "listed.yaml")
    #expect(outcome.status == 0, "\(outcome)")
    let lines = try experiment.text("artifacts/figures/listed/listed.csv").split(separator: "\r\n")
    #expect(
      lines.map { $0.split(separator: ",")[0] } == [",a,last".split(separator: ",")[0], "18", "19", "20"],
      "\(lines)"
    )
    let shown = try await experiment.run("show", "listed.yaml/list")
    #expect(shown.output.contains("trace2"), "\(shown)")
  }

  @Test(arguments: ["show", "trace", "verify", "audit"])
  func `All commands read a name alike: an address by its beginning, or an error that says why it names nothing`(
    command: String
  ) async throws {
    let experiment = try Experiment()
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let ways = "give a file, an address or its first 6 digits or more, or PIPELINE/STAGE"
    func expect(_ name: String, _ message: String) async throws {
      let outcome = try await experiment.run(command, name)
      #expect(outcome == .init(output: "", errors: "error: \(message)\n", status: 2))
    }
    try await expect("abcde", "'abcde' is neither a pipeline here nor long enough for an address\n      = \(ways)")
    let long = String(repeating: "0123456789abcdef", count: 5)
    try await expect(long, "'0123456789abcdef…' has 80 digits, and an address has 64\n      = \(ways)")
    try await expect("000000", "no address in artifacts begins with '000000'\n      = '--store' names another store")
    try await expect("none.png", "there is no file 'none.png'\n      = \(ways)")
    try await expect("no/one.h5", "there is no file 'no/one.h5'\n      = \(ways)")
    try await expect(
      "smal/runs",
      "there is no file 'smal/runs', and no pipeline of whose name it is a stage\n      = \(ways)"
    )
    try await expect("artifacts", "'artifacts' is a folder, and no file with a result\n      = \(ways)")

    let address = try await experiment.address("small/points")
    #expect(try await experiment.run(command, String(address.prefix(7))).status == 0)
    let object = try readBytes(experiment.folder.path.appending("artifacts/objects/\(address.prefix(2))/\(address).h5"))
    let other = address.prefix(7) + String(repeating: address.last == "0" ? "1" : "0", count: 57)
    try experiment.folder.write(object, to: "artifacts/objects/\(address.prefix(2))/\(other).h5")
    let ambiguous = try await experiment.run(command, String(address.prefix(7)))
    #expect(ambiguous.status == 2)
    #expect(
      ambiguous.errors.hasPrefix(
        "error: '\(address.prefix(7))' is the beginning of 2 addresses in artifacts\n      = give"
      ),
      "\(ambiguous)"
    )
    // A pipeline's name may be of the letters of an address.
    let text = try experiment.text("pipelines/small.yaml").replacing("pipeline: small", with: "pipeline: facade")
    try experiment.folder.write(text, to: "pipelines/facade.yaml")
    let named = try await experiment.run(command, "facade")
    if ["verify", "audit"].contains(command) {
      #expect(named.status == 0, "\(named)")
    } else {
      #expect(named.errors.contains("no address in artifacts begins with 'facade'"))
    }
  }

  @Test func `A file that is not an artifact is reported as such`() async throws {
    try folder.write("text", to: "a.h5")
    let outcome = try await run("show", "a.h5")
    #expect(outcome == .init(output: "", errors: "error: cannot read a.h5: file signature not found\n", status: 2))
    let missing = try await run("show", "b.h5")
    #expect(
      missing.errors == """
        error: there is no file 'b.h5'
              = give a file, an address or its first 6 digits or more, or PIPELINE/STAGE

        """
    )
    #expect(missing.status == 2)
  }

  @Test func `A reader that goes away in the middle is no damage`() async throws {
    var artifact = Artifact()
    for index in 0..<2_000 { try artifact.add(try Variable(.int8([1])), as: "v\(index)") }
    try artifact.write(toFile: folder.path.appending("a.h5").string)
    let command = "\(pipeline.path) show a.h5 | head -n 1"
    let outcome = try await Program(at: "/bin/sh").run(["-c", command], in: folder.path)
    #expect(outcome == .init(output: "file       a.h5\n", errors: "", status: 0))
  }

  @Test func `A store that cannot be made is reported as such`() async throws {
    try folder.write("x", to: "file")
    let outcome = try await run("worker", "file/store")
    #expect(outcome.status == 1)
    #expect(outcome.errors == "error: cannot create the folder file: File exists\n")
  }
}
