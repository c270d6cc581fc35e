public import SystemPackage

/// Which folders of `runs/` may be removed: of each run's name the newest ones are kept, and what was written to lately.
public struct RunCollection: Sendable {
  /// A folder that may be removed.
  public struct Run: Sendable {
    /// Where it is.
    public let path: FilePath
    /// The size of its files.
    public let bytes: Int
  }

  /// How many are kept of each name unless the user says otherwise.
  public static let usualCount = 20

  /// Those that may be removed, the oldest first.
  public let removed: [Run]
  /// How many are kept.
  public let keptCount: Int

  /// Decides which may be removed.
  ///
  /// - Parameters:
  ///   - count: how many are kept of each name.
  ///   - leastAge: for how many seconds nothing may have been written to what is removed.
  ///   - now: seconds since 1970.
  public init(of store: ArtifactStore, keeping count: Int, leastAge: Double, now: Double) {
    var newer: [String: Int] = [:]
    var removed: [Run] = []
    var kept = 0
    for folder in RunFolder.all(in: store).reversed() {
      newer[folder.run, default: 0] += 1
      let files = RunFolder.File.allCases.compactMap { FileSystem.sizeAndTime(of: folder.path(of: $0)) }
      let written = files.map(\.time).max() ?? 0
      if newer[folder.run, default: 0] <= count || now - written < leastAge {
        kept += 1
      } else {
        removed.append(Run(path: folder.path, bytes: files.reduce(0) { $0 + $1.bytes }))
      }
    }
    self.removed = removed.reversed()
    keptCount = kept
  }

  /// Their size.
  public var bytes: Int { removed.reduce(0) { $0 + $1.bytes } }

  /// Removes them.
  public func execute() {
    for run in removed { FileSystem.removeFolder(run.path) }
  }
}
