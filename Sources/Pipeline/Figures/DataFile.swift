/// The numbers of a figure for gnuplot: little-endian doubles and singles, one block after another.
struct DataFile: Sendable {
  /// The content of the file.
  private(set) var bytes: [UInt8] = []

  /// Adds lists of equal length side by side, a row for each place; returns where the block begins.
  mutating func append(rows columns: [[Double]]) -> Int {
    let offset = bytes.count
    let count = columns.map(\.count).min() ?? 0
    bytes.reserveCapacity(offset + 8 * count * columns.count)
    for row in 0..<count {
      for column in columns { append(column[row]) }
    }
    return offset
  }

  /// Adds bytes as they are; returns where the block begins.
  mutating func append(bytes block: [UInt8]) -> Int {
    defer { bytes += block }
    return bytes.count
  }

  /// Adds the pixels of a picture in single precision; returns where the block begins.
  mutating func append(pixels: [Double]) -> Int {
    let offset = bytes.count
    bytes.reserveCapacity(offset + 4 * pixels.count)
    for value in pixels {
      let single = value.isFinite ? Float(value) : .nan
      append(UInt64(single.bitPattern), bytes: 4)
    }
    return offset
  }

  private mutating func append(_ value: Double) {
    let finite = value.isFinite ? value : .nan
    append(finite.bitPattern, bytes: 8)
  }

  /// The lowest bytes of a bit pattern, lowest first.
  private mutating func append(_ pattern: UInt64, bytes count: UInt64) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: pattern >> (8 * index))) }
  }
}
