import Glibc
import SystemPackage
import TestSupport
import Testing

/// Commands on a store with records and objects that cannot be read: no command takes these for missing.
@Suite struct UnreadableStoreTests {
  private let experiment: Experiment

  init() async throws {
    experiment = try Experiment()
    try experiment.folder.write(
      """
      pipeline: claimed
      stages:
        points: { kind: uv/fixed-points, with: { learning_rate: 1.1 } }
        more: { kind: uv/fixed-points, with: { learning_rate: 1.2 } }
      claims:
        - { name: positive, value: points/eta_ratio, reduce: min, above: 0 }
      """,
      to: "pipelines/claimed.yaml"
    )
    #expect(try await experiment.run("run", "claimed", "--update-lock", "--quiet").status == 0)
  }

  /// What stands in place of a file.
  enum Obstacle: String, CaseIterable, Sendable {
    case fifo, folder, device, forbidden
  }

  private func put(_ obstacle: Obstacle, at name: String) throws {
    let path = experiment.folder.path.appending(name)
    guard obstacle != .forbidden else { return #expect(chmod(path.string, 0) == 0) }
    #expect(unlink(path.string) == 0)
    switch obstacle {
    case .fifo: #expect(mkfifo(path.string, 0o644) == 0)
    case .folder: #expect(mkdir(path.string, 0o755) == 0)
    default: #expect(symlink("/dev/zero", path.string) == 0)
    }
  }

  /// Runs the program as a user whom permissions bind.
  private func run(_ arguments: [String]) async throws -> Program.Outcome {
    guard geteuid() == 0 else { return try await experiment.pipeline.run(arguments, in: experiment.folder.path) }
    for name in ["", "pipelines", "pipelines/claimed.yaml"] {
      #expect(chmod(experiment.folder.path.pushing(FilePath(name)).string, 0o777) == 0)
    }
    // The folder for temporary files may be one that only this user may write to.
    let place = "TMPDIR=\(experiment.folder.path)"
    let setting = ["--reuid=65534", "--regid=65534", "--clear-groups", "env", place, experiment.pipeline.path.string]
    return try await Program(at: "/usr/bin/setpriv").run(setting + arguments, in: experiment.folder.path)
  }

  @Test(.timeLimit(.minutes(5)), arguments: Obstacle.allCases)
  func `A record that cannot be read is not called missing, and no command that needs it ends with 0`(
    obstacle: Obstacle
  ) async throws {
    for record in experiment.folder.files(below: "artifacts/actions") { try put(obstacle, at: record) }
    for names in [[], ["claimed"]] {
      let audit = try await run(["audit"] + names)
      #expect(audit.status == 3, "\(audit)")
      #expect(audit.output.contains("error: unreadable-record: artifacts/actions/"), "\(audit)")
      #expect(!audit.output.contains("error: missing"), "\(audit)")
    }
    for words in [["claims", "claimed"], ["report", "claimed"], ["plan", "claimed"], ["trace", "claimed/points"]] {
      let outcome = try await run(words)
      #expect(outcome.status == 1, "\(words): \(outcome)")
      #expect(outcome.errors.contains("error: cannot read artifacts/actions/"), "\(words): \(outcome)")
    }
    #expect(try await run(["audit", "--sha256sums"]).status == 3)
  }

  @Test func `A folder of records that cannot be listed is no empty one`() async throws {
    let shard = try #require(experiment.folder.files(below: "artifacts/actions").first).split(separator: "/")[2]
    let path = experiment.folder.path.appending("artifacts/actions/\(shard)")
    #expect(rename(path.string, path.string + "-aside") == 0)
    #expect(mkfifo(path.string, 0o644) == 0)
    for words in [["audit"], ["show", "\(shard)01234567"]] {
      let outcome = try await experiment.pipeline.run(words, in: experiment.folder.path)
      #expect(outcome.status == 1, "\(words): \(outcome)")
      #expect(outcome.errors.contains("cannot list artifacts/actions/\(shard)"), "\(words): \(outcome)")
    }
    let audit = try await experiment.run("audit", "claimed")
    #expect(audit.status == 3 && audit.output.contains("unreadable-record"), "\(audit)")
  }

  @Test(arguments: ["locks", "figures", "claims"])
  func `A folder of the store that cannot be listed is a finding of an audit`(name: String) async throws {
    let path = experiment.folder.path.appending("artifacts").appending(name)
    #expect(rename(path.string, path.string + "-aside") == 0)
    #expect(mkfifo(path.string, 0o644) == 0)
    let audit = try await experiment.run("audit")
    #expect(audit.status == 3, "\(audit)")
    #expect(audit.output.contains("error: unreadable: artifacts/\(name): "), "\(audit)")
  }

  @Test func `An unreadable record is run again, and the reason is shown`() async throws {
    let record = try #require(experiment.folder.files(below: "artifacts/actions").first)
    try put(.fifo, at: record)
    let outcome = try await experiment.run("run", "claimed")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("1 computed"), "\(outcome)")
    #expect((outcome.output + outcome.errors).contains("it is a FIFO, not a regular file"), "\(outcome)")
    #expect(try await experiment.run("audit", "--deep").status == 0)
  }
}
