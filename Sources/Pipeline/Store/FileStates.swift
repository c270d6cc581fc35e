internal import Glibc
public import SystemPackage

/// In which state a file is: what changes whenever its content does, unless somebody takes pains to hide it.
public struct FileState: Sendable, Hashable {
  /// The size in bytes.
  public let size: Int
  /// When the content was last changed, in nanoseconds.
  public let modified: Int
  /// When anything about the file was last changed, in nanoseconds; no program can set this back.
  public let changed: Int
  /// The number of the file on its file system: another one after a copy, a restored backup, an editor's save.
  public let inode: Int

  /// The state of a file; nil if there is none.
  public init?(of path: FilePath) {
    guard let status = try? path.stat() else { return nil }
    size = Int(status.size)
    modified = status.st_mtim.nanoseconds
    changed = status.st_ctim.nanoseconds
    inode = Int(truncatingIfNeeded: status.inode.rawValue)
  }
}

extension timespec {
  fileprivate var nanoseconds: Int { Int(tv_sec) * 1_000_000_000 + Int(tv_nsec) }
}

/// The states in which the objects of a store were when their bytes were last found to be those of their records, so
/// that an object in the same state need not be hashed again.
///
/// This is the file `states`: a line for each object and state, only ever appended to, so that any number of processes
/// can write to it. It is derived and may be deleted at any time; a line that is cut matches nothing.
public struct FileStates: Sendable {
  private let lines: Set<String>
  /// A file beyond this size, which only states of old could fill, is begun anew.
  private static let limit = 1 << 28

  /// No states: every object is hashed.
  public init() {
    self.init(lines: [])
  }

  private init(lines: Set<String>) {
    self.lines = lines
  }

  /// The states that are noted in a store.
  public init(of store: ArtifactStore) {
    guard let size = FileSystem.size(of: store.statesPath), let bytes = try? FileSystem.read(store.statesPath) else {
      self.init()
      return
    }
    if size > Self.limit { FileSystem.remove(store.statesPath) }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).lazy.map { String(decoding: $0, as: UTF8.self) }
    self.init(lines: Set(lines))
  }

  /// Whether the object was found whole in this state.
  func holds(_ object: ObjectRecord, _ state: FileState) -> Bool {
    lines.contains(Self.line(object, state))
  }

  fileprivate static func line(_ object: ObjectRecord, _ state: FileState) -> String {
    "\(object.address).\(object.suffix) \(object.file) \(state.size) \(state.modified) \(state.changed) \(state.inode)"
  }
}

extension ArtifactStore {
  fileprivate var statesPath: FilePath { root.appending("states") }

  /// Notes that an object was found whole in this state.
  func note(_ object: ObjectRecord, _ state: FileState) {
    // A note that cannot be made costs time in the next run and nothing else.
    guard
      let file = try? FileDescriptor.open(
        statesPath,
        .writeOnly,
        options: [.create, .append],
        permissions: [.ownerReadWrite, .groupRead, .otherRead]
      )
    else { return }
    let line = FileStates.line(object, state) + "\n"
    _ = try? file.closeAfter { try file.writeAll(line.utf8) }
  }
}
