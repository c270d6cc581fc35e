internal import Artifacts
internal import Configuration
internal import SystemPackage

/// The keys that the last runs left behind, in `latest/` and in the folders of `runs/`.
///
/// The last run of every pipeline and profile keeps its results until the pipeline is forgotten, so that an edit that is
/// taken back costs nothing. A run with `--set` keeps them for as long as it is young.
struct RecordedRuns {
  private var latest: [(run: String, written: Double, keys: Set<ContentDigest>)] = []
  private var folders: [(run: String, written: Double, keys: Set<ContentDigest>)] = []

  /// Reads the runs of a store.
  ///
  /// - Parameters:
  ///   - age: runs that are older than this many seconds count only if they are the last of their name.
  ///   - now: the file system's present time.
  init(in store: ArtifactStore, youngerThan age: Double, now: Double) throws(StoreError) {
    let root = try OpenFolder(store.root)
    if let folder = try root.folder("latest") {
      for name in try folder.names() where name.hasSuffix(".json") {
        guard let entry = try folder.listedEntry(name) else { continue }
        let path = folder.path.appending(name)
        let keys = try Self.keys(ofLatest: try folder.read(name), path)
        latest.append((String(name.dropLast(5)), entry.modified, keys))
      }
    }
    guard let runs = try root.folder("runs") else { return }
    var seen: Set<String> = []
    for name in try runs.names().reversed() {
      guard let run = RunFolder(at: runs.path.appending(name))?.run, try runs.entry(name)?.form == .folder,
        let folder = try runs.folder(name), let entry = try folder.entry(RunFolder.File.results.rawValue)
      else { continue }
      guard seen.insert(run).inserted || now - entry.modified < age else { continue }
      let path = folder.path.appending(RunFolder.File.results.rawValue)
      let text = String(decoding: try folder.read(RunFolder.File.results.rawValue), as: UTF8.self)
      do throws(Diagnostics) {
        let lock = try Lock(reading: text, name: path.string)
        folders.append((run, entry.modified, Set(lock.entries.values.map(\.key))))
      } catch {
        throw StoreError("\(error)")
      }
    }
  }

  /// The keys that stay.
  ///
  /// - Parameters:
  ///   - isForgotten: whether a pipeline of this name was forgotten.
  ///   - isProfile: whether a run of this name, which ends in `.custom`, is that of a profile.
  func keys(
    youngerThan age: Double,
    now: Double,
    isForgotten: (String) -> Bool,
    isProfile: (String) -> Bool
  ) -> Set<ContentDigest> {
    var keys: Set<ContentDigest> = []
    for one in latest + folders {
      let isCustom = one.run.hasSuffix(".custom") && !isProfile(one.run)
      let pipeline = String(one.run.prefix { $0 != "." })
      if now - one.written < age || (!isCustom && !isForgotten(pipeline)) { keys.formUnion(one.keys) }
    }
    return keys
  }

  private static func keys(ofLatest bytes: [UInt8], _ path: FilePath) throws(StoreError) -> Set<ContentDigest> {
    let hint = "Delete it if it is damaged: then the last run under this name keeps nothing"
    guard let text = String(validating: bytes, as: UTF8.self),
      case .object(let members)? = try? JSONValue(reading: text, name: path.string)
    else { throw StoreError("cannot read \(path): it is not a JSON object. \(hint)") }
    var keys: Set<ContentDigest> = []
    for value in members.values {
      guard case .string(let digits) = value, let key = ContentDigest(digits) else {
        throw StoreError("cannot read \(path): it has a value that is not a key. \(hint)")
      }
      keys.insert(key)
    }
    return keys
  }
}
