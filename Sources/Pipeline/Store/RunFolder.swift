internal import Glibc
public import SystemPackage

/// A folder of `runs/`, which keeps what one run did: `20261125T093012.345Z-fig3`.
public struct RunFolder: Sendable, Hashable {
  /// The folder.
  public let path: FilePath
  /// When the run began, as the name says it.
  public let began: String
  /// The name of the run: `fig3`, `fig3.quick`.
  public let run: String

  /// What the folder holds.
  public enum File: String, Sendable, CaseIterable {
    /// What a run without a terminal says.
    case log = "log.txt"
    /// What happened, one JSON object a line.
    case events = "events.jsonl"
    /// A copy of the pipeline file.
    case pipeline = "pipeline.yaml"
    /// The pipeline with every value known.
    case resolved = "resolved.json"
    /// What became of the claims, where there are any; written at the end.
    case claims = "claims.json"
    /// The results, as in a lock; written at the end.
    case results = "results.lock"
  }

  /// A folder by its name; nil for a name that no run has given.
  public init?(at path: FilePath) {
    let parts = (path.lastComponent?.string ?? "").split(separator: "-", maxSplits: 1)
    guard parts.count == 2, parts[0].wholeMatch(of: /[0-9]{8}T[0-9]{6}\.[0-9]{3}Z/) != nil else { return nil }
    self.path = path
    began = String(parts[0])
    run = String(parts[1])
  }

  /// Makes the folder of a run that begins now. Another run that began in the same millisecond has another one.
  public static func make(for run: String, in store: ArtifactStore, at time: Timestamp) throws(StoreError) -> RunFolder
  {
    let runs = folder(of: store)
    try FileSystem.createFolder(runs)
    for later in 0..<1000 {
      let time = Timestamp(milliseconds: time.milliseconds + later)
      let path = runs.appending("\(time.fileName)-\(run)")
      if mkdir(path.string, 0o777) == 0 { return RunFolder(path: path, began: time.fileName, run: run) }
      guard errno == EEXIST else {
        throw StoreError("cannot create the folder \(path)", Errno(rawValue: errno))
      }
    }
    throw StoreError("cannot create the folder of the run in \(runs)", .fileExists)
  }

  private init(path: FilePath, began: String, run: String) {
    self.path = path
    self.began = began
    self.run = run
  }

  /// A file of the folder.
  public func path(of file: File) -> FilePath { path.appending(file.rawValue) }

  /// The folders of a store, the oldest first.
  public static func all(in store: ArtifactStore) -> [RunFolder] {
    let names = (try? FileSystem.contents(of: folder(of: store))) ?? []
    return names.compactMap { RunFolder(at: folder(of: store).appending($0)) }
  }

  private static func folder(of store: ArtifactStore) -> FilePath { store.root.appending("runs") }
}
