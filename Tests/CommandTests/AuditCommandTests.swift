import Artifacts
import Configuration
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

  @Test func `Damaged and missing objects are reported, nothing is changed, and the exit code is 3`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let whole = try await experiment.run("audit")
    let totals = """
      3 of 3 records hold, 3 have a statement
      3 of 3 objects are as 3 records say
      objects were compared by the SHA-256 of their files; --deep reads their contents as well
      all holds, 0 notes

      """
    #expect(whole == .init(output: totals, errors: "", status: 0))
    let deep = try await experiment.run("audit", "--deep")
    #expect(deep.status == 0 && deep.output.contains("by the SHA-256 of their files and by their contents"), "\(deep)")
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
    #expect(outcome.output.contains("error: damaged: \(objects[0]), of stage '"))
    #expect(outcome.output.contains("error: missing: \(objects[1]), of stage '"))
    #expect(
      outcome.output.contains(
        "1 of 3 objects are as 3 records say; 'pipeline run' makes what it needs of them again\n"
      )
    )
    #expect(outcome.output.hasSuffix("\n2 errors, 0 notes\n"))
    #expect(experiment.folder.files() == before)
    #expect(try await sums().status == 1)
    let json = try await experiment.run("audit", "--json")
    #expect(json.status == 3)
    #expect(json.output.contains("\"finding\":\"damaged\"") && json.output.contains("\"finding\":\"missing\""))
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    #expect(try await experiment.run("audit").status == 0)
  }

  @Test func `A record that cannot be read is reported, and a store that is not there exits with 2`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let record = try #require(experiment.folder.files(below: "artifacts/actions").first)
    unlink(experiment.folder.path.appending(record).string)
    try experiment.folder.write("{", to: record)
    let outcome = try await experiment.run("audit")
    #expect(outcome.status == 3)
    #expect(outcome.output.hasPrefix("error: unreadable-record: \(record), of action "), "\(outcome.output)")
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
  func `A record or a statement that was changed is reported`(old: String, new: String, message: String) async throws {
    #expect(try await experiment.run("run", "small", "--quiet", "--unsigned").status == 0)
    #expect(try await experiment.run("audit").status == 0)
    try forge(record(of: "uv/trajectories")) { $0.replacing(old, with: new) }
    let outcome = try await experiment.run("audit")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("stage 'runs' of 'small': "), "\(outcome.output)")
    #expect(outcome.output.contains(message), "\(outcome.output)")
  }

  @Test func `A result with inputs that no record made is reported`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let record = try record(of: "uv/trajectories")
    unlink(experiment.folder.path.appending(record).string)
    let outcome = try await experiment.run("audit")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("of stage 'power' of 'small': input 'series' is "), "\(outcome.output)")
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

  @Test func `A pipeline, a file and an address are audited with the chain behind them, and nothing else`() async throws
  {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    #expect(try await experiment.run("run", "small", "--quiet", "--set", "rate=1.2").status == 0)
    func records(_ arguments: String...) async throws -> String {
      let outcome = try await experiment.pipeline.run(["audit"] + arguments, in: experiment.folder.path)
      #expect(outcome.status == 0, "\(outcome)")
      return String(outcome.output.split(separator: " ").first ?? "")
    }
    #expect(try await records() == "6")
    #expect(try await records("--all") == "6")
    #expect(try await records("small") == "3")
    #expect(try await records("small", "--set", "rate=1.2") == "3")
    #expect(try await records("small/points") == "1")
    #expect(try await records("small/power") == "2")
    let address = try await experiment.address("small/power")
    #expect(try await records(String(address.prefix(8))) == "2")
    #expect(try await records("small/points", "small/power") == "3")
    for wrong in [["nothing"], ["no.h5"], ["123456"], ["--all", "small"], ["--json", "--format", "junit"]] {
      let outcome = try await experiment.pipeline.run(["audit"] + wrong, in: experiment.folder.path)
      #expect(outcome.status == 2 && outcome.output == "" && outcome.errors != "", "\(wrong): \(outcome)")
    }
  }

  @Test func `What belongs to different stores is not audited as if it were of one`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let other = try Experiment()
    #expect(try await other.run("run", "small", "--quiet", "--set", "rate=1.2").status == 0)
    func object(_ experiment: Experiment, _ arguments: String...) async throws -> String {
      let shown = try await experiment.pipeline.run(["show"] + arguments, in: experiment.folder.path)
      let address = shown.output.split(separator: "\n").first { $0.hasPrefix("address ") }?.suffix(64) ?? ""
      return experiment.folder.path.appending("artifacts/objects/\(address.prefix(2))/\(address).h5").string
    }
    let mine = try await object(experiment, "small/points")
    let theirs = try await object(other, "small/points", "--set", "rate=1.2")
    for name in [mine, theirs] { #expect(try await experiment.run("audit", name).status == 0) }
    let mixed = try await experiment.run("audit", mine, theirs)
    #expect(mixed.status == 2 && mixed.output == "", "\(mixed)")
    #expect(mixed.errors.hasPrefix("error: '\(mine)' belongs to the store "), "\(mixed)")
    #expect(mixed.errors.contains("; an audit is of one store\n      = audit them one after the other"), "\(mixed)")
    // One store by two paths is one store.
    let both = try await experiment.run("audit", mine, "small/points")
    #expect(both.status == 0, "\(both)")
    // A pipeline elsewhere is audited in its own store.
    let elsewhere = other.folder.path.appending("pipelines/small.yaml").string
    let audited = try await experiment.run("audit", elsewhere, "--set", "rate=1.2")
    #expect(audited.output.hasPrefix("3 of 3 records hold"), "\(audited)")
    #expect(try await experiment.run("audit", "small", elsewhere).status == 2)
  }

  @Test func `A pipeline that is named twice is looked at once`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet", "--update-lock").status == 0)
    let once = try await experiment.run("audit", "small")
    let twice = try await experiment.run("audit", "small", "pipelines/small.yaml")
    #expect(once.status == 0 && twice.status == 0, "\(twice)")
    #expect(twice.output == once.output)
  }

  @Test func `If the inputs of a figure are recomputed, the file beside it names an earlier run`()
    async throws
  {
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    #expect(try await experiment.run("run", "small", "--quiet", "--force", "points").status == 0)
    let audit = try await experiment.run("audit")
    #expect(audit.status == 0 && !audit.output.contains("error"), "\(audit)")
  }

  @Test func `Markdown and JUnit tell the same, also of names that are markup, and go into a file`() async throws {
    let folder = experiment.folder
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    unlink(folder.path.appending(try record(of: "uv/trajectories")).string)
    try folder.write("", to: "artifacts/figures/small/<a&\"'|b>.txt")
    #expect(try await experiment.run("audit", "--format", "junit", "--output", "no/audit.xml").status == 2)
    let report = try await experiment.run("audit", "--format", "junit", "--output", "audit.xml")
    #expect(report.status == 3 && report.output.hasSuffix("\n1 error, 2 notes\n"), "\(report)")
    let read = """
      import xml.etree.ElementTree as tree
      for case in tree.parse("audit.xml").getroot().iter("testcase"):
          print(case.get("classname"), case.get("name"), len(case.findall("failure")), len(case.findall("system-out")))
      """
    let cases = try await Program(at: "/usr/bin/python3").run(["-c", read], in: folder.path)
    let lines = cases.output.split(separator: "\n").filter { !$0.contains("/objects/") }.map {
      $0.replacing(/\ [0-9a-f]{12}\ /, with: " ")
    }
    #expect(
      lines.sorted() == [
        "files artifacts/figures/small/<a&\"'|b>.txt 0 1", "small points 0 0", "small power 1 0",
      ],
      "\(cases)"
    )
    let markdown = try await experiment.run("audit", "--format", "markdown")
    #expect(markdown.status == 3)
    #expect(markdown.output.hasPrefix("# Audit: 1 of these do not hold\n\n- 1 of 2 records hold"), "\(markdown)")
    #expect(markdown.output.contains("| error | `open-end` | artifacts/actions/"))
    #expect(markdown.output.contains(#"artifacts/figures/small/\<a&"'\|b\>.txt"#), "\(markdown)")
  }

  @Test func `Results of other code are noted with the parts that differ`() async throws {
    #expect(try await experiment.run("run", "small", "--quiet", "--unsigned").status == 0)
    let file = try record(of: "uv/fixed-points")
    guard case .object(var record) = try JSONValue(reading: experiment.text(file), name: "record"),
      case .string(let code)? = record["code"],
      case .object(var parts) = try JSONValue(reading: experiment.text("artifacts/code/\(code).json"), name: "code")
    else { throw Errno.invalidArgument }
    // The same action by an older version, whose code is another and so is its key.
    let older = String(code.reversed())
    parts["Dynamics"] = "0"
    try experiment.folder.write(JSONValue.object(parts).canonicalText, to: "artifacts/code/\(older).json")
    record["code"] = .string(older)
    let named = ["kind", "parameters", "inputs", "code"].map { ($0, record[$0] ?? .null) }
    let content = Dictionary(named + [("pipeline action", .number(1))]) { first, _ in first }
    let key = ContentDigest(of: JSONValue.object(content).canonicalText).description
    record["key"] = .string(key)
    record["statement"] = nil
    try experiment.folder.write(
      JSONValue.object(record).canonicalText,
      to: "artifacts/actions/\(key.prefix(2))/\(key).json"
    )
    let outcome = try await experiment.run("audit")
    #expect(outcome.status == 0)
    let line = "note: code-changed: kind uv/fixed-points, of stage 'points' of 'small': "
    #expect(outcome.output.contains(line + "other code made the results of 1 action: Dynamics."), "\(outcome.output)")
  }
}
