import SystemPackage
import TestSupport
import Testing

/// Two pipeline files of one name.
@Suite struct NameOwnerTests {
  private let experiment: Experiment
  private let small: String

  init() throws {
    experiment = try Experiment()
    small = try experiment.text("pipelines/small.yaml")
  }

  private func remove(_ file: String) async throws {
    _ = try await Program(at: "/bin/rm").run([file], in: experiment.folder.path)
  }

  @Test func `A second file of the same name is refused before anything is overwritten`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet", "--update-lock").status == 0)
    let lock = try experiment.text("artifacts/locks/small.lock")
    for name in ["small", "Small"] {
      try experiment.folder.write(
        small.replacing("pipeline: small", with: "pipeline: \(name)").replacing("1.1", with: "1.15"),
        to: "pipelines/two.yaml"
      )
      let outcome = try await experiment.run("run", "two", "--update-lock")
      #expect(outcome.status == 2)
      for file in ["pipelines/small.yaml", "pipelines/two.yaml"] {
        #expect(outcome.errors.contains(file), "\(outcome)")
      }
    }
    #expect(try experiment.text("artifacts/locks/small.lock") == lock)
    #expect(try await experiment.run("run", "small", "--quiet", "--locked").status == 0)
  }

  @Test func `A file that was moved keeps its name, and so does one whose other was renamed`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    try experiment.folder.write(small, to: "pipelines/moved.yaml")
    try await remove("pipelines/small.yaml")
    #expect(try await experiment.run("run", "moved", "--quiet").status == 0)
    try experiment.folder.write(small.replacing("pipeline: small", with: "pipeline: other"), to: "pipelines/moved.yaml")
    try experiment.folder.write(small, to: "pipelines/small.yaml")
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
  }

  @Test func `A copy of the project is a project of its own`() async throws {
    try experiment.folder.write(small, to: "here/pipelines/small.yaml")
    let here = experiment.folder.path.appending("here")
    #expect(try await experiment.pipeline.run(["run", "small", "--quiet"], in: here).status == 0)
    _ = try await Program(at: "/bin/cp").run(["-a", "here", "there"], in: experiment.folder.path)
    let there = experiment.folder.path.appending("there")
    #expect(try await experiment.pipeline.run(["run", "small", "--quiet"], in: there).status == 0)
  }

  @Test(arguments: ["missing.pem", "pipelines", "pipelines/small.yaml"])
  func `A key that cannot be used is refused, also when there is nothing to do`(key: String) async throws {
    for _ in 0..<3 { #expect(try await experiment.run("run", "small", "--quiet", "--unsigned").status == 0) }
    let outcome = try await experiment.run("run", "small", "--key", key)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("results cannot be signed"), "\(outcome)")
  }
}
