/// A tree of named, labelled arrays: what a stage makes and what the store keeps.
///
/// Within a group a dimension has one length, shared by every variable that has it. A one-dimensional variable
/// named as its dimension is that dimension's coordinate.
public struct Artifact: Sendable, Equatable {
  /// The largest number of dimensions of an array.
  public static let maximumRank = 8
  /// Facts about the whole, such as a title.
  public var attributes: [String: Attribute]
  /// The arrays.
  public private(set) var variables: [String: Variable] = [:]
  /// The groups below this one.
  public private(set) var groups: [String: Artifact] = [:]
  /// The length of each dimension, and an array that has it. Looking through all arrays for each that is added would
  /// take a time quadratic in their number.
  private var lengths: [String: (length: Int, user: String)] = [:]

  /// An artifact without arrays.
  public init(attributes: [String: Attribute] = [:]) {
    self.attributes = attributes
  }

  /// Adds an array.
  ///
  /// - Throws: when the name is not one, is taken, or a dimension has another length elsewhere.
  public mutating func add(_ variable: Variable, as name: String) throws(ArtifactError) {
    try expectFree(name)
    guard variable.dimensions == [name] || !variable.dimensions.contains(name) else {
      throw ArtifactError("'\(name)' is named as one of its dimensions, so it must be one-dimensional")
    }
    for (dimension, length) in zip(variable.dimensions, variable.shape) {
      try Self.expectName(dimension)
      if let other = lengths[dimension], other.length != length {
        throw ArtifactError(
          "dimension '\(dimension)' has length \(length) in '\(name)' and \(other.length) in '\(other.user)'"
        )
      }
      guard groups[dimension] == nil else {
        throw ArtifactError("'\(dimension)' is a group, and '\(name)' has a dimension of that name")
      }
      if let coordinate = variables[dimension], coordinate.dimensions != [dimension] {
        throw ArtifactError("'\(dimension)' is a dimension of '\(name)', so it must be its coordinate")
      }
    }
    if let known = lengths[name], variable.dimensions != [name] || variable.shape != [known.length] {
      throw ArtifactError("'\(name)' is a dimension of '\(known.user)', so it must be its coordinate")
    }
    variables[name] = variable
    for (dimension, length) in zip(variable.dimensions, variable.shape) {
      // The first by name, so that messages do not depend on the order in which arrays are added.
      if let user = lengths[dimension]?.user, user < name { continue }
      lengths[dimension] = (length, name)
    }
  }

  /// Adds a group.
  ///
  /// - Throws: when the name is not one or is taken.
  public mutating func add(_ group: Artifact, as name: String) throws(ArtifactError) {
    try expectFree(name)
    guard length(of: name) == nil else { throw ArtifactError("'\(name)' is a dimension already") }
    groups[name] = group
  }

  /// The array under `name`.
  public subscript(name: String) -> Variable? { variables[name] }

  /// The length of a dimension, if a variable of this group has it.
  public func length(of dimension: String) -> Int? { lengths[dimension]?.length }

  /// The dimensions of this group's variables, sorted by name.
  public var dimensions: [(name: String, length: Int)] {
    lengths.sorted { $0.key < $1.key }.map { ($0.key, $0.value.length) }
  }

  /// What dimensions there are follows from the arrays.
  public static func == (first: Artifact, second: Artifact) -> Bool {
    first.attributes == second.attributes && first.variables == second.variables && first.groups == second.groups
  }

  private func expectFree(_ name: String) throws(ArtifactError) {
    try Self.expectName(name)
    guard variables[name] == nil, groups[name] == nil else { throw ArtifactError("'\(name)' is here twice") }
  }

  /// A name is a letter or underscore, then letters, digits, and `_ . + -`: readable in every tool.
  static func expectName(_ name: String) throws(ArtifactError) {
    let isWord = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: "_.+-".utf8.contains(byte)
      }
    }
    guard let first = name.utf8.first, isWord, first == UInt8(ascii: "_") || first >= UInt8(ascii: "A") else {
      throw ArtifactError("'\(name)' is not a name of letters, digits and _.+- that begins with a letter")
    }
    guard name.utf8.count <= 200 else { throw ArtifactError("a name has \(name.utf8.count) letters, and may have 200") }
  }
}

/// An array with named dimensions, a unit and a description.
public struct Variable: Sendable, Equatable {
  /// The values in row-major order.
  public let values: Values
  /// The lengths of the dimensions, outermost first; empty for a single value.
  public let shape: [Int]
  /// The names of the dimensions, one for each length.
  public let dimensions: [String]
  /// `units`, `long_name` and other attributes of the array.
  public var attributes: [String: Attribute]

  /// An array over named dimensions.
  ///
  /// - Throws: when the number of values is not the product of the lengths.
  public init(
    _ values: Values,
    over dimensions: [(name: String, length: Int)] = [],
    units: String? = nil,
    description: String? = nil
  ) throws(ArtifactError) {
    let shape = dimensions.map(\.length)
    guard shape.count <= Artifact.maximumRank else { throw ArtifactError("an array of rank \(shape.count)") }
    guard shape.allSatisfy({ $0 >= 0 }), Self.count(of: shape) == values.count else {
      throw ArtifactError("\(values.count) values for the shape \(shape)")
    }
    let names = dimensions.map(\.name)
    guard Set(names).count == names.count else { throw ArtifactError("a dimension is named twice in \(names)") }
    self.values = values.canonical
    self.shape = shape
    self.dimensions = names
    self.attributes = [:]
    if let units { attributes["units"] = .string(units) }
    if let description { attributes["long_name"] = .string(description) }
  }

  /// The number of values of a shape; nil when it is beyond all memory.
  private static func count(of shape: [Int]) -> Int? {
    // A length of zero makes the array empty, however long the other dimensions are.
    guard !shape.contains(0) else { return 0 }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The unit, or nil.
  public var units: String? { attributes["units"]?.text }

  /// The description, or nil.
  public var description: String? { attributes["long_name"]?.text }
}

/// A small fact about an artifact or an array.
public struct Attribute: Sendable, Equatable {
  /// One value, or a list of them.
  public let values: Values
  /// Whether this is a list rather than a single value.
  public let isList: Bool

  init(values: Values, isList: Bool) {
    self.values = values.canonical
    self.isList = isList
  }

  /// A list.
  public static func list(_ values: Values) -> Attribute {
    Attribute(values: values, isList: true)
  }

  /// A text.
  public static func string(_ value: String) -> Attribute {
    Attribute(values: .string([value]), isList: false)
  }

  /// A number.
  public static func number(_ value: Double) -> Attribute {
    Attribute(values: .float64([value]), isList: false)
  }

  /// A whole number.
  public static func integer(_ value: Int) -> Attribute {
    Attribute(values: .int64([Int64(value)]), isList: false)
  }

  /// The text, if this is one.
  public var text: String? {
    guard case .string(let texts) = values, !isList else { return nil }
    return texts.first
  }
}

/// Something wrong with an artifact or its file: what, and where.
public struct ArtifactError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  /// An error from its message.
  public init(_ description: String) {
    self.description = description
  }
}
