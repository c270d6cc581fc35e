internal import Artifacts
public import Configuration
internal import Planning

/// The files of the project that a program consists of, with the digests of their bytes once these are known.
///
/// They are written as a list of paths. A mapping from paths to digests, which is how they reach a worker, also pins the
/// content of the files.
public struct ProgramFiles: ConfigurationValue {
  /// A file.
  struct Entry {
    let path: RelativePath
    /// The SHA-256 of its bytes; nil as long as nobody looked.
    var digest: String?
  }

  private(set) var entries: [Entry] = []

  /// No files.
  init() {}

  /// A list of paths, or paths with digests.
  public static var shape: ValueShape { .either([.list(.string), .dictionary(.string)]) }

  /// Reads a list of paths, or paths with digests.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> ProgramFiles? {
    var files = ProgramFiles()
    var found = Diagnostics()
    switch node.content {
    case .sequence(let items):
      for path in items.compactMap({ RelativePath.decode($0, &found) }) { files.add(Entry(path: path), &found) }
    case .mapping(let pairs):
      for pair in pairs {
        let key = Node(.scalar(text: pair.key, isPlain: false), at: pair.keyLocation)
        guard let path = RelativePath.decode(key, &found) else { continue }
        let digest = Digest.decode(pair.value, &found)
        files.add(Entry(path: path, digest: digest?.text), &found)
      }
    case .scalar: return reject(node, &diagnostics, hint: "a list is written [a, b] or with one '- ' a line")
    }
    for diagnostic in found.all { diagnostics.report(diagnostic) }
    return found.isEmpty ? files : nil
  }

  private mutating func add(_ entry: Entry, _ diagnostics: inout Diagnostics) {
    guard !entries.contains(where: { $0.path == entry.path }) else {
      return diagnostics.report("the file '\(entry.path.text)' is here twice", at: entry.path.location)
    }
    entries.append(entry)
  }

  /// Looks the digests up.
  mutating func resolve(_ digests: inout ProjectDigests, _ diagnostics: inout Diagnostics) {
    for index in entries.indices {
      let path = entries[index].path
      do throws(StageFailure) {
        let digest = try digests.digest(of: path.text).description
        if let pinned = entries[index].digest, pinned != digest {
          diagnostics.report(
            "the file '\(path.text)' is not the one that is pinned",
            at: path.location,
            hints: "its SHA-256 is \(digest)"
          )
        }
        entries[index].digest = digest
      } catch {
        diagnostics.report(error.description, at: path.location)
      }
    }
  }

  /// The digests by path.
  public var json: JSONValue {
    .object(Dictionary(entries.map { ($0.path.text, $0.digest.json) }) { first, _ in first })
  }
}

/// A SHA-256 as it is written.
struct Digest: ConfigurationValue {
  var text = ""

  static var shape: ValueShape { .string }

  static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Digest? {
    guard let text = String.decode(node, &diagnostics) else { return nil }
    guard ContentDigest(text) != nil else {
      diagnostics.report(
        "\(node.summary) where a SHA-256 of 64 hexadecimal digits is expected",
        at: node.location,
        hints: "'sha256sum FILE' prints it"
      )
      return nil
    }
    return Digest(text: text)
  }

  var json: JSONValue { .string(text) }
}
