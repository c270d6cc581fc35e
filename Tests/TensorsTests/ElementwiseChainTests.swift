import Tensors
import Testing

@Suite struct ElementwiseChainTests {
  private struct Case: Sendable, CustomStringConvertible {
    var rows: Int
    var columns: Int
    var description: String { "\(rows) × \(columns)" }
  }

  /// x y + r tanh(c) - 0.3 s, with an operand of each spread.
  private func chained(_ rows: Int, _ columns: Int, _ precision: Precision, _ workers: Workers) -> [Double] {
    let shapes = [(rows, columns), (rows, columns), (1, columns), (rows, 1), (1, 1)]
    let matrices = shapes.enumerated().map {
      Matrices(rows: $1.0, columns: $1.1, seed: UInt64($0), precision: precision)
    }
    let (arena, places, result) = Arena.holding(
      matrices,
      result: (rows, columns),
      precision: precision,
      workers: workers
    )
    var chain = ElementwiseChain(rows: rows, columns: columns)
    let values = places.map { chain.operand($0) }
    let factor = chain.constant(0.3)
    let product = chain.apply(.multiply, [values[0], values[1]])
    let curved = chain.apply(.multiply, [values[2], chain.apply(.tanh, [values[3]])])
    let sum = chain.apply(.add, [product, curved])
    chain.apply(.subtract, [sum, chain.apply(.multiply, [factor, values[4]])])
    chain.placed(in: arena, result: result).run()
    return arena.read(result)
  }

  @Test(arguments: [(1, 1), (3, 5), (1, 1_025), (700, 3), (40, 511), (9_000, 2)])
  func `A chain is its operations, one element at a time`(rows: Int, columns: Int) {
    let shapes = [(rows, columns), (rows, columns), (1, columns), (rows, 1), (1, 1)]
    let x = shapes.enumerated().map { Matrices(rows: $1.0, columns: $1.1, seed: UInt64($0)).values }
    let expected = (0..<rows * columns).map { index in
      let (row, column) = (index / columns, index % columns)
      let sum = x[0][index] * x[1][index] + x[2][column] * Elementary.tanh(x[3][row])
      return sum - 0.3 * x[4][0]
    }
    #expect(chained(rows, columns, .float64, Workers()) == expected)
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), Precision.allCases)
  func `Neither instruction set nor threads change a bit`(set: InstructionSet, precision: Precision) {
    let expected = chained(700, 37, precision, Workers(instructionSet: .baseline))
    for threads in [1, 2, 7] {
      #expect(chained(700, 37, precision, Workers(threads: threads, instructionSet: set)) == expected)
    }
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), Precision.allCases)
  func `A choice by a comparison is the same with what else takes the comparison, and without`(
    set: InstructionSet,
    precision: Precision
  ) {
    let shape = (rows: 9, columns: 61)
    let matrices = (1...4).map { seed in
      Matrices(rows: shape.rows, columns: shape.columns, seed: UInt64(seed), precision: precision)
    }
    func chosen(isTakenTwice: Bool) -> [Double] {
      let (arena, places, result) = Arena.holding(
        matrices,
        result: shape,
        precision: precision,
        workers: Workers(instructionSet: set)
      )
      // Neither is greater than what is no number.
      arena.write([.nan] + matrices[0].values.dropFirst(), to: places[0])
      var chain = ElementwiseChain(rows: shape.rows, columns: shape.columns)
      let values = places.map { chain.operand($0) }
      let condition = chain.apply(.greater, [values[0], values[1]])
      let choice = chain.apply(.select, [condition, values[2], values[3]])
      if isTakenTwice { chain.apply(.add, [choice, condition]) }
      chain.placed(in: arena, result: result).run()
      return arena.read(result)
    }
    let x = matrices.map(\.values)
    let isGreater = x[0].indices.map { $0 > 0 && x[0][$0] > x[1][$0] }
    let expected = x[0].indices.map { isGreater[$0] ? x[2][$0] : x[3][$0] }
    #expect(chosen(isTakenTwice: false) == expected)
    let sums = zip(expected, isGreater).map { value, isGreater in
      let sum = value + (isGreater ? 1 : 0)
      return precision == .float32 ? Double(Float(sum)) : sum
    }
    #expect(chosen(isTakenTwice: true) == sums)
  }

  @Test(arguments: ElementwiseOperation.allCases)
  func `Every operation gives in double what it gives for one element, and in single that rounded`(
    operation: ElementwiseOperation
  ) {
    for precision in Precision.allCases {
      // Positive, so that roots and logarithms exist; the third pair is equal, the fourth is zero.
      let special = [0.5, 2, 1.25, 0]
      let matrices = (0..<3).map { operand in
        Matrices(rows: 30, columns: 7, seed: UInt64(operand), precision: precision)
      }
      let columns = matrices.map { matrix in
        matrix.values.enumerated().map { $0 < 4 ? special[$0] : $1.magnitude }
      }
      let (arena, places, result) = Arena.holding(
        matrices,
        result: (30, 7),
        precision: precision,
        workers: Workers()
      )
      for (values, place) in zip(columns, places) { arena.write(values, to: place) }
      var chain = ElementwiseChain(rows: 30, columns: 7)
      let operands = places.prefix(operation.arity).map { chain.operand($0) }
      chain.apply(operation, Array(operands))
      chain.placed(in: arena, result: result).run()
      let ours = arena.read(result)
      for index in ours.indices {
        let exact = operation(columns.prefix(operation.arity).map { $0[index] })
        let expected = precision == .float32 ? Double(Float(exact)) : exact
        #expect(ours[index] == expected || (ours[index].isNaN && expected.isNaN))
      }
    }
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), Precision.allCases)
  func `Vectors of elementary functions have the bits of single numbers`(set: InstructionSet, precision: Precision) {
    let special = [
      0, -0.0, 1, -1, 0.5, 22, -22, 22.000_001, 6, -6, 5.999_999, 709.78, 709.79, -745.1, -745.2, -708, -744, 88.8,
      -104, 1e300,
      -1e300, 1e-300, 8 * .leastNonzeroMagnitude, -8 * .leastNonzeroMagnitude, 1e-45, .leastNormalMagnitude, .infinity,
      -.infinity, .nan,
    ]
    var random = RandomStream(seed: 6, "arguments")
    // So many that vectors and what is left over meet every kind of argument.
    let scattered = (0..<3_001).map { index in
      index % 9 == 0 ? special[index / 9 % special.count] : random.normal() * [1e-3, 1, 8, 300][index % 4]
    }
    let rounded = scattered.map { precision == .float32 ? Double(Float($0)) : $0 }
    for operation in [ElementwiseOperation.exp, .log, .tanh, .erf] {
      let workers = Workers(instructionSet: set)
      let arena = Arena(count: 2 * 3_008, precision: precision, workers: workers)
      let (from, to) = (Matrix(offset: 0, rows: 1, columns: 3_001), Matrix(offset: 3_008, rows: 1, columns: 3_001))
      arena.write(rounded, to: from)
      var chain = ElementwiseChain(rows: 1, columns: 3_001)
      chain.apply(operation, [chain.operand(from)])
      chain.placed(in: arena, result: to).run()
      #expect(arena.read(to).count == rounded.count && !rounded.isEmpty)
      for (x, value) in zip(rounded, arena.read(to)) {
        let expected = precision == .float32 ? Double(Float(operation([x]))) : operation([x])
        #expect(value == expected && value.sign == expected.sign || value.isNaN && expected.isNaN, "\(operation) \(x)")
      }
    }
  }

  @Test func `The result may take the place of an operand`() {
    let matrices = (0..<2).map { Matrices(rows: 40, columns: 130, seed: UInt64($0)) }
    let (arena, places, _) = Arena.holding(matrices, result: (1, 1), precision: .float64, workers: Workers(threads: 2))
    var chain = ElementwiseChain(rows: 40, columns: 130)
    let values = places.map { chain.operand($0) }
    // The operand is read by two steps, the last of them after a value that was made from it.
    let product = chain.apply(.multiply, [values[0], values[1]])
    chain.apply(.subtract, [product, values[0]])
    chain.placed(in: arena, result: places[0]).run()
    #expect(arena.read(places[0]) == zip(matrices[0].values, matrices[1].values).map { $0 * $1 - $0 })
    #expect(arena.read(places[1]) == matrices[1].values)
  }
}
