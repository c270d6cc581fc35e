import Artifacts
import Configuration
import Foundation
import Provenance
import SystemPackage
import TestSupport
import Testing

/// A store with all that an audit looks at, made once for a suite: two keys, data, a log, figures, a lock, a chain.
struct TamperingBench: SuiteTrait, TestScoping {
  @TaskLocal static var folder: TemporaryFolder?

  func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Self.$folder.withValue(Self.make(), operation: function)
  }

  private static func make() async throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let table = "a,b\n1,2\n"
    try folder.write(table, to: "data/table.csv")
    for batch in 1...5 {
      try folder.write(
        [UInt8](repeating: UInt8(batch), count: 3_073),
        to: "data/cifar-10-batches-bin/data_batch_\(batch).bin"
      )
    }
    func write(_ images: String) throws {
      try folder.write(
        """
        pipeline: bench
        stages:
          images: { kind: data/cifar10, with: { per_batch: 1, sha256: "\(images)" } }
          one: { kind: arrays, with: { values: { number: 1 } } }
          two: { kind: arrays, with: { values: { number: 2 } } }
          both: { kind: arrays, inputs: { a: one, b: two }, with: { take: { first: a/number, second: b/number } } }
          count:
            kind: command
            with:
              run: [/bin/sh, -c, "wc -c < {data.table}; echo 1 > {outputs.lines}"]
              data: { table: { path: table.csv, sha256: "\(ContentDigest(of: table))" } }
              outputs: { lines: lines.txt }
          runs:
            kind: uv/trajectories
            with:
              cases: [{ name: low, start: { output: 0.5, trace: 1 } }]
              learning_rate: { values: [0.5, 1.1], relative_to: critical }
              steps: 20
          figure:
            kind: figure
            inputs: { runs: runs }
            with:
              name: loss
              panels: [{ x: step, y: { label: loss }, series: [{ draw: lines, x: runs/step, y: runs/loss, at: { case: 0, learning_rate: 0 } }] }]
          other:
            kind: figure
            inputs: { runs: runs }
            with:
              name: trace
              panels: [{ x: step, y: { label: trace }, series: [{ draw: lines, x: runs/step, y: runs/trace, at: { case: 0, learning_rate: 0 } }] }]
        claims: [{ name: first, value: both/first, expect: 1 }]
        """,
        to: "pipelines/bench.yaml"
      )
    }
    let bench = TamperedStore(folder: folder)
    for name in ["mine", "other"] {
      #expect(try await bench.run(["key", "new", "\(name).pem"]).status == 0)
    }
    // The stage says which digest the records have.
    try write("abc")
    let asked = try await bench.run(["run", "bench", "--until", "images"])
    let digest = try #require(asked.errors.split(separator: "SHA-256 ").last?.prefix(64), "\(asked)")
    try write(String(digest))
    let made = try await bench.run(["run", "bench", "--quiet", "--key", "mine.pem", "--update-lock"])
    try #require(made.status == 0, "\(made)")
    return folder
  }

  /// A copy of the store, to be tampered with.
  static func copy() async throws -> TamperedStore {
    let original = try #require(folder)
    let copy = try TemporaryFolder()
    let outcome = try await Program(at: "/bin/cp").run(["-a", "\(original.path)/.", copy.path.string])
    try #require(outcome.status == 0, "\(outcome)")
    return TamperedStore(folder: copy)
  }
}

/// A copy of the store with what a person may do to it.
struct TamperedStore {
  let folder: TemporaryFolder
  static let figures = "artifacts/figures/bench"

  /// Calls the program with the data of the folder.
  func run(_ arguments: [String]) async throws -> Program.Outcome {
    let program = try Program(built: "pipeline").path.string
    return try await Program(at: "/usr/bin/env").run(["PIPELINE_DATA=data", program] + arguments, in: folder.path)
  }

  // MARK: Files

  static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

  func bytes(_ file: String) throws -> [UInt8] { try readBytes(folder.path.appending(file)) }
  func text(_ file: String) throws -> String { String(decoding: try bytes(file), as: UTF8.self) }

  /// Puts a file in place of one that may be read-only.
  func put(_ bytes: [UInt8], _ file: String) throws {
    remove(file)
    try folder.write(bytes, to: file)
  }

  func remove(_ file: String) { unlink(folder.path.appending(file).string) }

  /// Turns one bit of a file over.
  ///
  /// - Parameter place: 0 for the first byte, 1 for the last.
  func flip(_ file: String, at place: Double) throws {
    var bytes = try bytes(file)
    bytes[Int(Double(bytes.count - 1) * place)] ^= 1
    try put(bytes, file)
  }

  /// In an HDF5 file another byte may lie anywhere in its structure, and what is found depends on where.
  func flip(_ file: String, in text: String) throws {
    var bytes = try bytes(file)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array(text.utf8)) })
    bytes[place] ^= 1
    try put(bytes, file)
  }

  func edit(_ file: String, _ change: (String) throws -> String) throws {
    let text = try text(file)
    let changed = try change(text)
    #expect(changed != text, "nothing was changed in \(file)")
    try put(Array(changed.utf8), file)
  }

  func swap(_ one: String, _ other: String) throws {
    let (first, second) = (try bytes(one), try bytes(other))
    try put(second, one)
    try put(first, other)
  }

  // MARK: Records

  private func members(_ json: JSONValue?) -> [String: JSONValue] {
    if case .object(let members)? = json { members } else { [:] }
  }

  private func string(_ json: JSONValue?) throws -> String {
    guard case .string(let text)? = json else { throw Errno.invalidArgument }
    return text
  }

  func key(_ stage: String) throws -> String {
    try string(members(JSONValue(reading: text("artifacts/latest/bench.json"), name: "latest"))[stage])
  }

  /// What a stage printed.
  func log(_ stage: String) throws -> String {
    let key = try key(stage)
    return try #require(folder.files(below: "artifacts/logs/\(key.prefix(2))").first { $0.contains(key) })
  }

  func recordFile(_ stage: String) throws -> String {
    let key = try key(stage)
    return "artifacts/actions/\(key.prefix(2))/\(key).json"
  }

  func record(_ stage: String) throws -> [String: JSONValue] {
    members(try JSONValue(reading: text(recordFile(stage)), name: "record"))
  }

  func editRecord(_ stage: String, _ change: (inout [String: JSONValue]) throws -> Void) throws {
    var record = try record(stage)
    let before = record
    try change(&record)
    #expect(record != before, "nothing was changed in the record")
    try put(Array(JSONValue.object(record).canonicalText.utf8), recordFile(stage))
  }

  /// Changes the text of a record, without that of its statement.
  func editRecordText(_ stage: String, _ old: String, _ new: String) throws {
    try editRecord(stage) { record in
      let statement = record.removeValue(forKey: "statement")
      let text = JSONValue.object(record).canonicalText.replacing(old, with: new)
      record = members(try JSONValue(reading: text, name: "record"))
      record["statement"] = statement
    }
  }

  /// The file of the object of a stage: its artifact, or one of its files.
  func object(_ stage: String, file: String? = nil) throws -> String {
    let record = try record(stage)
    let object = members(file.map { members(record["files"])[$0] } ?? record["artifact"])
    let address = try string(object["address"])
    return "artifacts/objects/\(address.prefix(2))/\(address).\(try string(object["suffix"]))"
  }

  /// What a stage's record says of its artifact.
  func artifact(_ stage: String) throws -> JSONValue { try #require(try record(stage)["artifact"]) }

  // MARK: Statements

  /// How a changed statement is signed.
  enum Signature {
    /// It keeps the signature that it had.
    case kept
    /// It has none.
    case none
    /// By the key of the fixture.
    case renewed
  }

  /// The text of the statement of a stage, out of its envelope.
  func statement(_ stage: String) throws -> String {
    let envelope = members(try JSONValue(reading: string(record(stage)["statement"]), name: "envelope"))
    let payload = try #require(Data(base64Encoded: try string(envelope["payload"])))
    return String(decoding: payload, as: UTF8.self)
  }

  /// Changes the statement of a stage, and anything else of its record.
  func forge(
    _ stage: String,
    _ signature: Signature,
    _ change: (String) throws -> String,
    record edit: (inout [String: JSONValue]) throws -> Void = { _ in }
  ) throws {
    let text = try change(statement(stage))
    try editRecord(stage) { record in
      try edit(&record)
      switch signature {
      case .none: record["statement"] = .string(text)
      case .renewed:
        let key = try KeyFile.signingKey(at: folder.path.appending("mine.pem"))
        let envelope = try Envelope(signing: Array(text.utf8), of: Statement.mediaType, with: key)
        record["statement"] = .string(envelope.text)
      case .kept:
        var envelope = members(try JSONValue(reading: string(record["statement"]), name: "envelope"))
        envelope["payload"] = .string(Data(text.utf8).base64EncodedString())
        record["statement"] = .string(JSONValue.object(envelope).canonicalText)
      }
    }
  }

  /// Gives a stage another artifact, with a statement that says so.
  func giveArtifact(_ stage: String, _ artifact: JSONValue, _ signature: Signature) throws {
    let (old, new) = (members(try self.artifact(stage)), members(artifact))
    let change = { (text: String) in
      text.replacing(try string(old["address"]), with: try string(new["address"]))
        .replacing(try string(old["file"]), with: try string(new["file"]))
    }
    try forge(stage, signature, change) { $0["artifact"] = artifact }
  }

  /// Stores an object with some content under an address that is not its own.
  func storeForged(_ value: Double) throws -> JSONValue {
    var artifact = Artifact()
    try artifact.add(Variable(.float64([value]), over: []), as: "first")
    let address = String(repeating: "ab", count: 32)
    let file = "artifacts/objects/ab/\(address).h5"
    try folder.write("", to: file)
    try artifact.write(toFile: folder.path.appending(file).string)
    let bytes = try bytes(file)
    return [
      "address": .string(address), "file": .string(ContentDigest(of: bytes).description),
      "bytes": .integer(bytes.count), "suffix": "h5",
    ]
  }
}
