import Artifacts
import Glibc
import Store
import SystemPackage
import TestSupport
import Testing

/// A run that left nothing to do is known by the states of its files, and only as long as none of them changes.
@Suite struct CompletedRunTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
    try experiment.folder.write(
      """
      pipeline: drawn
      stages:
        runs:
          kind: uv/trajectories
          with: { cases: [{ name: low, start: { output: 0.5, trace: 1 } }], learning_rate: 0.3, steps: 20 }
        drawn:
          kind: figure
          inputs: { runs: runs }
          with: { panels: [{ x: step, y: loss, series: [{ draw: lines, x: runs/step, y: runs/loss, at: { case: 0 }, each: learning_rate }] }] }
      """,
      to: "pipelines/drawn.yaml"
    )
  }

  /// Runs until the run is known by its files: one that computes something, or finds a file that was just written, is not.
  private func complete() async throws {
    #expect(try await experiment.run("run", "drawn", "--quiet").status == 0)
    try await Task.sleep(for: .milliseconds(150))
    #expect(try await experiment.run("run", "drawn", "--quiet").status == 0)
    #expect(noted.count == 1)
  }

  private var noted: [String] {
    experiment.folder.files(below: "artifacts/latest").filter { $0.hasSuffix(".complete") }
  }

  /// Whether a run finds nothing to do without looking at any action: the pipeline file cannot even be read.
  private func isKnownByItsFiles() async throws -> Bool {
    // What was noted is made to say something that no run would.
    let note = try #require(noted.first)
    let text = try experiment.text(note)
    let edited = String(text.dropLast(64)).replacing("\ndrawn\n", with: "\nnoted\n")
    try experiment.folder.write(edited + ContentDigest(of: edited).description, to: note)
    let outcome = try await experiment.run("plan", "drawn")
    try experiment.folder.write(text, to: note)
    return outcome.output == "noted: nothing to do, 2 actions up to date\n"
  }

  @Test func `A second run says what the first found, without looking at each action`() async throws {
    try await complete()
    #expect(try await isKnownByItsFiles())
    let outcome = try await experiment.run("run", "drawn")
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0] == "drawn")
    #expect(lines[1].hasPrefix("nothing to do: 2 stages up to date ("))
    #expect(lines[2] == "figures in artifacts/figures/drawn: drawn.dat drawn.gp drawn.h5 drawn.pdf drawn.png drawn.svg")
    #expect(try await experiment.run("plan", "drawn", "--set", "x=1").status == 2)
  }

  @Test(arguments: ["actions", "objects", "figures"])
  func `Any file of it that changes is seen`(folder: String) async throws {
    try await complete()
    for file in experiment.folder.files(below: "artifacts/\(folder)") {
      let path = experiment.folder.path.appending(file)
      let bytes = try readBytes(path)
      // The same bytes in another file, as after a copy.
      try FileSystem.writeAtomically(bytes, to: path)
      #expect(try await !isKnownByItsFiles(), "\(file)")
      try await complete()
      #expect(try await isKnownByItsFiles(), "\(file)")
      FileSystem.remove(path)
      #expect(try await !isKnownByItsFiles(), "\(file)")
      #expect(try await experiment.run("run", "drawn", "--quiet").status == 0)
      #expect(FileSystem.exists(path), "\(file)")
      try await complete()
    }
  }

  @Test func `A pipeline file that changes is read`() async throws {
    try await complete()
    let text = try experiment.text("pipelines/drawn.yaml")
    try experiment.folder.write(text.replacing("steps: 20", with: "steps: 21"), to: "pipelines/drawn.yaml")
    #expect(try await experiment.run("plan", "drawn").output.contains("steps was 20 and is 21"))
    #expect(try await experiment.run("run", "drawn").output.contains("2 stages: 2 computed"))
  }

  @Test func `What was noted and then cut or overwritten is left alone`() async throws {
    try await complete()
    let note = try #require(noted.first)
    let bytes = try readBytes(experiment.folder.path.appending(note))
    for count in [0, 1, 30, bytes.count / 2, bytes.count - 1] {
      try experiment.folder.write(Array(bytes[..<count]), to: note)
      let outcome = try await experiment.run("plan", "drawn")
      #expect(outcome.output == "drawn: nothing to do, 2 actions up to date\n")
    }
  }

  @Test func `A note with a damaged byte is not believed`() async throws {
    try await complete()
    let note = try #require(noted.first)
    try experiment.folder.write(experiment.text(note).replacing("\ndrawn\n", with: "\nnoted\n"), to: note)
    #expect(try await experiment.run("plan", "drawn").output == "drawn: nothing to do, 2 actions up to date\n")
  }

  @Test func `A garbage collection that removes nothing leaves what was noted`() async throws {
    try await complete()
    #expect(try await experiment.run("gc").status == 0)
    #expect(try await isKnownByItsFiles())
  }

  @Test func `A link to a script that leads elsewhere is another script`() async throws {
    let program = try ProgramExperiment()
    try program.writeChain()
    let path = program.folder.path.appending("scripts/double.py")
    try FileSystem.move(path, to: program.folder.path.appending("scripts/one.py"))
    try program.folder.write("# a comment\n" + ProgramExperiment.doubling, to: "scripts/two.py")
    #expect(symlink("one.py", path.string) == 0)
    for _ in 0..<3 {
      #expect(try await program.run("run", "chain", "--quiet").status == 0)
      try await Task.sleep(for: .milliseconds(150))
    }
    #expect(try await program.run("plan", "chain").output.contains("nothing to do"))
    FileSystem.remove(path)
    #expect(symlink("two.py", path.string) == 0)
    #expect(try await program.run("plan", "chain").output.contains("files.scripts/double.py was "))
  }

  @Test func `A script that belongs to a stage is one of the files`() async throws {
    let program = try ProgramExperiment()
    try program.writeChain()
    for _ in 0..<3 {
      #expect(try await program.run("run", "chain", "--quiet").status == 0)
      try await Task.sleep(for: .milliseconds(150))
    }
    #expect(program.folder.files(below: "artifacts/latest").contains { $0.hasSuffix(".complete") })
    #expect(try await program.run("plan", "chain").output.contains("nothing to do"))
    try program.folder.write("# a comment\n" + ProgramExperiment.doubling, to: "scripts/double.py")
    #expect(try await program.run("plan", "chain").output.contains("files.scripts/double.py was "))
  }
}
