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
    let totals = "3 of 3 records hold, 3 have a statement\n3 of 3 objects are as 3 records say\n"
    #expect(whole == .init(output: totals, errors: "", status: 0))
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

  /// Changes the text of a record.
  private func forge(_ record: String, _ change: (String) -> String) throws {
    let path = experiment.folder.path.appending(record)
    let text = String(decoding: try readBytes(path), as: UTF8.self)
    let forged = change(text)
    #expect(forged != text)
    unlink(path.string)
    try experiment.folder.write(forged, to: record)
  }

  private func record(of kind: String) throws -> String {
    try #require(
      experiment.folder.files(below: "artifacts/actions").first { file in
        let text = (try? readBytes(experiment.folder.path.appending(file))).map { String(decoding: $0, as: UTF8.self) }
        return text?.contains("\"kind\":\"\(kind)\",") == true
      }
    )
  }

  @Test(arguments: [
    // The statement stands in the record as a text, whose quotes have backslashes.
    (#"\"kind\":\"uv/trajectories\""#, #"\"kind\":\"uv/somewhere\""#, "says something else than the record: kind"),
    (#"\"steps\":20"#, #"\"steps\":21"#, "says something else than the record: parameters"),
    (#""steps":20"#, #""steps":21"#, "its key is no digest of kind, parameters, inputs and code"),
    (#"in-toto.io/Statement/v1"#, #"in-toto.io/Statement/v9"#, "its statement cannot be read"),
  ])
  func `A record or a statement that was changed is told`(old: String, new: String, message: String) async throws {
    #expect(try await experiment.run("run", "small", "--quiet", "--unsigned").status == 0)
    #expect(try await experiment.run("audit").status == 0)
    try forge(record(of: "uv/trajectories")) { $0.replacing(old, with: new) }
    let outcome = try await experiment.run("audit")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("stage 'runs' of 'small': "), "\(outcome.output)")
    #expect(outcome.output.contains(message), "\(outcome.output)")
    #expect(try await experiment.run("audit", "--json").output.contains(#""bad_records":[{"#))
  }

  @Test func `A result whose inputs nobody made is told`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let record = try record(of: "uv/trajectories")
    unlink(experiment.folder.path.appending(record).string)
    let outcome = try await experiment.run("audit")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("stage 'power' of 'small': input 'series' is "), "\(outcome.output)")
  }

  @Test func `A signature that is asked for must be there and hold, or the audit does not`() async throws {
    #expect(try await experiment.run("key", "new", "mine.pem").status == 0)
    #expect(try await experiment.run("key", "new", "other.pem").status == 0)
    #expect(try await experiment.run("run", "small", "--quiet", "--key", "mine.pem").status == 0)
    let good = try await experiment.run("audit", "--require-signed-by", "mine.pem.pub")
    #expect(good.status == 0, "\(good)")
    #expect(good.output.hasPrefix("3 of 3 records hold, 3 have a statement, 3 of 3 are signed as required\n"))
    #expect(try await experiment.run("audit", "--require-signed-by", "other.pem.pub").status == 3)
    #expect(
      try await experiment.run("audit", "--require-signed-by", "other.pem.pub", "--require-signed-by", "mine.pem.pub")
        .status == 0
    )
    // One result more that nobody signed.
    #expect(try await experiment.run("run", "small", "--quiet", "--unsigned", "--set", "rate=1.3").status == 0)
    let mixed = try await experiment.run("audit", "--require-signed-by", "mine.pem.pub")
    #expect(mixed.status == 3)
    #expect(mixed.output.contains("the statement is not signed"), "\(mixed.output)")
    #expect(try await experiment.run("audit").status == 0)
    let none = try await experiment.run("audit", "--require-signed-by", "no.pub")
    #expect(none.status == 2 && none.output == "", "\(none)")
  }
}
