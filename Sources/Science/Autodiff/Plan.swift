public import Tensors

/// A graph made ready to run: every value has its place in one arena, and a run allocates nothing.
public final class Plan {
  /// The arena, in which inputs and outputs can be worked on between runs.
  public let arena: Arena
  /// How many phases the graph's inputs have.
  public let phaseCount: Int

  private let places: [Graph.Value: Matrix]
  private let inputGroups: [Matrix]
  private let outputGroups: [Matrix]
  private let outputPlaces: [[Matrix]]
  private let steps: [[Step]]

  private enum Step {
    case product(Factor, Factor, into: Matrix, isAdded: Bool)
    case chain(PlacedChain)
    case reduction(Matrix, Reduction, into: Matrix)
  }

  /// Compiles what the outputs need.
  ///
  /// - Parameters:
  ///   - inputs: the inputs, in groups that lie one after the other in memory and so can be taken as one vector.
  ///   - outputs: the outputs, in groups likewise.
  /// - Precondition: every input that an output depends on is in one group.
  public init(
    _ graph: Graph,
    inputs: [[Graph.Value]],
    outputs: [[Graph.Value]],
    precision: Precision,
    workers: Workers
  ) {
    let placement = Placement(graph, inputs: inputs, outputs: outputs)
    (inputGroups, outputGroups) = (placement.inputs, placement.outputs)
    (outputPlaces, places) = (placement.outputParts, placement.places)
    let schedule = placement.schedule
    arena = Arena(count: placement.count, precision: precision, workers: workers)
    phaseCount = 1 + (schedule.instructions.map(\.phase).max() ?? 0)
    var steps = [[Step]](repeating: [], count: phaseCount)
    for (instruction, target) in zip(schedule.instructions, placement.targets) {
      steps[instruction.phase] += Self.steps(instruction, schedule, graph, into: target, places, arena)
    }
    self.steps = steps
  }

  /// How many numbers the arena of a plan holds, without making one.
  public static func size(of graph: Graph, inputs: [[Graph.Value]], outputs: [[Graph.Value]]) -> Int {
    Placement(graph, inputs: inputs, outputs: outputs).count
  }

  /// Computes what depends on inputs of this phase and none of later ones. The phases before must have been run for
  /// the inputs as they are.
  public func run(phase: Int = 0) {
    for step in steps[phase] {
      switch step {
      case .product(let left, let right, let result, let isAdded):
        arena.multiply(left, right, into: result, isAdded: isAdded)
      case .chain(let chain): chain.run()
      case .reduction(let matrix, let reduction, let result): arena.reduce(matrix, reduction, into: result)
      }
    }
  }

  /// The group of inputs as one vector.
  public func inputs(_ group: Int) -> Matrix { inputGroups[group] }

  /// The group of outputs as one vector.
  public func outputs(_ group: Int) -> Matrix { outputGroups[group] }

  /// The output `number` of a group.
  public func output(_ group: Int, _ number: Int = 0) -> Matrix { outputPlaces[group][number] }

  /// Where an input lies.
  public func place(ofInput value: Graph.Value) -> Matrix {
    guard let place = places[value] else { preconditionFailure("no such input") }
    return place
  }
}

/// Where the values of a graph lie in an arena.
private struct Placement {
  /// The groups of inputs and outputs, each as one vector.
  let inputs: [Matrix], outputs: [Matrix]
  /// The outputs of each group.
  let outputParts: [[Matrix]]
  /// What is computed, in which order.
  let schedule: Schedule
  /// Where each instruction of the schedule leaves its value.
  let targets: [Matrix]
  /// The places of all values.
  let places: [Graph.Value: Matrix]
  /// The size of the arena.
  let count: Int

  init(_ graph: Graph, inputs: [[Graph.Value]], outputs: [[Graph.Value]]) {
    var layout = ArenaLayout()
    func reserve(_ group: [Graph.Value]) -> (whole: Matrix, parts: [Matrix]) {
      let shapes = group.map { graph.shape(of: $0) }
      let count = shapes.reduce(0) { $0 + $1.count }
      var offset = layout.reserve(count)
      let whole = Matrix(offset: offset, rows: 1, columns: count)
      let parts = shapes.map { shape in
        defer { offset += shape.count }
        return Matrix(offset: offset, rows: shape.rows, columns: shape.columns)
      }
      return (whole, parts)
    }
    let placedInputs = inputs.map(reserve)
    let placedOutputs = outputs.map(reserve)
    self.inputs = placedInputs.map(\.whole)
    self.outputs = placedOutputs.map(\.whole)
    outputParts = placedOutputs.map(\.parts)

    var places: [Graph.Value: Matrix] = [:]
    for (values, placed) in zip(inputs, placedInputs) {
      for (value, place) in zip(values, placed.parts) { places[value] = place }
    }
    schedule = Schedule(graph, outputs: outputs.flatMap { $0 })
    targets = Plan.place(schedule, graph, outputs: outputParts.flatMap { $0 }, &layout, &places)
    self.places = places
    count = layout.count
  }
}

// MARK: - Compilation

extension Plan {
  /// Gives every stored value a place: from the instruction that makes it to the last one that reads it. What a later
  /// phase reads stays, as that phase may be run again. A chain's result takes over the place of an operand that nothing
  /// reads afterwards: less memory, and less to fetch into the caches.
  fileprivate static func place(
    _ schedule: Schedule,
    _ graph: Graph,
    outputs: [Matrix],
    _ layout: inout ArenaLayout,
    _ places: inout [Graph.Value: Matrix]
  ) -> [Matrix] {
    let instructions = schedule.instructions
    var phaseOf: [Graph.Value: Int] = [:]
    for instruction in instructions {
      if case .node(let value) = instruction.target { phaseOf[value] = instruction.phase }
    }
    var lastUse: [Graph.Value: Int] = [:]
    for (position, instruction) in instructions.enumerated() {
      for value in instruction.reads {
        let isKept = phaseOf[value].map { $0 < instruction.phase } ?? false
        lastUse[value] = isKept ? instructions.count : max(lastUse[value] ?? 0, position)
      }
    }
    let floor = layout.count
    return instructions.enumerated().map { position, instruction in
      switch instruction.target {
      case .output(let number):
        if case .copy = instruction.work { return outputs[number] }
        places[instruction.value] = outputs[number]
        return outputs[number]
      case .node(let value):
        let shape = graph.shape(of: value)
        let end = lastUse[value] ?? position
        if case .chain = instruction.work {
          let spent = instruction.reads.first {
            phaseOf[$0] == instruction.phase && lastUse[$0] == position && graph.shape(of: $0) == shape
          }
          if let place = spent.flatMap({ places[$0] }) {
            layout.keep(place.offset, through: end)
            places[value] = place
            return place
          }
        }
        let offset = layout.take(shape.count, from: position, through: end, above: floor)
        let place = Matrix(offset: offset, rows: shape.rows, columns: shape.columns)
        places[value] = place
        return place
      }
    }
  }

  private static func steps(
    _ instruction: Schedule.Instruction,
    _ schedule: Schedule,
    _ graph: Graph,
    into target: Matrix,
    _ places: [Graph.Value: Matrix],
    _ arena: Arena
  ) -> [Step] {
    func place(_ value: Graph.Value) -> Matrix {
      guard let place = places[value] else { preconditionFailure("an input is in no group") }
      return place
    }
    switch instruction.work {
    case .products(let products):
      return products.enumerated().map { number, product in
        .product(
          Factor(place(product.left), isTransposed: product.transposesLeft),
          Factor(place(product.right), isTransposed: product.transposesRight),
          into: target,
          isAdded: number > 0
        )
      }
    case .reduction(let reduction):
      return [.reduction(place(instruction.reads[0]), reduction, into: target)]
    case .copy:
      var chain = ElementwiseChain(rows: target.rows, columns: target.columns)
      let source = graph.constantValue(instruction.value).map { chain.constant($0) }
      let value = source ?? chain.operand(place(instruction.reads[0]))
      chain.apply(.multiply, [value, chain.constant(1)])
      return [.chain(chain.placed(in: arena, result: target))]
    case .chain:
      var chain = ElementwiseChain(rows: target.rows, columns: target.columns)
      var values: [Graph.Value: ElementwiseChain.Value] = [:]
      schedule.visit(
        instruction.value,
        leaf: { values[$0] = chain.operand(place($1)) },
        constant: { values[$0] = chain.constant($1) },
        step: { value, operation in
          values[value] = chain.apply(operation, graph.nodes[value.index].operands.compactMap { values[$0] })
        }
      )
      return [.chain(chain.placed(in: arena, result: target))]
    }
  }
}
