internal import Artifacts
public import SystemPackage

/// The logs that may go: those that no record names, those of stages that failed long ago, and links that lead to no log.
///
/// A result's log is `logs/ab/KEY.DIGEST.log`, named by the key of the action and its own digest. `logs/NAME/` has links
/// to the newest, for people, and in `failed/` what failed stages printed.
public struct OldLogs: Sendable {
  /// A file or link that goes.
  struct Log: Sendable {
    /// The names of the folders that lead to it, from that of the store.
    let folders: [String]
    let name: String
    let entry: OpenFolder.Entry
    /// The key of the action whose log it is, or to whose log it leads.
    let key: ContentDigest?
    /// Whether a record names the log.
    let isNamed: Bool
    /// The name of the log to which a link leads; empty for a file.
    var target = ""

    var path: String { (folders + [name]).joined(separator: "/") }
  }

  /// When logs go.
  struct Rules {
    /// The keys of the records that go; all others name their log.
    let going: Set<ContentDigest>
    /// How many seconds ago a log must have been written that no record has ever named, as far as is known.
    let leastAge: Double
    /// The same for that of a failed stage.
    let failureAge: Double
    /// Pipelines whose failures are of no interest.
    let forgotten: Set<String>
    /// The file system's present time.
    let now: Double
  }

  /// Links first, so that none leads nowhere meanwhile.
  private(set) var logs: [Log] = []
  private let root: FilePath

  /// The files and links that go.
  public var removed: [FilePath] { logs.map { root.appending($0.path) } }
  /// Their size in bytes.
  public var bytes: Int { logs.reduce(0) { $0 + ($1.entry.form == .file ? $1.entry.bytes : 0) } }

  /// Decides which logs of a store go.
  init(of store: ArtifactStore, _ records: [ContentDigest: StoredRecord], _ rules: Rules) throws(StoreError) {
    root = store.root
    let top = try OpenFolder(store.root)
    guard try top.entry(Self.folder)?.form == .folder, let folder = try top.folder(Self.folder) else { return }
    var links: [(log: Log, target: String)] = []
    var failures: [Log] = []
    var present: [String: (log: Log, isGoing: Bool)] = [:]
    // A link is made after its log: those that are seen now have one that is seen below, or that is gone.
    for place in try folder.names() where try folder.listedEntry(place)?.form == .folder {
      guard let inner = try folder.folder(place) else { continue }
      for name in try inner.names() {
        guard let entry = try inner.listedEntry(name), entry.form == .other, let target = try inner.target(name),
          let key = Self.key(ofTarget: target)
        else { continue }
        var link = Log(folders: [Self.folder, place], name: name, entry: entry, key: key, isNamed: false)
        link.target = target.split(separator: "/").last.map { String($0) } ?? ""
        links.append((link, target))
      }
      if try inner.entry(Self.failed)?.form == .folder, let failed = try inner.folder(Self.failed) {
        let isForgotten = rules.forgotten.contains(String(place.prefix { $0 != "." }))
        for name in try failed.names() where name.wholeMatch(of: /.+-[0-9a-f]{12}\.log/) != nil {
          guard let entry = try failed.listedEntry(name), entry.form == .file,
            rules.now - entry.modified >= (isForgotten ? rules.leastAge : rules.failureAge)
          else { continue }
          let folders = [Self.folder, place, Self.failed]
          failures.append(Log(folders: folders, name: name, entry: entry, key: nil, isNamed: false))
        }
      }
    }
    for shard in try folder.names() where shard.utf8.count == 2 {
      guard try folder.listedEntry(shard)?.form == .folder, let inner = try folder.folder(shard) else { continue }
      for name in try inner.names() where name.hasPrefix(shard) {
        guard let (key, digits) = Self.parts(of: name), let entry = try inner.listedEntry(name), entry.form == .file
        else { continue }
        let isNamed = records[key]?.log.mayBe(digits) ?? false
        let isGoing = isNamed ? rules.going.contains(key) : rules.now - entry.modified >= rules.leastAge
        let log = Log(folders: [Self.folder, shard], name: name, entry: entry, key: key, isNamed: isNamed)
        present["../\(shard)/\(name)"] = (log, isGoing)
      }
    }
    logs = links.filter { present[$0.target]?.isGoing ?? true }.map(\.log)
    logs += failures
    logs += present.values.filter(\.isGoing).map(\.log).sorted { $0.path < $1.path }
  }

  /// Those that an earlier look has announced, too, without the logs of records that stay.
  ///
  /// - Parameter going: the keys of the records that go.
  func restricted(to earlier: OldLogs, going: Set<ContentDigest>) -> OldLogs {
    let announced = Set(earlier.logs.map(\.path))
    let staying = Set(logs.filter { log in log.isNamed && log.key.map(going.contains) == false }.map(\.name))
    var result = self
    result.logs.removeAll { !announced.contains($0.path) || staying.contains($0.name) || staying.contains($0.target) }
    return result
  }

  private static let folder = "logs"
  private static let failed = "failed"

  /// The key and the first digits of the digest in the name of a log.
  private static func parts(of name: String) -> (key: ContentDigest, digits: Substring)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "log", let key = ContentDigest(String(parts[0])), parts[1].utf8.count == 16
    else {
      return nil
    }
    return (key, parts[1])
  }

  /// The key in the name of the log to which a link leads; nil if this program did not make the link.
  private static func key(ofTarget target: String) -> ContentDigest? {
    let parts = target.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "..", parts[1].utf8.count == 2, parts[2].hasPrefix(parts[1]) else { return nil }
    return Self.parts(of: String(parts[2]))?.key
  }
}
