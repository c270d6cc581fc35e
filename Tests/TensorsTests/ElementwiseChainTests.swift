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
}
