import Tensors
import Testing

@Suite struct WorkersTests {
  @Test(arguments: [2, 3, 7])
  func `Of thousands of short runs none loses or repeats a piece, whichever thread comes late`(threads: Int) {
    // Sums over one to five pieces, in turn: a piece that is done twice or not at all shows in the numbers.
    let most = 5 * 8_192
    let arena = Arena(count: 2 * most, precision: .float32, workers: Workers(threads: threads))
    let (ones, sums) = (Matrix(offset: 0, rows: 1, columns: most), Matrix(offset: most, rows: 1, columns: most))
    arena.write([Double](repeating: 1, count: most), to: ones)
    let rounds = 10_000
    for round in 0..<rounds {
      let count = (1 + round % 5) * 8_192
      arena.add(
        1,
        Matrix(offset: 0, rows: 1, columns: count),
        to: Matrix(offset: most, rows: 1, columns: count)
      )
    }
    let counts = arena.read(sums)
    for piece in 0..<5 {
      let expected = Double(rounds / 5 * (5 - piece))
      #expect(counts[piece * 8_192..<(piece + 1) * 8_192].allSatisfy { $0 == expected })
    }
  }
}
