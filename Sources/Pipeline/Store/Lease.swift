public import Artifacts
internal import Glibc
public import Planning
internal import SystemPackage

/// A sign that a process is at work on an action: the file `leases/KEY`, which only one process can create.
///
/// No lock of the system is involved, so that it works wherever files can be created exclusively and renamed, and so
/// that nothing is held by the dead. The file names its process. A process of this machine that has ended is known to
/// have; one of another machine renews the file's time while it lives, and is given up when it has not for a while.
///
/// All leases of a run are links to one file, so that taking one makes no file anew, and renewing one renews all.
public struct Lease: Sendable {
  /// How often the time of a lease is to be renewed.
  public static let interval = Duration.seconds(5)
  /// How long the lease of another machine may stay as it is before it is taken over.
  public static let patience = Duration.seconds(60)
  /// How long the lease of a process of this machine that was stopped, as by Ctrl-Z, may stay as it is before it is
  /// taken over. What the process goes on with later is computed twice and harms nothing.
  public static let stoppedPatience = Duration.seconds(15)

  fileprivate let path: FilePath
  fileprivate let text: String

  /// Shows that the process is still there.
  public func renew() {
    // One that is gone was taken over, which costs time only.
    try? FileSystem.touch(path)
  }

  /// Whether the lease still belongs to this process: it may have been taken over while the process was stopped.
  var isHeld: Bool { Self.text(at: path) == text }

  /// Gives the lease up.
  public func release() {
    // It may have been taken over while this process was stopped for a long time; then it belongs to another.
    if isHeld { FileSystem.remove(path) }
  }

  /// The first line of a lease. What follows it in a run's sign is for garbage collection.
  fileprivate static func text(at path: FilePath) -> String? {
    guard let bytes = try? FileSystem.read(path, limit: 1 << 10) else { return nil }
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
}

/// The file to which the leases of a run are links: it lies with the work in progress, and goes with it.
///
/// It is there from the beginning of a run to its end, and says in its first line which process that is, and then which
/// shapes the run's actions have: garbage collection keeps all records of these shapes.
public struct LeaseSign: Sendable {
  fileprivate let path: FilePath
  fileprivate let text: String
  fileprivate static let name = "leases"

  /// Shows that the run is still there, also while it has no lease.
  public func renew() {
    // A sign that cannot be renewed is that of a run on a store that is gone, which learns of it when it stores something.
    try? FileSystem.touch(path)
  }

  /// Takes the file away; leases that are linked to it stay until they are released.
  public func remove() {
    FileSystem.remove(path)
  }
}

extension LeaseSign {
  private static let heading = "shapes"
  private static let end = "end"

  /// The shapes of actions, as lines of hexadecimal digits between a heading and an end.
  fileprivate static func lines(of actions: [Action]) -> [UInt8] {
    let shapes = Set(actions.map { ActionShape($0).bits }).map { String($0, radix: 16) }
    return Array(([heading] + shapes + [end]).joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
  }

  /// The shapes that a sign names; nil for one of a version of this program that named none.
  static func shapes(in bytes: [UInt8]) -> Set<ActionShape>? {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    guard lines.count >= 3, lines[1] == heading, lines.last == end else { return nil }
    let shapes = lines[2..<(lines.count - 1)].map { UInt64($0, radix: 16) }
    return shapes.contains(nil) ? nil : Set(shapes.compactMap { $0 }.map { ActionShape(bits: $0) })
  }

  /// The process whose sign is a file of this name in the scratch folder; nil for the name of another file.
  static func holder(ofSignNamed name: String) -> ProcessIdentity? {
    let mark = "work-\(Self.name)."
    guard name.hasPrefix(mark) else { return nil }
    let parts = name.dropFirst(mark.utf8.count).split(separator: "-", maxSplits: 1)
    return parts.count == 2 ? ProcessIdentity(String(parts[1])) : nil
  }
}

/// A lease that another run has, as it was seen.
public struct HeldLease: Sendable {
  /// Who has it; nil if the file does not say.
  public let holder: ProcessIdentity?
  fileprivate let text: String
  /// When the file was last renewed. Its other times change with the other leases that are links to it.
  fileprivate let renewed: Int?
  /// Since when it has not changed. This is time that passed here: clocks of two machines may differ.
  fileprivate var unchangedSince = ContinuousClock.now

  fileprivate init(_ text: String, renewed: Int?) {
    self.text = text
    self.renewed = renewed
    holder = text.split(separator: " ").first.flatMap { ProcessIdentity(String($0)) }
  }
}

extension ArtifactStore {
  /// What became of the wish for a lease.
  public enum LeaseAnswer: Sendable {
    /// The action is this run's to compute.
    case granted(Lease)
    /// Somebody else is at work on it.
    case held(HeldLease)
  }

  /// Asks for the right to compute an action, and takes it over from a process that has ended.
  ///
  /// Two that take over at the same moment may both get it in the worst case. That costs time and nothing else: two
  /// writers of one action are harmless.
  ///
  /// - Parameters:
  ///   - sign: what the lease is a link to; a file of its own unless given, or where files cannot be linked.
  ///   - before: the answer to the same question a while ago, if it was asked.
  public func lease(
    for key: ContentDigest,
    under sign: LeaseSign? = nil,
    before: HeldLease? = nil,
    patience: Duration = Lease.patience
  ) throws(StoreError) -> LeaseAnswer {
    let path = root.appending("leases").appending(key.description)
    let lease = Lease(path: path, text: sign?.text ?? Self.newSign)
    for _ in 0..<16 {
      if try make(lease, under: sign) { return .granted(lease) }
      // It may be given up between these lines; then it is asked for again.
      let renewed = FileState(of: path)?.modified
      guard let text = Lease.text(at: path) else { continue }
      var held = HeldLease(text, renewed: renewed)
      let isUnchanged = before.map { $0.text == text && $0.renewed == renewed } ?? false
      if let before, isUnchanged { held.unchangedSince = before.unchangedSince }
      // A file that names nobody was just created, or never will, as its process died in between.
      let patience = held.holder == nil ? min(patience, Lease.interval) : patience
      // One that was renewed since the last look is alive, however short the patience.
      let unchanged = isUnchanged ? held.unchangedSince.duration(to: .now) : .zero
      let isAbandoned =
        switch held.holder?.isGone {
        case true?: true
        case false?: held.holder?.isStopped == true && unchanged > min(patience, Lease.stoppedPatience)
        case nil: unchanged > patience
        }
      guard isAbandoned else { return .held(held) }
      try takeAway(path, from: text)
    }
    throw StoreError("cannot get hold of \(path): it is created and removed again and again")
  }

  /// Whether the file of a lease could be made, as there was none.
  private func make(_ lease: Lease, under sign: LeaseSign?) throws(StoreError) -> Bool {
    if let isLinked = try FileSystem.link(sign?.path, to: lease.path) { return isLinked }
    return try FileSystem.create(lease.path, holding: lease.text)
  }

  private static var newSign: String { "\(ProcessIdentity.current) \(FileSystem.randomName)\n" }

  /// Makes the file to which the leases of a run are links.
  ///
  /// - Parameter actions: all actions of the run.
  public func makeLeaseSign(for actions: [Action]) throws(StoreError) -> LeaseSign {
    let sign = LeaseSign(path: scratchPath(LeaseSign.name), text: Self.newSign)
    // Whole from the first moment: garbage collection stops at one that it cannot read.
    try writeAtomically(Array(sign.text.utf8) + LeaseSign.lines(of: actions), to: sign.path, isDurable: false)
    return sign
  }

  /// Removes the leases of processes of this machine that have ended. Nobody asks for one whose action was finished
  /// nevertheless, by a worker that outlived its run.
  public func removeAbandonedLeases() {
    let folder = root.appending("leases")
    for name in (try? FileSystem.contents(of: folder)) ?? [] {
      let path = folder.appending(name)
      guard let text = Lease.text(at: path), HeldLease(text, renewed: nil).holder?.isGone == true else { continue }
      // One that stays is asked for, and taken over, later.
      try? takeAway(path, from: text)
    }
  }

  /// Removes an abandoned lease: by renaming it, which one of several succeeds in, and looking at what was renamed.
  private func takeAway(_ path: FilePath, from text: String) throws(StoreError) {
    let aside = scratchPath("lease")
    guard rename(path.string, aside.string) == 0 else { return }
    if let found = Lease.text(at: aside), found != text {
      // Another was faster, and this is the lease that it has made since.
      if try FileSystem.link(aside, to: path) == nil { _ = try FileSystem.create(path, holding: found) }
    }
    FileSystem.remove(aside)
  }
}
