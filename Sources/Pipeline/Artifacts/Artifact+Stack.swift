extension Artifact {
  /// Artifacts of one form as one: each array gains `axes` as its first dimensions.
  ///
  /// Coordinates that are the same everywhere stay as they are; others become arrays NAME_of_point. Where a member is
  /// missing, which the array `missing` says, or members differ in the length of a dimension (runs that stopped early),
  /// places are left without a value: numbers are not-a-number there, for which integers become doubles, labels are -1,
  /// and texts are empty.
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
      // A coordinate that differs between points is not a coordinate of the stack: it becomes a variable of its own.
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
    let isLabel = example.attributes["flag_meanings"] != nil
    let hasGaps = present.count < variables.count || present.contains { $0.shape != lengths }
    // A whole number has no "none" among its values.
    let isWidened = hasGaps && !isLabel && example.values.isWhole
    var parts: [Values] = []
    for variable in variables {
      if isWidened, variable?.values.wholes?.contains(where: { $0.magnitude > 1 << 53 }) == true {
        throw ArtifactError(
          "'\(name)' becomes doubles, as points of the sweep are missing or differ in length, and it has whole numbers "
            + "beyond 2^53"
        )
      }
      let values = variable.map { isWidened ? .float64($0.values.doubles ?? []) : $0.values }
      let blank = (isWidened ? Values.float64([]) : example.values).blank(lengths.reduce(1, *))
      parts.append(values.map { blank.replacing(variable?.shape ?? [], of: lengths, with: $0) } ?? blank)
    }
    let type = isWidened ? Values.float64([]) : example.values
    var stacked = try Variable(
      type.joining(parts),
      over: axes + zip(example.dimensions, lengths).map { (name: $0, length: $1) }
    )
    stacked.attributes = example.attributes
    return stacked
  }
}

extension Values {
  /// The first values.
  func prefix(_ count: Int) -> Values { picking(Array(0..<Swift.min(count, self.count))) }

  /// Values of this type that say that there are none: not-a-number, -1, or an empty text.
  fileprivate func blank(_ count: Int) -> Values {
    switch self {
    case .float64: .float64(.init(repeating: .nan, count: count))
    case .float32: .float32(.init(repeating: .nan, count: count))
    case .int64: .int64(.init(repeating: -1, count: count))
    case .int32: .int32(.init(repeating: -1, count: count))
    case .int8: .int8(.init(repeating: -1, count: count))
    case .string: .string(.init(repeating: "", count: count))
    }
  }

  /// These values over `lengths`, the block of `shape` at their beginning replaced.
  fileprivate func replacing(_ shape: [Int], of lengths: [Int], with block: Values) -> Values {
    if shape == lengths { return block }
    func filled<Value>(_ values: [Value], _ block: [Value]) -> [Value] {
      var values = values
      for index in block.indices { values[Self.place(index, shape, lengths)] = block[index] }
      return values
    }
    return switch (self, block) {
    case (.float64(let values), .float64(let block)): .float64(filled(values, block))
    case (.float32(let values), .float32(let block)): .float32(filled(values, block))
    case (.int64(let values), .int64(let block)): .int64(filled(values, block))
    case (.int32(let values), .int32(let block)): .int32(filled(values, block))
    case (.int8(let values), .int8(let block)): .int8(filled(values, block))
    case (.string(let values), .string(let block)): .string(filled(values, block))
    default: preconditionFailure("\(block.typeName) in \(typeName)")
    }
  }

  /// Where the value at `index` of a block of `shape` stands among values over `lengths`.
  private static func place(_ index: Int, _ shape: [Int], _ lengths: [Int]) -> Int {
    var (rest, place, stride) = (index, 0, 1)
    for axis in shape.indices.reversed() {
      place += rest % shape[axis] * stride
      rest /= shape[axis]
      stride *= lengths[axis]
    }
    return place
  }
}
