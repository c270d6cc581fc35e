import SystemPackage
import TestSupport
import Testing

/// The files that commands leave if they are interrupted or killed while they write.
@Suite struct InterruptionTests {
  private let experiment: Experiment
  /// The beginning of the temporary name under which each command writes until its output is complete.
  private static let temporary = [
    "report": "out/.site.tmp-", "export": "out/.crate.tmp-", "audit": "tmp/pipeline-audit-",
  ]

  init() throws {
    experiment = try Experiment()
    try experiment.writeMany()
    try experiment.folder.write("", to: "tmp/.keep")
    try experiment.folder.write("", to: "out/.keep")
    // Sends the signal once the command has begun to write, and prints its exit code.
    try experiment.folder.write(
      """
      beginning=$1 signal=$2; shift 2
      TMPDIR=$PWD/tmp "$@" > written 2>&1 &
      program=$!
      set -- "$beginning"*
      until [ -e "$1" ] || ! kill -0 $program 2> /dev/null; do set -- "$beginning"*; done
      kill -$signal $program 2> /dev/null
      wait $program
      echo $?
      """,
      to: "stop.sh"
    )
  }

  private func words(_ command: String) -> [String] {
    switch command {
    case "report": ["report", "many", "--points", "400", "--output", "out/site"]
    case "export": ["export", "--ro-crate", "out/crate", "many"]
    default: ["audit", "--deep"]
    }
  }

  /// Sends a signal to a command that has begun to write. One that has ended before the signal comes, as on a machine
  /// that had something else to do, is called again.
  private func stop(_ command: String, by signal: String) async throws -> Program.Outcome {
    let beginning = ["stop.sh", Self.temporary[command] ?? "", signal, experiment.pipeline.path.string]
    while true {
      let outcome = try await Program(at: "/bin/sh").run(beginning + words(command), in: experiment.folder.path)
      guard outcome.output == "0\n" else { return outcome }
      let removal = ["-c", "rm -rf out/* tmp/*"]
      try #require(try await Program(at: "/bin/sh").run(removal, in: experiment.folder.path).status == 0)
    }
  }

  private var leftovers: [String] {
    experiment.folder.files().filter { $0.hasPrefix("out/") || $0.hasPrefix("tmp/") }
  }

  @Test(arguments: ["report", "export", "audit"], ["INT", "TERM"])
  func `A command that is asked to end leaves nothing of what it had begun`(command: String, signal: String)
    async throws
  {
    #expect(try await experiment.run("run", "many", "--quiet").status == 0)
    let outcome = try await stop(command, by: signal)
    let written = try experiment.text("written")
    #expect(outcome.output == "130\n", "\(outcome) \(written)")
    #expect(leftovers == ["out/.keep", "tmp/.keep"])
  }

  @Test(arguments: ["report", "export", "audit"])
  func `What a command left that was killed is removed by the next one`(command: String) async throws {
    #expect(try await experiment.run("run", "many", "--quiet").status == 0)
    #expect(try await stop(command, by: "KILL").output == "137\n")
    let beginning = Self.temporary[command] ?? ""
    let isThere = try await Program(at: "/bin/sh").run(
      ["-c", "ls -d \(beginning)*"],
      in: experiment.folder.path
    )
    #expect(isThere.status == 0)
    let next = try await Program(at: "/usr/bin/env").run(
      ["TMPDIR=\(experiment.folder.path)/tmp", experiment.pipeline.path.string] + words(command),
      in: experiment.folder.path
    )
    #expect(next.status == 0, "\(next)")
    let left = try await Program(at: "/bin/sh").run(["-c", "ls -d \(beginning)*"], in: experiment.folder.path)
    #expect(left.status != 0, "\(left)")
  }
}
