public import Artifacts
public import Configuration

/// Where an input comes from: one result, or the points of a sweep, which arrive stacked.
///
/// The reference is the name of an action while a pipeline is planned, and an address once the result is known.
public enum Source<Reference: Sendable & Hashable>: Sendable, Hashable {
  /// One result.
  case one(Reference)
  /// The points of a grid, row by row, the last axis running fastest; nil where the sweep leaves a point out.
  case stack(axes: [SweepAxis], members: [Reference?])
}

extension Source {
  /// All results that it is made of.
  public var references: [Reference] {
    switch self {
    case .one(let reference): [reference]
    case .stack(_, let members): members.compactMap { $0 }
    }
  }

  /// The same source of other references; a point for which there is none is missing.
  public func compactMap<Other>(_ transform: (Reference) -> Other?) -> Source<Other>? {
    switch self {
    case .one(let reference): transform(reference).map { .one($0) }
    case .stack(let axes, let members): .stack(axes: axes, members: members.map { $0.flatMap(transform) })
    }
  }
}

extension Source: ConfigurationValue where Reference == ContentDigest {
  private struct Form: Record {
    var axes: [SweepAxis] = []
    var members: [String?] = []

    static let fields: [Field<Form>] = [
      .init("axes", \.axes, "The axes of the sweep.", required: true),
      .init("members", \.members, "The addresses of the points, row by row.", required: true),
    ]
  }

  /// An address, or axes with addresses.
  public static var shape: ValueShape { .either([.string, Form.shape]) }

  /// Reads an address, or axes with addresses.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Source? {
    if case .scalar(let text, _) = node.content {
      guard let address = ContentDigest(text) else { return reject(node, &diagnostics, hint: "an address is expected") }
      return .one(address)
    }
    guard let form = Form.decode(node, &diagnostics) else { return nil }
    let members = form.members.map { $0.flatMap(ContentDigest.init) }
    let isWhole = zip(form.members, members).allSatisfy { ($0 == nil) == ($1 == nil) }
    guard isWhole, members.count == form.axes.reduce(1, { $0 * $1.length }) else {
      return reject(node, &diagnostics, hint: "there is one address for each point of the axes")
    }
    return .stack(axes: form.axes, members: members)
  }

  /// The address, or the axes with addresses.
  public var json: JSONValue {
    switch self {
    case .one(let address): return .string(address.description)
    case .stack(let axes, let members):
      var form = Form()
      form.axes = axes
      form.members = members.map { $0?.description }
      return form.json
    }
  }
}

/// An axis of a sweep: one dimension of the stacked result, with a coordinate for each parameter that varies along it.
public struct SweepAxis: Record, Hashable {
  /// The name of the dimension.
  public var name = ""
  /// What varies along it; the first is named as the dimension.
  public var coordinates: [Coordinate] = []

  /// An axis without a name.
  public init() {}

  /// An axis.
  public init(_ name: String, _ coordinates: [Coordinate]) {
    self.name = name
    self.coordinates = coordinates
  }

  /// The keys of an axis.
  public static let fields: [Field<SweepAxis>] = [
    .init("name", \.name, "The name of the dimension.", required: true),
    .init("coordinates", \.coordinates, "What varies along it.", limit: .notEmpty(), required: true),
  ]

  /// Coordinates of different lengths.
  public func inconsistencies() -> [Inconsistency] {
    Set(coordinates.map(\.values.count)).count > 1
      ? [Inconsistency("coordinates", "the coordinates of an axis have one length")] : []
  }

  /// The number of points along it.
  public var length: Int { coordinates.first?.values.count ?? 0 }

  /// One parameter along an axis.
  public struct Coordinate: Record, Hashable {
    /// The name.
    public var name = ""
    /// The values: all numbers, or all texts.
    public var values: [JSONValue] = []
    /// The unit, if they are quantities.
    public var unit: String?

    /// A coordinate without values.
    public init() {}

    /// A coordinate.
    public init(_ name: String, _ values: [JSONValue], unit: String? = nil) {
      self.name = name
      self.values = values
      self.unit = unit
    }

    /// The keys of a coordinate.
    public static let fields: [Field<Coordinate>] = [
      .init("name", \.name, "The name.", required: true),
      .init("values", \.values, "The values along the axis.", required: true),
      .init("unit", \.unit, "The unit."),
    ]

    /// The values as an array: numbers if all are, else texts.
    var array: Values {
      let numbers = values.compactMap { value -> Double? in
        guard case .number(let number) = value else { return nil }
        return number
      }
      if numbers.count == values.count { return .float64(numbers) }
      return .string(values.map { if case .string(let text) = $0 { text } else { $0.canonicalText } })
    }
  }
}

extension Artifact {
  /// The points of a sweep as one artifact: each array gains the axes as its first dimensions.
  ///
  /// - Throws: when the points have different arrays, or arrays of different shapes that cannot be filled up.
  public init(stacking members: [Artifact?], along axes: [SweepAxis]) throws(ArtifactError) {
    try self.init(stacking: members, over: axes.map { (name: $0.name, length: $0.length) })
    for axis in axes {
      for coordinate in axis.coordinates {
        let variable = try Variable(
          coordinate.array,
          over: [(name: axis.name, length: axis.length)],
          units: coordinate.unit
        )
        try add(variable, as: coordinate.name)
      }
    }
  }
}
