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
    // An object cannot be told missing from one that may not be seen.
    for folder in ["objects", "actions"] where try FileSystem.kind(of: root.appending(folder)) != nil {
      _ = try FileSystem.contents(of: root.appending(folder))
    }
    self.root = root
  }

  /// The addresses of the artifacts that begin with these digits, sorted.
  public func addresses(beginningWith digits: String) -> [ContentDigest] {
    digests("objects", beginningWith: digits, suffix: ".h5")
  }

  /// The keys of the actions that begin with these digits, sorted.
  public func keys(beginningWith digits: String = "") -> [ContentDigest] {
    digests("actions", beginningWith: digits, suffix: ".json")
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
      found += try names(in: path).map { (shard: path, name: $0) }
    }
    return found
  }

  private static func names(in folder: FilePath) throws(StoreError) -> [String] {
    do throws(StoreError) {
      return try FileSystem.contents(of: folder)
    } catch {
      if error.reason == .noSuchFileOrDirectory || error.reason == .notDirectory { return [] }
      throw error
    }
  }

  /// The records of the actions that made an artifact, the newest first.
  public func records(making address: ContentDigest) -> [ActionRecord] {
    records(of: keys().filter { self.address(inRecordOf: $0) == address.description }, making: address)
  }

  /// Those of some records that can be read and say that their action made an artifact, the newest first.
  ///
  /// - Parameter keys: the keys of the actions.
  public func records(of keys: [ContentDigest], making address: ContentDigest) -> [ActionRecord] {
    keys.compactMap { record(for: $0) }.filter { $0.artifact.address == address.description }
      .sorted { ($0.started ?? "", $0.key) > ($1.started ?? "", $1.key) }
  }

  /// The keys of all actions by the address of what they made, for whoever looks many up.
  public func keysByArtifact() -> [String: [ContentDigest]] {
    var found: [String: [ContentDigest]] = [:]
    for key in keys() {
      if let address = address(inRecordOf: key) { found[address, default: []].append(key) }
    }
    return found
  }

  /// The address of the artifact that a record names.
  ///
  /// A record begins with it, as its keys are sorted: of many thousand only those are decoded that are written in
  /// another way.
  private func address(inRecordOf key: ContentDigest) -> String? {
    let usual = Array("{\"artifact\":{\"address\":\"".utf8)
    let file = path("actions", key.description, "json")
    // A record that cannot be read is none.
    guard let bytes = try? FilePart.of(file, from: 0, most: usual.count + 64) else { return nil }
    let address = String(decoding: bytes.dropFirst(usual.count), as: UTF8.self)
    guard bytes.starts(with: usual), ContentDigest(address) != nil else { return record(for: key)?.artifact.address }
    return address
  }

  /// The records of the actions that made a file with these bytes, such as a table or a script, the newest first.
  public func records(withFile digest: ContentDigest) -> [ActionRecord] {
    // A file's object is named by its bytes: one that is not in the store need not be searched for.
    let isThere = digests("objects", beginningWith: digest.description, suffix: "").contains(digest)
    guard isThere else { return [] }
    let found = keys().compactMap { record(for: $0) }.filter { record in
      record.files.values.contains { $0.file == digest.description }
        || record.parts.values.contains { $0.file == digest.description }
    }
    return found.sorted { ($0.started ?? "", $0.key) > ($1.started ?? "", $1.key) }
  }

  /// The keys and records of the actions of a pipeline whose inputs are known, by the action's name.
  ///
  /// Whether a record's objects are in place is not asked: `reasonToRun` tells.
  public func known(of pipeline: Pipeline) -> [String: ActionRecord] {
    var plan = Plan(pipeline.actions)
    var found: [String: ActionRecord] = [:]
    while let task = plan.next() {
      let name = task.action.name
      if let record = record(for: task.key), let address = ContentDigest(record.artifact.address) {
        found[name] = record
        plan.finish(name, address: address)
      } else {
        plan.fail(name, "")
      }
    }
    return found
  }

  /// - Parameter suffix: empty for any.
  private func digests(_ folder: String, beginningWith digits: String, suffix: String) -> [ContentDigest] {
    let folder = root.appending(folder)
    var found: [ContentDigest] = []
    for shard in (try? FileSystem.contents(of: folder)) ?? [] where matches(shard, digits) {
      for name in (try? FileSystem.contents(of: folder.appending(shard))) ?? [] {
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
