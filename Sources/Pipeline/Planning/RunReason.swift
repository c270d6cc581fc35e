/// Why an action is run, with the facts. The terminal, the log and the record all tell it from here.
public enum RunReason: Sendable, Equatable {
  /// No result is known for what determines it.
  case neverBuilt
  /// A result is known, but this object of it is not in the store.
  case objectMissing(address: String)
  /// A result is known, but this object of it is not what it was.
  case objectDamaged(address: String)
  /// The user asked for it.
  case forced
}

extension RunReason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .neverBuilt: "not built yet"
    case .objectMissing(let address): "its object \(address.prefix(12)) is missing"
    case .objectDamaged(let address): "its object \(address.prefix(12)) is damaged"
    case .forced: "forced"
    }
  }
}
