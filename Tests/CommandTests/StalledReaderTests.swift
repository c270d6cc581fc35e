import SystemPackage
import TestSupport
import Testing

/// Runs with a reader that does not read.
@Suite struct StalledReaderTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
    try experiment.writeMany(
      """
        last:
          kind: command
          inputs: { points: points }
          with: { run: [/bin/sh, -c, "sleep ${{ parameters.pause }}; echo 1 > {outputs.o}"], sandbox: none, outputs: { o: o.txt } }
      parameters: { pause: 0 }
      """
    )
    // The events of 400 actions fill a pipe several times over. Each wait has a generous limit and ends by itself.
    try experiment.folder.write(
      """
      import glob, os, signal, subprocess, sys, time
      program, action, pause, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
      run = subprocess.Popen([program, "run", "many", "--json", "--set", "pause=" + pause], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
      limit = time.time() + 240
      while len(glob.glob("artifacts/actions/*/*.json")) < count and time.time() < limit: time.sleep(0.05)
      records = len(glob.glob("artifacts/actions/*/*.json"))
      if action == "read":
          lines = run.stdout.read().splitlines()
          print(records, sum(b'"event":"finished"' in line for line in lines), b'"event":"end"' in lines[-1], run.wait(60))
      else:
          for number in action.split(","): run.send_signal(getattr(signal, number)); time.sleep(0.2)
          print(records, run.wait(45))
      """,
      to: "stall.py"
    )
  }

  private func stall(_ action: String, pause: String, until count: Int) async throws -> Program.Outcome {
    try await Program(at: "/usr/bin/python3").run(
      ["stall.py", experiment.pipeline.path.string, action, pause, "\(count)"],
      in: experiment.folder.path
    )
  }

  @Test func `A run goes on while nobody reads, and a late reader gets every result`() async throws {
    let outcome = try await stall("read", pause: "0", until: 401)
    #expect(outcome.output == "401 401 True 0\n", "\(outcome)")
  }

  @Test(arguments: ["SIGINT", "SIGTERM", "SIGINT,SIGINT"])
  func `A signal ends a run in the middle of a stage while nobody reads`(signals: String) async throws {
    let outcome = try await stall(signals, pause: "600", until: 400)
    #expect(outcome.output == "400 130\n", "\(outcome)")
  }

  @Test func `A signal ends a run that has done everything and waits for its reader`() async throws {
    let outcome = try await stall("SIGINT", pause: "0", until: 401)
    #expect(outcome.output == "401 130\n", "\(outcome)")
  }
}
