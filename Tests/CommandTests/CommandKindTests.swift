import Configuration
import Foundation
import Store
import SystemPackage
import TestSupport
import Testing

/// Stages of kind `command`: programs of the user's own, run by the program as a user runs it.
@Suite struct CommandKindTests {
  private let experiment: ProgramExperiment

  init() throws {
    experiment = try ProgramExperiment()
  }

  @Test func `The documented example runs, and a second run does nothing`() async throws {
    let example = try DocumentedExample()
    try experiment.folder.write(example.script, to: "scripts/spectrum.py")
    try experiment.folder.write(example.pipeline, to: "pipelines/peaks.yaml")
    let first = try await experiment.run("run", "peaks")
    #expect(first.status == 0, "\(first.errors)")
    let table = try experiment.text("artifacts/figures/peaks/peaks.csv")
    #expect(table.hasPrefix("index,peak\r\n0,"))
    #expect(table.split(separator: "\r\n").count == 5)
    let shown = try await experiment.run("show", "peaks/peaks")
    #expect(shown.output.contains("peak"))
    #expect(shown.output.contains("learning_rate"))
    #expect(try experiment.text("artifacts/logs/peaks/peaks.log") == "4 series\n")
    let counted = try experiment.keptFile(of: "count", "lines.txt", in: "peaks")
    #expect(counted == "5\n")
    #expect(try await experiment.run("run", "peaks").output.contains("nothing to do: 3 stages up to date"))
  }

  @Test func `plan shows both digests of a changed script, and later stages do not run if the result stays the same`()
    async throws
  {
    try experiment.writeChain()
    #expect(try await experiment.run("run", "chain", "--quiet").status == 0)
    try experiment.folder.write("# a comment\n" + ProgramExperiment.doubling, to: "scripts/double.py")
    let plan = try await experiment.run("plan", "chain")
    let change = try #require(
      plan.output.firstMatch(
        of:
          /double  run      files\.scripts\/double\.py was ([0-9a-f]{12}) and is ([0-9a-f]{12}) \(.*chain\.yaml:9:14\)/
      )
    )
    #expect(change.output.1 != change.output.2)
    #expect(plan.output.contains("chain: 1 to run, 1 cached, 1 that may follow"), "\(plan.output)")
    let again = try await experiment.run("run", "chain")
    #expect(again.output.contains("3 stages: 1 computed, 2 cached"), "\(again.output)")
    // Back to what it was: the old result is known.
    try experiment.folder.write(ProgramExperiment.doubling, to: "scripts/double.py")
    #expect(try await experiment.run("run", "chain").output.contains("nothing to do"))
    // Other content, other result: the consumer follows.
    try experiment.folder.write(ProgramExperiment.doubling.replacing("2 *", with: "3 *"), to: "scripts/double.py")
    #expect(try await experiment.run("run", "chain").output.contains("3 stages: 2 computed, 1 cached"))
  }

  @Test func `Another environment or another word is another action, and a sweep runs with the values of its points`()
    async throws
  {
    func text(_ variable: String) -> String {
      """
      pipeline: words
      stages:
        say:
          kind: command
          matrix: { seed: { range: 3 }, word: [a, "b c"] }
          with:
            run: [/bin/sh, -c, 'echo "$WORD" "$1" "$HOME_OF_USER" > said.txt; env > /dev/null', sh, "${{ matrix.seed }}"]
            environment: { WORD: "\(variable)${{ matrix.word }}" }
            outputs: { said: said.txt }
        all:
          kind: command
          inputs: { points: say }
          with:
            run: [/bin/sh, -c, "cat {inputs.points.said}/0.txt {inputs.points.said}/5.txt > {outputs.both}"]
            outputs: { both: both.txt }
      """
    }
    try experiment.folder.write(text("x"), to: "words.yaml")
    let first = try await experiment.run("run", "words")
    #expect(first.output.contains("7 stages: 7 computed"), "\(first.errors)")
    #expect(try experiment.keptFile(of: "all", "both.txt", in: "words") == "xa 0 \nxb c 2 \n")
    try experiment.folder.write(text("y"), to: "words.yaml")
    #expect(try await experiment.run("run", "words").output.contains("7 stages: 7 computed"))
  }

  @Test func `A program that fails is reported with its last lines, and its whole log can be read`() async throws {
    try experiment.folder.write(
      "import sys\nfor i in range(1000): print('line', i)\nsys.stdout.flush()\nraise ValueError('no such luck')\n",
      to: "scripts/fail.py"
    )
    let outcome = try await experiment.runStage(
      "run: [/usr/bin/python3, scripts/fail.py]\nfiles: [scripts/fail.py]\noutputs: { a: a.txt }"
    )
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("error: stage 'one': the program ended with exit code 1; it last wrote\n"))
    #expect(outcome.errors.contains("  ValueError: no such luck\n"))
    #expect(!outcome.errors.contains("line 900"))
    let file = try #require(experiment.folder.files(below: "artifacts/logs").first)
    #expect(file.hasPrefix("artifacts/logs/test/failed/one-"))
    #expect(outcome.errors.contains("all that it wrote is in \(file)\n"))
    let log = try experiment.text(file)
    #expect(log.hasPrefix("line 0\n"))
    #expect(log.hasSuffix("ValueError: no such luck\n"))
    #expect(experiment.folder.files(below: "artifacts/scratch") == [])
  }

  @Test func `A signal is named`() async throws {
    let outcome = try await experiment.runStage("run: [/bin/sh, -c, 'kill -9 $$']\noutputs: { a: a.txt }")
    #expect(outcome.errors.contains("the program ended with exit code 137: signal 9, Killed; it"), "\(outcome.errors)")
  }

  @Test(arguments: [
    ("true", "the program left no file 'a.txt'"),
    ("mkdir a.txt", "the output 'a.txt' is a folder"),
    ("ln -s /etc/passwd a.txt", "the output 'a.txt' is no regular file"),
    ("mkfifo a.txt", "the output 'a.txt' is no regular file"),
    ("echo > b; ln b a.txt", "the output 'a.txt' is a hard link to another file"),
  ])
  func `An output that is missing or not a file that the program made is reported`(script: String, message: String)
    async throws
  {
    let outcome = try await experiment.runStage("run: [/bin/sh, -c, '\(script)']\noutputs: { a: a.txt }")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(experiment.folder.files(below: "artifacts/objects") == [])
  }

  @Test func `An output behind a linked folder is refused, and what is not declared is thrown away`() async throws {
    let linked = try await experiment.runStage(
      "run: [/bin/sh, -c, 'rmdir out; mkdir b; ln -s b out; echo x > out/a.txt']\noutputs: { a: out/a.txt }"
    )
    #expect(linked.errors.contains("the output 'out/a.txt' is behind a link"), "\(linked.errors)")
    let more = try await experiment.runStage(
      "run: [/bin/sh, -c, 'echo x > a.txt; echo y > b.txt']\noutputs: { a: a.txt }"
    )
    #expect(more.status == 0)
    #expect(experiment.folder.files(below: "artifacts").filter { $0.contains("/objects/") }.count == 2)
  }

  @Test func `A missing program is reported`() async throws {
    let unknown = try await experiment.runStage("run: [pythn3]\noutputs: { a: a.txt }")
    #expect(unknown.errors.contains("there is no program 'pythn3' in /usr/local/bin:/usr/bin:/bin"))
    let away = try await experiment.runStage("run: [/nowhere/python3]\noutputs: { a: a.txt }")
    #expect(away.errors.contains("there is no program '/nowhere/python3' to run"))
  }

  @Test func `An HDF5 output that an artifact cannot hold is reported by its name`() async throws {
    try experiment.folder.write(
      "import h5py\nwith h5py.File('a.h5', 'w') as f: f['z'] = [1j]\n",
      to: "scripts/complex.py"
    )
    let outcome = try await experiment.runStage(
      "run: [/usr/bin/python3, scripts/complex.py]\nfiles: [scripts/complex.py]\noutputs: { a: a.h5 }"
    )
    #expect(
      outcome.errors.contains(
        "a.h5/z has a type that artifacts do not hold (they hold numbers and texts); write complex"
      )
    )
  }

  @Test func `Data are copied in if their digest is the declared one`() async throws {
    let elsewhere = try TemporaryFolder()
    try elsewhere.write("abc", to: "set/numbers.bin")
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    func with(_ path: String, _ digest: String) -> String {
      "run: [/bin/cp, \"{data.numbers}\", \"{outputs.a}\"]\ndata: { numbers: { path: \(path), sha256: \(digest) } }\n"
        + "outputs: { a: a.txt }"
    }
    let absolute = elsewhere.path.appending("set/numbers.bin").string
    #expect(try await experiment.runStage(with(absolute, digest)).status == 0)
    #expect(try experiment.keptFile(of: "one", "a.txt", in: "test") == "abc")
    let other = try await experiment.runStage(with(absolute, digest.replacing("ba78", with: "ba79")))
    #expect(other.errors.contains("is not the declared one: its SHA-256 is \(digest)"))
    let relative = try await experiment.runStage(
      with("set/numbers.bin", digest),
      variables: ["PIPELINE_DATA=\(elsewhere.path)"]
    )
    #expect(relative.status == 0, "\(relative.errors)")
    // The data may be gone as long as the result is known.
    try elsewhere.write("other", to: "set/numbers.bin")
    #expect(try await experiment.runStage(with(absolute, digest)).status == 0)
    for unset in [["-u", "PIPELINE_DATA"], ["PIPELINE_DATA="]] {
      let outcome = try await experiment.runStage(with("numbers.bin", digest), variables: unset)
      #expect(outcome.errors.contains("PIPELINE_DATA, which would say in which folder, is not set"))
    }
  }

  @Test func `A file of a result that was damaged is made again, and gc keeps what is whole`() async throws {
    let with = "run: [/bin/sh, -c, 'echo kept > a.txt']\noutputs: { a: a.txt }"
    #expect(try await experiment.runStage(with).status == 0)
    let collected = try await experiment.run("gc", "--keep", "test.yaml", "--older-than", "0s")
    #expect(collected.output.contains("nothing to remove"), "\(collected.output)")
    let file = try #require(experiment.folder.files(below: "artifacts/objects").first { $0.hasSuffix(".txt") })
    unlink(experiment.folder.path.appending(file).string)
    try experiment.folder.write("dpet\n", to: file)
    let again = try await experiment.runStage(with)
    #expect(again.output.contains("is damaged"), "\(again.output)")
    #expect(try experiment.keptFile(of: "one", "a.txt", in: "test") == "kept\n")
  }

  @Test func `Nothing is executed by plan, check, graph, stages, schema, show and diff`() async throws {
    let marker = experiment.folder.path.appending("executed")
    let with = "run: [/usr/bin/touch, \(marker)]\nsandbox: none\noutputs: { a: a.txt }"
    try experiment.writeStage(with)
    for arguments in [
      ["plan", "test"], ["check", "test"], ["graph", "test"], ["stages", "command"], ["schema"], ["show", "test/one"],
      ["diff", "test/one", "test/one"],
    ] { _ = try await experiment.pipeline.run(arguments, in: experiment.folder.path) }
    #expect(access(marker.string, F_OK) != 0)
    _ = try await experiment.run("run", "test")
    #expect(access(marker.string, F_OK) == 0, "the program would have left its mark")
  }

  @Test func `A kept file that is damaged is found by audit`() async throws {
    try experiment.writeStage("run: [/bin/sh, -c, \"echo words > o.txt\"]\noutputs: { words: o.txt }")
    #expect(try await experiment.run("run", "test", "--quiet").status == 0)
    #expect(try await experiment.run("audit").status == 0)
    let kept = try #require(experiment.folder.files(below: "artifacts/objects").first { $0.hasSuffix(".txt") })
    let path = experiment.folder.path.appending(kept)
    FileSystem.remove(path)
    try experiment.folder.write("swords", to: kept)
    #expect(try await experiment.run("audit").status == 3)
  }
}
