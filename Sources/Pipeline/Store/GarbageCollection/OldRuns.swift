public import SystemPackage

/// The folders of `runs/` that may go: all but the newest of each run's name, and what was written to lately.
public struct OldRuns: Sendable {
  /// A folder that may go.
  public struct Run: Sendable {
    /// Where it is.
    public let path: FilePath
    /// The size of its files in bytes.
    public let bytes: Int
  }

  /// How many are kept of each name unless the user says otherwise.
  public static let usualCount = 20

  /// Those that go, the oldest first.
  public let removed: [Run]
  /// How many stay.
  public let keptCount: Int

  /// Decides which may go.
  ///
  /// - Parameters:
  ///   - count: how many are kept of each name.
  ///   - leastAge: for how many seconds nothing may have been written to what goes.
  ///   - now: the file system's present time.
  public init(of store: ArtifactStore, keeping count: Int, leastAge: Double, now: Double) throws(StoreError) {
    var newer: [String: Int] = [:]
    var removed: [Run] = []
    var kept = 0
    if let runs = try OpenFolder(store.root).folder("runs") {
      for name in try runs.names().reversed() {
        guard let run = RunFolder(at: runs.path.appending(name)), try runs.listedEntry(name)?.form == .folder,
          let folder = try runs.folder(name)
        else { continue }
        newer[run.run, default: 0] += 1
        var (written, bytes) = (0.0, 0)
        for file in try folder.names() {
          guard let entry = try folder.listedEntry(file) else { continue }
          (written, bytes) = (max(written, entry.modified), bytes + entry.bytes)
        }
        if newer[run.run, default: 0] <= count || now - written < leastAge {
          kept += 1
        } else {
          removed.append(Run(path: run.path, bytes: bytes))
        }
      }
    }
    self.removed = removed.reversed()
    keptCount = kept
  }

  /// Their size in bytes.
  public var bytes: Int { removed.reduce(0) { $0 + $1.bytes } }
}
