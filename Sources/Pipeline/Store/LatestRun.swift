public import Artifacts
internal import Configuration
public import Planning
public import SystemPackage

/// The last cached keys of the actions of a pipeline, with which changes are compared.
///
/// It is derived: without it a reason is "not built yet". While it is there, garbage collection keeps the results of the
/// last run under each name.
public struct LatestRun: Sendable {
  private var keys: [String: ContentDigest] = [:]
  private let file: FilePath
  /// What the code of now is made of, by fingerprint.
  fileprivate let code: [String: [String: String]]

  /// What is remembered of a run's name (`fig3`, `fig3.quick`).
  ///
  /// - Parameter code: for each fingerprint of now the digests of its parts, to tell which of them have changed.
  public init(of name: String, in store: ArtifactStore, code: [String: [String: String]] = [:]) {
    self.code = code
    file = store.root.appending("latest").appending("\(name).json")
    guard let bytes = try? FileSystem.read(file), let text = String(validating: bytes, as: UTF8.self),
      case .object(let members)? = try? JSONValue(reading: text, name: "latest")
    else { return }
    keys = members.compactMapValues { if case .string(let digits) = $0 { ContentDigest(digits) } else { nil } }
  }

  /// Notes that the run of a name has just found everything up to date.
  public static func touch(_ name: String, in store: FilePath) {
    touch(store.appending("latest").appending("\(name).json"))
  }

  private static func touch(_ file: FilePath) {
    // Where this is not allowed, garbage collection is not either.
    try? FileSystem.touch(file)
  }

  /// The key of an action.
  public subscript(action: String) -> ContentDigest? { keys[action] }

  /// Remembers the keys of a run.
  public mutating func remember(_ new: [String: ContentDigest], in store: ArtifactStore) throws(StoreError) {
    let merged = keys.merging(new) { $1 }
    // Its time is that of the last run: for so long garbage collection keeps the results of a run with `--set`.
    guard merged != keys || !FileSystem.exists(file) else { return Self.touch(file) }
    keys = merged
    try FileSystem.createFolder(file.removingLastComponent())
    let json = JSONValue.object(keys.mapValues { .string($0.description) })
    try store.writeAtomically(Array((json.canonicalText + "\n").utf8), to: file)
  }
}

extension ArtifactStore {
  /// Why an action of which no result is known is to be run.
  public func reason(for task: Plan.Task, since latest: LatestRun) -> RunReason {
    // Only for the words: a record that cannot be read does not tell what has changed.
    guard let key = latest[task.action.name], key != task.key, let record = (try? record(for: key)) ?? nil else {
      return .neverBuilt
    }
    var changes = task.changes(since: record)
    if record.code != task.action.fingerprint {
      let parts = latest.code[task.action.fingerprint].flatMap { changedParts(of: record.code, to: $0) } ?? []
      changes.append(.code(parts: parts))
    }
    return changes.isEmpty ? .neverBuilt : .changed(changes)
  }
}

extension Plan.Task {
  /// The differences between the action and a record.
  fileprivate func changes(since record: ActionRecord) -> [RunReason.Change] {
    var changes: [RunReason.Change] = []
    if record.kind != action.kind { changes.append(.kind(old: record.kind, new: action.kind)) }
    changes += RunReason.Change.parameters(from: record.parameters, to: action.parameters)
    for name in Set(record.inputs.keys).union(addresses.keys).sorted() {
      let (old, new) = (record.inputs[name], addresses[name])
      if old != new { changes.append(.input(name: name, old: old?.summary, new: new?.summary)) }
    }
    return changes
  }
}

extension Source<ContentDigest> {
  /// A short word for people.
  fileprivate var summary: String {
    switch self {
    case .one(let address): address.short
    case .stack(_, let members): "\(members.count) points (\(ContentDigest(of: json.canonicalText).short))"
    }
  }
}
