internal import Tensors

/// Places for values in one arena: two that are needed at the same time do not overlap, others may.
struct ArenaLayout {
  private(set) var count = 0
  private var taken: [(place: Range<Int>, end: Int)] = []

  /// Takes room that is never given back.
  mutating func reserve(_ size: Int) -> Int {
    defer { count += Self.rounded(size) }
    return count
  }

  /// Takes room from step `start` up to and with step `end`; starts must not go down.
  mutating func take(_ size: Int, from start: Int, through end: Int, above floor: Int) -> Int {
    taken.removeAll { $0.end < start }
    let size = Self.rounded(size)
    var offset = floor
    for other in taken.sorted(by: { $0.place.lowerBound < $1.place.lowerBound }) {
      if other.place.lowerBound >= offset + size { break }
      offset = max(offset, other.place.upperBound)
    }
    taken.append((offset..<offset + size, end))
    count = max(count, offset + size)
    return offset
  }

  /// Keeps the room at a place taken up to and with step `end`.
  mutating func keep(_ offset: Int, through end: Int) {
    for index in taken.indices where taken[index].place.lowerBound == offset {
      taken[index].end = max(taken[index].end, end)
    }
  }

  private static func rounded(_ size: Int) -> Int {
    (size + Arena.alignment - 1) / Arena.alignment * Arena.alignment
  }
}
