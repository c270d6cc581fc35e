internal import Artifacts
public import SystemPackage

/// One look at a store: everything that is in it, everything that keeps, and what is therefore garbage.
///
/// Garbage collection looks twice: once to list what would go, and once more while no run can begin. Only what both
/// looks find goes.
public struct GarbageLook: Sendable {
  /// What the user asks for.
  public struct Request: Sendable {
    /// How many seconds ago a file must have been written to go.
    public var leastAge = 3600.0
    /// The least age of checkpoints, in seconds.
    public var checkpointAge = OldCheckpoints.usualAge
    /// What the store may hold, in bytes; nil for as much as is reachable.
    public var budget: Int?
    /// How many folders of `runs/` stay of each name.
    public var runCount = OldRuns.usualCount
    /// Whether what goes is only listed: then nothing is written, not even to learn the file system's time.
    public var isDry = false

    /// The usual.
    public init() {}
  }

  /// What pipelines keep, which only whoever can read them knows.
  public struct Pipelines: Sendable {
    /// The actions of each pipeline, and the keys that locks and the user name.
    public var roots = GarbageCollection.Roots()
    /// The names of pipelines that were forgotten.
    public var forgotten: Set<String> = []
    /// The names of the runs of all profiles.
    public var profileRuns: Set<String> = []

    /// None.
    public init() {}
  }

  /// Everything in the store.
  public let scan: StoreScan
  /// What goes of it.
  public let garbage: GarbageCollection
  /// The run folders that go.
  public let runs: OldRuns
  /// The checkpoints that go.
  public let checkpoints: OldCheckpoints
  /// The logs that go.
  public let logs: OldLogs
  /// The number of runs in progress.
  public let runsInProgress: Int
  /// The age and size rules that were applied.
  public let rules: GarbageCollection.Rules

  /// Looks at a store.
  ///
  /// - Parameters:
  ///   - pipelines: what pipelines keep, read after the runs in progress: a run that ends meanwhile is seen as one of the
  ///     two.
  ///   - earlier: an earlier look.
  public init(
    at store: ArtifactStore,
    _ request: Request,
    after earlier: GarbageLook? = nil,
    pipelines read: () throws -> Pipelines
  ) throws {
    let now = try request.isDry ? store.timeToLook() : store.fileSystemTime()
    let runsInProgress = try RunsInProgress(on: store, now: now)
    let pipelines = try read()
    let recorded = try RecordedRuns(in: store, youngerThan: request.leastAge, now: now)
    scan = try StoreScan(of: store, reusing: earlier?.scan)
    var roots = pipelines.roots
    roots.runs = runsInProgress
    roots.keys.formUnion(
      recorded.keys(
        youngerThan: request.leastAge,
        now: now,
        isForgotten: pipelines.forgotten.contains,
        isProfile: pipelines.profileRuns.contains
      )
    )
    rules = GarbageCollection.Rules(leastAge: request.leastAge, budget: request.budget, now: now)
    garbage = GarbageCollection(scan.records, scan.objects, roots, rules)
    // The empty folder of records may be that of a disk which is not mounted.
    guard !scan.records.isEmpty || garbage.unreferenced.isEmpty else {
      throw StoreError(
        "\(store.root) has objects and not one record, so it is unknown what keeps them. Nothing was removed"
      )
    }
    self.runsInProgress = runsInProgress.count
    runs = try OldRuns(
      of: store,
      keeping: max(request.runCount, runsInProgress.count),
      leastAge: request.leastAge,
      now: now
    )
    checkpoints = try OldCheckpoints(
      of: store,
      // A run in progress may be about to continue from any of them.
      leastAge: runsInProgress.isEmpty ? request.checkpointAge : .infinity,
      now: now
    )
    logs = try OldLogs(
      of: store,
      scan.records,
      OldLogs.Rules(
        going: Set(garbage.unreached.records.map(\.key)),
        // A run in progress may be about to record the result of one.
        leastAge: runsInProgress.isEmpty ? max(request.leastAge, GarbageCollection.youth) : .infinity,
        failureAge: request.checkpointAge,
        forgotten: pipelines.forgotten,
        now: now
      )
    )
  }

  private init(_ late: GarbageLook, restrictedTo early: GarbageLook) {
    scan = late.scan
    garbage = late.garbage.restricted(to: early.garbage, among: late.scan.records)
    runs = late.runs
    checkpoints = late.checkpoints
    logs = late.logs.restricted(to: early.logs, going: Set(garbage.unreached.records.map(\.key)))
    runsInProgress = late.runsInProgress
    rules = late.rules
  }

  /// What this look and an earlier one both find.
  public func confirming(_ earlier: GarbageLook) -> GarbageLook { GarbageLook(self, restrictedTo: earlier) }

  /// The size of all that goes, in bytes.
  public var bytes: Int { garbage.bytes + runs.bytes + checkpoints.bytes + logs.bytes }

  /// The number of files and folders that go.
  public var count: Int {
    garbage.shares.reduce(0) { $0 + $1.records.count + $1.objects.count } + runs.removed.count
      + checkpoints.removed.count + logs.removed.count
  }

  /// Moves all of it into the trash.
  ///
  /// - Parameter gate: the lease that keeps runs from beginning.
  /// - Returns: the folder of the trash, and how many files were moved; fewer than were found if some were made anew.
  /// - Throws: at the first file that cannot be moved. The store is whole then, and what was moved is in the trash.
  public func sweep(_ store: ArtifactStore, under gate: Lease) throws(StoreError) -> (trash: FilePath?, count: Int) {
    var bin = TrashBin(in: store)
    let sign = try store.makeLeaseSign(for: [])
    defer { sign.remove() }
    func step() throws(StoreError) {
      // Runs that began since may use what was found.
      guard gate.isHeld else {
        throw StoreError("gc was stopped for so long that runs have begun meanwhile. Run it again")
      }
    }
    let stayed = try garbage.carryOut { record throws(StoreError) in
      try step()
      let name = "\(record.key).json"
      guard case .granted(let lease) = try store.lease(for: record.key, under: sign) else { return false }
      defer { lease.release() }
      return try bin.take(name, in: ["actions", String(name.prefix(2))]) { scan.isSeen($0, as: name) }
    } object: { object throws(StoreError) in
      try step()
      try bin.take(object.name, in: ["objects", String(object.name.prefix(2))]) { scan.isSeen($0, as: object.name) }
    }
    for log in logs.logs where log.key.map(stayed.contains) != true {
      try step()
      try bin.take(log.name, in: log.folders) { $0 == log.entry }
    }
    for run in runs.removed {
      try bin.take(run.path.lastComponent?.string ?? "", in: ["runs"]) { $0.form == .folder }
    }
    for path in checkpoints.removed {
      let names = path.components.suffix(3).map(\.string)
      guard names.count == 3 else { continue }
      try bin.take(names[2], in: ["scratch", "checkpoints", names[0], names[1]]) {
        checkpoints.isSeen($0, at: path)
      }
    }
    return (bin.path, bin.count)
  }
}
