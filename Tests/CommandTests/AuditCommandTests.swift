import Glibc
import SystemPackage
import TestSupport
import Testing

/// `pipeline audit`: whether the store still has every result as it was made.
@Suite struct AuditCommandTests {
  private let experiment: Experiment

  init() throws {
    experiment = try Experiment()
  }

  private func sums(_ arguments: String..., in folder: FilePath? = nil) async throws -> Program.Outcome {
    let folder = folder ?? experiment.folder.path
    let list = try await experiment.pipeline.run(["audit", "--sha256sums"] + arguments, in: folder)
    #expect(list.status == 0)
    #expect(list.errors == "")
    try experiment.folder.write(list.output, to: "sums")
    let check = ["--check", "--strict", experiment.folder.path.appending("sums").string]
    return try await Program(at: "/usr/bin/sha256sum").run(check, in: folder)
  }

  @Test func `The list is one that sha256sum accepts, for the store and for what a pipeline reaches`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    #expect(try await experiment.run("run", "small", "--quiet", "--set", "rate=1.2").status == 0)
    let all = try await sums()
    #expect(all.status == 0)
    #expect(all.output.split(separator: "\n").count == 6)
    #expect(
      all.output.split(separator: "\n").allSatisfy { $0.hasPrefix("artifacts/objects/") && $0.hasSuffix(".h5: OK") }
    )
    #expect(try await sums("small").output.split(separator: "\n").count == 3)
    // From another folder, and by an absolute path.
    let below = experiment.folder.path.appending("pipelines")
    #expect(try await sums("--store", "../artifacts", in: below).output.hasPrefix("../artifacts/objects/"))
    let store = experiment.folder.path.appending("artifacts").string
    #expect(try await sums("--store", store).output == all.output)
  }

  @Test func `A store whose path has unusual characters is listed as sha256sum writes it`() async throws {
    let store = "a \\ b\nc"
    #expect(try await experiment.run("run", "small", "--quiet", "--store", store).status == 0)
    let outcome = try await sums("--store", store)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.split(separator: "\n").count == 3)
  }

  @Test func `Damaged and missing objects are told, nothing is changed, and the exit code is 3`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let whole = try await experiment.run("audit")
    #expect(whole == .init(output: "3 of 3 objects are as 3 records say\n", errors: "", status: 0))
    let objects = experiment.folder.files(below: "artifacts/objects")
    var bytes = try readBytes(experiment.folder.path.appending(objects[0]))
    bytes[bytes.count / 2] ^= 1
    // The file is read-only: whoever damages it has another way.
    unlink(experiment.folder.path.appending(objects[0]).string)
    try experiment.folder.write(bytes, to: objects[0])
    unlink(experiment.folder.path.appending(objects[1]).string)
    let before = experiment.folder.files()
    let outcome = try await experiment.run("audit")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("damaged: \(objects[0]), of action "))
    #expect(outcome.output.contains("missing: \(objects[1]), of action "))
    #expect(
      outcome.output.hasSuffix(
        "1 of 3 objects are as 3 records say; 'pipeline run' makes what it needs of them again\n"
      )
    )
    #expect(experiment.folder.files() == before)
    #expect(try await sums().status == 1)
    let json = try await experiment.run("audit", "--json")
    #expect(json.status == 3)
    #expect(json.output.contains("\"finding\":\"damaged\"") && json.output.contains("\"finding\":\"missing\""))
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    #expect(try await experiment.run("audit").status == 0)
  }

  @Test func `A record that cannot be read is told, and a store that is not there exits with 2`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let record = try #require(experiment.folder.files(below: "artifacts/actions").first)
    unlink(experiment.folder.path.appending(record).string)
    try experiment.folder.write("{", to: record)
    let outcome = try await experiment.run("audit")
    #expect(outcome.status == 3)
    #expect(outcome.output.hasPrefix("unreadable: the record of action "))
    #expect(try await experiment.run("audit", "--store", "no").status == 2)
    #expect(try await experiment.run("audit", "--json", "--sha256sums").status == 2)
  }
}
