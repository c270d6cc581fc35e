import Artifacts
import Configuration
import Glibc
import Planning
import Store
import SystemPackage
import TestSupport
import Testing

/// `pipeline verify`: recorded results are made again and compared.
@Suite struct VerifyCommandTests {
  /// Everything about the files of a store that can be seen from outside.
  private func state(of store: FilePath) async throws -> String {
    try await Program(at: "/usr/bin/find").run([store.string, "-printf", "%p %i %s %n %T@ %C@\n"]).output
      .split(separator: "\n").sorted().joined(separator: "\n")
  }

  @Test func `What is made alike is identical; the store is only read, and nothing else is left`() async throws {
    let experiment = try DriftingExperiment()
    #expect(try await experiment.run("run", "drift", "--quiet").status == 0)
    let before = try await state(of: experiment.project.appending("artifacts"))
    let outcome = try await experiment.run("verify", "drift")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors == "")
    #expect(outcome.output.contains("3 actions made again in "))
    #expect(outcome.output.hasSuffix("\n  identical         3\n"))
    #expect(try await state(of: experiment.project.appending("artifacts")) == before)
    #expect(experiment.leftovers == ["temporary/.keep"])
  }

  @Test func `The first action that differs is reported with its first element, and later ones have equal inputs`()
    async throws
  {
    let experiment = try DriftingExperiment()
    #expect(try await experiment.run("run", "drift", "--quiet").status == 0)
    try experiment.drift(by: "4.440892098500626e-16")
    let outcome = try await experiment.run("verify", "drift", "--jobs", "1")
    #expect(outcome.status == 3, "\(outcome)")
    #expect(outcome.output.contains("  identical         2\n  different         1\n"), "\(outcome.output)")
    #expect(outcome.output.contains("different         drift/values  x: 1 of 3 values differs\n"))
    #expect(
      outcome.output.contains(
        """
        first difference: drift/values (pipelines/drift.yaml:4:3), made from equal inputs
            x: 1 of 3 values differs
            first at step=1 (20.0): recorded 2.0, now 2.0000000000000004 (1 ulp)
            absolute difference up to 4.44089e-16, relative up to 2.22045e-16, at most 1 ulp

        """
      ),
      "\(outcome.output)"
    )
    let json = try await experiment.run("verify", "drift", "--format", "json")
    #expect(json.status == 3)
    #expect(
      try experiment.agreements(json.output) == ["steady": "identical", "values": "different", "after": "identical"]
    )
    #expect(try experiment.json(json.output)["verdict"] == "different")
    #expect(experiment.leftovers == ["temporary/.keep"])
  }

  @Test(arguments: [
    ("{ x: { ulps: 1 } }", 5, "within tolerance  drift/values  x: 1 of 3 values differs, all within 1 ulp\n"),
    ("{ x: { absolute: 1e-15, relative: 1e-30 } }", 5, "within tolerance  drift/values"),
    (
      "{ x: { absolute: 1e-16 } }", 3,
      "different         drift/values  x: 1 of 3 values differs by more than 1e-16\n"
    ),
    ("{ step: { absolute: 9 } }", 3, "different         drift/values  x: 1 of 3 values differs\n"),
  ])
  func `Values within the tolerance of the stage are reported as such`(tolerance: String, status: Int, line: String)
    async throws
  {
    let experiment = try DriftingExperiment(tolerance: "tolerance: \(tolerance)")
    #expect(try await experiment.run("run", "drift", "--quiet").status == 0)
    try experiment.drift(by: "4.440892098500626e-16")
    let outcome = try await experiment.run("verify", "drift")
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.output.contains(line), "\(outcome.output)")
    let accepted = try await experiment.run("verify", "drift", "--accept", "tolerance")
    #expect(accepted.status == (status == 5 ? 0 : 3))
    #expect(try await experiment.run("verify", "drift", "--accept", "content").status == status)
    // A tolerance is in no key: the result is still the one that was recorded.
    #expect(try await experiment.run("run", "drift").output.contains("nothing to do: 3 stages up to date"))
  }

  @Test func `A program that draws lots comes out otherwise by itself`() async throws {
    let experiment = try ProgramExperiment()
    try experiment.folder.write(
      """
      import os, struct, sys, h5py
      with h5py.File(sys.argv[1], "w") as file: file["lot"] = struct.unpack("<d", os.urandom(6) + b"\\x30\\x40")[0]

      """,
      to: "lots.py"
    )
    try experiment.writeStage(
      """
      run: [/usr/bin/python3, lots.py, "{outputs.lot}"]
      files: [lots.py]
      outputs: { lot: lot.h5 }
      """
    )
    #expect(try await experiment.run("run", "test").status == 0)
    let outcome = try await experiment.run("verify", "test")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("\ndifferent         test/one  lot: 1 of 1 value differs\n"), "\(outcome.output)")
    #expect(outcome.output.contains(/first: recorded 16\.\d+, now 16\.\d+ \(\d+ ulps\)/), "\(outcome.output)")
  }

  @Test func `What cannot be made again is not comparable, with its reason, and the rest goes on`() async throws {
    let data = "\n  bytes:\n    kind: command\n    with:\n"
    let digest = ContentDigest(of: "seven").description
    let experiment = try DriftingExperiment(
      more: data
        + """
              run: [/bin/cp, "{data.raw}", "{outputs.raw}"]
              data: { raw: { path: /FOLDER/raw, sha256: \(digest) } }
              outputs: { raw: raw.bin }
          count:
            kind: command
            inputs: { bytes: bytes }
            with: { run: [/bin/sh, -c, "wc -c < {inputs.bytes.raw} > {outputs.n}"], outputs: { n: n.txt } }
        """
    )
    let file = "project/pipelines/drift.yaml"
    let text = String(decoding: try readBytes(experiment.folder.path.appending(file)), as: UTF8.self)
    let folder = String(experiment.folder.path.string.dropFirst())
    try experiment.folder.write(text.replacing("FOLDER", with: folder), to: file)
    try experiment.folder.write("seven", to: "raw")
    let first = try await experiment.run("run", "drift")
    #expect(first.status == 0, "\(first)")
    unlink(experiment.folder.path.appending("raw").string)
    let outcome = try await experiment.run("verify", "drift")
    #expect(outcome.status == 6, "\(outcome)")
    #expect(outcome.output.contains("  identical         4\n  not comparable    1\n"), "\(outcome.output)")
    #expect(outcome.output.contains("\nnot comparable    drift/bytes  there is no file '"), "\(outcome.output)")
    // With a difference as well, that decides.
    try experiment.drift(by: "1")
    #expect(try await experiment.run("verify", "drift").status == 3)
    #expect(experiment.leftovers == ["temporary/.keep"])
  }

  @Test func `A result that was edited behind a forged record is not what comes out`() async throws {
    let experiment = try Experiment()
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let store = try ArtifactStore(at: experiment.folder.path.appending("artifacts"))
    let address = try #require(ContentDigest(try await experiment.address("small/points")))
    let artifact = try store.artifact(at: address)
    var edited = Artifact(attributes: artifact.attributes)
    for (name, variable) in artifact.variables {
      guard name == "eta", case .float64(var values) = variable.values else {
        try edited.add(variable, as: name)
        continue
      }
      values[0] += 1
      let lengths = zip(variable.dimensions, variable.shape).map { (name: $0, length: $1) }
      var changed = try Variable(.float64(values), over: lengths)
      changed.attributes = variable.attributes
      try edited.add(changed, as: name)
    }
    var record = try #require(try store.records(making: address).first)
    record.artifact = try store.store(edited, scratch: experiment.folder.path)
    record.statement = nil
    try store.write(record)
    #expect(try await experiment.run("show", "small/points").status == 0)
    let outcome = try await experiment.run("verify", "small")
    #expect(outcome.status == 3, "\(outcome)")
    #expect(
      outcome.output.contains("first difference: small/points (pipelines/small.yaml:11:3), made from equal inputs\n"),
      "\(outcome.output)"
    )
    #expect(outcome.output.contains("    eta: 1 of "), "\(outcome.output)")
    // A record that was changed without its key describes nothing that could be recomputed.
    record.parameters = ["learning_rate": .number(7)]
    try store.write(record)
    let contradiction = try await experiment.run("verify", "small")
    #expect(contradiction.status == 6)
    #expect(contradiction.output.contains("its key is no digest of what it says"), "\(contradiction.output)")
  }

  @Test func `Other bytes of the same content are reported, and can be accepted`() async throws {
    let experiment = try Experiment()
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let store = try ArtifactStore(at: experiment.folder.path.appending("artifacts"))
    let address = try #require(ContentDigest(try await experiment.address("small/points")))
    var record = try #require(try store.records(making: address).first)
    // As another version of libhdf5 would have written it.
    record.artifact.file = ContentDigest(of: "other bytes").description
    try store.write(record)
    let outcome = try await experiment.run("verify", "small")
    #expect(outcome.status == 4, "\(outcome)")
    #expect(outcome.output.contains("equal in content  small/points  other bytes in the HDF5 file\n"))
    #expect(try await experiment.run("verify", "small", "--accept", "content").status == 0)
    #expect(try await experiment.run("verify", "small", "--accept", "tolerance").status == 0)
  }

  @Test func `A result of another version of the code is compared, and the report says so`() async throws {
    let experiment = try Experiment()
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let store = try ArtifactStore(at: experiment.folder.path.appending("artifacts"))
    let address = try #require(ContentDigest(try await experiment.address("small/points")))
    var record = try #require(try store.records(making: address).first)
    let current = record.key
    record.code = String(repeating: "0", count: 32)
    record.statement = nil
    record.key =
      Action.key(
        kind: record.kind,
        parameters: record.parameters,
        inputs: .object(record.inputs.mapValues(\.json)),
        code: record.code
      ).description
    try store.write(record)
    unlink(store.path(ofRecord: try #require(ContentDigest(current))).string)
    let latest = "artifacts/latest/small.json"
    try experiment.folder.write(try experiment.text(latest).replacing(current, with: record.key), to: latest)
    let outcome = try await experiment.run("verify", "small")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.hasSuffix("\n1 of 3 recorded results: made by another version of the code\n"))
    // Of other values nothing is recorded, and what is lacking says why.
    let other = try await experiment.run("verify", "small", "--set", "rate=1.2")
    #expect(other.status == 6)
    #expect(
      other.output.contains("not comparable    small.custom/runs    no result is recorded: not built yet; made with"),
      "\(other)"
    )
    #expect(other.output.contains("no result is recorded: it needs 'runs'; made with"))
  }

  @Test func `A sample is the same for a seed, and says what was reproduced and what follows`() async throws {
    let experiment = try Experiment()
    try experiment.writeMany(
      "  mean: { kind: statistics, inputs: { data: points }, with: { over: [rate], variables: [eta] } }\n",
      count: 30
    )
    #expect(try await experiment.run("run", "many", "--quiet").status == 0)
    let outcome = try await experiment.run("verify", "many", "--sample", "20%", "--seed", "5")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.output.contains("\nsample: 7 draws from 31 actions, weighted by processor time (--seed 5); "),
      "\(outcome.output)"
    )
    // 1 - 0.05^(1/7)
    #expect(outcome.output.contains("none came out otherwise: with 95 % confidence at most 34.9 % of the results"))
    func drawn(_ arguments: String...) async throws -> JSONValue? {
      let arguments = ["verify", "many", "--format", "json"] + arguments
      let text = try await experiment.pipeline.run(arguments, in: experiment.folder.path).output
      guard case .object(let report) = try JSONValue(reading: text, name: "report"),
        case .object(let sample)? = report["sample"]
      else { return nil }
      return sample["times"]
    }
    let first = try await drawn("--sample", "7", "--seed", "5")
    #expect(first != nil)
    #expect(try await drawn("--sample", "20%", "--seed", "5", "--jobs", "1") == first)
    #expect(try await drawn("--sample", "7", "--seed", "6") != first)
    let all = try await experiment.run("verify", "many", "--sample", "100%")
    #expect(
      all.output.contains("sample: all of the actions were taken; 31 of 31 actions and 100 % of "),
      "\(all.output)"
    )
  }

  @Test func `The report for continuous integration has a case for each action`() async throws {
    let experiment = try DriftingExperiment(tolerance: "tolerance: { x: { ulps: 1 } }")
    #expect(try await experiment.run("run", "drift", "--quiet").status == 0)
    try experiment.drift(by: "4.440892098500626e-16")
    let reader = """
      import sys, xml.etree.ElementTree as tree
      suite = tree.parse(sys.argv[1]).getroot()[0]
      print(suite.get("tests"), suite.get("failures"), suite.get("errors"), all(float(c.get("time")) >= 0 for c in suite))
      for case in suite: print(case.get("classname"), case.get("name"), [(e.tag, e.get("message")) for e in case])

      """
    try experiment.folder.write(reader, to: "project/read.py")
    let outcome = try await experiment.run("verify", "drift", "--format", "junit", "--output", "verify.xml")
    #expect(outcome.status == 5)
    #expect(outcome.output.contains("within tolerance  drift/values"), "\(outcome.output)")
    let read = try await Program(at: "/usr/bin/python3").run(["read.py", "verify.xml"], in: experiment.project)
    #expect(
      read.output == """
        3 1 0 True
        drift steady []
        drift values [('failure', 'within tolerance: x: 1 of 3 values differs, all within 1 ulp')]
        drift after []

        """,
      "\(read.errors)"
    )
    let plain = try await experiment.run("verify", "drift", "--format", "junit", "--accept", "tolerance")
    #expect(plain.status == 0)
    #expect(plain.output.hasPrefix("<?xml version"))
    #expect(plain.output.contains("failures=\"0\""))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `A verification that is interrupted ends at once and leaves nothing`(signal: Int32) async throws {
    let experiment = try DriftingExperiment(
      more: """
          slow:
            kind: command
            with: { run: [/bin/sh, -c, "test -e /FOLDER/fast || sleep 600; echo done > {outputs.o}"], sandbox: none, outputs: { o: o.txt } }
        """
    )
    let file = "project/pipelines/drift.yaml"
    let text = String(decoding: try readBytes(experiment.folder.path.appending(file)), as: UTF8.self)
    let folder = String(experiment.folder.path.string.dropFirst())
    try experiment.folder.write(text.replacing("FOLDER", with: folder), to: file)
    let flag = try experiment.folder.write("", to: "fast")
    let first = try await experiment.run("run", "drift", "--quiet")
    #expect(first.status == 0, "\(first)")
    unlink(flag.string)
    let outcome = try await experiment.run(
      ["verify", "drift", "--jobs", "4"],
      sending: signal,
      onceOutputHas: "slow    started"
    )
    #expect(outcome.status == 130, "\(outcome)")
    #expect(outcome.errors.contains("interrupted: nothing of what was made is kept"), "\(outcome.errors)")
    #expect(experiment.leftovers == ["temporary/.keep"])
  }

  @Test func `What was made again is kept where the user says, in a store of its own`() async throws {
    let experiment = try DriftingExperiment()
    #expect(try await experiment.run("run", "drift", "--quiet").status == 0)
    let outcome = try await experiment.run("verify", "drift/values", "--keep-store", "again")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("  identical         1\n"))
    #expect(try await experiment.run("audit", "--store", "again").status == 0)
    let occupied = try await experiment.run("verify", "drift", "--keep-store", "again")
    #expect(occupied.status == 2)
    #expect(occupied.errors.hasPrefix("error: --keep-store: 'again' is there and not empty\n"))
  }

  @Test func `The threads and the instructions are those that are asked for, and change nothing`() async throws {
    let experiment = try Experiment()
    #expect(try await experiment.run("run", "small", "--quiet").status == 0)
    let outcome = try await experiment.run(
      "verify",
      "small",
      "--threads",
      "3",
      "--isa",
      "baseline",
      "--keep-store",
      "again"
    )
    #expect(outcome.status == 0, "\(outcome)")
    let store = try ArtifactStore(at: experiment.folder.path.appending("again"))
    let records = try store.keys().compactMap { try store.record(for: $0) }
    #expect(records.count == 3)
    for record in records {
      guard case .object(let facts) = record.provenance else { continue }
      #expect(facts["threads"] == .integer(3))
      #expect(record.statement?.contains("baseline") == true)
    }
  }

  @Test(arguments: [
    (["verify"], "Missing expected argument"),
    (
      ["verify", "smal"],
      "error: there is no pipeline file 'smal', here or in pipelines/\n      = did you mean 'small'?"
    ),
    (["verify", "small"], "error: there is no store 'artifacts' with results to verify\n"),
    (["verify", "small", "--sample", "0%"], "The value '0%' is invalid for '--sample <5%|20>'"),
    (["verify", "small", "--seed", "1"], "--seed is for --sample"),
    (["verify", "small", "--threads", "0"], "--threads is between 1 and 1024, and got 0"),
    (["verify", "small", "--accept", "all"], "The value 'all' is invalid for '--accept <accept>'"),
  ])
  func `A command that means nothing exits with 2 and says why`(words: [String], message: String) async throws {
    let experiment = try Experiment()
    let outcome = try await experiment.pipeline.run(words, in: experiment.folder.path)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }
}
