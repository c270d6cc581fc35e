/// Work on pieces of a range by several threads, with a result that does not depend on how many there are.
public enum Parallel {
  /// The results of `body` for consecutive pieces of `0..<count`, in order.
  ///
  /// - Parameters:
  ///   - count: the length of the range.
  ///   - piece: the length of a piece; it is part of the result's meaning and so not chosen by the threads.
  ///   - threads: how many pieces are worked on at once.
  ///   - finished: receives after each piece the number of finished elements.
  public static func map<Piece: Sendable>(
    _ count: Int,
    piece: Int,
    threads: Int,
    finished: @Sendable (Int) -> Void = { _ in },
    _ body: @escaping @Sendable (Range<Int>) throws -> Piece
  ) async throws -> [Piece] {
    precondition(piece > 0 && threads > 0)
    let pieces = stride(from: 0, to: count, by: piece).map { $0..<min($0 + piece, count) }
    var results = [Piece?](repeating: nil, count: pieces.count)
    try await withThrowingTaskGroup(of: (Int, Piece).self) { group in
      var next = 0
      var done = 0
      func start() {
        guard next < pieces.count else { return }
        let index = next
        next += 1
        group.addTask { (index, try body(pieces[index])) }
      }
      for _ in 0..<threads { start() }
      for try await (index, result) in group {
        results[index] = result
        done += pieces[index].count
        finished(done)
        start()
      }
    }
    return results.compactMap { $0 }
  }
}
