internal import Glibc
internal import SystemPackage

/// What the arrays of a file may take in memory: a small file may not claim to be a large one, nor a group to hold
/// itself.
struct ReadingBudget {
  /// The most that is read of any file.
  static let maximum = 8 << 30
  /// What the arrays of a small file of another program may take together, whatever its size: compression and fill
  /// values make them larger than their file.
  private static let foreignFloor = 256 << 20
  /// By how much the arrays of a large one may exceed it. (gzip reaches 1,000 for zeros, and less for any data.)
  private static let foreignRatio = 100

  /// What is left of it, in bytes.
  private(set) var bytes: Int
  /// Whether the file is one of another program, whose arrays may be compressed.
  let isForeign: Bool
  private let fileSize: Int

  /// The budget of a file.
  init(fileSize: Int, isForeign: Bool) {
    self.fileSize = fileSize
    self.isForeign = isForeign
    let (large, overflow) = fileSize.multipliedReportingOverflow(by: Self.foreignRatio)
    let room = isForeign ? max(Self.foreignFloor, overflow ? .max : large) : fileSize
    bytes = min(room, Self.maximum)
  }

  mutating func spend(_ amount: Int, _ path: String) throws(ArtifactError) {
    guard amount <= bytes else {
      throw ArtifactError(
        isForeign
          ? "\(path): the arrays of this file of \(fileSize) bytes take more than \(limit) bytes. "
            + "Write them without compression and without values that are only filled in, or in several files"
          : "\(path): the file claims to hold more than it has room for"
      )
    }
    bytes -= amount
  }

  private var limit: Int { ReadingBudget(fileSize: fileSize, isForeign: isForeign).bytes }

  /// Every array, group and attribute takes at least this much.
  mutating func spendObject(_ path: String) throws(ArtifactError) {
    try spend(24, path)
  }
}

/// A limit on the memory of this process while a file is read.
///
/// The length of a text in an attribute is what the file says, and the library makes room for it before it looks
/// whether the file has so much: four bytes of a file could take 4 GB. Beyond this limit its allocation fails, and the
/// file is refused.
enum ReadingMemory {
  /// Calls `body` with a limit far above what reading a file of this budget takes.
  static func limited<Result>(
    to budget: ReadingBudget,
    _ body: () throws(ArtifactError) -> Result
  ) throws(ArtifactError) -> Result {
    var limit = rlimit()
    let kind = __rlimit_resource_t(RLIMIT_AS.rawValue)
    // If the system does not report its memory, there is no limit.
    guard getrlimit(kind, &limit) == 0, let used = addressSpace else { return try body() }
    let before = limit
    let room = rlim_t(used + (1 << 30) + 8 * budget.bytes)
    guard room < limit.rlim_cur else { return try body() }
    limit.rlim_cur = room
    guard setrlimit(kind, &limit) == 0 else { return try body() }
    defer {
      var before = before
      // Raising a soft limit to what it was is always allowed.
      _ = setrlimit(kind, &before)
    }
    return try body()
  }

  /// The address space that this process takes, in bytes.
  private static var addressSpace: Int? {
    guard let bytes = try? FilePart.of("/proc/self/statm", reading: 64),
      let pages = String(decoding: bytes, as: UTF8.self).split(separator: " ").first.flatMap({ Int($0) })
    else { return nil }
    return pages * Int(getpagesize())
  }
}
