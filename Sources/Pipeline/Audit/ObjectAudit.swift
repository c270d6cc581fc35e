public import Artifacts
public import Store
public import SystemPackage

/// The objects that records name, each once, and whether the store still has them as they were made.
public struct ObjectAudit: Sendable {
  /// An object, and where it should be.
  public struct Entry: Sendable {
    /// What a record says of it.
    public let object: ObjectRecord
    /// Where it should be.
    public let path: FilePath
    /// An action that made it.
    public let action: ActionName
  }

  /// The objects, in the order of their paths. Where records say different things of one, each of these.
  public let entries: [[Entry]]
  /// What is said of the records that cannot be read, whose objects are not known.
  public private(set) var unread: [AuditFinding] = []

  /// The objects of the actions whose records can be read.
  public init(of keys: [ContentDigest], in store: ArtifactStore) {
    let records = keys.map { RecordAudit(of: $0, in: store, signedBy: []) }
    self.init(records.compactMap(\.action), in: store)
    unread = records.filter { $0.action == nil }.flatMap(\.findings)
  }

  /// The objects of some actions.
  public init(_ actions: some Sequence<AuditedAction>, in store: ArtifactStore) {
    var found: [String: [Entry]] = [:]
    for action in actions {
      for object in action.record.objects {
        let path = store.path(of: object)
        let entry = Entry(object: object, path: path, action: action.name)
        guard let place = found[path.string]?.firstIndex(where: { $0.object == object }) else {
          found[path.string, default: []].append(entry)
          continue
        }
        // Of two records that say the same of an object the same one is named each time.
        if let other = found[path.string]?[place], action.name.key < other.action.key {
          found[path.string]?[place] = entry
        }
      }
    }
    entries = found.sorted { $0.key < $1.key }.map { $0.value.sorted { $0.action.key < $1.action.key } }
  }

  /// Hashes the bytes of an object, and compares them with what its records say.
  static func findings(_ entries: [Entry], _ digester: inout FileDigester) -> [AuditFinding] {
    guard let path = entries.first?.path else { return [] }
    func all(_ word: AuditWord, _ detail: (Entry) -> String) -> [AuditFinding] {
      entries.map { AuditFinding(word, at: path.string, of: $0.action, detail($0)) }
    }
    let found: (digest: ContentDigest, bytes: Int)
    do throws(StoreError) {
      found = try digester.digest(of: path)
    } catch {
      return error.isMissing
        ? all(.missing) { _ in "there is no such file" } : all(.unreadable) { _ in error.description }
    }
    let digits = found.digest.description
    let isKnown = entries.contains { $0.object.file == digits }
    return entries.compactMap { entry in
      if entry.object.file != digits {
        let detail = "its SHA-256 is \(found.digest.short), and the record has \(entry.object.file.prefix(12))"
        return AuditFinding(isKnown ? .otherBytes : .damaged, at: path.string, of: entry.action, detail)
      }
      guard entry.object.bytes == found.bytes else {
        let detail = "it has \(found.bytes) bytes, and the record says \(entry.object.bytes)"
        return AuditFinding(.damaged, at: path.string, of: entry.action, detail)
      }
      return nil
    }
  }

  /// What is in the folders of a store that no record names, or that is not where it would be looked for.
  func strays(in store: ArtifactStore) -> [AuditFinding] {
    let named = Set(entries.compactMap { $0.first?.path.string })
    var findings: [AuditFinding] = []
    for (folder, suffix) in [("objects", nil), ("actions", "json")] {
      let place = store.root.appending(folder)
      let files: [(path: FilePath, bytes: Int)]
      do throws(StoreError) {
        files = try FileSystem.shardedFiles(in: place)
      } catch {
        findings.append(AuditFinding(.unreadable, at: place.string, error.description))
        continue
      }
      for (path, bytes) in files {
        let stem = path.stem ?? ""
        let shard = path.removingLastComponent().lastComponent?.string
        let isInPlace = ContentDigest(stem) != nil && shard == String(stem.prefix(2))
        if !isInPlace || suffix.map({ $0 != path.extension }) == true {
          findings.append(AuditFinding(.misplaced, at: path.string, "its name is not that of something in this folder"))
        } else if folder == "objects", !named.contains(path.string) {
          findings.append(AuditFinding(.unreferenced, at: path.string, "no record names this object of \(bytes) bytes"))
        }
      }
    }
    return findings
  }
}

extension ObjectAudit.Entry {
  /// The line that `sha256sum --check` reads: digest, two spaces, path; with a backslash in front where the path has
  /// characters that are written in another way.
  ///
  /// - Parameter folder: the folder in which the line will be read, if known; a path below it is relative to it.
  public func checksumLine(from folder: FilePath?) -> String {
    var path = path.lexicallyNormalized()
    if let folder, path.isAbsolute { _ = path.removePrefix(folder.lexicallyNormalized()) }
    let escaped = path.string.map { character -> String in
      switch character {
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\r": "\\r"
      default: String(character)
      }
    }.joined()
    return (escaped == path.string ? "" : "\\") + "\(object.file)  \(escaped)"
  }
}
