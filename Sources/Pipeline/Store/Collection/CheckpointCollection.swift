public import SystemPackage

/// Which checkpoints may be removed: those that nobody has gone on from for a while.
public struct CheckpointCollection: Sendable {
  /// The age in seconds from which they may unless the user says otherwise: 30 days.
  public static let usualAge = 30 * 86_400.0

  /// The files that may be removed.
  public let removed: [FilePath]
  /// Their size.
  public let bytes: Int
  /// The size of those that stay.
  public let bytesKept: Int

  /// Decides which may be removed.
  ///
  /// - Parameters:
  ///   - leastAge: how many seconds ago a checkpoint must have been written.
  ///   - now: seconds since 1970.
  public init(of store: ArtifactStore, leastAge: Double, now: Double) {
    var removed: [FilePath] = []
    var (bytes, bytesKept) = (0, 0)
    let root = CheckpointFolder.root(in: store)
    for shard in (try? FileSystem.contents(of: root)) ?? [] {
      for identity in (try? FileSystem.contents(of: root.appending(shard))) ?? [] {
        let folder = root.appending(shard).appending(identity)
        for name in (try? FileSystem.contents(of: folder)) ?? [] {
          let path = folder.appending(name)
          guard let file = FileSystem.sizeAndTime(of: path) else { continue }
          // What another clock, or the rest of this second, puts into the future has no age.
          if max(0, now - file.time) < leastAge {
            bytesKept += file.bytes
          } else {
            removed.append(path)
            bytes += file.bytes
          }
        }
      }
    }
    self.removed = removed
    self.bytes = bytes
    self.bytesKept = bytesKept
  }

  /// Removes them, and the folders that are empty then.
  public func execute() {
    for path in removed {
      FileSystem.remove(path)
      FileSystem.removeIfEmpty(path.removingLastComponent())
    }
  }
}
