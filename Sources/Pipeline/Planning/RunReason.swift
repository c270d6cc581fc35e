internal import Artifacts
public import Configuration

/// Why an action is run, with the facts. The terminal, the plan and the log all tell it from here.
public enum RunReason: Sendable, Equatable {
  /// No result is known for what determines it, nor for what was there before.
  case neverBuilt
  /// What determines it has changed since its stage was last run.
  case changed([Change])
  /// A result is known, but this object of it is not in the store.
  case objectMissing(address: String)
  /// A result is known, but this object of it is not what it was.
  case objectDamaged(address: String)
  /// A record is there and cannot be read, or is not one.
  case recordUnreadable(reason: String)
  /// A result is known, but whether this object of it is whole cannot be found out.
  case objectUnreadable(address: String, reason: String)
  /// The user asked for it.
  case forced
  /// Its result is recorded, and is to be compared with what comes out now.
  case compared

  /// A change of what determines a result.
  public enum Change: Sendable, Equatable {
    /// The kind of the stage.
    case kind(old: String, new: String)
    /// A parameter, by its path: `learning_rate.values[2]`. Nil where it was not, or is not any more.
    case parameter(path: String, old: JSONValue?, new: JSONValue?)
    /// What an input is made of: an address, or the points of a sweep.
    case input(name: String, old: String?, new: String?)
    /// The code behind the kind: which modules and files of it; none where that is not known.
    case code(parts: [String] = [])
  }
}

extension RunReason: CustomStringConvertible {
  /// The most changes that are listed in words.
  public static let mostShown = 3

  /// The reason in words.
  public var description: String {
    switch self {
    case .neverBuilt: return "not built yet"
    case .changed(let changes):
      let shown = changes.prefix(Self.mostShown).map(\.description).joined(separator: "; ")
      return changes.count > Self.mostShown ? "\(shown); and \(changes.count - Self.mostShown) more" : shown
    case .objectMissing(let address): return "its object \(address.prefix(12)) is missing"
    case .objectDamaged(let address): return "its object \(address.prefix(12)) is damaged"
    case .recordUnreadable(let reason): return reason
    case .objectUnreadable(let address, let reason):
      return "its object \(address.prefix(12)) cannot be read: \(reason)"
    case .forced: return "forced"
    case .compared: return "to be compared with the recorded result"
    }
  }
}

extension RunReason.Change: CustomStringConvertible {
  /// The change in words.
  public var description: String {
    switch self {
    case .kind(let old, let new): "kind was \(old) and is \(new)"
    case .parameter(let path, let old, let new): "\(path) was \(Self.text(old)) and is \(Self.text(new))"
    case .input(let name, let old, let new): "input '\(name)' was \(old ?? "none") and is \(new ?? "none")"
    case .code(let parts):
      parts.isEmpty ? "the code behind it changed" : "the code of \(parts.joined(separator: ", ")) changed"
    }
  }

  private static func text(_ value: JSONValue?) -> String {
    if case .string(let digits)? = value, let digest = ContentDigest(digits) { return digest.short }
    guard let text = value?.canonicalText else { return "not given" }
    return text.count > 60 ? text.prefix(57) + "…" : text
  }
}

extension RunReason {
  /// The reason as data.
  public var json: JSONValue {
    switch self {
    case .neverBuilt: ["reason": "never-built"]
    case .changed(let changes): ["reason": "changed", "changes": .array(changes.map(\.json))]
    case .objectMissing(let address): ["reason": "object-missing", "address": .string(address)]
    case .objectDamaged(let address): ["reason": "object-damaged", "address": .string(address)]
    case .recordUnreadable(let reason): ["reason": "record-unreadable", "detail": .string(reason)]
    case .objectUnreadable(let address, let reason):
      ["reason": "object-unreadable", "address": .string(address), "detail": .string(reason)]
    case .forced: ["reason": "forced"]
    case .compared: ["reason": "compared"]
    }
  }
}

extension RunReason.Change {
  /// The change as data.
  public var json: JSONValue {
    switch self {
    case .kind(let old, let new): ["what": "kind", "old": .string(old), "new": .string(new)]
    case .parameter(let path, let old, let new):
      ["what": "parameter", "path": .string(path), "old": old ?? .null, "new": new ?? .null]
    case .input(let name, let old, let new):
      [
        "what": "input", "name": .string(name), "old": old.map { .string($0) } ?? .null,
        "new": new.map { .string($0) } ?? .null,
      ]
    case .code(let parts): ["what": "code", "parts": .array(parts.map { .string($0) })]
    }
  }
}

extension RunReason.Change {
  /// The parameters in which two values differ, by their paths.
  public static func parameters(from old: JSONValue, to new: JSONValue) -> [RunReason.Change] {
    differences(old, new, path: "")
  }

  private static func differences(_ old: JSONValue?, _ new: JSONValue?, path: String) -> [RunReason.Change] {
    if old == new { return [] }
    switch (old, new) {
    case (.object(let old), .object(let new)):
      let names = Set(old.keys).union(new.keys).sorted()
      return names.flatMap { differences(old[$0], new[$0], path: path.isEmpty ? $0 : "\(path).\($0)") }
    case (.array(let old), .array(let new)) where old.count == new.count:
      return old.indices.flatMap { differences(old[$0], new[$0], path: "\(path)[\($0)]") }
    default: return [.parameter(path: path, old: old, new: new)]
    }
  }
}
