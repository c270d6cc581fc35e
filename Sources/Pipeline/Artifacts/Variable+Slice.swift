extension Variable {
  /// The part of the array at one index of each dimension that `indices` names; those dimensions are then gone. A
  /// negative index counts from the end. Names of dimensions that the array does not have are passed over.
  ///
  /// - Throws: when an index is out of range.
  public func slice(at indices: [String: Int]) throws(ArtifactError) -> Variable {
    var result = self
    for (dimension, index) in indices.sorted(by: { $0.key < $1.key }) {
      guard let axis = result.dimensions.firstIndex(of: dimension) else { continue }
      let length = result.shape[axis]
      let place = index < 0 ? index + length : index
      guard (0..<length).contains(place) else {
        throw ArtifactError("there is no index \(index) along '\(dimension)', which has length \(length)")
      }
      result = try result.fixing(axis, at: place)
    }
    return result
  }

  private func fixing(_ axis: Int, at index: Int) throws(ArtifactError) -> Variable {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let kept = (0..<outer).flatMap { block in
      let start = (block * shape[axis] + index) * inner
      return start..<start + inner
    }
    var left = zip(dimensions, shape).map { (name: $0, length: $1) }
    left.remove(at: axis)
    var variable = try Variable(values.picking(kept), over: left)
    variable.attributes = attributes
    return variable
  }
}

extension Values {
  /// The values at these places, in this order.
  public func picking(_ places: [Int]) -> Values {
    switch self {
    case .float64(let values): .float64(places.map { values[$0] })
    case .float32(let values): .float32(places.map { values[$0] })
    case .int64(let values): .int64(places.map { values[$0] })
    case .int32(let values): .int32(places.map { values[$0] })
    case .int8(let values): .int8(places.map { values[$0] })
    case .string(let values): .string(places.map { values[$0] })
    }
  }

  /// The values of all parts, one after the other.
  ///
  /// - Precondition: the parts have this type.
  public func joining(_ parts: [Values]) -> Values {
    func mismatch() -> Never { preconditionFailure("parts that are not \(typeName)") }
    return switch self {
    case .float64: .float64(parts.flatMap { if case .float64(let part) = $0 { part } else { mismatch() } })
    case .float32: .float32(parts.flatMap { if case .float32(let part) = $0 { part } else { mismatch() } })
    case .int64: .int64(parts.flatMap { if case .int64(let part) = $0 { part } else { mismatch() } })
    case .int32: .int32(parts.flatMap { if case .int32(let part) = $0 { part } else { mismatch() } })
    case .int8: .int8(parts.flatMap { if case .int8(let part) = $0 { part } else { mismatch() } })
    case .string: .string(parts.flatMap { if case .string(let part) = $0 { part } else { mismatch() } })
    }
  }
}
