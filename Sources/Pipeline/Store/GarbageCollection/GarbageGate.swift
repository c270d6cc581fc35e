internal import Artifacts
internal import Glibc
internal import SystemPackage

// Runs and garbage collection meet at a gate. A run announces what it needs in its lease sign, then looks whether the
// gate is closed, and waits if it is. Garbage collection closes the gate, then reads the signs. Whichever comes second
// sees the other, so that nothing goes which a run has found. Only the second look and the moves happen while the gate
// is closed.
extension ArtifactStore {
  private static let gate = ContentDigest(of: "pipeline garbage collection gate")

  /// Keeps runs from beginning until the lease is released.
  ///
  /// - Throws: if another process has closed the gate.
  public func closeGate() throws(StoreError) -> Lease {
    // A run that finds an abandoned gate takes its lease for a moment: that one comes free. A gate that another machine
    // left closed, or this one before it was restarted, shows by its silence.
    try FileSystem.createFolder(root.appending("leases"))
    var before: HeldLease?
    let began = ContinuousClock.now
    while began.duration(to: .now) < (before?.holder?.isGone == nil ? Lease.patience * 2 : .seconds(1)) {
      switch try lease(for: Self.gate, before: before) {
      case .granted(let lease): return lease
      case .held(let held): before = held
      }
      usleep(10_000)
    }
    throw StoreError("another gc is at work on this store. Run gc again when it has ended")
  }

  /// Waits while garbage collection moves files. Called once a run's lease sign is there.
  public func waitAtGate() async {
    var before: HeldLease?
    while FileSystem.exists(root.appending("leases").appending(Self.gate.description)) {
      // A gate that cannot be looked at is no reason to stop a run: what it misses then, it computes.
      guard let answer = try? lease(for: Self.gate, before: before) else { return }
      switch answer {
      case .granted(let lease): return lease.release()
      case .held(let held): before = held
      }
      guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
    }
  }

  /// The present time by the clock of the file system on which the store lies, in seconds since 1970. Ages are measured
  /// by it and never by this machine's clock, which may differ.
  public func fileSystemTime() throws(StoreError) -> Double {
    try FileSystem.createFolder(root.appending("scratch"))
    return try timeOfNewFile()
  }

  /// The present time for a look that only lists: where nothing can be written, that of this machine.
  func timeToLook() throws(StoreError) -> Double {
    do throws(StoreError) {
      return try OpenFolder(root).time()
    } catch {
      do throws(StoreError) {
        return try timeOfNewFile()
      } catch {
        // A store that may only be read, or that has no folder for work in progress.
        guard
          [.readOnlyFileSystem, .permissionDenied, .notPermitted, .noSuchFileOrDirectory].contains(error.reason)
        else { throw error }
        var now = timespec()
        guard clock_gettime(CLOCK_REALTIME, &now) == 0 else {
          throw StoreError("cannot read the clock", Errno(rawValue: errno))
        }
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
      }
    }
  }

  private func timeOfNewFile() throws(StoreError) -> Double {
    let path = try newScratchFile("clock")
    defer { FileSystem.remove(path) }
    let folder = try OpenFolder(path.removingLastComponent())
    guard let entry = try folder.entry(path.lastComponent?.string ?? "") else {
      throw StoreError("cannot look at \(path)", .noSuchFileOrDirectory)
    }
    return entry.modified
  }
}
