import Artifacts
import Configuration
import Glibc
import Planning
import Store
import SystemPackage
import TestSupport
import Testing

/// Garbage collection on real files: what it reads, what it refuses to touch, and what it moves where.
@Suite struct GarbageLookTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  private func action(_ value: Int) -> Action {
    Action(name: "s", kind: "k", parameters: ["value": .integer(value)], inputs: [:], fingerprint: "c", location: nil)
  }

  /// Records a result of an action.
  @discardableResult
  private func record(_ value: Int, hoursAgo hours: Int = 3) throws -> ActionRecord {
    let scratch = try store.makeScratch("test")
    defer { FileSystem.removeFolder(scratch) }
    let action = action(value)
    var record = ActionRecord()
    record.key = action.key([:]).description
    record.kind = action.kind
    record.parameters = action.parameters
    record.code = action.fingerprint
    record.artifact = try store.store(Artifact(attributes: ["v": .string("\(value)")]), scratch: scratch)
    record.provenance = ["pipeline": "p", "stage": .string("s[value=\(value)]")]
    try store.write(record)
    age(store.path(of: record.artifact), hours: hours)
    age(path(of: record), hours: hours)
    return record
  }

  private func path(of record: ActionRecord) -> FilePath {
    store.root.appending("actions").appending(String(record.key.prefix(2))).appending("\(record.key).json")
  }

  private func age(_ path: FilePath, hours: Int) {
    let written = timeval(tv_sec: time(nil) - hours * 3600, tv_usec: 0)
    utimes(path.string, [written, written])
  }

  /// A look at the store with pipelines of these values.
  private func look(_ values: [Int], after earlier: GarbageLook? = nil) throws -> GarbageLook {
    try GarbageLook(at: store, .init(), after: earlier) {
      var pipelines = GarbageLook.Pipelines()
      pipelines.roots.pipelines = values.map { [action($0)] }
      return pipelines
    }
  }

  private func sweep(_ look: GarbageLook) throws -> Int {
    let gate = try store.closeGate()
    defer { gate.release() }
    return try look.sweep(store, under: gate).count
  }

  private var files: [String] {
    folder.files(below: "artifacts/objects") + folder.files(below: "artifacts/actions")
  }

  @Test func `What nothing keeps is moved to the trash, and can be put back`() throws {
    try record(1)
    try record(2)
    let before = files
    #expect(try sweep(try look([1])) == 2)
    #expect(files.count == 2)
    #expect(try look([1]).count == 0)
    let bin = try #require(try Trash(of: store, now: store.fileSystemTime()).bins.first)
    #expect(bin.count == 2)
    #expect(try Trash.restore(bin, to: store) == 2)
    #expect(files == before)
    #expect(folder.files(below: "artifacts/trash") == [])
    // What was put back is young.
    #expect(try look([1]).count == 0)
  }

  @Test func `The trash is emptied for good, and links in it are not followed`() throws {
    try record(2)
    try folder.write("years of work", to: "thesis/thesis.tex")
    _ = try sweep(try look([]))
    let bin = try #require(try Trash(of: store, now: store.fileSystemTime()).bins.first)
    symlink(folder.path.appending("thesis").string, bin.path.appending("objects").appending("zz").string)
    try Trash.empty([bin], of: store)
    #expect(folder.files(below: "artifacts/trash") == [])
    #expect(folder.files(below: "thesis") == ["thesis/thesis.tex"])
  }

  @Test(arguments: ["damage", "another key", "folder", "pipe", "link", "shard", "actions"])
  func `One record that cannot be read stops garbage collection`(fault: String) throws {
    let live = try record(1)
    let other = try record(2)
    let path = path(of: live)
    let shard = path.removingLastComponent()
    switch fault {
    case "damage": try folder.write("{", to: String(path.string.dropFirst(folder.path.string.utf8.count + 1)))
    case "another key":
      try folder.write(
        try readBytes(self.path(of: other)),
        to: String(path.string.dropFirst(folder.path.string.utf8.count + 1))
      )
    case "folder", "pipe", "link":
      rename(path.string, folder.path.appending("aside").string)
      if fault == "folder" { mkdir(path.string, 0o755) }
      if fault == "pipe" { mkfifo(path.string, 0o644) }
      if fault == "link" { symlink(folder.path.appending("aside").string, path.string) }
    default:
      let place = fault == "shard" ? shard : store.root.appending("actions")
      rename(place.string, folder.path.appending("aside").string)
      symlink(folder.path.appending("aside").string, place.string)
    }
    let before = folder.files()
    #expect(throws: StoreError.self) { try look([1]) }
    #expect(folder.files() == before)
  }

  @Test func `Only names that this program gives are touched, and links are left alone`() throws {
    let live = try record(1)
    let shard = "artifacts/objects/\(live.artifact.address.prefix(2))"
    let digest = String(repeating: "0", count: 64)
    let foreign = [
      "\(shard)/notes.txt", "\(shard)/\(digest).h5", "artifacts/objects/readme", "artifacts/objects/0/\(digest).h5",
      "artifacts/objects/zz/\(digest).h5", "artifacts/objects/00/\(digest)", "artifacts/objects/00/\(digest).h5.bak",
      "artifacts/actions/00/notes",
    ]
    for file in foreign {
      try folder.write("years of work", to: file)
      age(folder.path.appending(file), hours: 3)
    }
    try folder.write("years of work", to: "thesis/00/\(digest).h5")
    symlink(folder.path.appending("thesis/00").string, store.root.appending("objects/01").string)
    let target = folder.path.appending("thesis/00/\(digest).h5")
    age(target, hours: 3)
    symlink(target.string, store.root.appending("objects/00/\(digest).h5").string)
    let before = folder.files()
    let look = try look([1])
    #expect(look.count == 0)
    #expect(look.scan.foreign.count == 10)
    #expect(folder.files() == before)
  }

  @Test func `A record or an object that is made anew between look and move stays`() throws {
    let garbage = try record(2)
    let object = store.path(of: garbage.artifact)
    let first = try look([])
    #expect(first.count == 2)
    // Another run makes both once more.
    try record(2)
    #expect(try sweep(first) == 0)
    #expect(FileSystem.exists(object) && FileSystem.exists(path(of: garbage)))
    // A file that is only touched is young.
    let second = try look([])
    age(object, hours: 2)
    age(path(of: garbage), hours: 2)
    #expect(try sweep(second) == 0)
  }

  @Test func `What the second look does not find does not go`() throws {
    try record(2)
    let first = try look([])
    let second = try look([2], after: first).confirming(first)
    #expect(first.count == 2)
    #expect(second.count == 0)
    // Nor does what only the second finds: the user has not seen it.
    try record(3)
    let third = try look([], after: first).confirming(first)
    #expect(third.count == 2)
  }

  @Test func `A leased record stays`() throws {
    let garbage = try record(2)
    let first = try look([])
    let key = try #require(ContentDigest(garbage.key))
    guard case .granted(let lease) = try store.lease(for: key) else {
      Issue.record("the lease is not granted")
      return
    }
    #expect(try look([]).count == 0)
    // Also if it was leased only after the look. The object belongs to no record that stays then, as far as is known.
    _ = try sweep(first)
    #expect(FileSystem.exists(path(of: garbage)))
    lease.release()
  }

  @Test func `A run in progress keeps whatever has the shape of its actions, and unrecorded objects`() throws {
    try record(2)
    let stray = "artifacts/objects/00/\(String(repeating: "0", count: 64)).h5"
    try folder.write("stray", to: stray)
    age(folder.path.appending(stray), hours: 3)
    let sign = try store.makeLeaseSign(for: [action(2), action(7)])
    let during = try look([])
    #expect(during.count == 0)
    #expect(during.runsInProgress == 1)
    #expect(during.garbage.youngObjects == 1)
    sign.remove()
    #expect(try look([]).count == 3)
  }

  @Test func `The run of a dead process keeps nothing, and that of a silent machine does for a day`() throws {
    try record(2)
    let me = ProcessIdentity.current
    let sign = try store.makeLeaseSign(for: [action(2)])
    let name = try #require(
      try FileSystem.contents(of: store.root.appending("scratch")).first { $0.hasPrefix("work-leases") }
    )
    let scratch = store.root.appending("scratch")
    func replace(_ holder: ProcessIdentity) -> FilePath {
      let path = scratch.appending("work-leases.0123456789abcdef-\(holder)")
      rename(scratch.appending(name).string, path.string)
      return path
    }
    let dead = replace(ProcessIdentity(machine: me.machine, number: me.number, start: me.start + 1))
    #expect(try look([]).count == 2)
    rename(dead.string, scratch.appending(name).string)
    let foreign = replace(ProcessIdentity(machine: "another.0123456789abcdef", number: me.number, start: me.start + 1))
    #expect(try look([]).count == 0)
    age(foreign, hours: 25)
    #expect(try look([]).count == 2)
    sign.remove()
  }

  @Test func `A run of a version that does not say what it needs stops garbage collection`() throws {
    try record(2)
    let name = "work-leases.0123456789abcdef-\(ProcessIdentity.current)"
    try folder.write("\(ProcessIdentity.current) 0123456789abcdef\n", to: "artifacts/scratch/\(name)")
    #expect(throws: StoreError.self) { try look([]) }
  }

  @Test func `Ages are those of the file system's clock`() throws {
    let now = try store.fileSystemTime()
    try folder.write("x", to: "artifacts/scratch/x")
    let file = try folder.path.appending("artifacts/scratch/x").stat()
    #expect((Double(file.st_mtim.tv_sec) - now).magnitude < 60)
    // Whatever the clock of this machine says, a file that is dated later than now is young.
    let record = try record(2, hoursAgo: -5)
    #expect(try look([]).count == 0)
    age(path(of: record), hours: 2)
    // Its object still is.
    #expect(try look([]).count == 1)
  }

  @Test func `A registered pipeline file is found again, also when the project has moved`() throws {
    let file = try folder.write("pipeline: p\n", to: "pipelines/p.yaml")
    for _ in 0..<2 { try ProjectRegistry.register(file, pipeline: "p", in: store.root) }
    try ProjectRegistry.register("/elsewhere/q.yaml", pipeline: "q", in: store.root)
    #expect(folder.files(below: "artifacts/projects").count == 2)
    let entries = try ProjectRegistry(of: store).entries
    #expect(entries.map(\.pipeline) == ["q", "p"])
    #expect(entries.last?.file == ProjectRegistry.path(of: file))
    try ProjectRegistry.forget("/elsewhere/q.yaml", pipeline: "q", in: store.root)
    #expect(try ProjectRegistry(of: store).forgottenPipelines == ["q"])
    let moved = try TemporaryFolder()
    rename(store.root.string, moved.path.appending("artifacts").string)
    let there = try ProjectRegistry(of: try ArtifactStore(at: moved.path.appending("artifacts")))
    #expect(there.entries.last?.file == ProjectRegistry.path(of: moved.path.appending("pipelines/p.yaml")))
    try moved.write("{", to: "artifacts/projects/0123456789abcdef.json")
    #expect(throws: StoreError.self) {
      try ProjectRegistry(of: try ArtifactStore(at: moved.path.appending("artifacts")))
    }
  }

  @Test func `A run waits while garbage collection moves files`() async throws {
    let gate = try store.closeGate()
    let waiting = Task { await store.waitAtGate() }
    try await Task.sleep(for: .milliseconds(100))
    #expect(throws: StoreError.self) { try store.closeGate() }
    gate.release()
    await waiting.value
    try store.closeGate().release()
    #expect(folder.files(below: "artifacts/leases") == [])
  }
}
