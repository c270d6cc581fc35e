import Glibc
import SystemPackage
import TestSupport
import Testing

/// What a shell hands to the program, and what the program writes for it.
@Suite struct OutputAndArgumentTests {
  private let experiment: Experiment
  private let shell = Program(at: "/bin/sh")

  init() throws {
    experiment = try Experiment()
  }

  /// Runs a line of a shell in the experiment's folder; `$P` is the program.
  private func sh(_ line: String) async throws -> Program.Outcome {
    try await shell.run(["-c", "P=\(experiment.pipeline.path); \(line)"], in: experiment.folder.path)
  }

  // MARK: - The file of --output

  @Test func `A FIFO as the output is written to, and stays a FIFO`() async throws {
    let outcome = try await sh("mkfifo f; cat f > got & $P schema --output f; wait; stat -c %F f")
    #expect(outcome == .init(output: "fifo\n", errors: "", status: 0))
    #expect(try await experiment.text("got") == experiment.run("schema").output)
  }

  @Test func `A link as the output stays, and its target is written`() async throws {
    let outcome = try await sh(
      """
      echo old > real.json; chmod 640 real.json; ln -s real.json link.json; ln -s new.json dangling.json; umask 027
      $P schema --output link.json && $P schema --output dangling.json && stat -c '%F %a' link.json real.json new.json
      """
    )
    #expect(outcome == .init(output: "symbolic link 777\nregular file 640\nregular file 640\n", errors: "", status: 0))
    let wanted = try await experiment.run("schema").output
    #expect(try experiment.text("real.json") == wanted)
    #expect(try experiment.text("new.json") == wanted)
  }

  @Test func `A folder as the output is refused`() async throws {
    try experiment.folder.write("", to: "folder/file")
    let outcome = try await experiment.run("schema", "--output", "folder")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("cannot write folder: it is a folder"), "\(outcome.errors)")
  }

  // MARK: - Standard output

  @Test(arguments: [
    "schema", "stages", "--help", "--version", "plan small", "graph small", "run small --json", "show small/runs",
  ])
  func `Output that cannot be written is an error`(command: String) async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let outcome = try await sh("$P \(command) > /dev/full")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("cannot write to standard output: No space left on device"), "\(outcome.errors)")
  }

  @Test func `A reader that has enough ends the output without a word`() async throws {
    let outcome = try await sh("{ $P schema; echo $? >&2; } | head -n 1")
    #expect(outcome == .init(output: "{\n", errors: "0\n", status: 0))
  }

  // MARK: - Arguments

  @Test(arguments: [
    "run small --store ''", "run small --store=", "plan ''", "init ''", "schema --output ''", "run small --key ''",
    "report --output ''", "audit --store ''",
  ])
  func `An empty argument is refused before anything is done`(command: String) async throws {
    let before = try await sh("ls -R")
    let outcome = try await sh("$P \(command)")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("empty"), "\(outcome.errors)")
    #expect(try await sh("ls -R") == before)
  }

  @Test func `Names that are not UTF-8 are refused by their bytes`() async throws {
    let before = try await sh("ls -R")
    let argument = try await sh(#"$P run small --store "$(printf 'a\377')""#)
    #expect(argument.status == 2)
    #expect(argument.errors.contains(#"an argument is not UTF-8: 'a\xff'"#), "\(argument.errors)")
    let variable = try await sh(#"PIPELINE_DATA="$(printf 'b\376')" $P run small"#)
    #expect(variable.status == 2)
    #expect(variable.errors.contains(#"PIPELINE_DATA is not UTF-8: 'b\xfe'"#), "\(variable.errors)")
    #expect(try await sh("ls -R") == before)
  }

  @Test func `A variable that is set to nothing counts as not set`() async throws {
    #expect(try await sh("PIPELINE_ISA= PIPELINE_DATA= PIPELINE_KEY= $P run small --quiet").status == 0)
  }

  @Test func `A pipeline file may come through a pipe`() async throws {
    let outcome = try await Program(at: "/bin/bash").run(
      ["-c", "\(experiment.pipeline.path) check <(cat pipelines/small.yaml)"],
      in: experiment.folder.path
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func `A FIFO that nobody writes to is not waited for`() async throws {
    let outcome = try await sh("mkfifo f.yaml && timeout 60 $P check f.yaml")
    #expect(outcome.status == 2)
  }

  // MARK: - Stores

  @Test func `FIFOs in a store stop no command`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let outcome = try await sh(
      """
      cd artifacts; rm -f states; mkfifo states
      for f in $(find actions latest runs code -type f); do rm -f $f; mkfifo $f; done; cd ..
      for c in "plan small" "audit" "claims small" "trace small/runs" "show small/runs" "diff small small" "run small"; do
        timeout 120 $P $c > /dev/null 2>&1; test $? -ne 124 || echo "$c hangs"
      done
      """
    )
    #expect(outcome == .init(output: "", errors: "", status: 0))
  }

  @Test func `A group shares a store as the umask says`() async throws {
    let outcome = try await sh(
      "umask 002; $P run small --quiet && stat -c %a artifacts artifacts/objects artifacts/leases"
    )
    #expect(outcome == .init(output: "775\n775\n775\n", errors: "", status: 0))
    let files = try await sh("find artifacts/actions -type f -exec stat -c %a {} + | sort -u")
    #expect(files.output == "664\n")
  }

  @Test func `File times before 1970 and after 2262 are times`() async throws {
    for time in ["2300-01-01", "1960-01-01", "1901-01-01"] {
      #expect(try await sh("touch -d \(time) pipelines/small.yaml && $P run small --quiet").status == 0)
      #expect(
        try await sh("find artifacts/objects -type f -exec touch -d \(time) {} +; $P run small --quiet").status == 0
      )
    }
  }
}
