/// What may be removed from a store, and why. A pure decision: nothing is removed while it is made.
public struct CollectionPlan: Sendable {
  /// What is kept.
  public struct Rules: Sendable {
    /// The keys of the actions that pipelines reach.
    public var reached: Set<String>
    /// How old, in seconds, what is removed must be at least.
    public var leastAge: Double
    /// What the store may hold, in bytes; nil for as much as pipelines reach.
    public var budget: Int?

    /// Rules.
    public init(reached: Set<String>, leastAge: Double, budget: Int? = nil) {
      self.reached = reached
      self.leastAge = leastAge
      self.budget = budget
    }
  }

  /// Some objects and records that are removed for one reason.
  public struct Share: Sendable {
    /// Their objects.
    public internal(set) var objects: [StoreInventory.Object] = []
    /// Their records.
    public internal(set) var records: [StoreInventory.Record] = []

    /// Whether there are none.
    public var isEmpty: Bool { objects.isEmpty && records.isEmpty }
    /// What their removal frees.
    public var bytes: Int { objects.reduce(0) { $0 + $1.bytes } + records.reduce(0) { $0 + $1.bytes } }
  }

  /// An object without a record that is younger than this many seconds may be one that is being made.
  public static let youth = 3600.0

  /// Records that no pipeline reaches, and the objects that only they refer to.
  public private(set) var unreached = Share()
  /// Objects that no record refers to.
  public private(set) var unreferenced = Share()
  /// Objects that pipelines reach and that are removed to fit the budget, the cheapest to make again first. Their
  /// records stay: they tell what was there.
  public private(set) var overBudget = Share()
  /// How many objects without a record are kept because they are young.
  public private(set) var youngObjects = 0
  /// How many records that no pipeline reaches are kept because they are young.
  public private(set) var youngRecords = 0
  /// The size of what stays.
  public private(set) var bytesLeft: Int

  /// Decides what may be removed.
  public init(_ inventory: StoreInventory, _ rules: Rules) {
    bytesLeft = inventory.bytes
    let isKept = { (record: StoreInventory.Record) in
      rules.reached.contains(record.key) || record.age < rules.leastAge
    }
    let kept = inventory.records.filter(isKept)
    let removed = inventory.records.filter { !isKept($0) }
    youngRecords = kept.count { !rules.reached.contains($0.key) }
    unreached.records = removed
    let referenced = Set(kept.flatMap(\.objects))
    let onceReferenced = Set(removed.flatMap(\.objects))
    for object in inventory.objects.values.sorted(by: { $0.name < $1.name }) where !referenced.contains(object.name) {
      if onceReferenced.contains(object.name) {
        unreached.objects.append(object)
      } else if object.age < max(rules.leastAge, Self.youth) {
        youngObjects += 1
      } else {
        unreferenced.objects.append(object)
      }
    }
    bytesLeft -= unreached.bytes + unreferenced.bytes
    if let budget = rules.budget { fit(kept, inventory, rules, into: budget) }
  }

  /// Removes results, those that take the least time to make again for their size first, until the rest fits.
  private mutating func fit(
    _ records: [StoreInventory.Record],
    _ inventory: StoreInventory,
    _ rules: Rules,
    into budget: Int
  ) {
    func bytes(_ record: StoreInventory.Record) -> Int {
      record.objects.reduce(0) { $0 + (inventory.objects[$1]?.bytes ?? 0) }
    }
    // An object that several actions made is there until the last of them has been given up.
    var users: [String: Int] = [:]
    for record in records { for object in record.objects { users[object, default: 0] += 1 } }
    let candidates = records.filter { $0.age >= rules.leastAge && bytes($0) > 0 }
      .map { (record: $0, cost: $0.seconds / Double(bytes($0))) }
      .sorted { ($0.cost, $0.record.key) < ($1.cost, $1.record.key) }
    for (record, _) in candidates {
      guard bytesLeft > budget else { return }
      for name in record.objects {
        users[name, default: 0] -= 1
        guard users[name] == 0, let object = inventory.objects[name] else { continue }
        overBudget.objects.append(object)
        bytesLeft -= object.bytes
      }
    }
  }

  /// All that is removed.
  public var shares: [Share] { [unreached, unreferenced, overBudget] }

  /// What is freed.
  public var bytesFreed: Int { shares.reduce(0) { $0 + $1.bytes } }

  /// Removes it.
  ///
  /// - Throws: at the first file that cannot be removed; what has been removed by then is gone, and the store is whole.
  public func execute() throws(StoreError) {
    // Records first: one that is left without its objects would be told as damage.
    for share in shares {
      for record in share.records { try FileSystem.removeFile(record.path) }
      for object in share.objects { try FileSystem.removeFile(object.path) }
    }
  }
}
