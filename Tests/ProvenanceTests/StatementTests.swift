import Artifacts
import Configuration
import Planning
import Provenance
import Store
import SystemPackage
import TestSupport
import Testing

@Suite struct StatementTests {
  @Test func `A statement names the result, its inputs, the tools and the parameters`() async throws {
    var settings = Attestor.Settings()
    settings.source = PipelineSource("a.yaml", bytes: Array("text".utf8), profile: "quick", settings: ["x=1"])
    settings.vectors = "wide"
    let sample = try Sample(settings: settings)
    let first = try await sample.record("first")
    let second = try await sample.record(
      "second",
      from: ["data": .one(try first.address)],
      makers: [first],
      [
        "data": [["name": "d.bin", "sha256": .string(first.key), "source": "https://example.org/d"]],
        "tools": [["name": "tool", "version": "2"]],
        "resumed": [["from_step": .integer(7)]],
      ]
    )
    let statement = try second.unverified.statement
    #expect(try second.unverified.envelope == nil)
    #expect(statement.key == second.key)
    #expect(statement.kind == "sample")
    #expect(statement.stage == "second")
    #expect(statement.position == "3:5")
    #expect(statement.file == "a.yaml")
    #expect(statement.parameters == second.parameters)
    #expect(statement.address == second.artifact.address)
    #expect(statement.externalParameters["profile"] == "quick")
    #expect(statement.externalParameters["set"] == ["x=1"])
    #expect(statement.subject.map(\.name) == ["artifact.h5", "files/second.txt"])
    #expect(statement.subject.map(\.digest["sha256"]) == [second.artifact.file, second.files["second.txt"]?.file])
    #expect(statement.inputs.map(\.name) == ["data"])
    #expect(statement.inputs.map(\.address) == [first.artifact.address])
    #expect(statement.inputs.map(\.key) == [first.key])
    #expect(statement.data.map(\.name) == ["d.bin"])
    #expect(statement.data.first?.downloadLocation == "https://example.org/d")
    #expect(statement.run["resumed"] == [["from_step": .integer(7)]])
    #expect(statement.byproducts.map(\.digest) == [["sha256": ContentDigest(of: "log").description]])
    func dependency(_ name: String) -> ResourceDescriptor? { statement.dependencies.first { $0.name == name } }
    #expect(dependency("pipeline")?.digest["sha256"] == ContentDigest(of: "text").description)
    // git hash-object of these four bytes.
    #expect(dependency("pipeline")?.digest["gitBlob"] == "f3a34851d44d6b97c90fbb99dd3d18c261b9a237")
    #expect(dependency("tool")?.uri == "pkg:generic/tool@2")
    #expect(dependency("code")?.annotations["parts"] == ["Part": "1"])
    #expect(dependency("program")?.digest["sha256"]?.count == 64)
    #expect(dependency("libhdf5")?.uri?.hasPrefix("pkg:generic/hdf5@1.") == true)
    guard case .object(let machine)? = statement.run["machine"] else { throw StatementError("no machine") }
    #expect(machine["vectors"] == "wide")
    #expect(statement.started <= statement.finished)
  }

  @Test func `What is written is read back`() async throws {
    let sample = try Sample()
    let record = try await sample.record("one")
    let statement = try record.unverified.statement
    #expect(try Statement(statement.json) == statement)
    #expect(statement.json.canonicalText == record.statement)
    #expect(try sample.store.record(for: try ContentDigest(record.key).orThrow()) == record)
    #expect(statement.disagreements(with: record) == [])
  }

  @Test func `Every change of a record or of its statement is a disagreement with its name`() async throws {
    let sample = try Sample()
    let first = try await sample.record("first")
    let record = try await sample.record("second", from: ["a": .one(try first.address)], makers: [first])
    let statement = try record.unverified.statement
    func found(_ change: (inout ActionRecord) -> Void) -> [String] {
      var changed = record
      change(&changed)
      return statement.disagreements(with: changed)
    }
    #expect(found { $0.key = first.key } == ["key"])
    #expect(found { $0.kind = "other" } == ["kind"])
    #expect(found { $0.parameters = [:] } == ["parameters"])
    #expect(found { $0.code = "other" } == ["code"])
    #expect(found { $0.inputs = [:] } == ["inputs", "dependencies"])
    #expect(found { $0.artifact = first.artifact } == ["subject"])
    #expect(found { $0.files = [:] } == ["subject"])
    #expect(found { $0.parts = $0.files } == ["subject"])
    // Only the statement is signed: the provenance of the record must follow from it and be complete.
    func disagreements(_ change: (inout [String: JSONValue]) -> Void) -> [String] {
      found { record in
        guard case .object(var members) = record.provenance else { return }
        change(&members)
        record.provenance = .object(members)
      }
    }
    for name in ["machine", "pipeline", "seconds", "stage", "started", "threads"] {
      #expect(disagreements { $0[name] = nil } == [name])
      #expect(disagreements { $0[name] = "other" } == [name])
    }
    #expect(disagreements { $0["program"] = "other 2" } == ["program"])
    #expect(disagreements { $0["added"] = .integer(1) } == ["added"])
    #expect(found { $0.provenance = [:] } == ["machine", "pipeline", "seconds", "stage", "started", "threads"])
    #expect(found { $0.provenance = .null } == ["provenance"])
    #expect(statement.disagreements(with: record, isOfAnyRun: true) == [])
    var forged = statement
    forged.internalParameters["key"] = .string(first.key)
    var other = record
    other.key = first.key
    #expect(forged.disagreements(with: other) == ["key as a digest of kind, parameters, inputs and code"])
  }

  @Test func `What is no statement is refused with the reason`() throws {
    let good = try Sample.statement().json.canonicalText
    let cases = [
      ("", "is not JSON"), ("[]", "is no object"), ("{}", "'_type' is no text"),
      (good.replacing("in-toto.io/Statement/v1", with: "in-toto.io/Statement/v9"), "'_type' is"),
      (good.replacing("slsa.dev/provenance/v1", with: "slsa.dev/provenance/v2"), "'predicateType' is"),
      (good.replacing("\"subject\":[", with: "\"subject\":[7,"), "a descriptor is no object"),
      (good.replacing("{\"sha256\":\"00\"}", with: "{\"sha256\":1}"), "the digest 'sha256' is no text"),
      (String(good.dropLast()), "is not JSON"),
      ("{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[]}", "has no signature"),
      ("{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[{\"sig\":\"AA==\"}]}", "holds 'x'"),
      ("{\"payloadType\":\"x\",\"payload\":\"?\",\"signatures\":[{\"sig\":\"AA==\"}]}", "no DSSE envelope"),
    ]
    #expect(throws: Never.self) { try UnverifiedStatement(reading: good) }
    for (text, reason) in cases {
      let error = #expect(throws: StatementError.self) { try UnverifiedStatement(reading: text) }
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "") and not \(reason)")
    }
    // What is not known is left alone.
    let more = good.replacing("{\"_type\"", with: "{\"_more\":1,\"_type\"")
    #expect(try UnverifiedStatement(reading: more).statement == Sample.statement())
  }

  @Test func `A signed statement verifies, and with one byte changed it does not`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("key")
    let key = try KeyFile.make(at: path)
    let record = try await Sample(key: path).record("one")
    let signed = try record.unverified
    #expect(try signed.verified(by: [key]).statement == signed.statement)
    #expect(signed.statement.disagreements(with: record) == [])
    let text = record.statement ?? ""
    let start = try text.firstRange(of: "\"payload\":\"").orThrow().upperBound
    var refused = 0
    for distance in stride(from: 0, to: 600, by: 5) {
      var changed = Array(text)
      let place = text.distance(from: text.startIndex, to: start) + distance
      changed[place] = changed[place] == "A" ? "B" : "A"
      guard let read = try? UnverifiedStatement(reading: String(changed)) else { continue }
      #expect(throws: StatementError.self) { try read.verified(by: [key]) }
      refused += 1
    }
    #expect(refused > 20)
    let unsigned = try await Sample().record("one").unverified
    #expect(throws: StatementError.self) { try unsigned.verified(by: [key]) }
  }
}
