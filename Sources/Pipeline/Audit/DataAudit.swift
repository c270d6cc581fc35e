internal import Artifacts
internal import Provenance
internal import Store
public import SystemPackage

/// A file from outside that a result was made from, and where it is looked for.
public struct StatedFile: Sendable {
  /// What the statement calls it.
  public var name: String
  /// Its SHA-256 as it is stated.
  public var sha256: String
  /// Where it may be: the paths at which a stage would look.
  public var places: [FilePath]

  /// A file.
  public init(_ name: String, sha256: String, places: [FilePath]) {
    self.name = name
    self.sha256 = sha256
    self.places = places
  }
}

/// Whether the files from outside still have the bytes that results were made from.
struct DataAudit {
  private(set) var findings: [AuditFinding] = []
  /// How many different files were compared.
  private(set) var count = 0

  init(_ actions: [AuditedAction], _ files: @Sendable (AuditedAction) -> [StatedFile]) async {
    var users: [String: [ActionName]] = [:]
    var stated: [String: StatedFile] = [:]
    for action in actions {
      for file in files(action) {
        let key = "\(file.sha256) \(file.name)"
        stated[key] = file
        users[key, default: []].append(action.name)
      }
    }
    let paths = Array(Set(stated.values.flatMap(\.places).map(\.string))).sorted()
    let digests = await ParallelMap.of(paths, tool: { FileDigester() }) {
      path,
      digester -> Result<String?, StoreError> in
      do throws(StoreError) {
        return .success(try digester.digest(of: FilePath(path)).digest.description)
      } catch {
        return error.isMissing ? .success(nil) : .failure(error)
      }
    }
    var found: [String: String] = [:]
    var failures: [String: StoreError] = [:]
    for (path, digest) in zip(paths, digests) {
      switch digest {
      case .success(let digest): found[path] = digest
      case .failure(let error): failures[path] = error
      }
    }
    for (key, file) in stated.sorted(by: { $0.key < $1.key }) {
      let present = file.places.compactMap { place in found[place.string].map { (place, $0) } }
      let names = (users[key] ?? []).sorted { $0.key < $1.key }
      guard let (place, digest) = present.first else {
        if let (place, error) = file.places.lazy.compactMap({ place in failures[place.string].map { (place, $0) } })
          .first
        {
          findings.append(AuditFinding(.unreadable, at: place.string, of: names.first, error.description))
          continue
        }
        let place = file.places.first?.string ?? file.name
        findings.append(AuditFinding(.dataAbsent, at: place, of: names.first, "there is no such file here"))
        continue
      }
      count += 1
      guard !present.contains(where: { $0.1 == file.sha256 }) else { continue }
      let detail = "its SHA-256 is \(digest.prefix(12)), and \(file.sha256.prefix(12)) is stated"
      for name in names { findings.append(AuditFinding(.dataChanged, at: place.string, of: name, detail)) }
    }
  }
}
