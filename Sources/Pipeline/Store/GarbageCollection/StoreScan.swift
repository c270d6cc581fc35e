public import Artifacts
public import SystemPackage

/// All records and objects of a store, read completely or not at all.
///
/// A record or a folder that cannot be read makes the scan fail: what it keeps is unknown, so nothing may be removed.
/// Only names that this program gives are taken in. Everything else, links included, is foreign and is left alone.
public struct StoreScan: Sendable {
  /// The records, by key.
  public private(set) var records: [ContentDigest: StoredRecord] = [:]
  /// The objects, by name.
  public private(set) var objects: [String: StoredObject] = [:]
  /// What lies among objects and records and is neither.
  public private(set) var foreign: [FilePath] = []
  /// The files as they were seen, by the name of the file.
  private var seen: [String: OpenFolder.Entry] = [:]

  /// Scans a store.
  ///
  /// - Parameter earlier: a scan of the same store; records whose files have not changed since are not read again.
  public init(of store: ArtifactStore, reusing earlier: StoreScan? = nil) throws(StoreError) {
    let root = try OpenFolder(store.root)
    // Records first: an object of a record that is written after this look is younger than the look.
    try Self.visit(root, "actions", isStrict: true, &foreign) { shard, name throws(StoreError) in
      guard name.hasSuffix(".json"), let key = ContentDigest(String(name.dropLast(5))) else { return false }
      guard let entry = try shard.listedEntry(name) else { return true }
      guard entry.form == .file else {
        throw StoreError("\(shard.path.appending(name)) is not a regular file, so what it keeps is unknown")
      }
      seen[name] = entry
      if let earlier, earlier.seen[name] == entry, let record = earlier.records[key] {
        records[key] = record
      } else if let record = try Self.record(key, name, entry, in: shard) {
        records[key] = record
      } else {
        seen[name] = nil
      }
      return true
    }
    try Self.visit(root, "objects", isStrict: false, &foreign) { shard, name throws(StoreError) in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, ContentDigest(String(parts[0])) != nil, String(parts[1]).isSuffix else { return false }
      guard let entry = try shard.listedEntry(name) else { return true }
      guard entry.form == .file else { return false }
      seen[name] = entry
      objects[name] = StoredObject(name: name, bytes: entry.bytes, written: entry.modified)
      return true
    }
  }

  /// Visits the names in the shards of a folder.
  ///
  /// - Parameters:
  ///   - isStrict: whether a shard that is a link is an error, rather than foreign.
  ///   - take: takes a name in; false for one that this program does not give.
  private static func visit(
    _ root: borrowing OpenFolder,
    _ name: String,
    isStrict: Bool,
    _ foreign: inout [FilePath],
    _ take: (borrowing OpenFolder, String) throws(StoreError) -> Bool
  ) throws(StoreError) {
    if !isStrict, try root.entry(name)?.form != .folder {
      foreign.append(root.path.appending(name))
      return
    }
    guard let folder = try root.folder(name) else { return }
    for shardName in try folder.names() {
      let isShard = shardName.utf8.count == 2 && ContentDigest(String(repeating: shardName, count: 32)) != nil
      let form = try folder.listedEntry(shardName)?.form
      guard isShard, isStrict || form == .folder else {
        foreign.append(folder.path.appending(shardName))
        continue
      }
      guard let shard = try folder.folder(shardName) else {
        throw StoreError("cannot open \(folder.path.appending(shardName))", .noSuchFileOrDirectory)
      }
      for name in try shard.names() {
        if name.hasPrefix(shardName), try take(shard, name) { continue }
        foreign.append(shard.path.appending(name))
      }
    }
  }

  /// Reads a record; nil if another process has removed it since it was listed.
  private static func record(
    _ key: ContentDigest,
    _ name: String,
    _ entry: OpenFolder.Entry,
    in shard: borrowing OpenFolder
  ) throws(StoreError) -> StoredRecord? {
    let bytes: [UInt8]
    do throws(StoreError) {
      bytes = try shard.read(name)
    } catch {
      guard try shard.listedEntry(name) != nil else { return nil }
      throw error
    }
    do throws(RecordError) {
      let record = try ActionRecord(reading: bytes, key: key)
      if let stored = StoredRecord(record, bytes: entry.bytes, written: entry.modified) { return stored }
      throw .unreadable("its address is not a digest")
    } catch {
      throw StoreError(
        "cannot read the record \(shard.path.appending(name)): \(error). Nothing was removed, since it is unknown what "
          + "it keeps. Run its pipeline to write it anew, or delete it"
      )
    }
  }

  /// Whether a file is still the one that was seen.
  func isSeen(_ entry: OpenFolder.Entry, as name: String) -> Bool { seen[name] == entry }

  /// The size of all objects and records in bytes.
  public var bytes: Int {
    objects.values.reduce(0) { $0 + $1.bytes } + records.values.reduce(0) { $0 + $1.bytes }
  }
}
