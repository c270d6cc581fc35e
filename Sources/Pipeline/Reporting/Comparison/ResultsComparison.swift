internal import Artifacts
public import Configuration
public import Store
internal import SystemPackage

/// What differs between the results of two runs, or those that two locks expect: found from the lock files, explained from the
/// records, and shown from the objects.
public struct ResultsComparison {
  /// One of the two.
  public struct Side {
    let results: Lock
    let store: ArtifactStore?

    /// The results, and the store in which their records and objects are looked up.
    public init(_ results: Lock, in store: ArtifactStore?) {
      self.results = results
      self.store = store
    }

    fileprivate func record(of action: String) throws(StoreError) -> ActionRecord? {
      guard let key = results.entries[action]?.key else { return nil }
      return try store?.record(for: key)
    }
  }

  /// The most actions of each sort that the text describes in detail.
  public static let mostDetailed = 20
  /// And of so many the objects are opened and compared.
  public static let mostOpened = 10

  private let first: Side
  private let second: Side
  private let differences: [(action: String, difference: Lock.Difference)]
  private let equalCount: Int

  /// Compares two sides.
  public init(_ first: Side, _ second: Side) {
    self.first = first
    self.second = second
    differences = first.results.differences(from: second.results)
    let common = first.results.entries.keys.count { second.results.entries[$0] != nil }
    equalCount = common - differences.count { $0.difference != .missing && $0.difference != .extra }
  }

  /// Whether both have the same actions, with the same keys and the same results.
  public var isEqual: Bool { differences.isEmpty }

  /// Why the two made an action differently; nil where a record is missing.
  ///
  /// - Throws: if a record cannot be read.
  private func origins(_ action: String) throws(StoreError) -> RecordComparison? {
    guard let old = try first.record(of: action), let new = try second.record(of: action) else { return nil }
    return RecordComparison(old, new)
  }

  /// How the contents of two results differ, or why they cannot be compared.
  private enum Contents {
    case compared(ArtifactComparison)
    case unknown(String)
  }

  private func contents(_ action: String) -> Contents {
    var artifacts: [Artifact] = []
    for (side, name) in [(first, "first"), (second, "second")] {
      guard let address = side.results.entries[action]?.address, let path = side.store?.path(of: address) else {
        return .unknown("the object of the \(name) is not in the store")
      }
      do throws(StoreError) {
        guard try FileSystem.kind(of: path) != nil else {
          return .unknown("the object of the \(name) is not in the store")
        }
      } catch {
        return .unknown(error.description)
      }
      do throws(ArtifactError) {
        artifacts.append(try Artifact(contentsOf: path.string))
      } catch {
        return .unknown(error.description)
      }
    }
    return .compared(ArtifactComparison(artifacts[0], artifacts[1]))
  }
}

// MARK: - For people

extension ResultsComparison {
  /// `-` what is in the first only, `+` in the second only, `~` what has another result, `=` what has the same result by
  /// another key; then how many are equal.
  ///
  /// - Throws: if a record cannot be read.
  public func lines() throws(StoreError) -> [String] {
    var lines: [String] = []
    var counts: [String: Int] = [:]
    var opened = 0
    for (action, difference) in differences {
      let (sign, text) = Self.words(difference)
      counts[sign, default: 0] += 1
      guard counts[sign, default: 0] <= Self.mostDetailed else { continue }
      lines.append("\(sign) \(action.printable): \(text)")
      switch difference {
      case .missing, .extra: continue
      case .key: lines += try originLines(action).map { "    \($0)" }
      case .address:
        lines += try originLines(action).map { "    \($0)" }
        guard opened < Self.mostOpened else { continue }
        opened += 1
        switch contents(action) {
        case .compared(let comparison): lines += Self.brief(comparison, difference).map { "    \($0)" }
        case .unknown(let reason): lines.append("    \(reason)")
        }
      }
    }
    for sign in ["-", "+", "~", "="] {
      let more = counts[sign, default: 0] - Self.mostDetailed
      if more > 0 { lines.append("\(sign) and \(more) more; --json lists all") }
    }
    let differing = counts["~"] ?? 0
    if differing > Self.mostOpened {
      lines.append("the objects of \(Self.mostOpened) of \(differing) results were compared; --json compares all")
    }
    return lines + [summary(counts)]
  }

  /// The first variable whose values differ, with the first element, or whatever else differs first.
  private static func brief(_ comparison: ArtifactComparison, _ difference: Lock.Difference) -> [String] {
    let ofValues = comparison.differences.first { if case .values = $0.change { true } else { false } }
    guard let shown = ofValues ?? comparison.differences.first else {
      return ["the contents are equal: one of the objects is not what its name says"]
    }
    var lines = Array(ArtifactComparison.lines(of: shown).prefix(2))
    let more = comparison.differences.count - 1
    if more > 0, case .address(let first, let second) = difference {
      lines.append("and \(more) more: pipeline diff \(first.short) \(second.short)")
    }
    return lines
  }

  private static func words(_ difference: Lock.Difference) -> (sign: String, text: String) {
    switch difference {
    case .missing: ("-", "only in the first")
    case .extra: ("+", "only in the second")
    case .address(let first, let second): ("~", "the result is \(first.short) and \(second.short)")
    case .key(let first, let second): ("=", "the same result by another key, \(first.short) and \(second.short)")
    }
  }

  private func originLines(_ action: String) throws(StoreError) -> [String] {
    guard first.results.entries[action]?.key != second.results.entries[action]?.key else {
      return ["made alike: one action has given two results"]
    }
    guard let origins = try origins(action) else { return ["no records here tell how both were made"] }
    return origins.lines + (try codeParts(action).map { ["code: in " + $0.joined(separator: ", ")] } ?? [])
  }

  /// Which parts of the code behind an action differ; nil if none do, or it is not known.
  private func codeParts(_ action: String) throws(StoreError) -> [String]? {
    guard let old = try first.record(of: action)?.code, let new = try second.record(of: action)?.code, old != new,
      let parts = second.store?.parts(of: new), let changed = first.store?.changedParts(of: old, to: parts)
    else { return nil }
    return changed.isEmpty ? nil : changed
  }

  private func summary(_ counts: [String: Int]) -> String {
    let equal = "\(equalCount) \(equalCount == 1 ? "action" : "actions")"
    guard !isEqual else { return "equal: \(equal)" }
    let parts = [
      ("~", "with another result"), ("=", "with another key"), ("-", "only in the first"), ("+", "only in the second"),
    ]
    let summary = parts.compactMap { sign, words in counts[sign].map { "\($0) \(words)" } }
    return "\(summary.joined(separator: ", ")); equal besides: \(equal)"
  }
}

// MARK: - For machines

extension ResultsComparison {
  /// Every difference, and that of all objects that are there.
  ///
  /// - Throws: if a record cannot be read.
  public func json() throws(StoreError) -> JSONValue {
    [
      "equal": .boolean(isEqual),
      "equal_actions": .integer(equalCount),
      "differences": .array(
        try differences.map { action, difference throws(StoreError) in
          var members: [String: JSONValue] = [
            "action": .string(action),
            "first": Self.json(first.results.entries[action]),
            "second": Self.json(second.results.entries[action]),
          ]
          switch difference {
          case .missing: members["change"] = "only in the first"
          case .extra: members["change"] = "only in the second"
          case .key:
            members["change"] = "key"
            try explain(action, &members)
          case .address:
            members["change"] = "result"
            try explain(action, &members)
            switch contents(action) {
            case .compared(let comparison): members["differences"] = comparison.json
            case .unknown(let reason): members["not_compared"] = .string(reason)
            }
          }
          return .object(members)
        }
      ),
    ]
  }

  private func explain(_ action: String, _ members: inout [String: JSONValue]) throws(StoreError) {
    members["origins"] = try origins(action)?.json ?? .null
    if let parts = try codeParts(action) { members["code_parts"] = .array(parts.map { .string($0) }) }
  }

  private static func json(_ entry: Lock.Entry?) -> JSONValue {
    entry.map { ["key": .string($0.key.description), "address": .string($0.address.description)] } ?? .null
  }
}
