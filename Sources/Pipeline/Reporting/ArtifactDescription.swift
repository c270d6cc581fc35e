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

  /// The same as JSON, with all digits.
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

  /// ` 0.1 … 2 (1 missing)`: NaN is missing, and infinity is a value. Whole numbers have all their digits, others six.
  private var range: String {
    guard !values.isText else { return "" }
    guard let (low, high) = values.extremes else { return values.count == 0 ? "" : " all missing" }
    let text = values.count == 1 ? " = \(low.brief)" : " \(low.brief) … \(high.brief)"
    let missing = values.missing
    return text + (missing > 0 ? " (\(missing) missing)" : "")
  }

  var facts: JSONValue {
    var members: [String: JSONValue] = [
      "type": .string(values.typeName),
      "dimensions": .array(dimensions.map { .string($0) }),
      "shape": .array(shape.map { .integer($0) }),
      "attributes": .object(attributes.mapValues(\.json)),
    ]
    if !values.isText {
      members["minimum"] = values.extremes?.low.json ?? .null
      members["maximum"] = values.extremes?.high.json ?? .null
      members["missing"] = .integer(values.missing)
    }
    return .object(members)
  }
}

extension Attribute {
  var json: JSONValue { isList ? .array(values.json) : values.json.first ?? .null }

  /// In a line: the first line of a text, the values of a list with six digits.
  package var brief: String { line { values.brief($0) } }

  /// One line with all digits, so that attributes that differ in the last digit look different.
  var exact: String { line { values.text($0) } }

  private func line(_ value: (Int) -> String) -> String {
    if let text {
      let first = text.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
      return String(first).printable + (first.count < text.count ? " …" : "")
    }
    let limit = 8
    let texts = (0..<min(limit, values.count)).map { value($0).printable }.joined(separator: ", ")
    return texts + (values.count > limit ? ", … (\(values.count) values)" : "")
  }
}

extension Values {
  /// The values as JSON with all their digits: NaN is null, and infinities are the texts "Infinity" and "-Infinity".
  public var json: [JSONValue] {
    switch self {
    case .string(let texts): texts.map { .string($0) }
    case .float64(let values): values.map { PlainNumber.real($0).json }
    case .float32(let values): values.map { PlainNumber.real(Double($0)).json }
    default: (wholes ?? []).map { PlainNumber.whole($0).json }
    }
  }

  var isText: Bool { if case .string = self { true } else { false } }

  /// The least and the greatest of the numbers that are not missing.
  package var extremes: (low: PlainNumber, high: PlainNumber)? {
    if let wholes {
      guard let low = wholes.min(), let high = wholes.max() else { return nil }
      return (.whole(low), .whole(high))
    }
    let known = (doubles ?? []).filter { !$0.isNaN }
    guard let low = known.min(), let high = known.max() else { return nil }
    return (.real(low), .real(high))
  }

  /// How many numbers are NaN.
  package var missing: Int {
    switch self {
    case .float64(let values): values.count(where: \.isNaN)
    case .float32(let values): values.count(where: \.isNaN)
    default: 0
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

extension Values {
  /// One value for people: whole numbers with all their digits, others with six.
  func brief(_ index: Int) -> String {
    switch self {
    case .float64(let values): PlainNumber.real(values[index]).brief
    case .float32(let values): PlainNumber.real(Double(values[index])).brief
    default: text(index)
    }
  }
}

/// A number of an array, whole or not.
package enum PlainNumber: Sendable {
  /// A whole number.
  case whole(Int64)
  /// A number that is not of a whole type.
  case real(Double)

  /// For people: a whole number with all its digits, another with six.
  package var brief: String {
    switch self {
    case .whole(let number): String(number)
    case .real(let number) where number.isInfinite: number < 0 ? "-∞" : "∞"
    case .real(let number): ShortNumber.text(number)
    }
  }

  /// For machines: all digits; NaN is null, and infinities are texts.
  var json: JSONValue {
    switch self {
    case .whole(let number): .integer(Int(number))
    case .real(let number) where number.isNaN: .null
    case .real(let number) where number.isInfinite: .string(number < 0 ? "-Infinity" : "Infinity")
    case .real(let number): .number(number)
    }
  }
}
