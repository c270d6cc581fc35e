import Tensors
import Testing

@Suite struct ReductionsTests {
  private func reduced(
    _ matrix: Matrices,
    _ reduction: Reduction,
    _ precision: Precision = .float64,
    threads: Int = 1,
    set: InstructionSet = .preferred
  ) -> [Double] {
    let (arena, places, result) = Arena.holding(
      [matrix],
      result: reduction.shape(rows: matrix.rows, columns: matrix.columns),
      precision: precision,
      workers: Workers(threads: threads, instructionSet: set)
    )
    arena.reduce(places[0], reduction, into: result)
    return arena.read(result)
  }

  @Test(arguments: [(1, 1), (3, 17), (600, 5), (70, 300), (2, 20_000)])
  func `Sums are exact up to the rounding of double`(rows: Int, columns: Int) {
    let matrix = Matrices(rows: rows, columns: columns, seed: 3)
    func expect(_ sum: Double, _ terms: some Collection<Double>) {
      let exact = terms.reduce(DoubleDouble(0)) { $0 + DoubleDouble($1) }
      // A tree over chunks adds a term no more than this often; a column is added in the order of its rows.
      let depth = Double(min(terms.count, 8_192 / 16 + 16 + 13))
      let bound = depth * terms.reduce(0) { $0 + $1.magnitude } * 0x1p-53
      #expect((DoubleDouble(sum) - exact).high.magnitude <= bound)
    }
    expect(reduced(matrix, .sumOfAll)[0], matrix.values)
    let columnSums = reduced(matrix, .sumOfColumns)
    for column in 0..<columns {
      let terms = (0..<rows).map { matrix.values[$0 * columns + column] }
      let exact = terms.reduce(0, +)
      #expect(columnSums[column] == exact)
    }
    let rowSums = reduced(matrix, .sumOfRows)
    let largest = reduced(matrix, .maximumOfRows)
    for row in 0..<rows {
      let terms = matrix.values[row * columns..<(row + 1) * columns]
      expect(rowSums[row], terms)
      #expect(largest[row] == terms.max())
    }
  }

  @Test(arguments: [Reduction.sumOfAll, .sumOfRows, .sumOfColumns, .maximumOfRows], Precision.allCases)
  func `The number of threads does not change a bit`(reduction: Reduction, precision: Precision) {
    let matrix = Matrices(rows: 2_000, columns: 130, seed: 4, precision: precision)
    let alone = reduced(matrix, reduction, precision)
    for threads in [2, 7] { #expect(reduced(matrix, reduction, precision, threads: threads) == alone) }
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), Precision.allCases)
  func `The instruction set does not change a bit`(set: InstructionSet, precision: Precision) {
    for (rows, columns) in [(1, 5), (33, 47), (3, 20_011)] {
      let matrix = Matrices(rows: rows, columns: columns, seed: 5, precision: precision)
      for reduction in [Reduction.sumOfAll, .sumOfRows] {
        #expect(
          reduced(matrix, reduction, precision, set: set) == reduced(matrix, reduction, precision, set: .baseline)
        )
      }
      func vectors(_ set: InstructionSet) -> (dot: Double, sum: [Double]) {
        let other = Matrices(rows: rows, columns: columns, seed: 6, precision: precision)
        let (arena, places, _) = Arena.holding(
          [matrix, other],
          result: (1, 1),
          precision: precision,
          workers: Workers(instructionSet: set)
        )
        let dot = arena.dot(places[0], places[1])
        arena.add(0.3, places[0], to: places[1], times: -0.7)
        return (dot, arena.read(places[1]))
      }
      #expect(vectors(set) == vectors(.baseline))
    }
  }

  @Test(arguments: [1, 2, 7])
  func `Scalar products and scaled sums of vectors are right and independent of threads`(threads: Int) {
    let vectors = (0..<2).map { Matrices(rows: 1, columns: 30_001, seed: UInt64($0)) }
    let (arena, places, _) = Arena.holding(
      vectors,
      result: (1, 1),
      precision: .float64,
      workers: Workers(threads: threads)
    )
    let (x, y) = (vectors[0].values, vectors[1].values)
    let exact = zip(x, y).reduce(DoubleDouble(0)) { $0 + DoubleDouble($1.0) * DoubleDouble($1.1) }
    let size = zip(x, y).reduce(0) { $0 + ($1.0 * $1.1).magnitude }
    let dot = arena.dot(places[0], places[1])
    #expect((DoubleDouble(dot) - exact).high.magnitude < 550 * size * 0x1p-53)
    #expect(arena.dot(places[1], places[0]) == dot)
    arena.add(-0.25, places[0], to: places[1])
    let sums = zip(x, y).map { $1 - 0.25 * $0 }
    #expect(arena.read(places[1]) == sums)
    arena.add(1, places[0], to: places[1], times: 0.9)
    #expect(arena.read(places[1]) == zip(x, sums).map { 0.9 * $1 + $0 })
  }

  @Test(arguments: [(1, 5), (2, 1_024), (5, 6_784), (17, 1_500), (40, 33), (3, 20_011)])
  func `The parts along rows are taken out twice as by one product and one sum at a time, on any set and threads`(
    rows: Int,
    columns: Int
  ) {
    let matrix = Matrices(rows: rows, columns: columns, seed: 8)
    let vector = Matrices(rows: 1, columns: columns, seed: 9)
    func arena(_ threads: Int, _ set: InstructionSet) -> (Arena, rows: Matrix, vector: Matrix) {
      let (arena, places, _) = Arena.holding(
        [matrix, vector],
        result: (1, 1),
        precision: .float64,
        workers: Workers(threads: threads, instructionSet: set)
      )
      return (arena, places[0], places[1])
    }
    let (one, all, rest) = arena(1, .preferred)
    func row(_ index: Int) -> Matrix { Matrix(offset: all.offset + index * columns, rows: 1, columns: columns) }
    var expected = [Double](repeating: 0, count: rows)
    for _ in 1...2 {
      let parts = (0..<rows).map { one.dot(row($0), rest) }
      for index in 0..<rows { one.add(-parts[index], row(index), to: rest) }
      expected = zip(expected, parts).map(+)
    }
    for threads in [1, 2, 7] {
      for set in InstructionSet.allCases.filter(\.isSupported) {
        let (other, all, vector) = arena(threads, set)
        #expect(other.takeOut(all, of: vector) == expected)
        #expect(other.read(vector) == one.read(rest))
      }
    }
  }

  @Test func `NaN propagates through the maximum of a row`() {
    let (arena, places, result) = Arena.holding(
      [Matrices(rows: 1, columns: 3, seed: 1)],
      result: (1, 1),
      precision: .float32,
      workers: Workers()
    )
    arena.write([1, .nan, 2], to: places[0])
    arena.reduce(places[0], .maximumOfRows, into: result)
    #expect(arena.scalar(result).isNaN)
  }
}
