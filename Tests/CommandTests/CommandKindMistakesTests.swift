import Foundation
import SystemPackage
import TestSupport
import Testing

/// Mistakes in a stage of kind `command` are reported at their place before anything runs.
@Suite struct CommandKindMistakesTests {
  private let experiment: ProgramExperiment

  init() throws {
    experiment = try ProgramExperiment()
    try experiment.folder.write("", to: "scripts/spectrum.py")
    try experiment.folder.write("", to: "scripts/deep/helper.py")
  }

  /// Parameters with the place and message of their error.
  static let mistakes: [(with: String, message: String)] = [
    ("run: [a]\nfiles: [../secret]", "7:15: error: the path '../secret' leads out of its folder"),
    ("run: [a]\nfiles: [a/../../secret]", "7:15: error: the path 'a/../../secret' leads out of its folder"),
    ("run: [a]\nfiles: [/etc/passwd]", "7:15: error: the path '/etc/passwd' begins at the root of the machine"),
    ("run: [a]\nfiles: [\"\"]", "7:15: error: the path '' is empty"),
    ("run: [a]\nfiles: [link.py]", "7:15: error: 'link.py' leads out of the project, to /"),
    ("run: [a]\nfiles: [away/passwd]", "7:15: error: 'away/passwd' leads out of the project, to /etc/passwd"),
    ("run: [a]\nfiles: [scripts]", "7:15: error: 'scripts' is a folder; name its files one by one"),
    (
      "run: [a]\nfiles: [scripts/spectrm.py]",
      "7:15: error: there is no file 'scripts/spectrm.py' in the project; did you mean 'spectrum.py'?"
    ),
    ("run: [a]\nfiles: [pipe]", "7:15: error: 'pipe' is a FIFO, not a regular file"),
    (
      "run: [a]\nfiles: [scripts/spectrum.py, scripts/spectrum.py]",
      "7:36: error: the file 'scripts/spectrum.py' is here twice"
    ),
    (
      "run: [a]\nfiles: { scripts/spectrum.py: \(String(repeating: "0", count: 64)) }",
      "7:16: error: the file 'scripts/spectrum.py' is not the one that is pinned"
    ),
    (
      "run: [python3, scripts/spectrum.py]",
      "6:22: error: the program would not see the file 'scripts/spectrum.py' of the project"
    ),
    ("run: []", "6:12: error: 'run' is a list, and must be a list of at least one value"),
    ("run: [a, \"{inputs.x}\"]", "6:16: error: nothing is called 'x' under 'inputs'"),
    ("run: [a, \"{output.out}\"]", "6:16: error: the placeholder begins with 'output'"),
    ("run: [a, \"{outputs.uot}\"]", "6:16: error: nothing is called 'uot' under 'outputs'"),
    ("run: [a, \"{outputs.out.b}\"]", "6:16: error: 'out' is one file, and has none called 'b'"),
    ("run: [a]\nenvironment: { A: \"{data.set}\" }", "7:25: error: nothing is called 'set' under 'data'"),
    ("run: [a]\nenvironment: { 1A: b }", "7:22: error: '1A' is not the name of a variable"),
    ("run: [a]\ndata: { set: { path: x } }", "7:20: error: the key 'sha256' is missing"),
    (
      "run: [a]\ndata: { set: { path: x, sha256: abc } }",
      "7:39: error: 'abc' where a SHA-256 of 64 hexadecimal digits is expected"
    ),
    ("run: [a]\nsandbox: always", "7:16: error: 'always' where one of auto, require, none is expected"),
  ]

  @Test(arguments: mistakes.indices)
  func `A mistake is reported at its place`(index: Int) async throws {
    try FileManager.default.createSymbolicLink(
      atPath: experiment.folder.path.appending("link.py").string,
      withDestinationPath: "/etc/passwd"
    )
    try FileManager.default.createSymbolicLink(
      atPath: experiment.folder.path.appending("away").string,
      withDestinationPath: "/etc"
    )
    #expect(mkfifo(experiment.folder.path.appending("pipe").string, 0o600) == 0)
    try experiment.writeStage(Self.mistakes[index].with + "\noutputs: { out: out.txt }")
    let outcome = try await experiment.run("check", "test")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("test.yaml:\(Self.mistakes[index].message)"), "\(outcome.errors)")
    #expect(!outcome.errors.contains("errors\n"), "one mistake is reported once: \(outcome.errors)")
  }

  @Test(arguments: [
    ("{}", "6:16: error: the program leaves no file, so that there is no result"),
    ("{ out: ../x }", "6:23: error: the path '../x' leads out of its folder"),
    ("{ out: /x }", "6:23: error: the path '/x' begins at the root of the machine"),
    ("{ 1: x }", "6:18: error: '1' is not a name of letters, digits, - and _ that begins with a letter"),
    ("{ a: x.h5, b: x.nc }", "6:16: error: the result has the arrays of one file, and 'a' and 'b' hold some"),
    ("{ a: x, b: x }", "6:27: error: two files of the stage would both be 'x'"),
    ("{ a: c/x, b: d/x }", "6:29: error: two outputs are called 'x'"),
    ("{ a: .x }", "6:21: error: a kept file has a name of at most 200 bytes that does not begin with a point"),
    ("{ a: inputs/x.h5 }", "6:21: error: 'inputs/' holds the inputs, and no output"),
    ("{ a: { path: x.h5, publish: true } }", "6:44: error: arrays become part of the result and are not published"),
    ("{ a: { path: x.h5, as: arays } }", "6:39: error: 'arays' where one of arrays, file is expected"),
  ])
  func `A mistake in the outputs is reported at its place`(outputs: String, message: String) async throws {
    try experiment.writeStage("outputs: \(outputs)\nrun: [a]")
    let outcome = try await experiment.run("check", "test")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("test.yaml:\(message)"), "\(outcome.errors)")
  }

  @Test func `A file that an input's result does not have is reported, with those that it has`() async throws {
    let text = """
      pipeline: test
      stages:
        points: { kind: uv/fixed-points, with: { learning_rate: 1 } }
        one: { kind: command, with: { run: [a], outputs: { table: a.csv, arrays: a.h5 } } }
        two:
          kind: command
          inputs: { one: one, points: points }
          with:
            run: [a, "{inputs.one.tabel}", "{inputs.points.table}", "{inputs.one.table} {inputs.one}", "{a.b}{ }{"]
            outputs: { a: a }
      """
    try experiment.folder.write(text, to: "test.yaml")
    let outcome = try await experiment.run("check", "test")
    #expect(
      outcome.errors == """
        test.yaml:9:16: error: the result of stage 'one' has no file 'tabel'
            9 |       run: [a, "{inputs.one.tabel}", "{inputs.points.table}", "{inputs.one.table} {inputs.one}", "{a.b}{ }{"]
              |                ^~~~~~~~~~~~~~~~~~~~
              = did you mean 'table'?
              = files: table
        test.yaml:9:38: error: the result of stage 'points' has no file 'table'
            9 |       run: [a, "{inputs.one.tabel}", "{inputs.points.table}", "{inputs.one.table} {inputs.one}", "{a.b}{ }{"]
              |                                      ^~~~~~~~~~~~~~~~~~~~~~~
              = it has arrays only: {inputs.points}
        2 errors

        """
    )
  }

  @Test func `A file within the project may be reached through a link, and a name in pipelines begins at the project`()
    async throws
  {
    try FileManager.default.createSymbolicLink(
      atPath: experiment.folder.path.appending("linked").string,
      withDestinationPath: "scripts/deep"
    )
    try experiment.folder.write(
      "pipeline: a\nstages:\n  one: { kind: command, with: { run: [a], files: [linked/helper.py], outputs: { o: o } } }\n",
      to: "pipelines/a.yaml"
    )
    #expect(try await experiment.run("check", "a").status == 0)
    let within = try await experiment.pipeline.run(["check", "a"], in: experiment.folder.path.appending("pipelines"))
    #expect(within.status == 0, "\(within.errors)")
  }
}
