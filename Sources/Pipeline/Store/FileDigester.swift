public import Artifacts
internal import Crypto
internal import Files
public import SystemPackage

/// Digests the bytes of many files one after the other, with one buffer for all of them: for small files, memory that is
/// new for each costs as much as their digests.
public struct FileDigester: Sendable {
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  /// A digester.
  public init() {}

  /// The digest of a regular file's bytes and their number, whatever its size.
  public mutating func digest(of path: FilePath) throws(StoreError) -> (digest: ContentDigest, bytes: Int) {
    var hash = SHA256()
    var total = 0
    do {
      try RegularFile.read(path, with: &buffer) { piece in
        total += piece.count
        hash.update(data: piece)
      }
    } catch {
      throw StoreError(error)
    }
    return (ContentDigest(hash.finalize()), total)
  }
}
