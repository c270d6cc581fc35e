internal import Tensors

extension Graph {
  /// Jacobian times vector (forward mode): records how the outputs change when the inputs change by the tangents.
  ///
  /// - Parameters:
  ///   - outputs: what is differentiated.
  ///   - inputs: with respect to what; any values.
  ///   - tangents: one for each input, of its shape.
  /// - Returns: a tangent for each output, of its shape.
  public mutating func jvp(_ outputs: [Value], at inputs: [Value], tangents: [Value]) -> [Value] {
    precondition(inputs.count == tangents.count)
    var tangentOf: [Value: Value] = [:]
    for (input, tangent) in zip(inputs, tangents) {
      precondition(shape(of: input) == shape(of: tangent), "a tangent has the shape of its input")
      tangentOf[input] = tangent
    }
    for value in between(inputs, outputs) where tangentOf[value] == nil {
      tangentOf[value] = tangent(of: value) { tangentOf[$0] }
    }
    return outputs.map { tangentOf[$0] ?? zero(shape(of: $0)) }
  }

  /// Vector times Jacobian (reverse mode): records what each input contributes to the output, weighted by the cotangent.
  ///
  /// With the cotangent 1 of a number this is the gradient.
  /// - Returns: a cotangent for each input, of its shape.
  public mutating func vjp(_ output: Value, cotangent: Value, at inputs: [Value]) -> [Value] {
    precondition(shape(of: output) == shape(of: cotangent), "a cotangent has the shape of its output")
    let path = between(inputs, [output])
    let members = Set(path)
    var cotangentOf = [output: cotangent]
    for value in path.reversed() where !inputs.contains(value) {
      guard let cotangent = cotangentOf[value] else { continue }
      for (position, operand) in nodes[value.index].operands.enumerated() where members.contains(operand) {
        guard let part = transposed(value, position, cotangent) else { continue }
        cotangentOf[operand] = cotangentOf[operand].map { add($0, part) } ?? part
      }
    }
    return inputs.map { cotangentOf[$0] ?? zero(shape(of: $0)) }
  }

  /// The values that depend on one of `inputs` and on which one of `outputs` depends, in order.
  private func between(_ inputs: [Value], _ outputs: [Value]) -> [Value] {
    let end = (outputs.map(\.index).max() ?? -1) + 1
    var isNeeded = [Bool](repeating: false, count: end)
    for output in outputs { isNeeded[output.index] = true }
    for index in (0..<end).reversed() where isNeeded[index] {
      for operand in nodes[index].operands { isNeeded[operand.index] = true }
    }
    let seeds = Set(inputs)
    var depends = [Bool](repeating: false, count: end)
    for index in 0..<end {
      depends[index] = seeds.contains(Value(index: index)) || nodes[index].operands.contains { depends[$0.index] }
    }
    return (0..<end).filter { isNeeded[$0] && depends[$0] }.map(Value.init)
  }
}

// MARK: - Rules

extension Graph {
  /// The tangent of a node from those of its operands; nil if it is zero.
  private mutating func tangent(of value: Value, _ tangentOf: (Value) -> Value?) -> Value? {
    let node = nodes[value.index]
    let tangents = node.operands.map(tangentOf)
    switch node.primitive {
    case .input, .constant: return nil
    case .elementwise(.select):
      guard tangents[1] != nil || tangents[2] != nil else { return nil }
      let none = zero(node.shape)
      return select(condition(of: value), tangents[1] ?? none, tangents[2] ?? none)
    case .elementwise:
      return sum(tangents.enumerated().map { position, tangent in tangent.flatMap { scaled(value, position, $0) } })
    case .matrixProduct(let transposesLeft, let transposesRight):
      let (left, right) = (node.operands[0], node.operands[1])
      let parts = [tangents[0].map { ($0, right) }, tangents[1].map { (left, $0) }]
      return sum(
        parts.map { part in
          part.map {
            matrixProduct($0.0, $0.1, transposesLeft: transposesLeft, transposesRight: transposesRight)
          }
        }
      )
    case .broadcast:
      return tangents[0].map { broadcast($0, to: node.shape) }
    case .reduction(.maximumOfRows):
      return tangents[0].map { sumOfRows(multiply(shareOfLargest(value), $0)) }
    case .reduction:
      return tangents[0].map { sum($0, to: node.shape) }
    }
  }

  /// What a node's cotangent contributes to that of an operand: the adjoint of `tangent`; nil if it is zero.
  private mutating func transposed(_ value: Value, _ position: Int, _ cotangent: Value) -> Value? {
    let node = nodes[value.index]
    let operand = node.operands[position]
    switch node.primitive {
    case .input, .constant: return nil
    case .elementwise: return scaled(value, position, cotangent)
    case .matrixProduct(let transposesLeft, let transposesRight):
      // C = A B: A' = C' Bᵀ, B' = Aᵀ C', and the transposes of these.
      let other = node.operands[1 - position]
      let isTransposed = position == 0 ? transposesLeft : transposesRight
      let otherIsTransposed = position == 0 ? transposesRight : transposesLeft
      return (position == 0) != isTransposed
        ? matrixProduct(
          cotangent,
          other,
          transposesLeft: isTransposed,
          transposesRight: position == 0 ? !otherIsTransposed : otherIsTransposed
        )
        : matrixProduct(
          other,
          cotangent,
          transposesLeft: position == 0 ? otherIsTransposed : !otherIsTransposed,
          transposesRight: isTransposed
        )
    case .broadcast:
      return sum(cotangent, to: shape(of: operand))
    case .reduction(.maximumOfRows):
      return multiply(shareOfLargest(value), cotangent)
    case .reduction:
      return broadcast(cotangent, to: shape(of: operand))
    }
  }

  /// A vector times the derivative of an elementwise node by one of its operands, which is diagonal: the same for
  /// tangents and cotangents. Nil if it is zero.
  private mutating func scaled(_ value: Value, _ position: Int, _ vector: Value) -> Value? {
    guard case .elementwise(let operation) = nodes[value.index].primitive else { return nil }
    let operands = nodes[value.index].operands
    switch operation {
    case .add: return vector
    case .subtract: return position == 0 ? vector : negate(vector)
    case .multiply: return multiply(vector, operands[1 - position])
    case .divide:
      let quotient = divide(vector, operands[1])
      return position == 0 ? quotient : negate(multiply(quotient, value))
    case .negate: return negate(vector)
    case .squareRoot: return divide(multiply(constant(0.5), vector), value)
    case .exp: return multiply(vector, value)
    case .log: return divide(vector, operands[0])
    case .tanh: return multiply(vector, subtract(constant(1), multiply(value, value)))
    case .erf:
      // 2/√π e^(-x²)
      let bell = exp(negate(multiply(operands[0], operands[0])))
      return multiply(vector, multiply(constant(2 / Double.pi.squareRoot()), bell))
    case .greater, .equal: return nil
    case .select:
      let none = zero(shape(of: value))
      return switch position {
      case 1: select(condition(of: value), vector, none)
      case 2: select(condition(of: value), none, vector)
      default: nil
      }
    }
  }

  /// The condition of a `select`. Whether max(x, 0) is x shows in the result too: x need not be kept for it.
  private mutating func condition(of value: Value) -> Value {
    let node = nodes[value.index]
    let (condition, positive, other) = (node.operands[0], node.operands[1], node.operands[2])
    let known = nodes[condition.index]
    guard constantValue(other) == 0, known.primitive == .elementwise(.greater), known.operands == [positive, other]
    else { return condition }
    return greater(value, other)
  }

  /// For each element of the operand of `maximumOfRows` its share in the largest of its row.
  private mutating func shareOfLargest(_ value: Value) -> Value {
    let isLargest = equal(nodes[value.index].operands[0], value)
    return divide(isLargest, sumOfRows(isLargest))
  }

  /// The sum of those that are not zero.
  private mutating func sum(_ parts: [Value?]) -> Value? {
    parts.reduce(nil) { sum, part in
      guard let sum, let part else { return sum ?? part }
      return add(sum, part)
    }
  }
}
