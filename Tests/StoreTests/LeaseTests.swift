import Artifacts
import Foundation
import Store
import SystemPackage
import TestSupport
import Testing

/// Who may compute an action.
@Suite struct LeaseTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let key = ContentDigest(of: "an action")

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path)
  }

  private func granted(_ answer: ArtifactStore.LeaseAnswer) -> Lease? {
    if case .granted(let lease) = answer { lease } else { nil }
  }

  private func held(_ answer: ArtifactStore.LeaseAnswer) -> HeldLease? {
    if case .held(let lease) = answer { lease } else { nil }
  }

  private var files: [String] { folder.files(below: "leases") + folder.files(below: "scratch") }

  @Test func `One asker gets a lease, the next after it was given up`() throws {
    let first = try #require(granted(try store.lease(for: key)))
    #expect(held(try store.lease(for: key))?.holder == .current)
    #expect(granted(try store.lease(for: ContentDigest(of: "another action"))) != nil)
    first.release()
    let second = try #require(granted(try store.lease(for: key)))
    // Giving up twice does not take it from whoever has it now.
    first.release()
    #expect(held(try store.lease(for: key)) != nil)
    second.release()
    #expect(files == ["leases/\(ContentDigest(of: "another action"))"])
  }

  @Test func `The lease of a process of this machine that has ended is taken over at once`() async throws {
    let me = ProcessIdentity.current
    let ended = try #require(Int(try await Program(at: "/bin/sh").run(["-c", "echo $$"]).output.dropLast()))
    let holders = [
      ProcessIdentity(machine: me.machine, number: ended, start: me.start),
      ProcessIdentity(machine: me.machine, number: me.number, start: me.start + 1),
    ]
    for holder in holders {
      #expect(holder.isGone == true)
      try folder.write("\(holder) 0123456789abcdef\n", to: "leases/\(key)")
      let lease = try #require(granted(try store.lease(for: key)))
      lease.release()
      #expect(files == [])
    }
  }

  @Test func `The lease of a process that is stopped is taken over after a while, and that of a busy one is not`()
    async throws
  {
    let me = ProcessIdentity.current
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sleep")
    process.arguments = ["1000"]
    try process.run()
    // Not `terminate`: Foundation starts processes with the signals blocked that its thread blocks.
    defer { kill(process.processIdentifier, SIGKILL) }
    let number = process.processIdentifier
    let text = try String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    let start = try #require(Int(fields[19]))
    let holder = ProcessIdentity(machine: me.machine, number: Int(number), start: start)
    try folder.write("\(holder) 0123456789abcdef\n", to: "leases/\(key)")
    let before = held(try store.lease(for: key, patience: .zero))
    #expect(before?.holder == holder && !holder.isStopped)
    #expect(kill(number, SIGSTOP) == 0)
    for _ in 0..<3000 where !holder.isStopped { try await Task.sleep(for: .milliseconds(20)) }
    #expect(held(try store.lease(for: key, before: before)) != nil)
    #expect(granted(try store.lease(for: key, before: before, patience: .zero)) != nil)
    #expect(kill(number, SIGCONT) == 0)
  }

  @Test func `The leases of a run are links to one file, and are renewed together`() throws {
    let sign = try store.makeLeaseSign(for: [])
    let other = ContentDigest(of: "another action")
    let first = try #require(granted(try store.lease(for: key, under: sign)))
    let second = try #require(granted(try store.lease(for: other, under: sign)))
    let paths = [key, other].map { store.root.appending("leases").appending($0.description) }
    let before = try paths.map { try #require(FileState(of: $0)) }
    #expect(before[0].inode == before[1].inode)
    let seen = try #require(held(try store.lease(for: other)))
    #expect(seen.holder == .current)
    first.renew()
    #expect(try #require(FileState(of: paths[1])).modified > before[1].modified)
    first.release()
    #expect(held(try store.lease(for: other)) != nil)
    #expect(granted(try store.lease(for: key)) != nil)
    // The sign may go before a lease does.
    sign.remove()
    second.release()
    #expect(granted(try store.lease(for: other)) != nil)
    #expect(granted(try store.lease(for: ContentDigest(of: "a third"), under: sign)) != nil)
  }

  @Test func `Leases that the dead left are removed, and no others`() throws {
    let me = ProcessIdentity.current
    let others = [
      ProcessIdentity(machine: me.machine, number: me.number, start: me.start + 1),
      ProcessIdentity(machine: "another.machine-1.0123abcd", number: 4242, start: 7), me,
    ]
    for (index, holder) in others.enumerated() {
      try folder.write("\(holder) 0123456789abcdef\n", to: "leases/\(index)")
    }
    try folder.write("", to: "leases/3")
    store.removeAbandonedLeases()
    #expect(files == ["leases/1", "leases/2", "leases/3"])
  }

  @Test(arguments: [4242, 4242.5])
  func `The lease of another machine is taken over when it has not been renewed for a while`(number: Double) throws {
    let holder = ProcessIdentity(machine: "another.machine-1.0123abcd", number: Int(number), start: 7)
    #expect(ProcessIdentity(holder.description) == holder)
    #expect(holder.isGone == nil)
    // The second is a file that names nobody: its process died between creating and writing it.
    try folder.write(number == 4242 ? "\(holder) 0123456789abcdef\n" : "", to: "leases/\(key)")
    let first = try #require(held(try store.lease(for: key)))
    #expect(first.holder == (number == 4242 ? holder : nil))
    // However old the file is by its own clock: it counts how long it has not changed here.
    let second = try #require(held(try store.lease(for: key, before: first, patience: .seconds(86_400))))
    #expect(granted(try store.lease(for: key, before: second, patience: .zero)) != nil)
  }

  @Test func `Machines that differ in anything have different identities`() throws {
    func identity(
      _ number: String = "3d12",
      _ boot: String = "414c",
      _ space: String = "4026531836",
      _ addresses: [String] = ["52:54:00:12:34:56"]
    ) -> String {
      Machine.identity(number: number, boot: boot, processSpace: space, addresses: addresses)
    }
    #expect(identity() == identity())
    let others = [
      identity("other"), identity("3d12", "other"), identity("3d12", "414c", "1"),
      identity("3d12", "414c", "4026531836", []),
    ]
    #expect(Set(others + [identity()]).count == 5)
    // What is unknown is never taken to be equal.
    #expect(identity("3d12", "") != identity("3d12", ""))
    #expect(identity("3d12", "414c", "") != identity("3d12", "414c", ""))
    // A process of another machine is not known to have ended, whatever its number.
    let me = ProcessIdentity.current
    #expect(ProcessIdentity(machine: identity(), number: me.number, start: me.start + 1).isGone == nil)
  }

  @Test func `A lease that is renewed is not taken over`() throws {
    let holder = ProcessIdentity(machine: "another.machine-1.0123abcd", number: 4242, start: 7)
    try folder.write("\(holder) 0123456789abcdef\n", to: "leases/\(key)")
    var seen = try #require(held(try store.lease(for: key)))
    for round in 1...3 {
      // What the other machine does: the file's time changes. There is no patience at all with one that does not.
      let times = [
        timespec(tv_sec: 1_700_000_000 + round, tv_nsec: 0), timespec(tv_sec: 1_700_000_000 + round, tv_nsec: 0),
      ]
      #expect(utimensat(AT_FDCWD, folder.path.appending("leases/\(key)").string, times, 0) == 0)
      seen = try #require(held(try store.lease(for: key, before: seen, patience: .zero)))
    }
    #expect(seen.holder == holder)
  }

  @Test func `Of many that ask at once one gets the lease, also from the dead`() async throws {
    let me = ProcessIdentity.current
    let gone = ProcessIdentity(machine: me.machine, number: me.number, start: me.start + 1)
    for round in 0..<100 {
      let key = ContentDigest(of: "round \(round)")
      if round % 2 == 1 { try folder.write("\(gone) 0123456789abcdef\n", to: "leases/\(key)") }
      let count = try await withThrowingTaskGroup { group in
        for _ in 0..<8 { group.addTask { granted(try store.lease(for: key)) == nil ? 0 : 1 } }
        return try await group.reduce(0, +)
      }
      #expect(count >= 1)
      // Two may take over at the same instant in the worst case; they do not do so as a rule.
      #expect(count <= 2)
    }
    #expect(folder.files(below: "scratch") == [])
  }
}
