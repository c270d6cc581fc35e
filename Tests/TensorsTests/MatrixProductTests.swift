import Tensors
import Testing

@Suite struct MatrixProductTests {
  /// A product to make: C (`rows` × `columns`) from op(A) (`rows` × `depth`) and op(B).
  struct Shape: Sendable {
    var rows: Int
    var columns: Int
    var depth: Int
    var transposesA = false
    var transposesB = false
  }

  /// Edges in the middle of tiles and blocks, narrow and flat ones, depths around one and two blocks of 384, and small
  /// ones that are read where they lie.
  static let shapes: [Shape] = {
    let sizes = [
      (1, 1, 1), (1, 1, 1_000), (2, 3, 4), (12, 32, 5), (13, 33, 385), (24, 10, 384), (50, 10, 770), (7, 16, 769),
      (150, 17, 60), (3, 1_030, 9), (145, 40, 383), (5, 8, 0),
      (25, 64, 100), (13, 42, 128), (3, 128, 7), (31, 128, 129), (17, 129, 20), (70, 7, 400), (40, 13, 50),
    ]
    return sizes.flatMap { rows, columns, depth in
      [(false, false), (true, false), (false, true), (true, true)].map {
        Shape(rows: rows, columns: columns, depth: depth, transposesA: $0.0, transposesB: $0.1)
      }
    }
  }()

  private func product(
    _ shape: Shape,
    _ precision: Precision,
    _ workers: Workers,
    shift: Int = 0,
    isAdded: Bool = false
  ) -> [Double] {
    let a = Matrices(
      rows: shape.transposesA ? shape.depth : shape.rows,
      columns: shape.transposesA ? shape.rows : shape.depth,
      seed: 1,
      precision: precision
    )
    let b = Matrices(
      rows: shape.transposesB ? shape.columns : shape.depth,
      columns: shape.transposesB ? shape.depth : shape.columns,
      seed: 2,
      precision: precision
    )
    let (arena, operands, c) = Arena.holding(
      [a, b],
      result: (shape.rows, shape.columns),
      precision: precision,
      workers: workers,
      shift: shift
    )
    arena.write([Double](repeating: isAdded ? 0.75 : .nan, count: c.count), to: c)
    arena.multiply(
      Factor(operands[0], isTransposed: shape.transposesA),
      Factor(operands[1], isTransposed: shape.transposesB),
      into: c,
      isAdded: isAdded
    )
    return arena.read(c)
  }

  /// The element as it is defined: chains of fused operations over blocks of 384, added in order.
  private func defined(_ shape: Shape, _ precision: Precision, isAdded: Bool) -> [Double] {
    let size = shape.rows * shape.depth
    let a = Matrices(rows: size, columns: 1, seed: 1, precision: precision).values
    let b = Matrices(rows: shape.depth * shape.columns, columns: 1, seed: 2, precision: precision).values
    func element<Number: BinaryFloatingPoint>(_ row: Int, _ column: Int, _ type: Number.Type) -> Double {
      var total: Number? = isAdded ? 0.75 : nil
      for start in stride(from: 0, to: shape.depth, by: 384) {
        var sum: Number = 0
        for k in start..<min(start + 384, shape.depth) {
          let x = a[shape.transposesA ? k * shape.rows + row : row * shape.depth + k]
          let y = b[shape.transposesB ? column * shape.depth + k : k * shape.columns + column]
          sum.addProduct(Number(x), Number(y))
        }
        total = total.map { $0 + sum } ?? sum
      }
      return Double(total ?? 0)
    }
    return (0..<shape.rows).flatMap { row in
      (0..<shape.columns).map { column in
        precision == .float32 ? element(row, column, Float.self) : element(row, column, Double.self)
      }
    }
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), Precision.allCases)
  func `Every element is the chain that defines it, bit for bit`(set: InstructionSet, precision: Precision) {
    let workers = Workers(instructionSet: set)
    for shape in Self.shapes {
      for isAdded in [false, true] {
        let ours = product(shape, precision, workers, isAdded: isAdded)
        #expect(ours == defined(shape, precision, isAdded: isAdded), "\(shape)")
      }
    }
  }

  @Test(arguments: [2, 3, 7], Precision.allCases)
  func `Neither threads nor alignment change a bit`(threads: Int, precision: Precision) {
    let workers = Workers(threads: threads)
    // From 2^20 multiplications on threads share a product: narrow ones, small operands read where they lie, more columns
    // than rows, and so many rows that the last pieces are smaller.
    let sizes = [(3_000, 10, 64), (1_700, 10, 400), (900, 64, 64), (20, 4_200, 20), (20, 700, 400), (2_000, 40, 64)]
    let shared = sizes.flatMap { rows, columns, depth in
      [(false, false), (true, false), (false, true), (true, true)].map {
        Shape(rows: rows, columns: columns, depth: depth, transposesA: $0.0, transposesB: $0.1)
      }
    }
    for shape in Self.shapes + shared {
      let alone = product(shape, precision, Workers())
      #expect(product(shape, precision, workers, shift: threads) == alone, "\(shape)")
    }
  }
}
