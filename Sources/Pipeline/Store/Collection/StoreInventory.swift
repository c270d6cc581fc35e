internal import Artifacts
public import SystemPackage

/// Everything that takes room in a store: its objects and its records, with sizes and ages.
public struct StoreInventory: Sendable {
  /// An object.
  public struct Object: Sendable {
    /// Where it is.
    public let path: FilePath
    /// Its name: address and suffix.
    let name: String
    /// The size of its file.
    public let bytes: Int
    /// How long ago it was written.
    let age: Double
  }

  /// A record; its action's key names it.
  public struct Record: Sendable {
    /// Where it is.
    public let path: FilePath
    /// The key.
    let key: String
    /// The size of its file.
    public let bytes: Int
    /// How long ago it was written.
    let age: Double
    /// How long the action took.
    let seconds: Double
    /// The names of its objects; empty when it cannot be read, which is as good as no record.
    let objects: [String]
  }

  /// The objects, by name.
  let objects: [String: Object]
  /// The records, by key.
  let records: [Record]

  /// Looks through a store.
  ///
  /// - Parameter now: seconds since 1970. What another machine's clock puts into the future has no age.
  public init(of store: ArtifactStore, now: Double) {
    // Records come first: an object that is written after this look is young, and a record's objects are there.
    records = FileSystem.shardedFiles(in: store.root.appending("actions")).map { path, bytes, time in
      let key = path.stem ?? ""
      let record = ContentDigest(key).flatMap { store.record(for: $0) }
      let objects = record?.objects ?? []
      return Record(
        path: path,
        key: key,
        bytes: bytes,
        age: max(0, now - time),
        seconds: record?.seconds ?? 0,
        objects: Set(objects.map { "\($0.address).\($0.suffix)" }).sorted()
      )
    }
    let files = FileSystem.shardedFiles(in: store.root.appending("objects")).map { path, bytes, time in
      let name = path.lastComponent?.string ?? ""
      return (name, Object(path: path, name: name, bytes: bytes, age: max(0, now - time)))
    }
    objects = Dictionary(files) { first, _ in first }
  }

  /// The number of objects.
  public var objectCount: Int { objects.count }
  /// The number of records.
  public var recordCount: Int { records.count }
  /// The size of all objects and records.
  public var bytes: Int { objects.values.reduce(0) { $0 + $1.bytes } + records.reduce(0) { $0 + $1.bytes } }
}
