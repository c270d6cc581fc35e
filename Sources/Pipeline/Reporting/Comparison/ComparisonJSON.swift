internal import Artifacts
public import Configuration

extension ArtifactComparison {
  /// The differences for machines.
  public var json: JSONValue {
    .array(
      differences.map { difference in
        var members = Self.members(difference.change)
        members["path"] = .string(difference.path)
        return .object(members)
      }
    )
  }

  private static func members(_ change: Change) -> [String: JSONValue] {
    switch change {
    case .removed: ["change": "removed"]
    case .added: ["change": "added"]
    case .groupRemoved: ["change": "group removed"]
    case .groupAdded: ["change": "group added"]
    case .attribute(let name, let old, let new):
      ["change": "attribute", "name": .string(name), "from": old?.json ?? .null, "to": new?.json ?? .null]
    case .type(let old, let new): ["change": "type", "from": .string(old), "to": .string(new)]
    case .shape(let old, let new): ["change": "shape", "from": json(old), "to": json(new)]
    case .values(let values): values.members
    }
  }

  private static func json(_ lengths: [(name: String, length: Int)]) -> JSONValue {
    .array(lengths.map { ["dimension": .string($0.name), "length": .integer($0.length)] })
  }
}

extension ValueComparison {
  package var members: [String: JSONValue] {
    [
      "change": "values",
      "count": .integer(count),
      "differing": .integer(differing),
      "first": first.json,
      "largest_absolute": largestAbsolute?.json ?? .null,
      "largest_relative": largestRelative?.json ?? .null,
      // As text: a JSON number does not hold every count of units.
      "most_units": mostUnits.map { .string($0.description) } ?? .null,
    ]
  }
}

extension ValueComparison.Largest {
  fileprivate var json: JSONValue {
    ["difference": difference.isFinite ? .number(difference) : .null, "element": element.json]
  }
}

extension ValueComparison.Element {
  fileprivate var json: JSONValue {
    [
      "place": .array(
        place.map {
          [
            "dimension": .string($0.dimension),
            "index": .integer($0.index),
            "coordinate": $0.coordinate.map { .string($0) } ?? .null,
          ]
        }
      ),
      "first": .string(first),
      "second": .string(second),
      "units": units.map { .string($0.description) } ?? .null,
    ]
  }
}
