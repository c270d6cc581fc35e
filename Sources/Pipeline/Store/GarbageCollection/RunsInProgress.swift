public import Artifacts
internal import Planning
internal import SystemPackage

/// What the runs in progress on a store need.
///
/// A run announces the shapes of all its actions in its lease sign before it looks at the first record, so that garbage
/// collection keeps what it has computed and read so far and what it may still reuse.
public struct RunsInProgress: Sendable {
  /// The number of runs.
  public private(set) var count = 0
  /// The shapes of their actions.
  public private(set) var shapes: Set<ActionShape> = []
  /// The keys of the actions that are leased.
  public private(set) var keys: Set<ContentDigest> = []

  /// A run on another machine is taken to be alive until its sign has not been renewed for this many seconds. Its
  /// process cannot be asked, clocks jump, and garbage collection is in no hurry: one day.
  static let foreignPatience = 86_400.0

  /// No runs.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { count == 0 }

  /// Adds a run.
  public mutating func add(_ shapes: some Sequence<ActionShape>) {
    count += 1
    self.shapes.formUnion(shapes)
  }

  /// The runs in progress on a store.
  ///
  /// - Parameter now: the file system's present time.
  public init(on store: ArtifactStore, now: Double) throws(StoreError) {
    let root = try OpenFolder(store.root)
    if let scratch = try root.folder("scratch") {
      for name in try scratch.names() {
        guard let holder = LeaseSign.holder(ofSignNamed: name), holder.isGone != true,
          let entry = try scratch.listedEntry(name), entry.form == .file
        else { continue }
        if holder.isGone == nil, now - entry.modified > Self.foreignPatience { continue }
        let bytes: [UInt8]
        do throws(StoreError) {
          bytes = try scratch.read(name)
        } catch {
          // The run may have ended since.
          guard try scratch.listedEntry(name) != nil else { continue }
          throw error
        }
        guard let shapes = LeaseSign.shapes(in: bytes) else {
          throw StoreError(
            "a run in progress (process \(holder.number) on \(holder.machine)) does not say what it needs. "
              + "Wait until it has ended, then run gc again"
          )
        }
        add(shapes)
      }
    }
    if let leases = try root.folder("leases") {
      // Also those of the dead, which the next run removes: that an action was being computed is reason enough.
      keys = Set(try leases.names().compactMap { ContentDigest($0) })
    }
  }

  /// The keys of the records that runs in progress use or may use, with all that these were computed from.
  func closure(over records: [StoredRecord]) -> Set<ContentDigest> {
    guard !isEmpty || !keys.isEmpty else { return [] }
    var reachability = Reachability(
      Dictionary(records.map { ($0.key, $0) }) { first, _ in first },
      objects: []
    )
    reachability.keep(keys)
    reachability.keep(shapes: shapes)
    return reachability.kept
  }
}
