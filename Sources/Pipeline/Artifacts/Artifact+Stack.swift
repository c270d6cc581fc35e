extension Artifact {
  /// Artifacts of one form as one: each array gains `axes` as its first dimensions.
  ///
  /// Coordinates that are the same everywhere stay as they are; others become arrays NAME_of_point. Where a member is missing, numbers are not-a-number and
  /// the array `missing` says so; integers and texts are then 0 and empty. Where members differ in the length of a
  /// dimension (runs that stopped early), numbers are filled up with not-a-number.
  ///
  /// - Parameter members: row by row, the last axis running fastest; as many as the axes have points.
  /// - Throws: when all are missing, or they differ in more than that.
  public init(stacking members: [Artifact?], over axes: [(name: String, length: Int)]) throws(ArtifactError) {
    let present = members.compactMap { $0 }
    guard members.count == axes.reduce(1, { $0 * $1.length }) else {
      throw ArtifactError("\(members.count) members for axes of the lengths \(axes.map(\.length))")
    }
    guard let first = present.first else { throw ArtifactError("every point of the sweep is missing") }
    self.init(
      attributes: first.attributes.filter { name, value in present.allSatisfy { $0.attributes[name] == value } }
    )
    for (name, example) in first.variables.sorted(by: { $0.key < $1.key }) {
      let stacked = try Self.stack(name, example, members, axes)
      // A coordinate that differs from point to point is none of the whole: it stands beside its dimension.
      let isCoordinate = example.dimensions == [name] && stacked.dimensions != [name]
      try add(stacked, as: isCoordinate ? "\(name)_of_point" : name)
    }
    for (name, _) in first.groups.sorted(by: { $0.key < $1.key }) {
      try add(Artifact(stacking: members.map { $0?.groups[name] }, over: axes), as: name)
    }
    for member in present {
      for name in member.variables.keys where self[name] == nil && self["\(name)_of_point"] == nil {
        throw ArtifactError("only some points of the sweep have the array '\(name)'")
      }
    }
    if present.count < members.count, self["missing"] == nil {
      var flags = try Variable(
        .int8(members.map { $0 == nil ? 1 : 0 }),
        over: axes,
        description: "Whether the point of the sweep is missing."
      )
      flags.attributes["flag_values"] = .list(.int8([0, 1]))
      flags.attributes["flag_meanings"] = .string("present missing")
      try add(flags, as: "missing")
    }
  }

  private static func stack(
    _ name: String,
    _ example: Variable,
    _ members: [Artifact?],
    _ axes: [(name: String, length: Int)]
  ) throws(ArtifactError) -> Variable {
    var variables: [Variable?] = []
    for member in members {
      guard let member else {
        variables.append(nil)
        continue
      }
      guard let variable = member[name], variable.dimensions == example.dimensions,
        variable.values.typeName == example.values.typeName
      else { throw ArtifactError("the points of the sweep differ in the array '\(name)'") }
      variables.append(variable)
    }
    let present = variables.compactMap { $0 }
    // A coordinate belongs to its dimension; the longest serves all where the shorter ones are its beginning.
    if example.dimensions == [name] {
      let longest = present.max { $0.values.count < $1.values.count } ?? example
      if present.allSatisfy({ $0.values == longest.values.prefix($0.values.count) }) { return longest }
    }
    let lengths = example.dimensions.indices.map { axis in present.map { $0.shape[axis] }.max() ?? 0 }
    var parts: [Values] = []
    for variable in variables { parts.append(try filling(variable, to: lengths, like: example, name)) }
    let values = example.values.joining(parts)
    var stacked = try Variable(values, over: axes + zip(example.dimensions, lengths).map { (name: $0, length: $1) })
    stacked.attributes = example.attributes
    return stacked
  }

  /// The values of a point, filled up to `lengths`.
  private static func filling(
    _ variable: Variable?,
    to lengths: [Int],
    like example: Variable,
    _ name: String
  ) throws(ArtifactError) -> Values {
    if let variable, variable.shape == lengths { return variable.values }
    let blank = example.values.blank(lengths.reduce(1, *))
    guard let variable else { return blank }
    guard blank.isFloatingPoint else {
      throw ArtifactError("the points of the sweep differ in the length of '\(name)', which cannot be left open there")
    }
    return blank.replacing(variable.shape, of: lengths, with: variable.values)
  }
}

extension Values {
  /// The first values.
  func prefix(_ count: Int) -> Values { picking(Array(0..<Swift.min(count, self.count))) }

  /// Values of this type that say that there are none: not-a-number, 0, or an empty text.
  fileprivate func blank(_ count: Int) -> Values {
    switch self {
    case .float64: .float64(.init(repeating: .nan, count: count))
    case .float32: .float32(.init(repeating: .nan, count: count))
    case .int64: .int64(.init(repeating: 0, count: count))
    case .int32: .int32(.init(repeating: 0, count: count))
    case .int8: .int8(.init(repeating: 0, count: count))
    case .string: .string(.init(repeating: "", count: count))
    }
  }

  fileprivate var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32: true
    default: false
    }
  }

  /// These values over `lengths`, the block of `shape` at their beginning replaced.
  fileprivate func replacing(_ shape: [Int], of lengths: [Int], with block: Values) -> Values {
    func place(_ index: Int) -> Int {
      var (rest, place, stride) = (index, 0, 1)
      for axis in shape.indices.reversed() {
        place += rest % shape[axis] * stride
        rest /= shape[axis]
        stride *= lengths[axis]
      }
      return place
    }
    switch (self, block) {
    case (.float64(var values), .float64(let block)):
      for index in block.indices { values[place(index)] = block[index] }
      return .float64(values)
    case (.float32(var values), .float32(let block)):
      for index in block.indices { values[place(index)] = block[index] }
      return .float32(values)
    default: return self
    }
  }
}
