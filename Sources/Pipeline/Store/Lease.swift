public import Artifacts
internal import Glibc
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

  fileprivate let path: FilePath
  fileprivate let text: String

  /// Shows that the process is still there.
  public func renew() {
    utimensat(AT_FDCWD, path.string, nil, 0)
  }

  /// Gives the lease up.
  public func release() {
    // It may have been taken over while this process was stopped for a long time; then it belongs to another.
    if Self.text(at: path) == text { FileSystem.remove(path) }
  }

  fileprivate static func text(at path: FilePath) -> String? {
    (try? FileSystem.read(path, limit: 1 << 10)).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The file to which the leases of a run are links: it lies with the work in progress, and goes with it.
public struct LeaseSign: Sendable {
  fileprivate let path: FilePath
  fileprivate let text: String

  /// Takes the file away; leases that are linked to it stay until they are released.
  public func remove() {
    FileSystem.remove(path)
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
      if let before, before.text == text, before.renewed == renewed { held.unchangedSince = before.unchangedSince }
      // A file that names nobody was just created, or never will, as its process died in between.
      let patience = held.holder == nil ? min(patience, Lease.interval) : patience
      let isAbandoned = held.holder?.isGone ?? (held.unchangedSince.duration(to: .now) > patience)
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
  public func makeLeaseSign() throws(StoreError) -> LeaseSign {
    let sign = LeaseSign(path: scratchPath("leases"), text: Self.newSign)
    _ = try FileSystem.create(sign.path, holding: sign.text)
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
