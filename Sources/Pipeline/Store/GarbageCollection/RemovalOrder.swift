public import Artifacts
internal import Planning

/// The order in which records go: each before those that made what it was computed from.
///
/// Garbage collection may be stopped between any two moves, by a disk or by a kill. Whatever is left then must be
/// consistent: no record names a result whose last record is in the trash.
enum RemovalOrder {
  /// Orders records, dependents first.
  static func dependentsFirst(_ records: [StoredRecord]) -> [StoredRecord] {
    var makers: [ContentDigest: [Int]] = [:]
    for (index, record) in records.enumerated() { makers[record.address, default: []].append(index) }
    var makersLeft = makers.mapValues(\.count)
    let needs = records.map { record in record.sources.filter { makers[$0] != nil } }
    var usersLeft: [ContentDigest: Int] = [:]
    for need in needs { for address in need { usersLeft[address, default: 0] += 1 } }

    var ordered: [StoredRecord] = []
    var isTaken = [Bool](repeating: false, count: records.count)
    var ready = Array(records.indices.filter { usersLeft[records[$0].address] == nil }.reversed())
    // Results that were computed from one another in a circle have no such order. Of these the newest goes first, and
    // before any other one whose result another record makes, too.
    let byAge = records.indices.sorted {
      (records[$0].written, records[$0].key) < (records[$1].written, records[$1].key)
    }
    var (spare, rest) = (byAge, byAge)
    func next() -> Int? {
      while let index = ready.popLast() { if !isTaken[index] { return index } }
      while let index = spare.popLast() {
        if !isTaken[index], makersLeft[records[index].address, default: 0] > 1 { return index }
      }
      while let index = rest.popLast() { if !isTaken[index] { return index } }
      return nil
    }
    while let index = next() {
      isTaken[index] = true
      ordered.append(records[index])
      makersLeft[records[index].address, default: 0] -= 1
      for address in needs[index] {
        usersLeft[address, default: 0] -= 1
        if usersLeft[address] == 0 { ready += makers[address] ?? [] }
      }
    }
    return ordered
  }
}

extension StoredRecord {
  /// The addresses of the results that it was computed from, without its own.
  var sources: Set<ContentDigest> {
    var sources = Set(inputs.values.flatMap(\.references))
    sources.remove(address)
    return sources
  }
}

extension GarbageCollection {
  /// Carries the decision out: records first, each before those that made what it was computed from, then objects, so
  /// that whoever stops it leaves a consistent store.
  ///
  /// What turns out to be in use stays, and with it everything that it names.
  ///
  /// - Parameters:
  ///   - record: moves a record away; false if it has to stay.
  ///   - object: moves an object away.
  /// - Returns: the keys of the records that stayed.
  /// - Throws: what the moves throw, at once.
  public func carryOut<Failure: Error>(
    record: (StoredRecord) throws(Failure) -> Bool,
    object: (StoredObject) throws(Failure) -> Void
  ) throws(Failure) -> Set<ContentDigest> {
    var stayed: Set<ContentDigest> = []
    var (addresses, objects): (Set<ContentDigest>, Set<String>) = ([], [])
    for next in RemovalOrder.dependentsFirst(shares.flatMap(\.records)) {
      if !addresses.contains(next.address), try record(next) { continue }
      stayed.insert(next.key)
      addresses.formUnion(next.sources)
      objects.formUnion(next.objects)
    }
    for (next, _) in shares.flatMap(\.objects) where !objects.contains(next.name) { try object(next) }
    return stayed
  }
}
