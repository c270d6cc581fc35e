import Artifacts
import Glibc
import Planning
import Store
import SystemPackage
import TestSupport
import Testing

/// How a changed object is found.
@Suite struct ObjectCheckTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let record: ActionRecord

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path)
    var record = ActionRecord()
    let scratch = try store.makeScratch("test")
    record.artifact = try store.store(Artifact(attributes: ["text": .string("x")]), scratch: scratch)
    record.files["fig.pdf"] = try store.store(file: try folder.write("a picture", to: "fig.pdf"))
    self.record = record
    store.note(store.notes(of: record))
  }

  private var objects: [ObjectRecord] { [record.artifact] + record.files.values }

  /// What a run finds: nil if all is whole.
  private func find(_ states: FileStates) -> (hashed: Int, reason: RunReason?) {
    switch store.look(at: record, states) {
    case .whole: return (0, nil)
    case .lost(let reason): return (0, reason)
    case .unsure(let objects):
      for object in objects {
        if let reason = store.check(object) { return (objects.count, reason) }
      }
      return (objects.count, nil)
    }
  }

  private func expect(_ found: (hashed: Int, reason: RunReason?), hashed: Int, _ reason: RunReason? = nil) {
    #expect(found.hashed == hashed)
    #expect(found.reason == reason)
  }

  @Test func `An object is hashed once, and again only when its file has changed`() throws {
    // Whoever stores an object has just hashed it.
    expect(find(FileStates(of: store)), hashed: 0)
    expect(find(FileStates()), hashed: 2)
    FileSystem.remove(folder.path.appending("states"))
    expect(find(FileStates(of: store)), hashed: 2)
    expect(find(FileStates(of: store)), hashed: 0)
  }

  @Test func `A result that is not durable yet is hashed, as a power cut may have taken its bytes`() throws {
    FileSystem.remove(folder.path.appending("states"))
    let scratch = try store.makeScratch("test")
    var artifact = Artifact()
    try artifact.add(Variable(.float64([1, 2, 3]), over: [(name: "x", length: 3)]), as: "x")
    var record = ActionRecord()
    record.key = ContentDigest(of: "brief").description
    record.artifact = try store.store(artifact, scratch: scratch, isDurable: false)
    try store.write(record, isDurable: false)
    let notes = store.notes(of: record)
    guard case .unsure = store.look(at: record, FileStates(of: store)) else {
      Issue.record("nothing is known of its state")
      return
    }
    // What a power cut leaves of it: the name and the size, and no bytes.
    let path = store.path(of: record.artifact)
    let bytes = try readBytes(path)
    try FileSystem.writeAtomically([UInt8](repeating: 0, count: bytes.count), to: path)
    guard case .unsure(let objects) = store.look(at: record, FileStates(of: store)) else {
      Issue.record("nothing is known of its state")
      return
    }
    #expect(objects.compactMap { store.check($0) } == [.objectDamaged(address: record.artifact.address)])
    // Once it is durable its state is known.
    record.artifact = try store.store(artifact, scratch: scratch, isDurable: false)
    try store.write(record, isDurable: false)
    #expect(notes != store.notes(of: record))
    try store.commit(store.notes(of: record))
    #expect(FileStates(of: store).wholeResult(of: ContentDigest(of: "brief"), in: store) == artifact.address)
  }

  @Test func `A copy of an object with the same size and time is hashed`() throws {
    let path = store.path(of: record.artifact)
    let bytes = try readBytes(path)
    let before = try #require(FileState(of: path))
    let copy = try folder.write(bytes, to: "copy")
    try FileSystem.move(copy, to: path)
    setTime(path, before.modified)
    expect(find(FileStates(of: store)), hashed: 1)
    expect(find(FileStates(of: store)), hashed: 0)
  }

  private func setTime(_ path: FilePath, _ nanoseconds: Int) {
    var times = timespec()
    times.tv_sec = nanoseconds / 1_000_000_000
    times.tv_nsec = nanoseconds % 1_000_000_000
    utimensat(AT_FDCWD, path.string, [times, times], 0)
  }

  @Test func `A byte that was changed with size and time kept is found, and the object moved aside`() throws {
    for object in objects {
      let path = store.path(of: object)
      let before = try #require(FileState(of: path))
      var bytes = try readBytes(path)
      bytes[bytes.count / 2] ^= 1
      // In place, as somebody would who wants to hide it.
      chmod(path.string, 0o644)
      let file = try FileDescriptor.open(path, .writeOnly)
      _ = try file.closeAfter { try file.writeAll(bytes) }
      chmod(path.string, 0o444)
      setTime(path, before.modified)
      #expect(FileState(of: path)?.size == before.size)
      #expect(FileState(of: path)?.modified == before.modified)
      #expect(FileState(of: path)?.inode == before.inode)
      expect(find(FileStates(of: store)), hashed: 1, .objectDamaged(address: object.address))
      #expect(!FileSystem.exists(path))
      let aside = folder.files(below: "scratch").filter { $0.contains("/damaged-\(object.address.prefix(12))-") }
      #expect(aside.count == 1)
      FileSystem.remove(path)
      bytes[bytes.count / 2] ^= 1
      try FileSystem.writeAtomically(bytes, to: path)
      expect(find(FileStates(of: store)), hashed: 1)
    }
  }

  @Test func `Cut and foreign lines among the states cost time and nothing else`() throws {
    let path = folder.path.appending("states")
    let bytes = try readBytes(path)
    for count in stride(from: 0, to: bytes.count, by: 7) {
      try folder.write([0xff, 0x0a] + Array(bytes[..<count]), to: "states")
      #expect(find(FileStates(of: store)).reason == nil)
      expect(find(FileStates(of: store)), hashed: 0)
    }
  }

  @Test func `A record that was read need not be read again until it or its artifact changes`() throws {
    var record = record
    let key = ContentDigest(of: "key")
    record.key = key.description
    let address = ContentDigest(record.artifact.address)
    func noted() -> ContentDigest? { FileStates(of: store).wholeResult(of: key, in: store) }
    // One with files for people is always read: they are to be published.
    try store.write(record)
    store.note([record])
    #expect(noted() == nil)
    record.files = [:]
    try store.write(record)
    #expect(noted() == nil)
    store.note([record])
    #expect(noted() == address)
    #expect(FileStates().wholeResult(of: key, in: store) == nil)
    // The last of several notes counts.
    try store.write(record)
    #expect(noted() == nil)
    store.note([record])
    #expect(noted() == address)
    let path = store.path(of: record.artifact)
    try FileSystem.writeAtomically(try readBytes(path), to: path)
    #expect(noted() == nil)
    FileSystem.remove(path)
    #expect(noted() == nil)
  }

  @Test func `States of old are dropped once they are the most, and what is current stays known`() throws {
    let path = folder.path.appending("states")
    let current = try readBytes(path)
    // The same objects in other states, as after many runs on many machines.
    let lines = String(decoding: current, as: UTF8.self).split(separator: "\n")
    let outdated = (0..<10_000).flatMap { number in lines.map { "\($0)\(number)" } }.joined(separator: "\n")
    try folder.write(Array((outdated + "\n").utf8) + current, to: "states")
    expect(find(FileStates(of: store)), hashed: 0)
    #expect(try readBytes(path).count <= current.count + 1)
    expect(find(FileStates(of: store)), hashed: 0)
  }

  @Test func `A FIFO in the place of the states is not waited for`() throws {
    let path = folder.path.appending("states")
    FileSystem.remove(path)
    try #require(mkfifo(path.string, 0o600) == 0)
    #expect(find(FileStates(of: store)).reason == nil)
    #expect(find(FileStates(of: store)).reason == nil)
  }

  @Test func `States are read in a time that grows as their number`() throws {
    let lines = try readBytes(folder.path.appending("states")).split(separator: UInt8(ascii: "\n"))
    var line = Array(try #require(lines.first)) + [10]
    func check(_ count: Int) throws {
      var bytes: [UInt8] = []
      for number in 0..<count {
        for (place, digit) in String(number + 100_000).utf8.enumerated() { line[place] = digit }
        bytes += line
      }
      // Whoever found the objects whole has noted that.
      try folder.write(bytes, to: "states")
      expect(find(FileStates(of: store)), hashed: 2)
    }
    // Ten times as many take ten times as long; they take a hundred times as long if each is compared with all others.
    #expect(try leastGrowth(from: { try check(10_000) }, to: { try check(100_000) }) < 40)
  }
}
