import Glibc
import SystemPackage
import TestSupport
import Testing

/// `pipeline gc`: what is removed from a store, and what is not.
@Suite struct GCCommandTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
  }

  /// Makes every file of the store look as if it was written some time ago.
  private func age(_ files: [String]? = nil, hours: Int) {
    for file in files ?? experiment.folder.files(below: "artifacts") {
      let written = timeval(tv_sec: time(nil) - hours * 3600, tv_usec: 0)
      utimes(experiment.folder.path.appending(file).string, [written, written])
    }
  }

  private func files(_ folder: String) -> [String] { experiment.folder.files(below: "artifacts/\(folder)") }

  /// The store with what the pipeline makes, and what it makes with another rate.
  private func prepare() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    #expect(try await experiment.run("run", "small", "--quiet", "--profile", "long").status == 0)
    #expect(try await experiment.run("run", "small", "--quiet", "--set", "rate=1.2").status == 0)
  }

  @Test func `What no pipeline and no profile reaches is removed, and the rest is still known`() async throws {
    try await prepare()
    age(hours: 2)
    let before = experiment.folder.files()
    // The pipeline makes 3 results, its profile 2 others, the other rate 3.
    #expect(files("actions").count == 8)
    let dry = try await experiment.run("gc", "--dry-run")
    #expect(dry.status == 0)
    #expect(dry.output.hasPrefix("artifacts: 8 objects, 8 records, "))
    #expect(dry.output.contains("\n  unreachable: 3 records, 3 objects, "))
    for stage in ["points", "power", "runs"] {
      #expect(dry.output.contains("\n    small/\(stage): 1 record, 1 object, "))
    }
    #expect(dry.output.contains(", 2 h old\n"))
    #expect(dry.output.contains("\nwould remove 6 files, "))
    #expect(experiment.folder.files() == before)
    let outcome = try await experiment.run("gc")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("\nremoved 6 files, "))
    #expect(outcome.output.contains(", to artifacts/trash/"))
    #expect(files("actions").count == 5)
    #expect(files("objects").count == 5)
    #expect(try await experiment.run("run", "small").output.hasPrefix("small\n") == true)
    #expect(try await experiment.run("run", "small").output.contains("nothing to do: 3 stages up to date"))
    #expect(try await experiment.run("run", "small", "--profile", "long").output.contains("nothing to do"))
    #expect(try await experiment.run("gc").output.hasSuffix("\nnothing to remove\n"))
    // What was removed can be put back.
    #expect(try await experiment.run("gc", "--restore").output.hasPrefix("restored 6 files of "))
    #expect(files("actions").count == 8)
    #expect(try await experiment.run("run", "small", "--set", "rate=1.2").output.contains("nothing to do"))
    #expect(try await experiment.run("gc", "--restore").status == 2)
  }

  @Test func `What is young is kept, unless a record that is not reached may go at any age`() async throws {
    try await prepare()
    let outcome = try await experiment.run("gc")
    #expect(outcome.output.hasSuffix("\nnothing to remove\n"))
    #expect(files("actions").count == 8)
    age(hours: 24 * 20)
    #expect(try await experiment.run("gc", "--older-than", "30d").output.hasSuffix("\nnothing to remove\n"))
    #expect(
      try await experiment.run("gc", "--older-than", "2w").output.contains("\n  unreachable: 3 records, ")
    )
    #expect(files("actions").count == 5)
  }

  @Test func `An object without a record is removed only when it is an hour old`() async throws {
    try await prepare()
    let stray = "artifacts/objects/00/\(String(repeating: "0", count: 64)).h5"
    try experiment.folder.write("stray", to: stray)
    chmod(experiment.folder.path.appending(stray).string, 0o444)
    let kept = try await experiment.run("gc", "--older-than", "0s")
    #expect(kept.output.contains("\n  unreachable: 3 records, 3 objects, "))
    #expect(kept.output.contains("\n  without a record, but possibly in progress: 1 object\n"))
    #expect(files("objects").contains(stray))
    age([stray], hours: 2)
    let outcome = try await experiment.run("gc", "--older-than", "0s")
    #expect(outcome.output.contains("\n  without a record: 1 object, 5 B\n"))
    #expect(outcome.output.contains("\nremoved 1 file, 5 B, to artifacts/trash/"))
    #expect(!files("objects").contains(stray))
    #expect(files("objects").count == 5)
  }

  @Test func `A budget takes what is the fastest to make again for its size, and keeps its record`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let script = """
      import glob, json, os
      seconds = {"uv/trajectories": 1.0, "uv/fixed-points": 1e6, "spectrum": 1e6}
      for path in glob.glob("artifacts/actions/*/*.json"):
          record = json.load(open(path))
          record["provenance"]["seconds"] = seconds[record["kind"]]
          json.dump(record, open(path, "w"))
      total = sum(os.path.getsize(path) for path in glob.glob("artifacts/[oa][bc]*/*/*"))
      print(total - 1)
      """
    let seen = try await Program(at: "/usr/bin/python3").run(["-c", script], in: experiment.folder.path)
    #expect(seen.errors == "")
    let budget = String(seen.output.dropLast())
    let runs = try await experiment.address("small/runs")
    let young = try await experiment.run("gc", "--max-size", "\(budget)B")
    #expect(young.status == 3)
    #expect(young.errors.contains(": the rest is younger than --older-than"))
    age(hours: 2)
    let outcome = try await experiment.run("gc", "--max-size", "\(budget)B")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("\n  beyond --max-size: 1 object, "))
    #expect(files("actions").count == 3)
    #expect(files("objects").count == 2)
    #expect(!files("objects").contains { $0.hasSuffix("\(runs).h5") })
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    #expect(files("objects").contains { $0.hasSuffix("\(runs).h5") })
  }

  @Test func `Nothing is removed when what pipelines reach is not known`() async throws {
    try await prepare()
    age(hours: 2)
    let before = experiment.folder.files()
    try experiment.folder.write("pipeline: broken\nstages: {}\n", to: "pipelines/broken.yaml")
    let broken = try await experiment.run("gc")
    #expect(broken.status == 1)
    #expect(broken.errors.contains("pipelines/broken.yaml:2:9: error: there are no stages\n"))
    #expect(
      broken.errors.contains("Nothing was removed. Correct the file, or give its results up: pipeline gc --forget ")
    )
    let missing = try await experiment.run("gc", "--keep", "smal")
    #expect(missing.status == 2)
    #expect(missing.errors.contains("did you mean 'small'?"))
    let empty = try TemporaryFolder()
    try empty.write("", to: "artifacts/objects/readme")
    let unused = try await experiment.pipeline.run(["gc"], in: empty.path)
    #expect(
      unused.errors == """
        error: no pipeline is known to use 'artifacts', so all results would be removed
              = run gc in the folder of the experiment, or name pipelines with --keep

        """
    )
    #expect(unused.status == 2)
    let nowhere = try await experiment.run("gc", "--store", "no")
    #expect(nowhere.errors == "error: there is no store 'no' here\n      = '--store' names another one\n")
    #expect(experiment.folder.files() == (before + ["pipelines/broken.yaml"]).sorted())
  }

  @Test func `What a lock file names is kept, and one that cannot be read stops garbage collection`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet", "--update-lock").status == 0)
    let lock = try experiment.text("artifacts/locks/small.lock")
    try experiment.folder.write(lock, to: "paper.lock")
    unlink(experiment.folder.path.appending("artifacts/locks/small.lock").string)
    // Two runs with other values: the last one does not name the results of the lock any more.
    let pipeline = try experiment.text("pipelines/small.yaml")
    try experiment.folder.write(pipeline.replacing("rate: 1.1", with: "rate: 1.3"), to: "pipelines/small.yaml")
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    age(hours: 2)
    // The profile 'long' has not been run: whatever its first stage comes out as, the spectrum of the old one may fit.
    #expect(try await experiment.run("gc", "--dry-run").output.contains("\n  unreachable: 1 record, 1 object, "))
    let kept = try await experiment.run("gc", "--dry-run", "--keep", "paper.lock")
    #expect(kept.output.hasSuffix("\nnothing to remove\n"), "\(kept)")
    try experiment.folder.write(lock, to: "artifacts/locks/small.lock")
    #expect(try await experiment.run("gc", "--dry-run").output.hasSuffix("\nnothing to remove\n"))
    let before = experiment.folder.files()
    try experiment.folder.write(lock + "<<<<<<< ours\n", to: "artifacts/locks/small.lock")
    let broken = try await experiment.run("gc")
    #expect(broken.status == 1)
    #expect(broken.errors.contains("Nothing was removed."))
    #expect(experiment.folder.files() == before)
    let missing = try await experiment.run("gc", "--keep", "none.lock")
    #expect(missing == .init(output: "", errors: "error: there is no lock 'none.lock'\n", status: 2))
  }

  @Test func `Pipelines of other folders, other suffixes and other projects keep their results`() async throws {
    func text(_ name: String, _ rate: Double) -> String {
      "pipeline: \(name)\nstages: { points: { kind: uv/fixed-points, with: { learning_rate: \(rate) } } }\n"
    }
    try experiment.folder.write(text("suffix", 1.21), to: "pipelines/suffix.yml")
    try experiment.folder.write(text("below", 1.22), to: "pipelines/more/below.yaml")
    try experiment.folder.write(text("beside", 1.23), to: "beside.yaml")
    let other = try TemporaryFolder()
    try other.write(text("other", 1.24), to: "pipelines/other.yaml")
    let store = experiment.folder.path.appending("artifacts").string
    let runs = [
      "pipelines/suffix.yml", "pipelines/more/below.yaml", "beside.yaml",
      other.path.appending("pipelines/other.yaml").string,
    ]
    for file in runs { #expect(try await experiment.run("run", file, "--store", store, "--quiet").status == 0) }
    // What remembers the last runs may be deleted; the pipelines are known all the same.
    for file in files("latest") + files("runs") { unlink(experiment.folder.path.appending(file).string) }
    age(hours: 2)
    #expect(try await experiment.run("gc").output.hasSuffix("\nnothing to remove\n"))
    #expect(files("actions").count == 4)
    // A project that is gone stops garbage collection, until it is forgotten.
    rename(other.path.appending("pipelines").string, other.path.appending("moved").string)
    let gone = try await experiment.run("gc")
    #expect(gone.status == 1)
    #expect(gone.errors.hasSuffix("pipeline gc --forget \(runs[3])\n"), "\(gone)")
    #expect(files("actions").count == 4)
    #expect(try await experiment.run("gc", "--forget", runs[3]).status == 0)
    #expect(try await experiment.run("gc").output.contains("\n    other/points: 1 record, 1 object, "))
    #expect(files("actions").count == 3)
  }

  @Test func `A file that is renamed keeps the results of its last run until it is forgotten`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    age(hours: 2)
    try experiment.folder.write(
      "pipeline: b\nstages: { points: { kind: uv/fixed-points, with: { learning_rate: 1.2 } } }\n",
      to: "pipelines/b.yaml"
    )
    rename(
      experiment.folder.path.appending("pipelines/small.yaml").string,
      experiment.folder.path.appending("small.txt").string
    )
    #expect(try await experiment.run("gc").output.hasSuffix("\nnothing to remove\n"))
    #expect(try await experiment.run("gc", "--forget", "pipelines/small.yaml").status == 0)
    #expect(try await experiment.run("gc").output.contains("\n  unreachable: 3 records, 3 objects, "))
  }

  @Test func `Results below a stage that is out of date are kept`() async throws {
    let script = "mkdir -p pipelines\n# reads nothing\necho 1 > \"$1\"\n"
    try experiment.folder.write(script, to: "make.sh")
    let text = """
      pipeline: chain
      stages:
        first: { kind: command, with: { run: [/bin/sh, make.sh, "{outputs.o}"], files: [make.sh], outputs: { o: o.txt } } }
        second: { kind: command, inputs: { i: first }, with: { run: [/bin/cp, "{inputs.i.o}", "{outputs.o}"], outputs: { o: o.txt } } }
        third: { kind: command, inputs: { i: second }, with: { run: [/bin/cp, "{inputs.i.o}", "{outputs.o}"], outputs: { o: o.txt } } }
      """
    try experiment.folder.write(text, to: "pipelines/chain.yaml")
    let first = try await experiment.run("run", "chain")
    #expect(first.status == 0, "\(first)")
    for file in files("latest") + files("runs") { unlink(experiment.folder.path.appending(file).string) }
    age(hours: 2)
    try experiment.folder.write(script + "# a comment\n", to: "make.sh")
    #expect(try await experiment.run("gc").status == 0)
    #expect(try await experiment.run("run", "chain").output.contains("3 stages: 1 computed, 2 cached"))
  }

  @Test func `A run in progress keeps its inputs`() async throws {
    try experiment.folder.write(
      """
      pipeline: slow
      parameters: { rate: 1.1 }
      stages:
        points: { kind: uv/fixed-points, with: { learning_rate: "${{ parameters.rate }}" } }
        wait:
          kind: command
          inputs: { p: points }
          with: { run: [/bin/sh, -c, "echo started >&2; for i in $(seq 600); do test -e \(experiment.folder.path)/go && break; sleep 0.1; done; echo done > {outputs.o}"], sandbox: none, outputs: { o: o.txt } }
        after: { kind: command, inputs: { w: wait, p: points }, with: { run: [/bin/sh, -c, "ls {inputs.p} > /dev/null; cp {inputs.w.o} {outputs.o}"], outputs: { o: o.txt } } }
      """,
      to: "slow.yaml"
    )
    async let run = experiment.run("run", "slow.yaml", "--quiet", "--set", "rate=1.7")
    // Until the first stage is recorded.
    for _ in 0..<600 where files("actions").isEmpty { try await Task.sleep(for: .milliseconds(100)) }
    #expect(files("actions").count == 1)
    for file in files("actions") + files("objects") { age([file], hours: 200) }
    let outcome = try await experiment.run("gc", "--older-than", "0s")
    #expect(outcome.output.contains("\n  in progress, keeping all that they use: 1 run\n"), "\(outcome)")
    #expect(files("actions").count == 1)
    try experiment.folder.write("", to: "go")
    let ended = try await run
    #expect(ended.status == 0, "\(ended)")
    #expect(files("actions").count == 3)
  }

  @Test func `On a terminal gc asks, and takes silence for no`() async throws {
    try await prepare()
    age(hours: 2)
    let script = """
      import os, pty, sys
      def answer(text, *options):
          process, terminal = pty.fork()
          if process == 0: os.execv(sys.argv[1], [sys.argv[1], "gc", *options])
          os.write(terminal, text)
          seen = b""
          while True:
              try: chunk = os.read(terminal, 4096)
              except OSError: break
              if not chunk: break
              seen += chunk
          print(b"to the trash? [y/N]" in seen, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
      answer(b"n\\n")
      answer(b"y\\n")
      answer(b"", "--yes")
      """
    let seen = try await Program(at: "/usr/bin/python3").run(
      ["-c", script, experiment.pipeline.path.string],
      in: experiment.folder.path
    )
    #expect(seen == .init(output: "True 1\nTrue 0\nFalse 0\n", errors: "", status: 0))
    #expect(files("actions").count == 5)
  }

  @Test func `Old logs go, the newest of each name stay`() async throws {
    for _ in 0..<3 { #expect(try await experiment.run("run", "small", "--quiet", "--force").status == 0) }
    #expect(try await experiment.run("run", "small", "--quiet", "--profile", "long").status == 0)
    #expect(files("runs").count == 20)
    age(hours: 2)
    let dry = try await experiment.run("gc", "--dry-run", "--keep-runs", "1")
    #expect(dry.output.contains("\n  old run folders: 2 folders, "))
    #expect(files("runs").count == 20)
    #expect(try await experiment.run("gc", "--keep-runs", "1").status == 0)
    #expect(Set(files("runs").map { $0.split(separator: "/")[2].split(separator: "-")[1] }) == ["small", "small.long"])
    #expect(files("runs").count == 10)
    #expect(try await experiment.run("gc").output.hasSuffix("\nnothing to remove\n"))
    #expect(try await experiment.run("gc", "--keep-runs=-1").status == 2)
  }

  @Test func `A store that may only be read is listed, and what goes is the same`() async throws {
    try await prepare()
    age(hours: 2)
    let writable = try await experiment.run("gc", "--dry-run")
    let store = experiment.folder.path.appending("artifacts").string
    _ = try await Program(at: "/bin/chmod").run(["-R", "a-w", store])
    let before = experiment.folder.files()
    let outcome = try await experiment.run("gc", "--dry-run")
    _ = try await Program(at: "/bin/chmod").run(["-R", "u+w", store])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output == writable.output)
    #expect(outcome.output.contains("\nwould remove 6 files, "))
    #expect(experiment.folder.files() == before)
  }

  @Test func `The log of a failed stage goes after a month, or with its pipeline`() async throws {
    try experiment.folder.write(
      """
      pipeline: broken
      stages: { s: { kind: command, with: { run: [/bin/sh, -c, "echo so far; exit 1"], sandbox: none, outputs: { o: o.txt } } } }
      """,
      to: "pipelines/broken.yaml"
    )
    #expect(try await experiment.run("run", "broken").status == 1)
    let log = try #require(files("logs").first { $0.contains("/broken/failed/") })
    age(hours: 48)
    #expect(try await experiment.run("gc").output.hasSuffix("\nnothing to remove\n"))
    age([log], hours: 24 * 31)
    let month = try await experiment.run("gc", "--dry-run")
    #expect(month.output.contains("\n  logs that no result needs: 1 file, 7 B\n"), "\(month)")
    age([log], hours: 48)
    #expect(try await experiment.run("gc", "--forget", "broken").status == 0)
    #expect(try await experiment.run("gc").status == 0)
    #expect(!files("logs").contains(log))
  }

  @Test func `JSON names what is removed`() async throws {
    try await prepare()
    age(hours: 2)
    let outcome = try await experiment.run("gc", "--dry-run", "--json")
    let script = """
      import json, os, sys
      facts = json.loads(sys.argv[1])
      print(facts["dry_run"], len(facts["unreached"]["records"]), facts["unreferenced"]["objects"])
      print(all(os.path.exists(path) for path in facts["unreached"]["objects"]))
      print(facts["bytes_removed"] == facts["unreached"]["bytes"] > 0 and facts["bytes_left"] > 0)
      """
    let seen = try await Program(at: "/usr/bin/python3").run(
      ["-c", script, outcome.output],
      in: experiment.folder.path
    )
    #expect(seen == .init(output: "True 3 []\nTrue\nTrue\n", errors: "", status: 0))
  }

  @Test(arguments: [
    ["--older-than", "30"], ["--older-than", "-1d"], ["--max-size", "10"], ["--max-size", "9999999TB"],
  ])
  func `An invalid age or size exits with 2`(options: [String]) async throws {
    let outcome = try await experiment.pipeline.run(["gc"] + options, in: experiment.folder.path)
    #expect(outcome.status == 2)
    #expect(outcome.errors.lowercased().contains("usage: pipeline gc"))
  }
}
