public import Artifacts
internal import Crypto
public import SystemPackage

/// Digests the bytes of many files one after the other, with one buffer for all of them: for small files, memory that is
/// new for each costs as much as their digests.
public struct FileDigester: Sendable {
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  /// A digester.
  public init() {}

  /// The digest of a file's bytes and their number, whatever it is.
  public mutating func digest(of path: FilePath) throws(StoreError) -> (digest: ContentDigest, bytes: Int) {
    try FileSystem.attempt("cannot read \(path)") {
      let file = try FileDescriptor.open(path, .readOnly)
      return try file.closeAfter {
        var hash = SHA256()
        var total = 0
        while true {
          let count = try FileSystem.fill(&buffer, from: file)
          if count == 0 { return (ContentDigest(hash.finalize()), total) }
          total += count
          hash.update(data: buffer[..<count])
        }
      }
    }
  }
}
