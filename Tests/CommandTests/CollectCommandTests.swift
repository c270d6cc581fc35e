import Glibc
import SystemPackage
import TestSupport
import Testing

/// `pipeline gc`: what is removed from a store, and what is not.
@Suite struct CollectCommandTests {
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
    #expect(dry.output.contains("\n  no pipeline reaches: 3 records, 3 objects, "))
    #expect(dry.output.contains("\nwould free "))
    #expect(experiment.folder.files() == before)
    let outcome = try await experiment.run("gc")
    #expect(outcome.status == 0)
    #expect(outcome.output == dry.output.replacing("would free", with: "freed"))
    #expect(files("actions").count == 5)
    #expect(files("objects").count == 5)
    #expect(try await experiment.run("run", "small").output.hasPrefix("small\n") == true)
    #expect(try await experiment.run("run", "small").output.contains("nothing to do: 3 stages up to date"))
    #expect(try await experiment.run("run", "small", "--profile", "long").output.contains("nothing to do"))
    #expect(try await experiment.run("gc").output.hasSuffix("\nnothing to free\n"))
  }

  @Test func `What is young is kept, unless a record that is not reached may go at any age`() async throws {
    try await prepare()
    let outcome = try await experiment.run("gc")
    #expect(outcome.output.hasSuffix("\n  no pipeline reaches, but too young: 3 records\nnothing to free\n"))
    #expect(files("actions").count == 8)
    age(hours: 24 * 20)
    #expect(try await experiment.run("gc", "--older-than", "30d").output.hasSuffix("\nnothing to free\n"))
    #expect(
      try await experiment.run("gc", "--older-than", "2w").output.contains("\n  no pipeline reaches: 3 records, ")
    )
    #expect(files("actions").count == 5)
  }

  @Test func `An object without a record is removed only when it is an hour old`() async throws {
    try await prepare()
    let stray = "artifacts/objects/00/\(String(repeating: "0", count: 64)).h5"
    try experiment.folder.write("stray", to: stray)
    chmod(experiment.folder.path.appending(stray).string, 0o444)
    let kept = try await experiment.run("gc", "--older-than", "0s")
    #expect(kept.output.contains("\n  no pipeline reaches: 3 records, 3 objects, "))
    #expect(kept.output.contains("\n  no record refers to, but may be being made: 1 object\n"))
    #expect(files("objects").contains(stray))
    age([stray], hours: 2)
    let outcome = try await experiment.run("gc", "--older-than", "0s")
    #expect(outcome.output.contains("\n  no record refers to: 1 object, 5 B\nfreed 5 B\n"))
    #expect(!files("objects").contains(stray))
    #expect(files("objects").count == 5)
  }

  @Test func `Only the results of the pipelines that are named are kept`() async throws {
    try await prepare()
    try experiment.folder.write(
      "pipeline: other\nstages: { points: { kind: uv/fixed-points, with: { learning_rate: 1.1 } } }\n",
      to: "pipelines/other.yaml"
    )
    let outcome = try await experiment.run("gc", "--keep", "other", "--older-than", "0s")
    #expect(outcome.status == 0)
    // One action of the two pipelines is the same.
    #expect(files("actions").count == 1)
    #expect(try await experiment.run("run", "other").output.contains("nothing to do: 1 stages up to date"))
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
    #expect(young.errors.hasSuffix(": the rest is younger than --older-than\n"))
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
    #expect(broken.status == 2)
    #expect(broken.errors.hasPrefix("pipelines/broken.yaml:2:9: error: there are no stages\n"))
    let missing = try await experiment.run("gc", "--keep", "smal")
    #expect(missing.status == 2)
    #expect(missing.errors.contains("did you mean 'small'?"))
    let elsewhere = try await experiment.pipeline.run(
      ["gc", "--store", "../artifacts"],
      in: experiment.folder.path.appending("pipelines")
    )
    #expect(
      elsewhere.errors == """
        error: there is no pipeline in pipelines/, so that all results would be removed
              = call it from the folder of the experiment, or name pipelines with --keep

        """
    )
    #expect(elsewhere.status == 2)
    let nowhere = try await experiment.run("gc", "--store", "no")
    #expect(nowhere.errors == "error: there is no store 'no' here\n      = '--store' names another one\n")
    #expect(experiment.folder.files() == (before + ["pipelines/broken.yaml"]).sorted())
  }

  @Test func `A lock that is kept stands for the results that it names`() async throws {
    try await prepare()
    #expect(try await experiment.run("run", "small", "--quiet", "--update-lock", "--force").status == 0)
    age(hours: 2)
    let lock = "artifacts/locks/small.lock"
    let outcome = try await experiment.run("gc", "--dry-run", "--keep", lock)
    #expect(outcome.output.contains("\n  no pipeline reaches: 5 records, 5 objects, "), "\(outcome)")
    let both = try await experiment.run("gc", "--dry-run", "--keep", lock, "small")
    #expect(both.output.contains("\n  no pipeline reaches: 3 records, 3 objects, "), "\(both)")
    let missing = try await experiment.run("gc", "--keep", "none.lock")
    #expect(missing == .init(output: "", errors: "error: there is no lock 'none.lock'\n", status: 2))
  }

  @Test func `Old logs go, the newest of each name stay`() async throws {
    for _ in 0..<3 { #expect(try await experiment.run("run", "small", "--quiet", "--force").status == 0) }
    #expect(try await experiment.run("run", "small", "--quiet", "--profile", "long").status == 0)
    #expect(files("runs").count == 20)
    age(hours: 2)
    let dry = try await experiment.run("gc", "--dry-run", "--keep-runs", "1")
    #expect(dry.output.contains("\n  old runs: 2 logs, "))
    #expect(files("runs").count == 20)
    #expect(try await experiment.run("gc", "--keep-runs", "1").status == 0)
    #expect(Set(files("runs").map { $0.split(separator: "/")[2].split(separator: "-")[1] }) == ["small", "small.long"])
    #expect(files("runs").count == 10)
    #expect(try await experiment.run("gc").output.hasSuffix("\nnothing to free\n"))
    #expect(try await experiment.run("gc", "--keep-runs=-1").status == 2)
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
      print(facts["bytes_freed"] == facts["unreached"]["bytes"] > 0 and facts["bytes_left"] > 0)
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
  func `An age or a size that is none exits with 2`(options: [String]) async throws {
    let outcome = try await experiment.pipeline.run(["gc"] + options, in: experiment.folder.path)
    #expect(outcome.status == 2)
    #expect(outcome.errors.lowercased().contains("usage: pipeline gc"))
  }
}
