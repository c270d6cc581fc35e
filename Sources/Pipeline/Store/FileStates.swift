public import Artifacts
internal import Files
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

  /// A state from its parts.
  public init(size: Int, modified: Int, changed: Int, inode: Int) {
    self.size = size
    self.modified = modified
    self.changed = changed
    self.inode = inode
  }

  /// The state of a file for a note about it; nil if the file does not exist or cannot be examined, so that no note is
  /// made or believed.
  public init?(of path: FilePath) {
    do throws(StoreError) {
      guard let state = try Self(at: path) else { return nil }
      self = state
    } catch {
      return nil
    }
  }

  /// The state of a file; nil only if the file does not exist.
  ///
  /// - Throws: if it is unknown whether there is one.
  public init?(at path: FilePath) throws(StoreError) {
    let status: Stat
    do throws(Errno) {
      status = try path.stat()
    } catch {
      if error == .noSuchFileOrDirectory { return nil }
      throw StoreError("cannot look at \(path)", error)
    }
    size = Int(status.size)
    modified = status.st_mtim.nanoseconds
    changed = status.st_ctim.nanoseconds
    inode = Int(truncatingIfNeeded: status.inode.rawValue)
  }
}

extension FileState {
  /// The time by the clock of this machine, in nanoseconds.
  public static var now: Int {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return now.nanoseconds
  }
}

extension FileState: CustomStringConvertible {
  /// The state as part of a line.
  public var description: String { "\(size) \(modified) \(changed) \(inode)" }
}

extension timespec {
  /// Nanoseconds since 1970, and from 1677 to 2262 exactly those: the time of a file may be any, and one beyond counts
  /// as the nearest of these.
  fileprivate var nanoseconds: Int {
    let (product, isOver) = Int(tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isBeyond) = product.addingReportingOverflow(Int(tv_nsec))
    return isOver || isBeyond ? (tv_sec < 0 ? .min : .max) : sum
  }
}

/// The states in which the objects of a store were when their bytes were last found to be those of their records, so
/// that an object in the same state need not be hashed again; and likewise what the records said, so that one in the same
/// state need not be read again.
///
/// This is the file `states`: a line for each object or record and state, appended to by any number of processes. It is
/// derived and may be deleted at any time; a line that is cut matches nothing. Once most of its lines are outdated it is
/// written anew without them, so that it does not grow with the number of runs.
public struct FileStates: Sendable {
  private let lines: Set<String>
  /// For each key what its record said last.
  private let records: [Substring: Substring]
  /// A file beyond this size, which no store of a million results has, is begun anew.
  private static let limit = 1 << 29
  /// How many outdated lines are always borne.
  static let patience = 4_096

  /// No states: every object is hashed.
  public init() {
    self.init(lines: [])
  }

  private init(lines: [String]) {
    self.lines = Set(lines)
    let notes = lines.lazy.filter { $0.hasPrefix(Self.recordMark) }.map { line -> (Substring, Substring) in
      let note = line.dropFirst(Self.recordMark.utf8.count)
      return (note.prefix(64), note.dropFirst(65))
    }
    records = Dictionary(notes) { _, last in last }
  }

  /// The states that are noted in a store.
  public init(of store: ArtifactStore) {
    let bytes: [UInt8]
    do {
      bytes = try RegularFile.read(store.statesPath, links: .refused, limit: Self.limit)
    } catch {
      // Without notes the objects are hashed, which is always right. What is no regular file, or grew without bound, is
      // no file of this program.
      switch error.reason {
      case .tooLarge, .notRegular(.link), .notRegular(.fifo), .notRegular(.socket):
        FileSystem.remove(store.statesPath)
      case .notRegular, .system: break
      }
      self.init()
      return
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    let current = Self.current(lines)
    if lines.count - current.count > max(Self.patience, current.count) { store.replaceStates(by: current) }
    self.init(lines: current)
  }

  /// The last line about each object and record, in the order of the file.
  private static func current(_ lines: [String]) -> [String] {
    var seen: Set<Substring> = []
    seen.reserveCapacity(lines.count / 2)
    return lines.reversed().filter { seen.insert(subject(of: $0)).inserted }.reversed()
  }

  /// What a line is about: an object, or a record.
  private static func subject(of line: String) -> Substring {
    let start =
      line.hasPrefix(recordMark) ? line.utf8.index(line.startIndex, offsetBy: recordMark.utf8.count) : line.startIndex
    return line[..<(line.utf8[start...].firstIndex(of: UInt8(ascii: " ")) ?? line.endIndex)]
  }

  /// Whether the object was found whole in this state.
  func holds(_ object: ObjectRecord, _ state: FileState) -> Bool {
    lines.contains(Self.line(object, state))
  }

  fileprivate static func line(_ object: ObjectRecord, _ state: FileState) -> String {
    "\(object.address).\(object.suffix) \(object.file) \(state.description)"
  }

  private static let recordMark = "record "

  /// What is noted of a record without files: its artifact, and its own state.
  fileprivate static func line(_ record: ActionRecord, _ state: FileState) -> String {
    let artifact = record.artifact
    return "\(recordMark)\(record.key) \(artifact.address) \(artifact.file) \(artifact.bytes) \(state.description)"
  }

  /// The address of an action's result, if its record is in a state in which it was read before, and its artifact in one
  /// in which it was whole. Nil if anything else is the case: then the record is to be read.
  public func wholeResult(of key: ContentDigest, in store: ArtifactStore) -> ContentDigest? {
    guard let note = records[key.description[...]] else { return nil }
    let parts = note.split(separator: " ", maxSplits: 3)
    guard parts.count == 4, let address = ContentDigest(String(parts[0])),
      let state = FileState(of: store.path(ofRecord: key)), state.description == parts[3]
    else { return nil }
    var object = ObjectRecord()
    object.address = address.description
    object.file = String(parts[1])
    guard let artifactState = FileState(of: store.path(of: object)), Int(parts[2]) == artifactState.size else {
      return nil
    }
    return holds(object, artifactState) ? address : nil
  }
}

extension ArtifactStore {
  fileprivate var statesPath: FilePath { root.appending("states") }

  /// Where the record of an action is kept.
  public func path(ofRecord key: ContentDigest) -> FilePath { path("actions", key.description, "json") }

  /// Notes that an object was found whole in this state.
  func note(_ object: ObjectRecord, _ state: FileState) {
    append([FileStates.line(object, state)])
  }

  /// Notes what records say that were read, so that the next run need not read them.
  public func note(_ records: some Sequence<ActionRecord>) {
    append(records.compactMap(line(of:)))
  }

  /// A note of what a record says; none of one with further files, which is read to publish them.
  private func line(of record: ActionRecord) -> String? {
    guard record.objects.count == 1, let key = ContentDigest(record.key) else { return nil }
    return FileState(of: path(ofRecord: key)).map { FileStates.line(record, $0) }
  }

  /// What is to be noted of a result that this process has just stored, once it is durable: the states of its objects
  /// and of its record.
  public func notes(of record: ActionRecord) -> [String] {
    let states = record.objects.compactMap { object in
      FileState(of: path(of: object)).map { FileStates.line(object, $0) }
    }
    return states + [line(of: record)].compactMap { $0 }
  }

  /// Notes the states of results that are durable.
  public func note(_ notes: [String]) {
    append(notes)
  }

  /// Makes all that was stored durable, and notes it. The order matters: what a power cut takes from an object of which
  /// no state is noted is found, as the object is hashed before it is used.
  public func commit(_ notes: [String]) throws(StoreError) {
    try FileSystem.synchronizeAll(root)
    append(notes)
  }

  private func append(_ lines: [String]) {
    // A note that cannot be written only costs time in the next run, so its errors are not reported. A FIFO without
    // a reader is not waited for.
    guard !lines.isEmpty,
      let file = try? FileDescriptor.open(
        statesPath,
        .writeOnly,
        options: [.create, .append, .nonBlocking, .noFollow, .closeOnExec],
        permissions: .newFile
      )
    else { return }
    // Each on a line of its own, also after one that was cut.
    let text = "\n" + lines.joined(separator: "\n") + "\n"
    _ = try? file.closeAfter { try file.writeAll(text.utf8) }
  }

  /// Writes the notes anew, at once: whoever reads them sees the old ones or the new. A note that another process makes
  /// meanwhile may be lost, which costs a hash.
  fileprivate func replaceStates(by lines: [String]) {
    // In a store that may only be read the outdated lines stay.
    try? writeAtomically(Array((lines.joined(separator: "\n") + "\n").utf8), to: statesPath, isDurable: false)
  }
}
