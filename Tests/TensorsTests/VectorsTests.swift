import Tensors
import Testing

@Suite struct VectorsTests {
  @Test(arguments: Precision.allCases)
  func `Only zeros of either sign are zero`(precision: Precision) {
    let (arena, places, _) = Arena.holding(
      [Matrices(rows: 5, columns: 7, seed: 1)],
      result: (1, 1),
      precision: precision,
      workers: Workers()
    )
    func isZero(_ last: Double) -> Bool {
      arena.write([Double](repeating: -0.0, count: 34) + [last], to: places[0])
      return arena.isZero(places[0])
    }
    #expect(isZero(0))
    #expect(!isZero(1e-45))
    #expect(!isZero(.nan))
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), Precision.allCases)
  func `A vector is multiplied by a number, element by element`(set: InstructionSet, precision: Precision) {
    let vector = Matrices(rows: 1, columns: 20_011, seed: 1, precision: precision)
    for threads in [1, 2, 7] {
      let (arena, places, _) = Arena.holding(
        [vector],
        result: (1, 1),
        precision: precision,
        workers: Workers(threads: threads, instructionSet: set)
      )
      arena.scale(places[0], by: 0.3)
      let expected = vector.values.map { precision == .float32 ? Double(Float($0) * Float(0.3)) : $0 * 0.3 }
      #expect(arena.read(places[0]) == expected)
    }
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func `What is small becomes zero, and what is no number stays`(set: InstructionSet) {
    let (arena, places, _) = Arena.holding(
      [Matrices(rows: 1, columns: 21, seed: 1)],
      result: (1, 1),
      precision: .float64,
      workers: Workers(instructionSet: set)
    )
    let small = [0, -0.0, 0x1p-65, -0x1p-65, Double.leastNonzeroMagnitude]
    let kept = [0x1p-64, -0x1p-64, 1, -1e300, .infinity, -.infinity]
    arena.write(small + small + kept + small, to: places[0])
    arena.clear(places[0], below: 0x1p-64)
    let none = [Double](repeating: 0, count: 5)
    #expect(arena.read(places[0]) == none + none + kept + none)
    arena.write([Double](repeating: .nan, count: 21), to: places[0])
    arena.clear(places[0], below: 1)
    let numbers = arena.read(places[0]).filter { !$0.isNaN }
    #expect(numbers.isEmpty)
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func `A copy into single precision is rounded, and one into double exact`(set: InstructionSet) {
    let vector = Matrices(rows: 1, columns: 37, seed: 4)
    func arena(_ precision: Precision) -> (Arena, Matrix) {
      let workers = Workers(instructionSet: set)
      let (arena, places, _) = Arena.holding([vector], result: (1, 1), precision: precision, workers: workers)
      return (arena, places[0])
    }
    let special = [.nan, .infinity, 1e300, -1e-300, -0.0] + vector.values.dropFirst(5)
    let ((wide, from), (narrow, to), (other, back)) = (arena(.float64), arena(.float32), arena(.float64))
    wide.write(special, to: from)
    narrow.copy(from, of: wide, to: to)
    other.copy(to, of: narrow, to: back)
    func bits(_ values: [Double]) -> [UInt64] { values.dropFirst().map(\.bitPattern) }
    let rounded = bits(special.map { Double(Float($0)) })
    for values in [narrow.read(to), other.read(back)] {
      #expect(bits(values) == rounded)
      #expect(values[0].isNaN)
    }
    other.copy(from, of: wide, to: back)
    #expect(other.read(back).dropFirst() == special.dropFirst())
  }
}
