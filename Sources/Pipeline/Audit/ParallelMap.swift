internal import Glibc
internal import Synchronization

/// Work on many small things, on as many cores as there are.
enum ParallelMap {
  static let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  /// How many of them are taken at once.
  private static let share = 32

  private final class Counter: Sendable {
    private let next = Atomic(0)
    func take(_ count: Int) -> Int { next.add(count, ordering: .relaxed).oldValue }
  }

  /// The results of a function, in the order of the elements.
  ///
  /// - Parameter tool: makes what each core keeps from element to element.
  static func of<Element: Sendable, Tool, Result: Sendable>(
    _ elements: [Element],
    tool: @escaping @Sendable () -> Tool,
    _ transform: @escaping @Sendable (Element, inout Tool) -> Result
  ) async -> [Result] {
    let counter = Counter()
    let parts = await withTaskGroup { group in
      for _ in 0..<min(cores, elements.count) {
        group.addTask {
          var tool = tool()
          var parts: [(start: Int, results: [Result])] = []
          while case let start = counter.take(share), start < elements.count {
            let end = min(start + share, elements.count)
            parts.append((start, elements[start..<end].map { transform($0, &tool) }))
          }
          return parts
        }
      }
      return await group.reduce(into: [(start: Int, results: [Result])]()) { $0 += $1 }
    }
    return parts.sorted { $0.start < $1.start }.flatMap(\.results)
  }

  /// The results of a function that needs nothing besides.
  static func of<Element: Sendable, Result: Sendable>(
    _ elements: [Element],
    _ transform: @escaping @Sendable (Element) -> Result
  ) async -> [Result] {
    await of(elements, tool: {}) { element, _ in transform(element) }
  }
}
