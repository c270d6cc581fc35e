internal import Tensors

extension Graph {
  /// The value that a node would have if that is known or simpler than the node: constants are folded (in double
  /// precision), zeros and ones absorbed, and operations on one repeated number done once.
  ///
  /// The rules hold for finite numbers: 0 x is taken as 0, and the sign of a zero may be lost.
  mutating func simplified(_ node: Node) -> Value? {
    switch node.primitive {
    case .input, .constant: return nil
    case .elementwise(let operation):
      return folded(operation, node) ?? absorbed(operation, node)
    case .matrixProduct:
      return node.operands.contains { constantValue($0) == 0 } ? zero(node.shape) : nil
    case .broadcast:
      let source = node.operands[0]
      if shape(of: source) == node.shape { return source }
      if nodes[source.index].primitive == .broadcast {
        return broadcast(nodes[source.index].operands[0], to: node.shape)
      }
      return nil
    case .reduction(let reduction):
      let source = node.operands[0]
      let own = shape(of: source)
      if own == node.shape { return source }
      guard let number = constantValue(source) else { return nil }
      let count = reduction == .maximumOfRows ? 1 : own.count / node.shape.count
      return broadcast(constant(Double(count) * number), to: node.shape)
    }
  }

  /// The number of which a value consists, if it is a constant.
  func constantValue(_ value: Value) -> Double? {
    let node = nodes[value.index]
    switch node.primitive {
    case .constant(let number): return number
    case .broadcast: return constantValue(node.operands[0])
    default: return nil
    }
  }

  mutating func zero(_ shape: Shape) -> Value { broadcast(constant(0), to: shape) }

  /// An operation on constants, or on numbers that are repeated only afterwards.
  private mutating func folded(_ operation: ElementwiseOperation, _ node: Node) -> Value? {
    let numbers = node.operands.compactMap { constantValue($0) }
    if numbers.count == node.operands.count { return broadcast(constant(operation(numbers)), to: node.shape) }
    guard node.shape != .scalar else { return nil }
    let sources = node.operands.map { operand in
      let own = nodes[operand.index]
      return own.primitive == .broadcast ? own.operands[0] : operand
    }
    guard sources.allSatisfy({ shape(of: $0) == .scalar }) else { return nil }
    return broadcast(record(.elementwise(operation), sources, .scalar), to: node.shape)
  }

  private mutating func absorbed(_ operation: ElementwiseOperation, _ node: Node) -> Value? {
    let operands = node.operands
    let numbers = operands.map { constantValue($0) }
    switch operation {
    case .add:
      if numbers[0] == 0 { return operands[1] }
      if numbers[1] == 0 { return operands[0] }
    case .subtract:
      if numbers[1] == 0 { return operands[0] }
      if numbers[0] == 0 { return negate(operands[1]) }
    case .multiply:
      if numbers.contains(0) { return zero(node.shape) }
      for (number, other) in [(numbers[0], operands[1]), (numbers[1], operands[0])] {
        if number == 1 { return other }
        if number == -1 { return negate(other) }
      }
    case .divide:
      if numbers[0] == 0 { return zero(node.shape) }
      if numbers[1] == 1 { return operands[0] }
    case .negate:
      let own = nodes[operands[0].index]
      if own.primitive == .elementwise(.negate) { return own.operands[0] }
    case .select:
      if let condition = numbers[0] { return condition != 0 ? operands[1] : operands[2] }
      if operands[1] == operands[2] { return operands[1] }
    case .squareRoot, .exp, .log, .tanh, .erf, .greater, .equal: break
    }
    return nil
  }
}
