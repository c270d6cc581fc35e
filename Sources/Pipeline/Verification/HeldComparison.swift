public import Artifacts
internal import Configuration
public import Planning
package import Reporting

/// The comparison of a recorded artifact with a recomputed one, within the tolerances of the pipeline.
public struct HeldComparison {
  /// Arrays whose values differ by more than their tolerance, in the order of their paths.
  let beyond: [(path: String, values: ValueComparison)]
  /// Arrays whose values differ within their tolerance.
  let within: [(path: String, values: ValueComparison)]
  /// Differences of attributes.
  let attributes: [ArtifactComparison.Difference]
  /// Arrays that one of them lacks, and those of different shape or type, whose values cannot be compared.
  let structure: [ArtifactComparison.Difference]
  private let tolerances: [String: Tolerance]

  /// Compares two artifacts.
  ///
  /// - Parameter tolerances: the largest differences, by the path of the array.
  public init(_ recorded: Artifact, _ remade: Artifact, within tolerances: [String: Tolerance]) {
    var beyond: [(String, ValueComparison)] = []
    var within: [(String, ValueComparison)] = []
    var attributes: [ArtifactComparison.Difference] = []
    var structure: [ArtifactComparison.Difference] = []
    for difference in ArtifactComparison(recorded, remade).differences {
      switch difference.change {
      case .values(let values):
        let path = difference.path
        guard let tolerance = tolerances[path], let (group, old) = recorded.find(path),
          let (_, new) = remade.find(path)
        else {
          beyond.append((path, values))
          continue
        }
        let farther = ValueComparison(old, new, in: group) { !tolerance.holds(old.values, new.values, at: $0) }
        if let farther { beyond.append((path, farther)) } else { within.append((path, values)) }
      case .attribute: attributes.append(difference)
      case .removed, .added, .groupRemoved, .groupAdded, .type, .shape: structure.append(difference)
      }
    }
    (self.beyond, self.within, self.attributes, self.structure) = (beyond, within, attributes, structure)
    self.tolerances = tolerances
  }

  /// The agreement of the two.
  public var agreement: Agreement {
    if !beyond.isEmpty || !attributes.isEmpty { return .different }
    if !structure.isEmpty { return .notComparable }
    return within.isEmpty ? .equalContent : .withinTolerance
  }
}

extension Artifact {
  /// The array at a path behind the names of groups, and the group that it is in.
  fileprivate func find(_ path: String) -> (group: Artifact, variable: Variable)? {
    var group = self
    var names = path.split(separator: "/").map(String.init)
    guard let last = names.popLast() else { return nil }
    for name in names {
      guard let next = group.groups[name] else { return nil }
      group = next
    }
    return group[last].map { (group, $0) }
  }
}

extension Tolerance {
  /// Whether one value is within one of the bounds. Values that are not finite numbers are never within them.
  func holds(_ recorded: Values, _ remade: Values, at place: Int) -> Bool {
    if let units, let distance = recorded.units(to: remade, at: place), distance <= UInt64(units) {
      return recorded.isFinite(place) && remade.isFinite(place)
    }
    guard let (difference, size, _) = recorded.difference(from: remade, at: place) else { return false }
    if let absolute, difference <= absolute { return true }
    if let relative, difference <= relative * size { return true }
    return false
  }
}

extension Values {
  /// Whether a value is a finite number.
  fileprivate func isFinite(_ place: Int) -> Bool {
    switch self {
    case .float64(let values): values[place].isFinite
    case .float32(let values): values[place].isFinite
    case .string: false
    default: true
    }
  }
}

// MARK: - Lines of the report

extension HeldComparison {
  /// The array that is reported first, with its values: one beyond its tolerance before one within.
  package var main: (path: String, values: ValueComparison)? { beyond.first ?? within.first }

  /// The difference in one line.
  package var headline: String {
    if let (path, values) = beyond.first { return "\(path): \(values.summary)\(words(path))" }
    if let difference = attributes.first ?? structure.first {
      return ArtifactComparison.lines(of: difference).first.map { String($0.dropFirst(2)) } ?? difference.path
    }
    if let (path, values) = within.first { return "\(path): \(values.summary), all within \(text(path))" }
    return "the same content"
  }

  /// The lines below the headline: the first element, the size of the differences, and what else differs.
  package var details: [String] {
    var lines: [String] = []
    if let (_, values) = main {
      let element = values.first
      let distance = element.units.map { " (\($0) \($0 == 1 ? "ulp" : "ulps"))" } ?? ""
      lines.append(
        "first\(element.where): recorded \(element.first.printable), now \(element.second.printable)\(distance)"
      )
      if let extent = values.extent { lines.append(extent) }
    }
    let others =
      beyond.dropFirst().map { "\($0.path): \($0.values.summary)\(words($0.path))" }
      + (beyond.isEmpty ? within.dropFirst() : within[...]).map {
        "\($0.path): \($0.values.summary), all within \(text($0.path))"
      }
    let shown = main == nil ? (attributes + structure).dropFirst() : (attributes + structure)[...]
    return lines + others + shown.compactMap { ArtifactComparison.lines(of: $0).first.map { String($0.dropFirst(2)) } }
  }

  private func words(_ path: String) -> String {
    tolerances[path] == nil ? "" : " by more than \(text(path))"
  }

  private func text(_ path: String) -> String {
    guard let tolerance = tolerances[path] else { return "no tolerance" }
    let bounds = [
      tolerance.absolute.map { ShortNumber.text($0) },
      tolerance.relative.map { "\(ShortNumber.text($0)) of the recorded value" },
      tolerance.units.map { "\($0) \($0 == 1 ? "ulp" : "ulps")" },
    ]
    return bounds.compactMap { $0 }.joined(separator: " or ")
  }

  /// All differences as JSON; of values those beyond the tolerance, if there are any.
  var json: JSONValue {
    var all: [JSONValue] = []
    for (list, isWithin) in [(beyond, false), (within, true)] {
      for (path, values) in list {
        var members = values.members
        members["path"] = .string(path)
        members["within_tolerance"] = .boolean(isWithin)
        if let tolerance = tolerances[path] { members["tolerance"] = tolerance.json }
        all.append(.object(members))
      }
    }
    let others = (attributes + structure).map { difference -> JSONValue in
      ["path": .string(difference.path), "change": .string(ArtifactComparison.lines(of: difference).first ?? "")]
    }
    return .array(all + others)
  }
}
