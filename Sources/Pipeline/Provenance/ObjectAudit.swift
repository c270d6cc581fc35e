internal import Artifacts
public import Store
public import SystemPackage

/// The objects that records name, each once, and whether the store still has them as they were made.
public struct ObjectAudit: Sendable {
  /// An object, and where it should be.
  public struct Entry: Sendable {
    /// What the record says of it.
    public let object: ObjectRecord
    /// Where it should be.
    public let path: FilePath
    /// The key of an action that made it.
    public let key: String
  }

  /// What became of an object.
  public enum Finding: Sendable, Equatable {
    /// Its bytes are those that were written.
    case whole
    /// There is no such file.
    case missing
    /// Its bytes are others.
    case damaged
    /// It could not be read.
    case unreadable(String)
  }

  /// The objects, in the order of their paths.
  public let entries: [Entry]

  /// The objects of some records.
  public init(_ records: some Sequence<ActionRecord>, in store: ArtifactStore) {
    var found: [String: Entry] = [:]
    for record in records {
      for object in record.objects {
        let path = store.path(of: object)
        let entry = Entry(object: object, path: path, key: record.key)
        // Of two records of one object the same one is named each time.
        if let other = found[path.string], other.key <= record.key { continue }
        found[path.string] = entry
      }
    }
    entries = found.values.sorted { $0.path.string < $1.path.string }
  }

  /// Hashes an object's bytes.
  public static func check(_ entry: Entry) -> Finding {
    guard FileSystem.exists(entry.path) else { return .missing }
    do throws(StoreError) {
      return try FileSystem.digest(of: entry.path).description == entry.object.file ? .whole : .damaged
    } catch {
      return .unreadable(error.description)
    }
  }
}

extension ObjectAudit.Entry {
  /// The line that `sha256sum --check` reads: digest, two spaces, path; with a backslash in front where the path has
  /// characters that are written in another way.
  ///
  /// - Parameter folder: the folder in which the line will be read, if it is known; a path below it is told from there.
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
