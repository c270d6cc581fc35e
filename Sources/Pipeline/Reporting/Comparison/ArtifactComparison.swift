public import Artifacts

/// What differs between two artifacts, down to the first element.
public struct ArtifactComparison: Sendable {
  /// One difference, at a variable or a group named by its path.
  public struct Difference: Sendable {
    /// The name of the variable or group behind those of its groups; empty for the artifact itself.
    public let path: String
    /// What differs.
    public let change: Change
  }

  /// What differs at one place.
  public enum Change: Sendable {
    /// The variable is in the first only.
    case removed(Variable)
    /// The variable is in the second only.
    case added(Variable)
    /// The group is in the first only.
    case groupRemoved
    /// The group is in the second only.
    case groupAdded
    /// The attribute differs; nil where there is none.
    case attribute(String, from: Attribute?, to: Attribute?)
    /// The type of the values differs, and the values are not compared.
    case type(from: String, to: String)
    /// The dimensions or their lengths differ. Values are compared where only the names do.
    case shape(from: [(name: String, length: Int)], to: [(name: String, length: Int)])
    /// The values differ.
    case values(ValueComparison)
  }

  /// The differences, in the order of their paths.
  public let differences: [Difference]
  /// The number of variables that are the same in both.
  public let equalVariables: Int

  /// Compares two artifacts.
  public init(_ first: Artifact, _ second: Artifact) {
    var comparer = Comparer()
    comparer.compare(first, second, path: "")
    differences = comparer.differences
    equalVariables = comparer.equalVariables
  }

  /// Whether there are none, so that both have one address.
  public var isEqual: Bool { differences.isEmpty }
}

/// Walks two trees side by side.
private struct Comparer {
  var differences: [ArtifactComparison.Difference] = []
  var equalVariables = 0

  private mutating func report(_ path: String, _ change: ArtifactComparison.Change) {
    differences.append(.init(path: path, change: change))
  }

  mutating func compare(_ first: Artifact, _ second: Artifact, path: String) {
    compare(first.attributes, second.attributes, path: path)
    for name in Set(first.variables.keys).union(second.variables.keys).sorted() {
      let place = Self.join(path, name)
      switch (first[name], second[name]) {
      case (let variable?, nil): report(place, .removed(variable))
      case (nil, let variable?): report(place, .added(variable))
      case (let old?, let new?):
        let count = differences.count
        compare(old, new, path: place, in: first)
        if differences.count == count { equalVariables += 1 }
      case (nil, nil): break
      }
    }
    for name in Set(first.groups.keys).union(second.groups.keys).sorted() {
      let place = Self.join(path, name)
      switch (first.groups[name], second.groups[name]) {
      case (let old?, let new?): compare(old, new, path: place)
      case (.some, nil): report(place, .groupRemoved)
      default: report(place, .groupAdded)
      }
    }
  }

  private mutating func compare(_ old: Variable, _ new: Variable, path: String, in artifact: Artifact) {
    compare(old.attributes, new.attributes, path: path)
    if old.values.typeName != new.values.typeName {
      report(path, .type(from: old.values.typeName, to: new.values.typeName))
    }
    if old.dimensions != new.dimensions || old.shape != new.shape {
      report(path, .shape(from: Self.lengths(old), to: Self.lengths(new)))
    }
    guard old.values.typeName == new.values.typeName, old.shape == new.shape else { return }
    if let comparison = ValueComparison(old, new, in: artifact) { report(path, .values(comparison)) }
  }

  private mutating func compare(_ old: [String: Attribute], _ new: [String: Attribute], path: String) {
    for name in Set(old.keys).union(new.keys).sorted() where !Self.isSame(old[name], new[name]) {
      report(path, .attribute(name, from: old[name], to: new[name]))
    }
  }

  /// By their bits: "not a number" is the same as itself, and the zeros are two.
  private static func isSame(_ old: Attribute?, _ new: Attribute?) -> Bool {
    guard let old, let new else { return old == nil && new == nil }
    return old.isList == new.isList && old.values.typeName == new.values.typeName
      && old.values.count == new.values.count && old.values.differing(from: new.values).isEmpty
  }

  private static func lengths(_ variable: Variable) -> [(name: String, length: Int)] {
    zip(variable.dimensions, variable.shape).map { (name: $0, length: $1) }
  }

  private static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : "\(path)/\(name)"
  }
}
