import SystemPackage
import TestSupport
import Testing

/// What programs print, and where it is found afterwards.
@Suite struct StageLogTests {
  private let experiment: ProgramExperiment

  init() throws {
    experiment = try ProgramExperiment()
  }

  private func write(_ script: String, resources: String = "") throws {
    try experiment.folder.write(
      """
      pipeline: test
      parameters: { x: 0 }
      profiles: { quick: { x: 9 } }
      stages:
        one:
          kind: command
          with: { run: [/bin/sh, -c, '\(script)'], outputs: { o: o.txt } }
          \(resources)
      """,
      to: "pipelines/test.yaml"
    )
  }

  private func run(_ arguments: String...) async throws -> Program.Outcome {
    try await experiment.pipeline.run(arguments, in: experiment.folder.path)
  }

  /// The logs of results: their texts.
  private var logs: [String] {
    get throws {
      let files = experiment.folder.files(below: "artifacts/logs").filter {
        $0.split(separator: "/").last?.split(separator: ".").count == 3
      }
      return try files.map { try experiment.text($0) }.sorted()
    }
  }

  @Test func `Each result keeps its log, whatever values a later run has`() async throws {
    try write("echo log of ${{ parameters.x }}; echo 1 > {outputs.o}")
    #expect(try await run("run", "test", "--quiet").status == 0)
    #expect(try await run("run", "test", "--quiet", "--set", "x=1").status == 0)
    #expect(try await run("run", "test", "--quiet", "--profile", "quick").status == 0)
    #expect(try logs == ["log of 0\n", "log of 1\n", "log of 9\n"])
    #expect(try experiment.text("artifacts/logs/test/one.log") == "log of 1\n", "the newest, for people")
    #expect(try experiment.text("artifacts/logs/test.quick/one.log") == "log of 9\n")
    let audit = try await run("audit")
    #expect(audit.status == 0, "\(audit)")
    #expect(experiment.folder.files(below: "artifacts/scratch") == [])
  }

  @Test func `A run that dies before its record is written leaves the older result and its log alone`() async throws {
    try write("date +%N; echo 1 > {outputs.o}")
    #expect(try await run("run", "test", "--quiet").status == 0)
    let first = try logs
    let records = experiment.folder.files(below: "artifacts/actions")
    let bytes = try experiment.text(records[0])
    #expect(try await run("run", "test", "--quiet", "--force").status == 0)
    // As if the second run had ended between its log and its record.
    try experiment.folder.write(bytes, to: records[0])
    #expect(try logs.count == 2)
    #expect(try logs.contains(first[0]))
    let audit = try await run("audit")
    #expect(audit.status == 0, "\(audit)")
  }

  @Test func `What a program printed before a limit stopped it is kept and shown`() async throws {
    try write("echo before the limit; sleep 600", resources: "resources: { time: 20 s }")
    let outcome = try await run("run", "test")
    #expect(outcome.status == 1)
    let log = try #require(experiment.folder.files(below: "artifacts/logs").first, "\(outcome)")
    #expect(try experiment.text(log) == "before the limit\n")
    #expect(outcome.errors.contains("    before the limit\n"), "\(outcome)")
    #expect(outcome.errors.contains("all that it wrote is in \(log)"), "\(outcome)")
    #expect(experiment.folder.files(below: "artifacts/scratch") == [])
  }

  @Test func `What a program printed before Ctrl-C is kept and shown`() async throws {
    try write("echo before the signal; echo begun > {outputs.o}; sleep 600")
    try experiment.folder.write(
      """
      "$1" run test > written 2>&1 &
      program=$!
      n=0
      until grep -qs "before the signal" artifacts/scratch/* || [ $n -gt 2400 ]; do sleep 0.05; n=$((n + 1)); done
      kill -INT $program
      wait $program
      echo $?
      """,
      to: "stop.sh"
    )
    let outcome = try await Program(at: "/bin/sh").run(
      ["stop.sh", experiment.pipeline.path.string],
      in: experiment.folder.path
    )
    let written = try experiment.text("written")
    #expect(outcome.output == "130\n", "\(written)")
    let log = try #require(experiment.folder.files(below: "artifacts/logs").first, "\(written)")
    #expect(try experiment.text(log) == "before the signal\n")
    #expect(written.contains("what 'one' had written is in \(log)"), "\(written)")
  }

  @Test func `The logs of two points whose names differ in a sign are two files`() async throws {
    try experiment.folder.write(
      """
      pipeline: test
      stages:
        one:
          kind: command
          matrix: { name: ["a/b", "a?b"] }
          with: { run: [/bin/sh, -c, "echo ${{ matrix.name }}; exit 1"], outputs: { o: o.txt } }
      """,
      to: "pipelines/test.yaml"
    )
    #expect(try await run("run", "test", "--keep-going").status == 1)
    let files = experiment.folder.files(below: "artifacts/logs/test/failed")
    #expect(Set(try files.map { try experiment.text($0) }) == ["a/b\n", "a?b\n"])
  }

  @Test func `A worker knows nothing of the signing key`() async throws {
    #expect(try await run("key", "new", "k.pem").status == 0)
    try experiment.folder.write(
      """
      for p in /proc/[0-9]*; do
        if tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -qaF " worker artifacts"; then
          echo a worker
          tr '\\0' '\\n' < $p/environ
          tr '\\0' '\\n' < $p/cmdline
          ls -l $p/fd
        fi
      done
      echo 1 > o.txt
      """,
      to: "look.sh"
    )
    try experiment.folder.write(
      """
      pipeline: test
      stages:
        one: { kind: command, with: { run: [/bin/sh, look.sh], files: [look.sh], sandbox: none, outputs: { o: o.txt } } }
      """,
      to: "pipelines/test.yaml"
    )
    let outcome = try await Program(at: "/usr/bin/env").run(
      ["PIPELINE_KEY=k.pem", experiment.pipeline.path.string, "run", "test"],
      in: experiment.folder.path
    )
    #expect(outcome.status == 0, "\(outcome)")
    let seen = try logs[0]
    #expect(seen.contains("a worker\n"))
    #expect(!seen.contains("k.pem"), "\(seen)")
    #expect(try await run("audit", "--require-signed-by", "k.pem.pub").status == 0)
  }
}
