internal import Tensors

/// Which nodes of a graph are computed, in which order, and which of them together.
///
/// Elementwise nodes that only one other needs are computed within that one's chain; comparisons, which cost less than
/// to store, within every chain that needs them. Products that are only added up are added where they are made.
struct Schedule {
  typealias Value = Graph.Value

  /// One operation on whole matrices.
  struct Instruction {
    enum Work {
      /// The sum of matrix products.
      case products([Product])
      /// The chain of elementwise nodes that ends in the node.
      case chain
      /// The node's value, which is stored elsewhere, a constant, or to be repeated.
      case copy
      case reduction(Reduction)
    }

    enum Target: Hashable {
      case node(Value)
      case output(Int)
    }

    var work: Work
    var value: Value
    var target: Target
    /// The values in memory that are read.
    var reads: [Value]
    var phase: Int
  }

  struct Product {
    var left: Value
    var right: Value
    var transposesLeft: Bool
    var transposesRight: Bool
  }

  private(set) var instructions: [Instruction] = []

  private let graph: Graph
  private let isOutput: Set<Value>
  private var phases: [Int]
  /// The nodes that have a node as an operand, each once.
  private var users: [[Value]]
  /// Whether a node adds products, or sums of them, that nothing else needs.
  private var isSumOfProducts: [Bool]
  /// The nodes whose values are put into memory.
  private var isStored: [Bool]

  init(_ graph: Graph, outputs: [Value]) {
    self.graph = graph
    isOutput = Set(outputs)
    let count = graph.nodes.count
    phases = [Int](repeating: 0, count: count)
    users = [[Value]](repeating: [], count: count)
    isSumOfProducts = [Bool](repeating: false, count: count)
    isStored = [Bool](repeating: false, count: count)
    let live = Self.live(graph, outputs)
    for value in live {
      let node = graph.nodes[value.index]
      if case .input(_, let phase) = node.primitive { phases[value.index] = phase }
      for operand in node.operands {
        phases[value.index] = max(phases[value.index], phases[operand.index])
        if users[operand.index].last != value { users[operand.index].append(value) }
      }
    }
    for value in live { isSumOfProducts[value.index] = addsProducts(value) }
    for value in live { isStored[value.index] = mustBeStored(value) }
    for value in live { split(value) }

    var targets: [Value: Instruction.Target] = [:]
    var copies: [Instruction] = []
    for (number, output) in outputs.enumerated() {
      if targets[output] == nil, hasWork(output) {
        targets[output] = .output(number)
      } else {
        copies.append(copy(of: output, to: .output(number)))
      }
    }
    for value in live where isStored[value.index] {
      if hasWork(value) {
        instructions.append(instruction(for: value, target: targets[value] ?? .node(value)))
      } else if graph.nodes[value.index].operands.count == 1 || graph.constantValue(value) != nil {
        instructions.append(copy(of: value, to: .node(value)))
      }
    }
    instructions = (instructions + copies).enumerated()
      .sorted { ($0.element.phase, $0.offset) < ($1.element.phase, $1.offset) }
      .map(\.element)
  }

  /// The nodes on which an output depends, in order.
  private static func live(_ graph: Graph, _ outputs: [Value]) -> [Value] {
    var isLive = [Bool](repeating: false, count: graph.nodes.count)
    for output in outputs { isLive[output.index] = true }
    for index in isLive.indices.reversed() where isLive[index] {
      for operand in graph.nodes[index].operands { isLive[operand.index] = true }
    }
    return isLive.indices.filter { isLive[$0] }.map(Value.init)
  }
}

// MARK: - What is stored

extension Schedule {
  private func primitive(_ value: Value) -> Primitive { graph.nodes[value.index].primitive }

  /// Whether the node is computed from others, and not given, known or only repeated.
  private func hasWork(_ value: Value) -> Bool {
    switch primitive(value) {
    case .input, .constant, .broadcast: false
    case .elementwise, .matrixProduct, .reduction: true
    }
  }

  /// Whether the node can be part of a chain.
  private func isChained(_ value: Value) -> Bool {
    if case .elementwise = primitive(value) { return !isSumOfProducts[value.index] }
    return false
  }

  private func addsProducts(_ value: Value) -> Bool {
    guard primitive(value) == .elementwise(.add) else { return false }
    let operands = graph.nodes[value.index].operands
    return operands[0] != operands[1]
      && operands.allSatisfy { operand in
        guard users[operand.index].count == 1, !isOutput.contains(operand) else { return false }
        guard phases[operand.index] == phases[value.index] else { return false }
        if case .matrixProduct = primitive(operand) { return true }
        return isSumOfProducts[operand.index]
      }
  }

  private func mustBeStored(_ value: Value) -> Bool {
    let users = users[value.index]
    switch primitive(value) {
    case .input, .reduction: return true
    case .constant, .broadcast:
      // Chains take numbers and repeat rows and columns themselves.
      return users.contains { hasWork($0) && !isChained($0) }
    case .elementwise(let operation) where isChained(value):
      if isOutput.contains(value) || users.contains(where: { !isChained($0) }) { return true }
      if operation == .greater || operation == .equal { return false }
      return users.count > 1 || users.contains { phases[$0.index] != phases[value.index] }
    case .matrixProduct, .elementwise:
      return !(users.count == 1 && isSumOfProducts[users[0].index])
    }
  }

  /// Stores operands of a chain that would otherwise have more values than a chain can.
  private mutating func split(_ value: Value) {
    guard isChained(value) else { return }
    while size(of: value) > ElementwiseChain.capacity {
      let inner = graph.nodes[value.index].operands.filter { isChained($0) && !isStored[$0.index] }
      guard let largest = inner.max(by: { size(of: $0) < size(of: $1) }) else { return }
      isStored[largest.index] = true
    }
  }

  private func size(of value: Value) -> Int {
    var size = 0
    visit(value, leaf: { _, _ in size += 1 }, constant: { _, _ in size += 1 }, step: { _, _ in size += 1 })
    return size
  }
}

// MARK: - Instructions

extension Schedule {
  /// Where the value's numbers are: for one that repeats another, where that one's are. Nil for a constant.
  private func source(_ value: Value) -> Value? {
    switch primitive(value) {
    case .constant: nil
    case .broadcast: source(graph.nodes[value.index].operands[0])
    default: value
    }
  }

  private func copy(of value: Value, to target: Instruction.Target) -> Instruction {
    Instruction(
      work: .copy,
      value: value,
      target: target,
      reads: source(value).map { [$0] } ?? [],
      phase: phases[value.index]
    )
  }

  private func instruction(for value: Value, target: Instruction.Target) -> Instruction {
    let node = graph.nodes[value.index]
    let (work, reads): (Instruction.Work, [Value])
    if case .reduction(let reduction) = node.primitive {
      (work, reads) = (.reduction(reduction), node.operands)
    } else if isChained(value) {
      var leaves: [Value] = []
      visit(value, leaf: { leaves.append($1) }, constant: { _, _ in }, step: { _, _ in })
      (work, reads) = (.chain, leaves)
    } else {
      let products = products(value)
      (work, reads) = (.products(products), products.flatMap { [$0.left, $0.right] })
    }
    return Instruction(work: work, value: value, target: target, reads: reads, phase: phases[value.index])
  }

  private func products(_ value: Value) -> [Product] {
    let node = graph.nodes[value.index]
    guard case .matrixProduct(let transposesLeft, let transposesRight) = node.primitive else {
      return node.operands.flatMap(products)
    }
    return [
      Product(
        left: node.operands[0],
        right: node.operands[1],
        transposesLeft: transposesLeft,
        transposesRight: transposesRight
      )
    ]
  }

  /// Visits the members of a chain, each once, in an order in which it can be computed. A leaf comes with the value in
  /// memory that it is or repeats.
  func visit(
    _ root: Value,
    leaf: (Value, Value) -> Void,
    constant: (Value, Double) -> Void,
    step: (Value, ElementwiseOperation) -> Void
  ) {
    var seen: Set<Value> = []
    func visit(_ value: Value) {
      guard seen.insert(value).inserted else { return }
      if case .elementwise(let operation) = primitive(value), value == root || !isStored[value.index] {
        for operand in graph.nodes[value.index].operands { visit(operand) }
        step(value, operation)
      } else if let number = graph.constantValue(value) {
        constant(value, number)
      } else {
        leaf(value, source(value) ?? value)
      }
    }
    visit(root)
  }
}
