public import Artifacts
internal import Configuration
internal import Files
public import Planning
public import SystemPackage

/// What is in the store, looked up by what a person has in hand: the beginning of an address, an artifact, a stage.
extension ArtifactStore {
  /// The fewest digits by which an address or a key is looked up.
  public static let fewestDigits = 6

  /// Opens the store only if there is one, so that looking makes no folders.
  ///
  /// - Throws: where it is unknown whether there is one, as this user may not enter the folder.
  public init?(existingAt root: FilePath) throws(StoreError) {
    guard try FileSystem.kind(of: root.appending("objects")) == .folder else { return nil }
    // A missing object cannot be distinguished from one without permission.
    for folder in ["objects", "actions"] where try FileSystem.kind(of: root.appending(folder)) != nil {
      _ = try FileSystem.contents(of: root.appending(folder))
    }
    self.root = root
  }

  /// The addresses of the artifacts that begin with these digits, sorted.
  ///
  /// - Throws: where a folder cannot be listed, so that it is unknown which there are.
  public func addresses(beginningWith digits: String) throws(StoreError) -> [ContentDigest] {
    try digests("objects", beginningWith: digits, suffix: ".h5")
  }

  /// The keys of the actions that begin with these digits, sorted.
  ///
  /// - Throws: where a folder cannot be listed, so that it is unknown which there are.
  public func keys(beginningWith digits: String = "") throws(StoreError) -> [ContentDigest] {
    try digests("actions", beginningWith: digits, suffix: ".json")
  }

  /// The keys of all actions, sorted.
  ///
  /// - Throws: where a folder cannot be listed, so that it is unknown which there are.
  public func allKeys() throws(StoreError) -> [ContentDigest] {
    try Self.shardedNames(in: root.appending("actions")).compactMap { _, name in
      name.hasSuffix(".json") ? ContentDigest(String(name.dropLast(".json".count))) : nil
    }.sorted()
  }

  /// The names in the folders of a folder, as objects and records lie, with these folders, in order.
  ///
  /// - Throws: where a folder cannot be listed. One that another process has removed meanwhile is empty.
  public static func shardedNames(in folder: FilePath) throws(StoreError) -> [(shard: FilePath, name: String)] {
    var found: [(shard: FilePath, name: String)] = []
    for shard in try names(in: folder) {
      let path = folder.appending(shard)
      found += try names(in: path, isStray: !isShard(shard)).map { (shard: path, name: $0) }
    }
    return found
  }

  private static func isShard(_ name: String) -> Bool { name.utf8.count == 2 && name.allSatisfy(\.isHexDigit) }

  /// - Parameter isStray: whether it may be a file, as this program gives no folder such a name.
  private static func names(in folder: FilePath, isStray: Bool = false) throws(StoreError) -> [String] {
    do throws(StoreError) {
      return try FileSystem.contents(of: folder)
    } catch {
      if error.isMissing || isStray && error.reason == .notDirectory { return [] }
      throw error
    }
  }

  /// The records of the actions that made an artifact, the newest first.
  ///
  /// - Throws: where none is found and a record cannot be read, which may be the one.
  public func records(making address: ContentDigest) throws(StoreError) -> [ActionRecord] {
    try records(making: address, among: try makers())
  }

  /// The records of the actions that made an artifact, the newest first, for whoever looks many up.
  ///
  /// - Throws: where none is found and a record cannot be read, which may be the one.
  public func records(making address: ContentDigest, among makers: ArtifactMakers) throws(StoreError) -> [ActionRecord]
  {
    let keys = makers.keys[address.description] ?? []
    return try search(keys, after: makers.failure) { key throws(StoreError) in
      let record = try record(for: key)
      return record?.artifact.address == address.description ? record : nil
    }
  }

  /// The keys of all actions by what they made.
  ///
  /// - Throws: where a folder cannot be listed.
  public func makers() throws(StoreError) -> ArtifactMakers {
    var found = ArtifactMakers()
    for key in try keys() {
      do throws(StoreError) {
        if let address = try address(inRecordOf: key) { found.keys[address, default: []].append(key) }
      } catch {
        // Another process may have removed it since the folder was listed.
        if !error.isMissing { found.failure = found.failure ?? error }
      }
    }
    return found
  }

  /// The address of the artifact that a record names.
  ///
  /// A record begins with it, as its keys are sorted: of many thousand only those are decoded that are written in
  /// another way.
  private func address(inRecordOf key: ContentDigest) throws(StoreError) -> String? {
    let usual = Array("{\"artifact\":{\"address\":\"".utf8)
    let bytes = try FileSystem.read(path(ofRecord: key), limit: usual.count + 63)
    let address = String(decoding: bytes.dropFirst(usual.count), as: UTF8.self)
    guard bytes.starts(with: usual), ContentDigest(address) != nil else {
      return try record(for: key)?.artifact.address
    }
    return address
  }

  /// The records of the actions that made a file with these bytes, such as a table or a script, the newest first.
  ///
  /// - Throws: where none is found and a record cannot be read, which may be the one.
  public func records(withFile digest: ContentDigest) throws(StoreError) -> [ActionRecord] {
    // A file's object is named by its bytes: one that is not in the store need not be searched for.
    let isThere = try digests("objects", beginningWith: digest.description, suffix: "").contains(digest)
    guard isThere else { return [] }
    return try search(try keys()) { key throws(StoreError) in
      guard let record = try record(for: key) else { return nil }
      let files = [record.files.values, record.parts.values].joined()
      return files.contains { $0.file == digest.description } ? record : nil
    }
  }

  /// The records that a look at each key finds, the newest first.
  ///
  /// - Throws: the first error of a look, if nothing was found.
  private func search(
    _ keys: [ContentDigest],
    after failure: StoreError? = nil,
    _ look: (ContentDigest) throws(StoreError) -> ActionRecord?
  ) throws(StoreError) -> [ActionRecord] {
    var found: [ActionRecord] = []
    var failure = failure
    for key in keys {
      do throws(StoreError) {
        if let record = try look(key) { found.append(record) }
      } catch {
        // Another process may have removed it since the folder was listed.
        if !error.isMissing { failure = failure ?? error }
      }
    }
    if let failure, found.isEmpty { throw failure }
    return found.sorted { ($0.started ?? "", $0.key) > ($1.started ?? "", $1.key) }
  }

  /// The keys and records of the actions of a pipeline whose inputs are known, by the action's name.
  ///
  /// Does not check whether a record's objects exist: `reasonToRun` does.
  public func known(of pipeline: Pipeline) -> KnownResults {
    var plan = Plan(pipeline.actions)
    var found = KnownResults()
    while let task = plan.next() {
      let name = task.action.name
      do throws(StoreError) {
        if let record = try record(for: task.key), let address = ContentDigest(record.artifact.address) {
          found.records[name] = record
          plan.finish(name, address: address)
        } else {
          plan.fail(name, "")
        }
      } catch {
        found.unreadable[name] = (task.key, error)
        plan.fail(name, error.description)
      }
    }
    return found
  }

  /// - Parameter suffix: empty for any.
  private func digests(
    _ folder: String,
    beginningWith digits: String,
    suffix: String
  ) throws(StoreError) -> [ContentDigest] {
    let folder = root.appending(folder)
    var found: [ContentDigest] = []
    for shard in try Self.names(in: folder) where matches(shard, digits) {
      for name in try Self.names(in: folder.appending(shard), isStray: !Self.isShard(shard)) {
        guard name.hasPrefix(digits), name.hasSuffix(suffix) else { continue }
        let stem = suffix.isEmpty ? name.prefix { $0 != "." } : name.dropLast(suffix.count)
        if let digest = ContentDigest(String(stem)) { found.append(digest) }
      }
    }
    return found.sorted()
  }

  private func matches(_ shard: String, _ digits: String) -> Bool {
    digits.hasPrefix(shard) || shard.hasPrefix(digits)
  }
}

/// The keys of the actions of a store by the address of what they made.
public struct ArtifactMakers: Sendable {
  fileprivate(set) var keys: [String: [ContentDigest]] = [:]
  /// Why a record could not be read, if there is one.
  fileprivate(set) var failure: StoreError?
}

/// What a store knows of the actions of a pipeline.
public struct KnownResults: Sendable {
  /// The records, by the name of the action.
  public fileprivate(set) var records: [String: ActionRecord] = [:]
  /// The actions whose record is there and cannot be read: its key, and why.
  public fileprivate(set) var unreadable: [String: (key: ContentDigest, reason: StoreError)] = [:]

  /// Throws if the record of an action that is asked for, or of one before it, cannot be read.
  public func record(of action: String) throws(StoreError) -> ActionRecord? {
    if let record = records[action] { return record }
    if let (_, reason) = unreadable[action] ?? unreadable.min(by: { $0.key < $1.key })?.value { throw reason }
    return nil
  }
}

extension ActionRecord {
  /// The pipeline for which the action was run.
  public var pipeline: String? { fact("pipeline") }
  /// The stage as which it was run.
  public var stage: String? { fact("stage") }
  /// When it was begun, as ISO 8601 in UTC.
  public var started: String? { fact("started") }
  /// How long it took.
  public var seconds: Double? {
    guard case .object(let members) = provenance, case .number(let seconds) = members["seconds"] else { return nil }
    return seconds
  }

  private func fact(_ name: String) -> String? {
    guard case .object(let members) = provenance, case .string(let text) = members[name] else { return nil }
    return text
  }
}
