import Artifacts
import Configuration
import Planning
import Provenance
import Store
import SystemPackage
import TestSupport

/// Records with statements, as a worker writes them, of actions that need nothing but each other.
struct Sample {
  let folder: TemporaryFolder
  let store: ArtifactStore
  private let attestor: Attestor
  private let key: SigningKey?

  init(key: FilePath? = nil, settings: Attestor.Settings = .init()) throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
    self.key = try key.map { try KeyFile.signingKey(at: $0) }
    attestor = Attestor(program: "sample 1", settings, project: folder.path, code: ["c0de": ["Part": "1"]])
  }

  /// Stores an artifact with its record.
  func record(
    _ name: String,
    from inputs: [String: Source<ContentDigest>] = [:],
    makers: [ActionRecord] = [],
    _ more: [String: JSONValue] = [:]
  ) async throws -> ActionRecord {
    let run = ActionRun()
    var record = ActionRecord()
    record.kind = "sample"
    record.parameters = ["name": .string(name), "seed": .integer(3)]
    record.inputs = inputs
    record.code = "c0de"
    record.key =
      Action.key(
        kind: record.kind,
        parameters: record.parameters,
        inputs: .object(inputs.mapValues(\.json)),
        code: record.code
      ).description
    record.artifact = try store.store(Artifact(attributes: ["name": .string(name)]), scratch: folder.path)
    record.files["\(name).txt"] = try store.store(file: try folder.write(name, to: "scratch.txt"))
    let keys = Dictionary(makers.map { ($0.artifact.address, $0.key) }) { first, _ in first }
    await attestor.attest(
      &record,
      at: .init(pipeline: "samples", stage: name, position: "3:5", keys: keys),
      run.finish(),
      threads: 2,
      more,
      log: ContentDigest(of: "log")
    )
    if let key { record.statement = try record.statement.map { try key.envelope(of: $0) } }
    try store.write(record)
    return record
  }

  /// A statement as it may be found.
  static func statement() throws -> Statement {
    var statement = Statement()
    statement.subject = [ResourceDescriptor("artifact.h5", digest: ["sha256": "00"])]
    statement.externalParameters = ["kind": "k", "parameters": [:]]
    statement.builder = "pkg:generic/sample@1"
    return statement
  }
}

extension ActionRecord {
  /// The address of the artifact.
  var address: ContentDigest {
    get throws { try ContentDigest(artifact.address).orThrow() }
  }

  /// The statement in the record.
  var unverified: UnverifiedStatement {
    get throws { try UnverifiedStatement(reading: statement ?? "") }
  }
}

extension Optional {
  struct Missing: Error {}

  func orThrow() throws -> Wrapped {
    guard let self else { throw Missing() }
    return self
  }
}
