public import Artifacts
public import Planning

/// What a store no longer needs. A pure decision: nothing is moved while it is made.
public struct GarbageCollection: Sendable {
  /// Everything that keeps results.
  public struct Roots: Sendable {
    /// The actions of each pipeline, with each of its profiles.
    public var pipelines: [[Action]] = []
    /// The keys that recorded runs and leases name.
    public var keys: Set<ContentDigest> = []
    /// The keys that locks and the user name. A limit on the size of the store leaves their objects alone.
    public var pinned: Set<ContentDigest> = []
    /// The addresses of results that locks name.
    public var addresses: Set<ContentDigest> = []
    /// What the runs in progress need or may need.
    public var runs = RunsInProgress()

    /// No roots.
    public init() {}
  }

  /// How far it goes.
  public struct Rules: Sendable {
    /// How many seconds ago a file must have been written to be removed.
    public var leastAge: Double
    /// What the store may hold, in bytes; nil for as much as is reachable.
    public var budget: Int?
    /// The file system's present time, in seconds since 1970.
    public var now: Double

    /// Rules.
    public init(leastAge: Double, budget: Int? = nil, now: Double) {
      (self.leastAge, self.budget, self.now) = (leastAge, budget, now)
    }

    /// The age of a file. One that is dated in the future has no age.
    public func age(_ written: Double) -> Double { max(0, now - written) }
  }

  /// Objects and records that go for one reason.
  public struct Share: Sendable {
    /// The records.
    public internal(set) var records: [StoredRecord] = []
    /// The objects, with the pipeline and stage that made them, where a record says so.
    public internal(set) var objects: [(object: StoredObject, origin: StoredRecord.Origin?)] = []

    /// Whether there are none.
    public var isEmpty: Bool { objects.isEmpty && records.isEmpty }
    /// Their size in bytes.
    public var bytes: Int { objects.reduce(0) { $0 + $1.object.bytes } + records.reduce(0) { $0 + $1.bytes } }
  }

  /// An object without a record that is younger than this many seconds may be the result of a stage that is about to
  /// record it.
  public static let youth = 3600.0

  /// Records that nothing keeps, with the objects that only they name.
  public private(set) var unreached = Share()
  /// Objects that no record names.
  public private(set) var unreferenced = Share()
  /// Objects of records that stay, removed to fit the budget: those first that take the least time to recompute for
  /// their size.
  public private(set) var overBudget = Share()
  /// The number of records that stay only because they are young.
  public private(set) var youngRecords = 0
  /// The number of objects that no record names and that stay, because they are young or a run is in progress.
  public private(set) var youngObjects = 0
  /// The size of the objects and records that stay, in bytes.
  public private(set) var bytesLeft: Int

  /// Decides what goes.
  public init(
    _ records: [ContentDigest: StoredRecord],
    _ objects: [String: StoredObject],
    _ roots: Roots,
    _ rules: Rules
  ) {
    var reachability = Reachability(records, objects: Set(objects.keys))
    reachability.keep(roots.keys)
    reachability.keep(roots.pinned)
    reachability.keep(roots.runs.keys)
    reachability.keep(shapes: roots.runs.shapes)
    for pipeline in roots.pipelines { reachability.keep(pipeline: pipeline) }
    reachability.keepOrigins(and: roots.addresses)
    let reached = reachability.kept
    reachability.keep(youngerThan: rules.leastAge, at: rules.now)
    // What a young result was computed from stays with it.
    reachability.keepOrigins()
    let kept = reachability.kept
    youngRecords = kept.count - reached.count
    bytesLeft = objects.values.reduce(0) { $0 + $1.bytes } + records.values.reduce(0) { $0 + $1.bytes }

    unreached.records = records.values.filter { !kept.contains($0.key) }.sorted { $0.key < $1.key }
    let named = Set(kept.flatMap { records[$0]?.objects ?? [] } + roots.addresses.map { "\($0).h5" })
    var makers: [String: StoredRecord.Origin] = [:]
    for record in unreached.records { for object in record.objects { makers[object] = record.origin } }
    for object in objects.values.sorted(by: { $0.name < $1.name }) where !named.contains(object.name) {
      let age = rules.age(object.written)
      if let maker = makers[object.name], age >= rules.leastAge {
        unreached.objects.append((object, maker))
      } else if roots.runs.isEmpty, age >= max(rules.leastAge, Self.youth) {
        unreferenced.objects.append((object, nil))
      } else {
        youngObjects += 1
      }
    }
    bytesLeft -= unreached.bytes + unreferenced.bytes
    if let budget = rules.budget { fit(kept.compactMap { records[$0] }, objects, roots, rules, into: budget) }
  }

  /// Gives up results, those first that take the least time to recompute for their size, until the rest fits.
  private mutating func fit(
    _ records: [StoredRecord],
    _ objects: [String: StoredObject],
    _ roots: Roots,
    _ rules: Rules,
    into budget: Int
  ) {
    func bytes(_ record: StoredRecord) -> Int { record.objects.reduce(0) { $0 + (objects[$1]?.bytes ?? 0) } }
    // An object that several actions made is there until the last of them has been given up.
    var users: [String: Int] = [:]
    for record in records { for object in record.objects { users[object, default: 0] += 1 } }
    let inUse = roots.runs.closure(over: records)
    let candidates = records.filter { record in
      rules.age(record.written) >= rules.leastAge && !roots.pinned.contains(record.key)
        && !roots.addresses.contains(record.address)
        && !inUse.contains(record.key)
        && bytes(record) > 0
        && record.objects.allSatisfy { objects[$0].map { rules.age($0.written) >= rules.leastAge } ?? true }
    }
    let ordered = candidates.map { (record: $0, cost: $0.seconds / Double(bytes($0))) }
      .sorted { ($0.cost, $0.record.key) < ($1.cost, $1.record.key) }
    for (record, _) in ordered {
      guard bytesLeft > budget else { return }
      for name in record.objects {
        users[name, default: 0] -= 1
        guard users[name] == 0, let object = objects[name] else { continue }
        overBudget.objects.append((object, record.origin))
        bytesLeft -= object.bytes
      }
    }
  }

  /// All that goes.
  public var shares: [Share] { [unreached, unreferenced, overBudget] }

  /// The size of what goes, in bytes.
  public var bytes: Int { shares.reduce(0) { $0 + $1.bytes } }

  /// The part of this decision that an earlier one has announced: nothing goes that was not listed, nor what a record
  /// names that stays for that reason.
  ///
  /// - Parameter records: all records, as this decision has seen them.
  public func restricted(
    to earlier: GarbageCollection,
    among records: [ContentDigest: StoredRecord]
  ) -> GarbageCollection {
    let going = Set(unreached.records.map(\.key)).intersection(earlier.unreached.records.map(\.key))
    var reachability = Reachability(records, objects: [])
    reachability.keep(records.keys.filter { !going.contains($0) })
    reachability.keepOrigins()
    let kept = reachability.kept
    let named = Set(kept.flatMap { records[$0]?.objects ?? [] })
    func restrict(_ share: Share, to earlier: Share) -> Share {
      let names = Set(earlier.objects.map(\.object.name)).subtracting(named)
      var share = share
      share.records.removeAll { kept.contains($0.key) }
      share.objects.removeAll { !names.contains($0.object.name) }
      return share
    }
    var result = self
    result.unreached = restrict(unreached, to: earlier.unreached)
    result.unreferenced = restrict(unreferenced, to: earlier.unreferenced)
    // The records of these stay in any case.
    let announced = Set(earlier.overBudget.objects.map(\.object.name))
    result.overBudget.objects.removeAll { !announced.contains($0.object.name) }
    result.bytesLeft += bytes - result.bytes
    return result
  }
}
