import Configuration
import Reporting
import Store
import SystemPackage

/// The output of `pipeline gc`: what would be or was removed, by pipeline and stage, with age and size.
struct GCReport {
  let store: ArtifactStore
  private(set) var look: GarbageLook
  let trash: Trash
  /// The parts of the trash that are deleted for good.
  let emptied: [Trash.Bin]
  let isDry: Bool
  private var bin: FilePath?
  private var moved: Int?

  init(store: ArtifactStore, look: GarbageLook, trash: Trash, emptied: [Trash.Bin], isDry: Bool) {
    (self.store, self.look, self.trash, self.emptied, self.isDry) = (store, look, trash, emptied, isDry)
  }

  /// Takes in what was done.
  mutating func finish(_ look: GarbageLook, bin: FilePath?, count: Int) {
    (self.look, self.bin, moved) = (look, bin, count)
  }

  // MARK: - As text

  /// What is in the store, and what goes.
  var list: [String] {
    let (scan, garbage) = (look.scan, look.garbage)
    var lines = [
      "\(store.root): \(Self.count(scan.objects.count, "object")), \(Self.count(scan.records.count, "record")), "
        + ShortNumber.bytes(scan.bytes)
    ]
    for (reason, share) in reasons where !share.isEmpty {
      let records = share.records.isEmpty ? "" : "\(Self.count(share.records.count, "record")), "
      lines.append(
        "  \(reason): \(records)\(Self.count(share.objects.count, "object")), \(ShortNumber.bytes(share.bytes))"
      )
      lines += groups(share).map { "    \($0.text)" }
    }
    if garbage.youngRecords > 0 {
      lines.append("  unreachable, but young: \(Self.count(garbage.youngRecords, "record"))")
    }
    if garbage.youngObjects > 0 {
      lines.append("  without a record, but possibly in progress: \(Self.count(garbage.youngObjects, "object"))")
    }
    if look.runsInProgress > 0 {
      lines.append("  in progress, keeping all that they use: \(Self.count(look.runsInProgress, "run"))")
    }
    let others = [
      ("old run folders", look.runs.removed.count, look.runs.bytes, "folder"),
      ("old checkpoints", look.checkpoints.removed.count, look.checkpoints.bytes, "file"),
      ("logs that no result needs", look.logs.removed.count, look.logs.bytes, "file"),
    ]
    for (what, number, bytes, noun) in others where number > 0 {
      lines.append("  \(what): \(Self.count(number, noun)), \(ShortNumber.bytes(bytes))")
    }
    if !emptied.isEmpty {
      lines.append(
        "  in the trash, deleted for good: \(Self.count(emptied.reduce(0) { $0 + $1.count }, "file")), "
          + ShortNumber.bytes(emptied.reduce(0) { $0 + $1.bytes })
      )
    }
    if !look.scan.foreign.isEmpty {
      lines.append("  not from this program, left alone: \(Self.count(look.scan.foreign.count, "file"))")
      lines += look.scan.foreign.prefix(10).map { "    \($0)" }
      if look.scan.foreign.count > 10 { lines.append("    and \(look.scan.foreign.count - 10) more") }
    }
    return lines
  }

  private var reasons: [(String, GarbageCollection.Share)] {
    [
      ("unreachable", look.garbage.unreached), ("without a record", look.garbage.unreferenced),
      ("beyond --max-size", look.garbage.overBudget),
    ]
  }

  /// What the user is asked.
  var question: String {
    let files = "\(Self.count(look.count, "file")) (\(ShortNumber.bytes(look.bytes)))"
    let trash = "delete \(Self.count(emptied.reduce(0) { $0 + $1.count }, "file")) of the trash"
    if look.count == 0 { return "\(trash.prefix(1).uppercased())\(trash.dropFirst()) for good?" }
    return "Move \(files) to the trash" + (emptied.isEmpty ? "?" : " and \(trash) for good?")
  }

  /// What was done.
  var conclusion: String {
    let freed = emptied.isEmpty ? "" : "freed \(ShortNumber.bytes(emptied.reduce(0) { $0 + $1.bytes }))"
    if isDry {
      guard look.count > 0 || !emptied.isEmpty else { return "nothing to remove" }
      return "would remove \(Self.count(look.count, "file")), \(ShortNumber.bytes(look.bytes))"
    }
    guard let moved, moved > 0 else { return freed.isEmpty ? "nothing to remove" : freed }
    let removed = "removed \(Self.count(moved, "file")), \(ShortNumber.bytes(look.bytes))"
    guard let bin else { return "\(removed); the trash is empty" }
    return "\(removed), to \(bin) for 7 days; 'pipeline gc --restore' puts them back"
      + (freed.isEmpty ? "" : "\n\(freed)")
  }

  /// The results of one stage that go.
  private struct Group {
    let origin: StoredRecord.Origin?
    var records = 0
    var objects = 0
    var bytes = 0
    var youngest = Double.infinity
    var oldest = 0.0

    var text: String {
      let name = origin.map { "\($0.pipeline)/\($0.stage)" } ?? "?"
      let (young, old) = (GCReport.age(youngest), GCReport.age(oldest))
      let counts = [(records, "record"), (objects, "object")].filter { $0.0 > 0 }.map { GCReport.count($0.0, $0.1) }
      return "\(name): \((counts + [ShortNumber.bytes(bytes)]).joined(separator: ", ")), "
        + (young == old ? "\(old) old" : "\(young) to \(old) old")
    }
  }

  private func groups(_ share: GarbageCollection.Share) -> [Group] {
    var groups: [StoredRecord.Origin?: Group] = [:]
    func add(_ origin: StoredRecord.Origin?, _ bytes: Int, _ written: Double, _ change: (inout Group) -> Void) {
      var group = groups[origin] ?? Group(origin: origin)
      let age = look.rules.age(written)
      group.bytes += bytes
      group.youngest = min(group.youngest, age)
      group.oldest = max(group.oldest, age)
      change(&group)
      groups[origin] = group
    }
    for record in share.records { add(record.origin, record.bytes, record.written) { $0.records += 1 } }
    for (object, origin) in share.objects { add(origin, object.bytes, object.written) { $0.objects += 1 } }
    return groups.values.sorted { left, right in
      guard let one = left.origin else { return false }
      guard let other = right.origin else { return true }
      return one < other
    }
  }

  /// An age in words.
  fileprivate static func age(_ seconds: Double) -> String {
    let units = [(86_400.0, "days"), (3600, "h"), (60, "min")]
    let unit = units.first { seconds >= 2 * $0.0 } ?? (1, "s")
    return "\(Int(seconds / unit.0)) \(unit.1)"
  }

  fileprivate static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  // MARK: - As JSON

  /// Everything in machine-readable form.
  var json: JSONValue {
    let garbage = look.garbage
    func paths(_ paths: [FilePath]) -> JSONValue { .array(paths.map { .string($0.string) }) }
    return [
      "dry_run": .boolean(isDry),
      "unreached": describe(garbage.unreached),
      "unreferenced": describe(garbage.unreferenced),
      "over_budget": describe(garbage.overBudget),
      "young_objects": .integer(garbage.youngObjects),
      "young_records": .integer(garbage.youngRecords),
      "runs_in_progress": .integer(look.runsInProgress),
      "foreign": paths(look.scan.foreign),
      "runs": [
        "bytes": .integer(look.runs.bytes), "folders": paths(look.runs.removed.map(\.path)),
        "kept": .integer(look.runs.keptCount),
      ],
      "checkpoints": [
        "bytes": .integer(look.checkpoints.bytes), "files": paths(look.checkpoints.removed),
        "bytes_kept": .integer(look.checkpoints.bytesKept),
      ],
      "logs": ["bytes": .integer(look.logs.bytes), "files": paths(look.logs.removed)],
      "moved": .integer(moved ?? 0),
      "trash": bin.map { .string($0.string) } ?? .null,
      "emptied": [
        "bytes": .integer(emptied.reduce(0) { $0 + $1.bytes }), "folders": paths(emptied.map(\.path)),
      ],
      "bytes_removed": .integer(look.bytes),
      "bytes_left": .integer(garbage.bytesLeft),
    ]
  }

  private func describe(_ share: GarbageCollection.Share) -> JSONValue {
    [
      "bytes": .integer(share.bytes),
      "objects": .array(share.objects.map { .string(store.objectPath(named: $0.object.name).string) }),
      "records": .array(share.records.map { .string(store.path(ofRecord: $0.key).string) }),
      "stages": .array(
        groups(share).map { group in
          [
            "pipeline": group.origin.map { .string($0.pipeline) } ?? .null,
            "stage": group.origin.map { .string($0.stage) } ?? .null,
            "records": .integer(group.records), "objects": .integer(group.objects), "bytes": .integer(group.bytes),
            "youngest_seconds": .number(group.youngest), "oldest_seconds": .number(group.oldest),
          ]
        }
      ),
    ]
  }
}
