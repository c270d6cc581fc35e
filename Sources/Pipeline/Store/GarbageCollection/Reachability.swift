public import Artifacts
public import Planning

/// Which records something keeps. A pure decision, so that a model can try it a million times.
///
/// A pipeline keeps more than it finds up to date now. Where an action is out of date (the program was upgraded, a
/// script has a new comment), a run computes it, often to the same bytes, and finds everything below up to date again
/// (early cut-off). What it will find is unknown here, so every record stays that it could find whatever the
/// out-of-date actions come out as.
public struct Reachability: Sendable {
  private let records: [ContentDigest: StoredRecord]
  private let objects: Set<String>
  private let byShape: [ActionShape: [ContentDigest]]
  private let byAddress: [ContentDigest: [ContentDigest]]

  /// The keys of the records that stay.
  public private(set) var kept: Set<ContentDigest> = []

  /// Nothing is kept yet.
  ///
  /// - Parameter objects: the names of the objects that are there: a record that lacks one is not up to date.
  public init(_ records: [ContentDigest: StoredRecord], objects: Set<String>) {
    self.records = records
    self.objects = objects
    // In the order of keys, so that two scans of one store give one answer.
    let keys = records.keys.sorted()
    byShape = Dictionary(grouping: keys) { records[$0]?.shape ?? ActionShape(bits: 0) }
    byAddress = Dictionary(grouping: keys) { records[$0]?.address ?? $0 }
  }

  /// Keeps the records of these keys.
  public mutating func keep(_ keys: some Sequence<ContentDigest>) {
    for key in keys where records[key] != nil { kept.insert(key) }
  }

  /// Keeps every record of one of these shapes, whatever its inputs.
  public mutating func keep(shapes: some Sequence<ActionShape>) {
    for shape in shapes { kept.formUnion(byShape[shape] ?? []) }
  }

  /// Keeps the records that were written less than a time ago.
  public mutating func keep(youngerThan age: Double, at now: Double) {
    for record in records.values where now - record.written < age { kept.insert(record.key) }
  }

  /// Keeps the records that a run of a pipeline could reuse.
  ///
  /// - Parameter actions: the actions of the pipeline, each after those it needs.
  public mutating func keep(pipeline actions: [Action]) {
    var known: [String: ContentDigest] = [:]
    for action in actions {
      let needed = action.inputs.values.flatMap(\.references)
      if needed.allSatisfy({ known[$0] != nil }) {
        let task = Plan.Task(action, known: known)
        if let record = records[task.key] {
          kept.insert(task.key)
          // A result with an object that is missing is computed again, and need not come out as recorded.
          if record.objects.allSatisfy(objects.contains) {
            known[action.name] = record.address
            continue
          }
        }
      }
      for key in byShape[ActionShape(action)] ?? [] {
        if let record = records[key], Self.mayUse(record, for: action, known) { kept.insert(key) }
      }
    }
  }

  /// Whether a run could reuse a record for an action, some of whose inputs are known.
  private static func mayUse(_ record: StoredRecord, for action: Action, _ known: [String: ContentDigest]) -> Bool {
    guard record.inputs.count == action.inputs.count else { return false }
    return action.inputs.allSatisfy { name, source in
      switch (source, record.inputs[name]) {
      case (.one(let needed), .one(let address)?): known[needed].map { $0 == address } ?? true
      case (.stack(let axes, let needed), .stack(let recordedAxes, let members)?):
        axes == recordedAxes && needed.count == members.count
          && zip(needed, members).allSatisfy { needed, address in
            guard let needed else { return address == nil }
            return known[needed].map { $0 == address } ?? true
          }
      default: false
      }
    }
  }

  /// Keeps, for every record that stays, a record of each result that it was computed from, so that its chain of
  /// statements stays whole: the newest where several actions gave the same result.
  ///
  /// - Parameter addresses: further results of which a record stays.
  public mutating func keepOrigins(and addresses: some Sequence<ContentDigest> = [ContentDigest]()) {
    var made = Set(kept.compactMap { records[$0]?.address })
    var open: [ContentDigest] = []
    func addNewest(_ address: ContentDigest, _ kept: inout Set<ContentDigest>) {
      guard made.insert(address).inserted else { return }
      let makers = (byAddress[address] ?? []).compactMap { records[$0] }
      guard let newest = makers.max(by: { ($0.written, $0.key) < ($1.written, $1.key) }) else { return }
      kept.insert(newest.key)
      open.append(newest.key)
    }
    open = Array(kept)
    for address in addresses { addNewest(address, &kept) }
    while let key = open.popLast() {
      for address in records[key]?.inputs.values.flatMap(\.references) ?? [] { addNewest(address, &kept) }
    }
  }
}
