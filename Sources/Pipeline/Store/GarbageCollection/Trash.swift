internal import Artifacts
internal import Glibc
public import SystemPackage

/// What garbage collection has removed: `trash/TIME/`, a folder for each time it ran, with the paths of the store below.
///
/// Files are renamed into it, and a later garbage collection empties what has lain there for a while. Until then
/// everything can be put back.
public struct Trash: Sendable {
  /// What was removed at one time.
  public struct Bin: Sendable {
    /// The name of the folder: when it was removed.
    public let name: String
    /// Where it is.
    public let path: FilePath
    /// How many files it holds.
    public let count: Int
    /// Their size in bytes.
    public let bytes: Int
    /// How long ago the files were removed, in seconds.
    public let age: Double
  }

  /// How long removed files stay in the trash, in seconds: 7 days.
  public static let usualAge = 7 * 86_400.0

  static let folder = "trash"
  /// The parts of a store from which files are removed.
  private static let parts = ["objects", records, "runs", "logs", "scratch"]
  private static let records = "actions"

  /// What lies in the trash, the oldest first.
  public let bins: [Bin]

  /// Looks through the trash of a store.
  ///
  /// - Parameter now: the file system's present time.
  public init(of store: ArtifactStore, now: Double) throws(StoreError) {
    var bins: [Bin] = []
    if let trash = try OpenFolder(store.root).folder(Self.folder) {
      for name in try trash.names() where Self.isBin(name) {
        guard let entry = try trash.listedEntry(name), entry.form == .folder, let bin = try trash.folder(name) else {
          continue
        }
        let (count, bytes) = try Self.size(of: bin)
        bins.append(
          Bin(
            name: name,
            path: trash.path.appending(name),
            count: count,
            bytes: bytes,
            age: max(0, now - entry.modified)
          )
        )
      }
    }
    self.bins = bins
  }

  /// Removes what has lain in the trash for a while, for good.
  public static func empty(_ bins: some Sequence<Bin>, of store: ArtifactStore) throws(StoreError) {
    guard let trash = try OpenFolder(store.root).folder(folder) else { return }
    for bin in bins { try trash.remove(bin.name) }
  }

  /// Puts everything of a bin back that the store does not have again, records last, each after those that made what it
  /// was computed from: whoever sees one finds all that it names, also if this is stopped.
  ///
  /// - Returns: how many files were put back.
  public static func restore(_ bin: Bin, to store: ArtifactStore) throws(StoreError) -> Int {
    let root = try OpenFolder(store.root)
    guard let trash = try root.folder(folder), let source = try trash.folder(bin.name) else { return 0 }
    var count = 0
    for part in parts where part != records {
      guard let from = try source.folder(part) else { continue }
      try restore(from, to: try root.makeFolder(part), &count)
    }
    if let from = try source.folder(records) {
      let target = try root.makeFolder(records)
      for (shard, name) in try recordsInOrder(from) {
        guard let inner = try from.folder(shard) else { continue }
        try restore(name, from: inner, to: try target.makeFolder(shard), &count)
      }
      // Whatever else lies there.
      try restore(from, to: target, &count)
    }
    try trash.remove(bin.name)
    return count
  }

  private static func restore(
    _ from: borrowing OpenFolder,
    to target: borrowing OpenFolder,
    _ count: inout Int
  ) throws(StoreError) {
    for name in try from.names() { try restore(name, from: from, to: target, &count) }
  }

  private static func restore(
    _ name: String,
    from: borrowing OpenFolder,
    to target: borrowing OpenFolder,
    _ count: inout Int
  ) throws(StoreError) {
    guard let entry = try from.listedEntry(name) else { return }
    let present = try target.entry(name)
    if entry.form == .folder, present?.form == .folder, let inner = try from.folder(name),
      let place = try target.folder(name)
    {
      try restore(inner, to: place, &count)
    } else if present == nil {
      guard try from.move(name, to: target) else { return }
      // Young again, so that the next garbage collection leaves the user time to use it.
      if entry.form == .file { try target.touch(name) }
      count += 1
    }
  }

  /// The records that can be read, each behind those that made what it was computed from.
  private static func recordsInOrder(
    _ folder: borrowing OpenFolder
  ) throws(StoreError) -> [(shard: String, name: String)] {
    var found: [StoredRecord] = []
    for shard in try folder.names() {
      guard try folder.listedEntry(shard)?.form == .folder, let inner = try folder.folder(shard) else { continue }
      for name in try inner.names() where name.hasSuffix(".json") {
        guard let key = ContentDigest(String(name.dropLast(5))), let entry = try inner.listedEntry(name),
          entry.form == .file
        else { continue }
        let bytes = try inner.read(name)
        // One that is damaged names nothing that is known, and goes back with the rest.
        guard let record = try? ActionRecord(reading: bytes, key: key),
          let stored = StoredRecord(record, bytes: entry.bytes, written: entry.modified)
        else { continue }
        found.append(stored)
      }
    }
    return RemovalOrder.dependentsFirst(found).reversed().map {
      (String($0.key.description.prefix(2)), "\($0.key).json")
    }
  }

  private static func isBin(_ name: String) -> Bool { name.wholeMatch(of: /[0-9]{8}T[0-9]{6}\.[0-9]{3}Z/) != nil }

  private static func size(of folder: borrowing OpenFolder) throws(StoreError) -> (count: Int, bytes: Int) {
    var (count, bytes) = (0, 0)
    for name in try folder.names() {
      guard let entry = try folder.listedEntry(name) else { continue }
      if entry.form == .folder, let inner = try folder.folder(name) {
        let size = try size(of: inner)
        (count, bytes) = (count + size.count, bytes + size.bytes)
      } else {
        (count, bytes) = (count + 1, bytes + entry.bytes)
      }
    }
    return (count, bytes)
  }
}

/// A new folder in the trash, which is made when the first file moves into it.
struct TrashBin {
  private let store: ArtifactStore
  private let name = Timestamp.now.fileName
  /// How many files were moved.
  private(set) var count = 0

  init(in store: ArtifactStore) {
    self.store = store
  }

  /// Where the files are; nil if none was moved.
  var path: FilePath? { count == 0 ? nil : store.root.appending(Trash.folder).appending(name) }

  /// Moves a file or folder of the store into the trash, under the same path.
  ///
  /// - Parameters:
  ///   - folders: the names of the folders that lead to it.
  ///   - isMeant: whether what the name stands for is what was decided about.
  /// - Returns: whether it is gone; false if it was made anew and stays.
  @discardableResult
  mutating func take(
    _ file: String,
    in folders: [String],
    where isMeant: (OpenFolder.Entry) -> Bool
  ) throws(StoreError) -> Bool {
    guard let source = try Self.descend(try OpenFolder(store.root), folders[...]) else { return true }
    guard let entry = try source.entry(file) else { return true }
    guard isMeant(entry) else { return false }
    let target = try Self.make(([Trash.folder, name] + folders)[...], in: try OpenFolder(store.root))
    guard try source.move(file, to: target) else { return true }
    // What was moved may have been made anew between the look and the move: then it goes back, unless it was made once
    // more, and then it is there.
    if let moved = try target.entry(file), !isMeant(moved) {
      if try source.entry(file) == nil { _ = try target.move(file, to: source) }
      return false
    }
    count += 1
    return true
  }

  /// Opens a folder below another one; nil if there is none.
  static func descend(_ folder: consuming OpenFolder, _ names: ArraySlice<String>) throws(StoreError) -> OpenFolder? {
    var current = folder
    for name in names {
      guard let next = try current.folder(name) else { return nil }
      current = next
    }
    return current
  }

  private static func make(_ names: ArraySlice<String>, in folder: consuming OpenFolder) throws(StoreError)
    -> OpenFolder
  {
    var current = folder
    for name in names { current = try current.makeFolder(name) }
    return current
  }
}
