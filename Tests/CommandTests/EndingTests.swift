import Foundation
import SystemPackage
import TestSupport
import Testing

/// No process outlives the run that started it.
@Suite struct EndingTests {
  private let experiment: ProgramExperiment
  /// A number of seconds that no other process on this machine sleeps.
  private let seconds = "\(Int.random(in: 100_000_000...999_999_999))"

  init() throws {
    experiment = try ProgramExperiment()
  }

  /// Puts a program that never ends in the place of another.
  private func fake(_ name: String) throws -> String {
    let fake = try experiment.folder.write("#!/bin/sh\nexec sleep \(seconds)\n", to: "fake/\(name)")
    #expect(chmod(fake.string, 0o755) == 0)
    return "PATH=\(fake.removingLastComponent()):/usr/bin:/bin"
  }

  /// Runs the pipeline until the program that never ends is there, and sends the run a signal.
  private func run(_ variables: [String], sending signal: Int32) async throws -> Program.Outcome {
    let name = "p\(seconds)"
    let environment = Program(at: "/usr/bin/env")
    let arguments = variables + [experiment.pipeline.path.string, "run", name]
    let folder = experiment.folder.path
    async let running = environment.run(arguments, in: folder)
    #expect(try await eventually { !Processes.named("sleep", with: seconds).isEmpty })
    let runner = try #require(Processes.named("pipeline", with: name).first)
    kill(runner, signal)
    return try await running
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
  func `A gnuplot that hangs ends with the run`(signal: Int32) async throws {
    try experiment.folder.write(Experiment.drawn("p\(seconds)"), to: "p\(seconds).yaml")
    let outcome = try await run([fake("gnuplot")], sending: signal)
    #expect(outcome.status == (signal == SIGKILL ? -9 : 130), "\(outcome)")
    if signal == SIGKILL {
      #expect(try await eventually { Processes.named("sleep", with: seconds).isEmpty })
    } else {
      #expect(Processes.named("sleep", with: seconds).isEmpty)
    }
  }

  @Test(arguments: [SIGINT, SIGKILL])
  func `A bubblewrap that hangs when it is tried ends with the run`(signal: Int32) async throws {
    try experiment.folder.write(
      "pipeline: p\(seconds)\nstages:\n  s: { kind: command, with: { run: [/bin/true], outputs: { a: a } } }\n",
      to: "p\(seconds).yaml"
    )
    let outcome = try await run([fake("bwrap")], sending: signal)
    #expect(outcome.status == (signal == SIGKILL ? -9 : 130), "\(outcome)")
    #expect(try await eventually { Processes.named("sleep", with: seconds).isEmpty })
  }

  @Test func `A program that leaves its session and its parent ends with its stage`() async throws {
    let outcome = try await experiment.runStage(
      "run: [/bin/sh, -c, '(setsid sh -c \"sleep \(seconds) & exit\" > /dev/null 2>&1 &); touch a']\n"
        + "sandbox: none\noutputs: { a: a }"
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(Processes.named("sleep", with: seconds).isEmpty)
  }

  @Test func `With few open files fewer workers run, and a note says so`() async throws {
    try experiment.folder.write(
      """
      pipeline: many
      stages:
        s:
          kind: command
          matrix: { i: { range: 40 } }
          with:
            run: [/bin/sh, -c, 'sleep 0.2; echo ${{ matrix.i }} > {outputs.o}']
            sandbox: none
            outputs: { o: o.txt }
      """,
      to: "many.yaml"
    )
    let run = "exec '\(experiment.pipeline.path)' run many -j 40"
    let outcome = try await Program(at: "/bin/sh").run(["-c", "ulimit -n 160; \(run)"], in: experiment.folder.path)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains(" workers instead of 40: a process may have 160 files open ('ulimit -n')"))
    let none = try await Program(at: "/bin/sh").run(["-c", "ulimit -n 40; \(run) --force"], in: experiment.folder.path)
    #expect(none.status == 1, "\(none)")
    #expect(none.errors.contains("no worker can be started: a process may have 40 files open ('ulimit -n')"))
  }

  @Test func `A program has the limit on open files that the user set`() async throws {
    try experiment.writeStage("run: [/bin/sh, -c, 'ulimit -n > a']\nsandbox: none\noutputs: { a: a }")
    let run = "ulimit -S -n 300; exec '\(experiment.pipeline.path)' run test"
    let outcome = try await Program(at: "/bin/sh").run(["-c", run], in: experiment.folder.path)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try experiment.keptFile(of: "one", "a", in: "test") == "300\n")
  }

  @Test func `Long settings reach the stage, and a word that the system does not pass is named`() async throws {
    try experiment.folder.write(
      """
      pipeline: t
      parameters: { a: x, b: y }
      stages:
        s:
          kind: command
          with:
            run: [/bin/sh, -c, 'printf %s "$1$2" | wc -c > {outputs.o}', sh, '${{ parameters.a }}', '${{ parameters.b }}']
            outputs: { o: o.txt }
      """,
      to: "t.yaml"
    )
    let long = String(repeating: "y", count: 70_000)
    let outcome = try await experiment.run("run", "t", "--set", "a=\(long)", "--set", "b=\(long)")
    #expect(outcome.status == 0, "\(outcome.errors.suffix(1000))")
    let longer = String(repeating: "z", count: 140_000)
    try experiment.writeStage("run: [/bin/echo, x, '\(longer)']\noutputs: { o: o.txt }")
    let failed = try await experiment.run("run", "test")
    #expect(failed.status == 1)
    #expect(failed.errors.contains("word 3 of 'run' has 140000 bytes, and the system passes at most 131071"))
  }

  /// Whether something comes to hold. The limit is for a machine that hangs and no measure of anything.
  private func eventually(_ holds: () -> Bool) async throws -> Bool {
    for _ in 0..<3000 {
      if holds() { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return false
  }
}
