internal import CKernels

/// What can be done to each element. Comparisons give 1 or 0.
public enum ElementwiseOperation: Sendable, Hashable, CaseIterable {
  case add, subtract, multiply, divide, negate, squareRoot, exp, log, tanh, erf
  /// Whether the first is greater than the second.
  case greater
  /// Whether both are equal.
  case equal
  /// The second where the first is not zero, else the third.
  case select

  /// How many operands it takes.
  public var arity: Int {
    switch self {
    case .add, .subtract, .multiply, .divide, .greater, .equal: 2
    case .negate, .squareRoot, .exp, .log, .tanh, .erf: 1
    case .select: 3
    }
  }

  /// The result for one element, in double precision.
  public func callAsFunction(_ x: [Double]) -> Double {
    precondition(x.count == arity)
    return switch self {
    case .add: x[0] + x[1]
    case .subtract: x[0] - x[1]
    case .multiply: x[0] * x[1]
    case .divide: x[0] / x[1]
    case .negate: -x[0]
    case .squareRoot: x[0].squareRoot()
    case .exp: Elementary.exp(x[0])
    case .log: Elementary.log(x[0])
    case .tanh: Elementary.tanh(x[0])
    case .erf: Elementary.erf(x[0])
    case .greater: x[0] > x[1] ? 1 : 0
    case .equal: x[0] == x[1] ? 1 : 0
    case .select: x[0] != 0 ? x[1] : x[2]
    }
  }

  var kernel: kernel_operation {
    switch self {
    case .add: KERNEL_ADD
    case .subtract: KERNEL_SUBTRACT
    case .multiply: KERNEL_MULTIPLY
    case .divide: KERNEL_DIVIDE
    case .negate: KERNEL_NEGATE
    case .squareRoot: KERNEL_SQUARE_ROOT
    case .exp: KERNEL_EXP
    case .log: KERNEL_LOG
    case .tanh: KERNEL_TANH
    case .erf: KERNEL_ERF
    case .greater: KERNEL_GREATER
    case .equal: KERNEL_EQUAL
    case .select: KERNEL_SELECT
    }
  }
}

/// Elementwise operations one after the other, run over tiles that stay in the first cache: an array is read and written
/// once for the whole chain.
public struct ElementwiseChain: Sendable {
  /// A value of the chain: an operand, a constant or what a step made.
  public struct Value: Sendable, Hashable {
    fileprivate let slot: Int32
  }

  /// How many values a chain can have.
  public static let capacity = Int(KERNEL_CHAIN_SLOTS)

  private let rows: Int
  private let columns: Int
  private var slots: Int32 = 0
  private var operands: [(matrix: Matrix, spread: kernel_spread, slot: Int32)] = []
  private var constants: [kernel_constant] = []
  private var steps: [kernel_step] = []

  /// A chain whose result has `rows` rows and `columns` columns.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// A matrix as an operand; one row, one column or one number stands for all rows, columns or both.
  public mutating func operand(_ matrix: Matrix) -> Value {
    let spread =
      switch (matrix.rows, matrix.columns) {
      case (rows, columns): KERNEL_SPREAD_NONE
      case (1, 1): KERNEL_SPREAD_ALL
      case (1, columns): KERNEL_SPREAD_ROW
      case (rows, 1): KERNEL_SPREAD_COLUMN
      default: preconditionFailure("\(matrix) cannot cover \(rows) × \(columns)")
      }
    let value = next()
    operands.append((matrix, spread, value.slot))
    return value
  }

  /// A number as an operand.
  public mutating func constant(_ number: Double) -> Value {
    let value = next()
    constants.append(kernel_constant(value: number, slot: value.slot))
    return value
  }

  /// A step. The last one makes the result.
  @discardableResult
  public mutating func apply(_ operation: ElementwiseOperation, _ values: [Value]) -> Value {
    precondition(values.count == operation.arity)
    let result = next()
    var sources = values.map(\.slot) + [0, 0, 0]
    var kernel = operation.kernel
    if operation == .select, let condition = steps.first(where: { $0.result == sources[0] }),
      condition.operation == KERNEL_GREATER
    {
      // As one operation it passes over the elements once.
      kernel = KERNEL_SELECT_GREATER
      sources = [condition.operands.0, condition.operands.1, sources[1], sources[2]]
    }
    steps.append(
      kernel_step(operation: kernel, result: result.slot, operands: (sources[0], sources[1], sources[2], sources[3]))
    )
    return result
  }

  /// The steps without those whose results nothing takes.
  private var neededSteps: [kernel_step] {
    var needed: Set<Int32> = []
    return steps.enumerated().reversed().filter { number, step in
      guard number == steps.count - 1 || needed.contains(step.result) else { return false }
      needed.formUnion([step.operands.0, step.operands.1, step.operands.2, step.operands.3])
      return true
    }.map(\.element).reversed()
  }

  private mutating func next() -> Value {
    precondition(slots < KERNEL_CHAIN_SLOTS, "a chain has at most \(Self.capacity) values")
    slots += 1
    return Value(slot: slots - 1)
  }
}

/// A chain whose operands were looked up in an arena.
public struct PlacedChain {
  fileprivate let arena: Arena
  fileprivate let operands: [kernel_operand]
  fileprivate let constants: [kernel_constant]
  fileprivate let steps: [kernel_step]
  fileprivate let rows: Int
  fileprivate let columns: Int
  fileprivate let result: UnsafeMutableRawPointer
}

extension ElementwiseChain {
  /// The chain for the matrices of an arena; its run allocates nothing.
  ///
  /// - Precondition: the result has the chain's shape; it is an operand of that shape or overlaps none.
  public func placed(in arena: Arena, result: Matrix) -> PlacedChain {
    precondition((result.rows, result.columns) == (rows, columns) && !steps.isEmpty)
    return PlacedChain(
      arena: arena,
      operands: operands.map {
        kernel_operand(elements: arena.pointer($0.matrix), spread: $0.spread, slot: $0.slot)
      },
      constants: constants,
      steps: neededSteps,
      rows: rows,
      columns: columns,
      result: arena.pointer(result)
    )
  }
}

extension PlacedChain {
  /// Computes the result.
  public func run() {
    operands.withUnsafeBufferPointer { operands in
      constants.withUnsafeBufferPointer { constants in
        steps.withUnsafeBufferPointer { steps in
          var chain = kernel_chain(
            rows: rows,
            columns: columns,
            operands: operands.baseAddress,
            constants: constants.baseAddress,
            steps: steps.baseAddress,
            operand_count: operands.count,
            constant_count: constants.count,
            step_count: steps.count,
            result: result
          )
          kernel_chain_run(
            arena.workers.handle,
            arena.workers.instructionSet.kernel,
            arena.precision.kernel,
            &chain,
            arena.chainWorkspace
          )
        }
      }
    }
  }
}
