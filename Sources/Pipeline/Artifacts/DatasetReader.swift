internal import CLibHDF5
internal import Crypto
internal import SystemPackage

/// Reads the values of an open dataset.
struct DatasetReader {
  let dataset: hid_t
  let type: hid_t
  let shape: [Int]
  let path: String
  var budget: ReadingBudget

  /// Reads the values.
  mutating func read() throws(ArtifactError) -> ReadArray.Content {
    let (dataset, doing) = (dataset, "cannot read \(path)")
    let values = try Values(
      type: type,
      shape,
      path,
      budget: &budget,
      managesTexts: true
    ) { memoryType, pointer, memory throws(ArtifactError) in
      guard let memory else {
        return H5Dread(dataset, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), pointer)
      }
      // Many texts may be one in the file, so that what they take is only known while they are read.
      let created = H5Pcreate(h5_transfer_class())
      return try HDF5.with(created, closing: H5Pclose, doing) { transfer throws(ArtifactError) in
        try memory.manage(transfer, doing)
        return H5Dread(dataset, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), transfer, pointer)
      }
    }
    return .values(values)
  }

  /// Digests the values: numbers where they stand in the file, texts as they are read.
  mutating func digest(from file: String) throws(ArtifactError) -> ReadArray.Content {
    guard let (name, size) = try Values.numberType(type, path) else { return try read() }
    let bytes = try Values.bytes(shape, of: size, path)
    try budget.spend(bytes, path)
    guard bytes > 0 else { return .digest(ContentDigest(of: [UInt8]()), type: name) }
    let offset = H5Dget_offset(dataset)
    guard let offset = Int(exactly: offset) else { throw HDF5.failure("\(path) has no values in the file") }
    do {
      let digest = try ContentDigest(ofFile: FilePath(file), from: offset, count: bytes)
      return .digest(digest, type: name)
    } catch {
      throw ArtifactError("cannot read \(path): \(error)")
    }
  }
}

/// The memory of texts that the library reads: no more than the budget of the file has left.
final class TextMemory {
  private(set) var left: Int
  private var blocks: [UnsafeMutableRawPointer] = []

  init(_ left: Int) {
    self.left = left
  }

  deinit {
    for block in blocks { block.deallocate() }
  }

  fileprivate func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0, size <= left else {
      left = -1
      return nil
    }
    left -= size
    let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, size), alignment: 16)
    blocks.append(block)
    return block
  }

  /// Whether the library asked for more.
  var isExceeded: Bool { left < 0 }

  /// Has a transfer take its memory from here, which lives as long as this object.
  func manage(_ transfer: hid_t, _ doing: String) throws(ArtifactError) {
    let status = H5Pset_vlen_mem_manager(
      transfer,
      { size, memory in memory.flatMap { Unmanaged<TextMemory>.fromOpaque($0).takeUnretainedValue().allocate(size) } },
      Unmanaged.passUnretained(self).toOpaque(),
      { _, _ in },
      nil
    )
    try HDF5.check(status, doing)
  }
}
