public import Artifacts
public import Configuration

/// What is in an artifact, for people and for machines.
public struct ArtifactDescription {
  private let artifact: Artifact

  /// The description of an artifact.
  public init(_ artifact: Artifact) {
    self.artifact = artifact
  }

  // MARK: For people

  /// Attributes, variables with dimensions, types, units and ranges, and groups; below each series a row that shows
  /// its course.
  ///
  /// - Parameter width: the width of the terminal.
  public func lines(width: Int) -> [String] { lines(width: width, indent: "") }

  private func lines(width: Int, indent: String) -> [String] {
    var lines: [String] = []
    for (name, attribute) in artifact.attributes.sorted(by: { $0.key < $1.key }) {
      lines.append("\(indent)\(name.printable): \(attribute.brief)")
    }
    for (name, variable) in artifact.variables.sorted(by: { $0.key < $1.key }) {
      lines.append(indent + variable.heading(name))
      if let description = variable.description { lines.append("\(indent)    \(description.printable)") }
      if let row = Self.row(name, variable, width: width - indent.count - 4) { lines.append("\(indent)    \(row)") }
    }
    for (name, group) in artifact.groups.sorted(by: { $0.key < $1.key }) {
      lines.append("\(indent)\(name.printable)/")
      lines += ArtifactDescription(group).lines(width: width, indent: indent + "  ")
    }
    return lines
  }

  /// The course of a series; a coordinate has none that would tell anything.
  private static func row(_ name: String, _ variable: Variable, width: Int) -> String? {
    guard variable.dimensions.count == 1, variable.dimensions != [name], variable.values.count > 3,
      let values = variable.values.doubles
    else { return nil }
    let plot = TextPlot(values)
    return plot.isEmpty ? nil : plot.row(width: width)
  }

  // MARK: For machines

  /// The same as JSON; what is not finite is null.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "attributes": .object(artifact.attributes.mapValues(\.json)),
      "dimensions": .object(
        Dictionary(artifact.dimensions.map { ($0.name, .integer($0.length)) }) { first, _ in first }
      ),
      "variables": .object(artifact.variables.mapValues(\.facts)),
    ]
    if !artifact.groups.isEmpty {
      members["groups"] = .object(artifact.groups.mapValues { ArtifactDescription($0).json })
    }
    return .object(members)
  }
}

extension Variable {
  /// `name(step: 61) float64 [1] 0.1 … 2`.
  func heading(_ name: String) -> String {
    let lengths = zip(dimensions, shape).map { "\($0): \($1)" }.joined(separator: ", ")
    let units = units.map { " [\($0.printable)]" } ?? ""
    return "\(name)(\(lengths)) \(values.typeName)\(units)\(range)"
  }

  private var range: String {
    switch values {
    case .float64(let values): Self.range(values.filter(\.isFinite), of: values.count)
    case .float32(let values): Self.range(values.filter(\.isFinite), of: values.count)
    case .int64(let values): Self.range(values, of: values.count)
    case .int32(let values): Self.range(values, of: values.count)
    case .int8(let values): Self.range(values, of: values.count)
    case .string: ""
    }
  }

  private static func range(_ finite: [some Comparable], of count: Int) -> String {
    guard let low = finite.min(), let high = finite.max() else { return count == 0 ? "" : " all missing" }
    let missing = count - finite.count
    let text = count == 1 ? " = \(low)" : " \(low) … \(high)"
    return text + (missing > 0 ? " (\(missing) missing)" : "")
  }

  var facts: JSONValue {
    var members: [String: JSONValue] = [
      "type": .string(values.typeName),
      "dimensions": .array(dimensions.map { .string($0) }),
      "shape": .array(shape.map { .integer($0) }),
      "attributes": .object(attributes.mapValues(\.json)),
    ]
    if let values = values.doubles {
      let finite = values.filter(\.isFinite)
      members["minimum"] = finite.min().map { .number($0) } ?? .null
      members["maximum"] = finite.max().map { .number($0) } ?? .null
      members["missing"] = .integer(values.count - finite.count)
    }
    return .object(members)
  }
}

extension Attribute {
  var json: JSONValue { isList ? .array(values.json) : values.json.first ?? .null }

  /// In a line: the first line of a text, the values of a list.
  package var brief: String {
    if let text {
      let first = text.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
      return String(first).printable + (first.count < text.count ? " …" : "")
    }
    let limit = 8
    let texts = values.texts.prefix(limit).map(\.printable).joined(separator: ", ")
    return texts + (values.count > limit ? ", … (\(values.count) values)" : "")
  }
}

extension Values {
  /// The values as JSON; what is not finite is null.
  public var json: [JSONValue] {
    switch self {
    case .string(let texts): texts.map { .string($0) }
    default: (doubles ?? []).map { $0.isFinite ? .number($0) : .null }
    }
  }

  /// The values as text, every digit of them.
  var texts: [String] { (0..<count).map(text) }

  /// One value as text.
  func text(_ index: Int) -> String {
    switch self {
    case .float64(let values): values[index].description
    case .float32(let values): values[index].description
    case .int64(let values): values[index].description
    case .int32(let values): values[index].description
    case .int8(let values): values[index].description
    case .string(let values): values[index]
    }
  }
}
