import Artifacts
import Configuration
import Glibc
import Planning
import Store
import SystemPackage
import TestSupport
import Testing

@Suite struct ArtifactStoreTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let key = ContentDigest(of: "an action")

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("deep/artifacts"))
  }

  private func keep(_ text: String) throws -> ObjectRecord {
    let scratch = try store.makeScratch("test")
    defer { FileSystem.removeFolder(scratch) }
    return try store.store(Artifact(attributes: ["text": .string(text)]), scratch: scratch)
  }

  private func record(_ object: ObjectRecord) -> ActionRecord {
    var record = ActionRecord()
    record.key = key.description
    record.kind = "sum"
    record.parameters = ["x": .number(0.1), "text": "a\u{2028}b\u{85}\u{7f}"]
    let axis = SweepAxis("i", [.init("i", [.number(1), .number(2)], unit: "s")])
    let address = ContentDigest(of: "input")
    record.inputs = ["a": .one(address), "b": .stack(axes: [axis], members: [address, nil])]
    record.code = "c"
    record.artifact = object
    record.files = ["fig.pdf": object]
    record.provenance = ["host": "h", "seconds": .number(1.5)]
    return record
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)".replacing(folder.path.string, with: "FOLDER")
    }
  }

  @Test func `An artifact is kept under its address, read-only, and read back`() throws {
    let object = try keep("x")
    #expect(object.address == Artifact(attributes: ["text": .string("x")]).address.description)
    #expect(object.suffix == "h5")
    let path = store.path(of: object)
    #expect(path.string.hasSuffix("artifacts/objects/\(object.address.prefix(2))/\(object.address).h5"))
    #expect(try path.stat().permissions == [.ownerRead, .groupRead, .otherRead])
    #expect(object.bytes == (try readBytes(path)).count)
    let address = try #require(ContentDigest(object.address))
    #expect(try store.artifact(at: address).attributes["text"]?.text == "x")
    let others = folder.files().filter { !$0.hasSuffix("/states") }
    #expect(others.count == 1, "nothing else is left: \(others)")
  }

  @Test func `Keeping the same artifact again changes nothing`() throws {
    let first = try keep("x")
    #expect(try keep("x") == first)
    #expect(folder.files(below: "deep/artifacts/objects").count == 1)
  }

  @Test func `A file is kept under the digest of its bytes`() throws {
    for (name, suffix) in [("fig.pdf", "pdf"), ("noextension", "bin"), ("a.toolongsuffix", "bin"), ("b.p+f", "bin")] {
      let path = try folder.write("bytes of \(name)", to: name)
      let object = try store.store(file: path)
      #expect(object.address == ContentDigest(of: "bytes of \(name)").description)
      #expect(object.address == object.file)
      #expect(object.suffix == suffix)
      #expect(!FileSystem.exists(path))
      #expect(try readBytes(store.path(of: object)) == Array("bytes of \(name)".utf8))
    }
  }

  @Test func `An object that is damaged is moved aside, and its loss is a reason to run`() throws {
    for damage in ["another artifact", "no HDF5", "cut short"] {
      let object = try keep("x")
      let path = store.path(of: object)
      let bytes = try readBytes(path)
      FileSystem.remove(path)
      switch damage {
      case "another artifact": try Artifact(attributes: ["text": .string("y")]).write(toFile: path.string)
      case "no HDF5": try FileSystem.writeAtomically([UInt8](repeating: 7, count: bytes.count), to: path)
      default: try FileSystem.writeAtomically(Array(bytes.dropLast(40)), to: path)
      }
      let address = try #require(ContentDigest(object.address))
      let error = #expect(throws: StoreError.self) { try store.artifact(at: address) }
      let text = error?.description ?? ""
      #expect(text.contains("\(path) is damaged ("))
      #expect(text.hasSuffix("and running again makes it anew"))
      #expect(!FileSystem.exists(path))
      #expect(store.reasonToRun(record(object)) == .objectMissing(address: object.address))
    }
  }

  @Test func `A missing object is reported as such`() {
    let text = message { _ = try store.artifact(at: key) }
    let file = "FOLDER/deep/artifacts/objects/\(key.description.prefix(2))/\(key).h5"
    #expect(text == "cannot read \(file): No such file or directory")
  }

  @Test func `A record is read back as it was written`() throws {
    let record = record(try keep("x"))
    #expect(try store.record(for: key) == nil)
    try store.write(record)
    #expect(try store.record(for: key) == record)
    #expect(try store.record(for: ContentDigest(of: "another")) == nil)
  }

  @Test func `A record is a reason to run when an object has another size or is gone`() throws {
    let object = try keep("x")
    var record = record(object)
    record.files = [:]
    #expect(store.reasonToRun(record) == nil)
    record.artifact.bytes += 1
    #expect(store.reasonToRun(record) == .objectDamaged(address: object.address))
    record.artifact.bytes -= 1
    record.files["fig.pdf"] = object
    record.files["fig.pdf"]?.suffix = "pdf"
    #expect(store.reasonToRun(record) == .objectMissing(address: object.address))
  }

  @Test func `No cut or changed record is taken for a whole one, and none stops the program`() throws {
    let record = record(try keep("x"))
    try store.write(record)
    let name = "deep/artifacts/actions/\(key.description.prefix(2))/\(key).json"
    let bytes = try readBytes(folder.path.appending(name))
    for count in bytes.indices.dropLast() {
      try folder.write(Array(bytes[..<count]), to: name)
      #expect(throws: StoreError.self) { try store.record(for: key) }
    }
    var random = SplitMix64(seed: 1)
    for _ in 0..<2_000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try folder.write(changed, to: name)
      guard let read = try? store.record(for: key) else { continue }
      // Whatever is still a record leads nowhere outside the store.
      for object in [read.artifact] + read.files.values {
        #expect(ContentDigest(object.address) != nil)
        #expect(!object.suffix.contains("/"))
      }
      #expect(read.files.keys.allSatisfy { !$0.contains("/") })
    }
  }

  @Test(arguments: ["../../evil.pdf", "/etc/passwd", "..", "", ".hidden", "a\nb", "a/b"])
  func `A record whose file names lead elsewhere is neither written nor read`(name: String) throws {
    var record = record(try keep("x"))
    record.files = [name: record.artifact]
    #expect(message { try store.write(record) }.hasPrefix("a record that cannot be kept: "))
    try folder.write(
      record.json.canonicalText,
      to: "deep/artifacts/actions/\(key.description.prefix(2))/\(key).json"
    )
    #expect(throws: StoreError.self) { try store.record(for: key) }
  }

  @Test(arguments: ["../x", "a/b", "", "toolong12", "p f"])
  func `A record whose suffix is no word is not kept`(suffix: String) throws {
    var record = record(try keep("x"))
    record.artifact.suffix = suffix
    #expect(message { try store.write(record) } != "no error")
  }

  @Test func `A record whose address or key is no digest is not kept`() throws {
    var record = record(try keep("x"))
    record.artifact.address = "../../../etc/passwd"
    #expect(message { try store.write(record) } != "no error")
    record = self.record(try keep("x"))
    record.key = "../x"
    #expect(message { try store.write(record) } != "no error")
  }

  @Test func `What processes that are no more left in scratch is removed, and nothing else`() async throws {
    let own = try store.makeScratch("test")
    let me = ProcessIdentity.current
    // A process that has ended and was waited for.
    let ended = try #require(Int(try await Program(at: "/bin/sh").run(["-c", "echo $$"]).output.dropLast()))
    let gone = [
      ProcessIdentity(machine: me.machine, number: ended, start: me.start),
      // The number came again: this is another process than the one that left the folder.
      ProcessIdentity(machine: me.machine, number: me.number, start: me.start + 1),
    ]
    let elsewhere = ProcessIdentity(machine: "another.machine-1.0123abcd", number: ended, start: 5)
    let scratch = "deep/artifacts/scratch"
    let kept = ["work-abc.0-\(elsewhere)", "damaged-abc-1.h5", "work-abc", "work-x.0-y.1.\(me.machine)"]
    for name in gone.map({ "work-abc.0-\($0)" }) + kept {
      try folder.write("x", to: "\(scratch)/\(name)/file")
      try folder.write("x", to: "\(scratch)/\(name)/below/file")
    }
    try folder.write("half a file", to: "\(scratch)/work-file.1-\(gone[0])")
    store.removeAbandonedScratch()
    let left = try FileSystem.contents(of: folder.path.appending(scratch))
    #expect(Set(left) == Set(kept + [own.lastComponent?.string ?? ""]))
  }

  @Test func `A file is first written under a name in scratch that nobody else has`() throws {
    let path = folder.path.appending("a")
    // Whatever an older process left, even under this process's number, is in nobody's way.
    try folder.write("x", to: "a.\(getpid()).tmp")
    try store.writeAtomically(Array("first".utf8), to: path)
    try store.writeAtomically(Array("second".utf8), to: path)
    #expect(try readBytes(path) == Array("second".utf8))
    let names = (0..<1_000).map { _ in FileSystem.randomName }
    #expect(Set(names).count == 1_000)
    #expect(names.allSatisfy { $0.utf8.count == 16 })
    let taken = try folder.write("another's", to: "taken")
    #expect(throws: StoreError.self) { try FileSystem.writeAtomically([1], to: path, temporary: taken) }
    #expect(try readBytes(path) == Array("second".utf8))
    #expect(try readBytes(taken) == Array("another's".utf8))
  }
}

@Suite struct FileSystemTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func `A file is written whole, over what was there`() throws {
    let path = folder.path.appending("a")
    try FileSystem.writeAtomically(Array("first".utf8), to: path)
    try FileSystem.writeAtomically(Array("second".utf8), to: path)
    #expect(try readBytes(path) == Array("second".utf8))
    #expect(folder.files() == ["a"])
  }

  @Test func `A write that fails leaves what was there, and nothing beside it`() throws {
    // A folder with something in it cannot be replaced by a file.
    try FileSystem.createFolder(folder.path.appending("a"))
    try folder.write("x", to: "a/file")
    let path = folder.path.appending("a")
    let error = #expect(throws: StoreError.self) { try FileSystem.writeAtomically([1], to: path) }
    #expect(error?.description.hasPrefix("cannot rename ") == true)
    #expect(folder.files() == ["a/file"])
    let nowhere = folder.path.appending("no/file")
    #expect(throws: StoreError.self) { try FileSystem.writeAtomically([1], to: nowhere) }
  }

  @Test func `Readers see the old file or the new one, and never a part`() async throws {
    let path = folder.path.appending("a")
    let old = [UInt8](repeating: 1, count: 300_000)
    let new = [UInt8](repeating: 2, count: 500_000)
    try FileSystem.writeAtomically(old, to: path)
    try await withThrowingTaskGroup { group in
      group.addTask {
        for round in 0..<50 { try FileSystem.writeAtomically(round % 2 == 0 ? new : old, to: path) }
      }
      group.addTask {
        for _ in 0..<200 {
          let bytes = try FileSystem.read(path)
          #expect(bytes == old || bytes == new)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `A limit on reading leaves one byte more than it, to tell that there is more`() throws {
    let path = try folder.write([UInt8](repeating: 1, count: 200_000), to: "a")
    #expect(try FileSystem.read(path, limit: 100).count > 100)
    #expect(try FileSystem.read(path).count == 200_000)
  }

  @Test func `Removing a folder does not follow links`() throws {
    try folder.write("x", to: "kept/file")
    try FileSystem.createFolder(folder.path.appending("gone/below"))
    try folder.write("x", to: "gone/below/file")
    try #require(symlink(folder.path.appending("kept").string, folder.path.appending("gone/link").string) == 0)
    FileSystem.removeFolder(folder.path.appending("gone"))
    #expect(folder.files() == ["kept/file"])
    #expect(!FileSystem.exists(folder.path.appending("gone")))
  }
}
