public import Artifacts
public import Planning
public import SystemPackage

/// What garbage collection knows about a record: what it would be reused for, and which objects it keeps.
public struct StoredRecord: Sendable {
  /// The key of the action.
  public let key: ContentDigest
  /// The kind, parameters and code of the action.
  public let shape: ActionShape
  /// The addresses of the inputs, by name.
  public let inputs: [String: Source<ContentDigest>]
  /// The address of the result.
  public let address: ContentDigest
  /// The names of all objects of the result: address and suffix.
  public let objects: [String]
  /// The pipeline and the stage for which it was computed, if the record says so.
  public let origin: Origin
  /// How long the action took, in seconds.
  public let seconds: Double
  /// The size of the record's file in bytes.
  public let bytes: Int
  /// When the record was written, in seconds since 1970 by the file system's clock.
  public let written: Double
  /// The log that it names.
  let log: NamedLog

  /// A pipeline and a stage.
  public struct Origin: Sendable, Hashable, Comparable {
    /// The name of the pipeline.
    public let pipeline: String
    /// The name of the stage, without the values of a sweep.
    public let stage: String

    /// An origin.
    public init(pipeline: String, stage: String) {
      (self.pipeline, self.stage) = (pipeline, stage)
    }

    /// Sorts by pipeline, then by stage.
    public static func < (left: Origin, right: Origin) -> Bool {
      (left.pipeline, left.stage) < (right.pipeline, right.stage)
    }
  }

  /// A record from its parts, which names no log.
  public init(
    key: ContentDigest,
    shape: ActionShape,
    inputs: [String: Source<ContentDigest>],
    address: ContentDigest,
    objects: [String],
    origin: Origin = Origin(pipeline: "", stage: ""),
    seconds: Double = 0,
    bytes: Int,
    written: Double
  ) {
    self.init(key, shape, inputs, address, objects, origin, seconds, bytes, written, .none)
  }

  private init(
    _ key: ContentDigest,
    _ shape: ActionShape,
    _ inputs: [String: Source<ContentDigest>],
    _ address: ContentDigest,
    _ objects: [String],
    _ origin: Origin,
    _ seconds: Double,
    _ bytes: Int,
    _ written: Double,
    _ log: NamedLog
  ) {
    (self.key, self.shape, self.inputs, self.address) = (key, shape, inputs, address)
    (self.objects, self.origin, self.seconds, self.bytes) = (objects, origin, seconds, bytes)
    (self.written, self.log) = (written, log)
  }

  /// What the file of a record says; nil if its addresses are not digests.
  init?(_ record: ActionRecord, bytes: Int, written: Double) {
    guard let key = ContentDigest(record.key), let address = ContentDigest(record.artifact.address) else { return nil }
    self.init(
      key,
      ActionShape(record),
      record.inputs,
      address,
      Set(record.objects.map { "\($0.address).\($0.suffix)" }).sorted(),
      Origin(pipeline: record.pipeline ?? "?", stage: Action.stage(of: record.stage ?? record.kind)),
      record.seconds ?? 0,
      bytes,
      written,
      NamedLog(statement: record.statement)
    )
  }
}

/// An object as garbage collection sees it.
public struct StoredObject: Sendable {
  /// The name of its file: address and suffix.
  public let name: String
  /// The size of its file in bytes.
  public let bytes: Int
  /// When it was stored, in seconds since 1970 by the file system's clock.
  public let written: Double

  /// An object.
  public init(name: String, bytes: Int, written: Double) {
    (self.name, self.bytes, self.written) = (name, bytes, written)
  }
}

extension ArtifactStore {
  /// Where the object of a name (address and suffix) is kept.
  public func objectPath(named name: String) -> FilePath {
    root.appending("objects").appending(String(name.prefix(2))).appending(name)
  }
}
