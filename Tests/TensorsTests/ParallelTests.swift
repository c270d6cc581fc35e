import Tensors
import Testing

@Suite struct ParallelTests {
  @Test(arguments: [1, 2, 7])
  func `Pieces come back in order, whatever the number of threads`(threads: Int) async throws {
    let sums = try await Parallel.map(10, piece: 4, threads: threads) { $0.reduce(0, +) }
    #expect(sums == [0 + 1 + 2 + 3, 4 + 5 + 6 + 7, 8 + 9])
  }

  @Test func `An error in a piece ends the whole`() async {
    struct Broken: Error {}
    await #expect(throws: Broken.self) {
      try await Parallel.map(10, piece: 1, threads: 2) { range in
        if range.contains(5) { throw Broken() }
      }
    }
  }

  @Test func `An empty range has no pieces`() async throws {
    #expect(try await Parallel.map(0, piece: 3, threads: 2) { $0 }.isEmpty)
  }
}
