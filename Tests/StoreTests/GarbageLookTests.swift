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
  ///
  /// - Parameter input: the record of the action that made its input.
  @discardableResult
  private func record(_ value: Int, hoursAgo hours: Int = 3, from input: ActionRecord? = nil, log: String? = nil) throws
    -> ActionRecord
  {
    let scratch = try store.makeScratch("test")
    defer { FileSystem.removeFolder(scratch) }
    let action = action(value)
    var record = ActionRecord()
    if let input { record.inputs = ["i": .one(try #require(ContentDigest(input.artifact.address)))] }
    record.key = action.key(record.inputs).description
    record.kind = action.kind
    record.parameters = action.parameters
    if let log {
      let digest = ContentDigest(of: log).description
      let path = "artifacts/logs/\(record.key.prefix(2))/\(record.key).\(digest.prefix(16)).log"
      try folder.write(log, to: path)
      age(folder.path.appending(path), hours: hours)
      record.statement = """
        {"predicate":{"runDetails":{"byproducts":[{"digest":{"sha256":"\(digest)"},"name":"log"}]}}}
        """
    }
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

  @Test(arguments: 0..<4)
  func `A collection that is stopped leaves no record that names what is gone, and so does putting it back`(
    place: Int
  ) throws {
    // Each is computed from the one before.
    var chain: [ActionRecord] = []
    for value in 0..<4 { chain.append(try record(value, from: chain.last)) }
    func expectConsistency() throws {
      let left = chain.filter { FileSystem.exists(path(of: $0)) }
      let makers = Set(left.map(\.artifact.address))
      for record in left {
        #expect(record.inputs.values.flatMap(\.references).allSatisfy { makers.contains($0.description) })
        #expect(FileSystem.exists(store.path(of: record.artifact)))
      }
    }
    func hide(_ folder: FilePath) -> FilePath {
      rename(folder.string, self.folder.path.appending("aside").string)
      symlink(self.folder.path.appending("aside").string, folder.string)
      return folder
    }
    func bringBack(_ folder: FilePath) {
      unlink(folder.string)
      rename(self.folder.path.appending("aside").string, folder.string)
    }
    let look = try look([])
    #expect(look.count == 8)
    // What is to be moved next cannot be reached.
    let shard = hide(path(of: chain[place]).removingLastComponent())
    #expect(throws: StoreError.self) { try sweep(look) }
    bringBack(shard)
    try expectConsistency()
    #expect(chain.filter { FileSystem.exists(path(of: $0)) }.count == place + 1)
    guard place < 3 else { return }
    // The same on the way back: what the others were computed from comes first.
    let bin = try #require(try Trash(of: store, now: store.fileSystemTime()).bins.first)
    let next = min(place + 2, 3)
    let target = hide(path(of: chain[next]).removingLastComponent())
    #expect(throws: StoreError.self) { try Trash.restore(bin, to: store) }
    bringBack(target)
    try expectConsistency()
    #expect(chain.filter { FileSystem.exists(path(of: $0)) }.count == next)
    #expect(try Trash.restore(bin, to: store) > 0)
    #expect(chain.allSatisfy { FileSystem.exists(path(of: $0)) })
  }

  @Test func `What is in use keeps what it was computed from`() throws {
    let first = try record(1)
    let second = try record(2, from: first)
    try record(3, from: second)
    let look = try look([])
    #expect(look.count == 6)
    guard case .granted(let lease) = try store.lease(for: try #require(ContentDigest(second.key))) else {
      Issue.record("the lease is not granted")
      return
    }
    defer { lease.release() }
    #expect(try sweep(look) == 2)
    for record in [first, second] {
      #expect(FileSystem.exists(path(of: record)) && FileSystem.exists(store.path(of: record.artifact)))
    }
  }

  @Test func `A record that only the second look finds keeps what it names`() throws {
    let first = try record(1)
    var request = GarbageLook.Request()
    request.leastAge = 0
    let early = try GarbageLook(at: store, request) { GarbageLook.Pipelines() }
    let second = try record(2, from: first)
    let late = try GarbageLook(at: store, request, after: early) { GarbageLook.Pipelines() }
    #expect(early.count == 2 && late.count == 4)
    #expect(try sweep(late.confirming(early)) == 0)
    #expect(FileSystem.exists(path(of: first)) && FileSystem.exists(path(of: second)))
  }

  @Test func `Logs go that no record names, with the links to them, and those of failures of a month ago`() throws {
    let named = try record(1, log: "named")
    let gone = try record(2, log: "gone")
    func log(of key: String, _ text: String) throws -> String {
      let path = "artifacts/logs/\(key.prefix(2))/\(key).\(ContentDigest(of: text).description.prefix(16)).log"
      try folder.write(text, to: path)
      age(folder.path.appending(path), hours: 3)
      return path
    }
    let older = try log(of: named.key, "of an older result")
    let stray = try log(of: String(repeating: "0", count: 64), "of no record")
    let young = try log(of: String(repeating: "1", count: 64), "about to be recorded")
    age(folder.path.appending(young), hours: 0)
    for (name, days) in [("old-0123456789ab.log", 31), ("new-0123456789ab.log", 29)] {
      try folder.write("failed", to: "artifacts/logs/p/failed/\(name)")
      age(folder.path.appending("artifacts/logs/p/failed/\(name)"), hours: days * 24)
    }
    try folder.write("notes", to: "artifacts/logs/p/failed/notes.log")
    age(folder.path.appending("artifacts/logs/p/failed/notes.log"), hours: 1000)
    func link(_ name: String, to target: String) {
      symlink(target, folder.path.appending("artifacts/logs/p/\(name)").string)
    }
    let logs = folder.files(below: "artifacts/logs")
    func target(_ part: String) -> String {
      "../" + (logs.first { $0.contains(part) }?.split(separator: "/").suffix(2).joined(separator: "/") ?? "")
    }
    link("s.log", to: target("/\(named.key).\(ContentDigest(of: "named").description.prefix(16))"))
    link("t.log", to: target("/\(gone.key)"))
    link("dangling.log", to: "../22/\(String(repeating: "2", count: 64)).0123456789abcdef.log")
    link("mine", to: "../../../nowhere")
    func links() throws -> [String] { try FileSystem.contents(of: folder.path.appending("artifacts/logs/p")) }

    // While a run is in progress, only those go that certainly are of no use to it.
    let sign = try store.makeLeaseSign(for: [action(7)])
    let during = try look([1]).logs.removed.compactMap { $0.lastComponent?.string }
    #expect(during.dropLast() == ["dangling.log", "t.log", "old-0123456789ab.log"])
    #expect(during.last?.hasPrefix(gone.key) == true)
    sign.remove()
    let look = try look([1])
    #expect(look.logs.removed.count == 6)
    let all = folder.files(below: "artifacts/logs")
    _ = try sweep(look)
    #expect(try links() == ["failed", "mine", "s.log"])
    let left = folder.files(below: "artifacts/logs")
    #expect(Set(all).subtracting(left).isSuperset(of: [older, stray, "artifacts/logs/p/failed/old-0123456789ab.log"]))
    #expect(left.contains(young) && left.contains("artifacts/logs/p/failed/new-0123456789ab.log"))
    #expect(left.contains("artifacts/logs/p/failed/notes.log"))
    #expect(left.contains { $0.contains(named.key) })
    let bin = try #require(try Trash(of: store, now: store.fileSystemTime()).bins.first)
    _ = try Trash.restore(bin, to: store)
    #expect(try links() == ["dangling.log", "failed", "mine", "s.log", "t.log"])
    #expect(folder.files(below: "artifacts/logs") == all)
  }

  @Test func `A record whose statement cannot be read keeps all logs of its action`() throws {
    var record = try record(1, log: "a log")
    record.statement = "{}"
    try store.write(record)
    age(path(of: record), hours: 3)
    #expect(try look([1]).logs.removed == [])
    // One that names none keeps none.
    record.statement = nil
    try store.write(record)
    age(path(of: record), hours: 3)
    #expect(try look([1]).logs.removed.count == 1)
  }

  @Test func `A look that only lists changes nothing, and needs no permission to write`() throws {
    try record(2)
    var request = GarbageLook.Request()
    request.isDry = true
    func times() throws -> [Int] {
      try ["objects", "leases", "actions"].map { Int(try store.root.appending($0).stat().st_mtim.tv_nsec) }
    }
    let before = try times()
    #expect(try GarbageLook(at: store, request) { GarbageLook.Pipelines() }.count == 2)
    #expect(try times() == before)
    // A copy without the folders for work in progress.
    rmdir(store.root.appending("scratch").string)
    rmdir(store.root.appending("leases").string)
    #expect(try GarbageLook(at: store, request) { GarbageLook.Pipelines() }.count == 2)
    #expect(!FileSystem.exists(store.root.appending("scratch")))
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
}
