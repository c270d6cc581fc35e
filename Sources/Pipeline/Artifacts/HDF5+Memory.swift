internal import CLibHDF5
internal import Glibc

// Changing a file in memory: over a write that fails in the middle of its own the library is known to crash. What it would
// have on the disk is the same, byte by byte.
extension HDF5 {
  /// Has the library change a file that lies in memory.
  ///
  /// - Parameters:
  ///   - image: the bytes of the file.
  ///   - body: changes the open file.
  /// - Returns: the bytes of the changed file.
  static func change(
    _ image: [UInt8],
    _ doing: String,
    _ body: (hid_t) throws(ArtifactError) -> Void
  ) throws(ArtifactError) -> [UInt8] {
    var kept = h5_image()
    defer { free(kept.bytes) }
    try withUnsafeMutablePointer(to: &kept) { kept throws(ArtifactError) in
      try withFileAccess(isForWriting: true) { access throws(ArtifactError) in
        try check(h5_keep_image(access, kept), doing)
        // The library makes a copy.
        var image = image
        try check(image.withUnsafeMutableBytes { H5Pset_file_image(access, $0.baseAddress, $0.count) }, doing)
        // It opens a file of this name first and wants there to be none.
        let name = "/dev/null/\(UInt64.random(in: 0 ... .max))"
        try with(H5Fopen(name, h5_read_write(), access), closing: H5Fclose, doing, body)
      }
    }
    guard let start = kept.bytes else { throw ArtifactError("\(doing): the HDF5 library gave no bytes") }
    let bytes = UnsafeRawBufferPointer(start: start, count: kept.size)
    guard let count = size(ofFileIn: bytes), count <= bytes.count else {
      throw ArtifactError("\(doing): the HDF5 library gave something else than a file")
    }
    return Array(bytes[..<count])
  }

  /// The size of a file, of which more memory may have been taken: the end that its superblock states.
  ///
  /// - Returns: nil if there is no superblock of version 2 or 3, as this program writes them.
  private static func size(ofFileIn bytes: UnsafeRawBufferPointer) -> Int? {
    let (signature, end) = ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as [UInt8], 28)
    guard bytes.count >= end + 8, bytes.starts(with: signature), bytes[8] == 2 || bytes[8] == 3, bytes[9] == 8 else {
      return nil
    }
    let size = bytes[end..<end + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: size)
  }
}
