/// An amount of memory or disk as people write it: `500 MB`, `1.5GB`, `10 GiB`.
public struct ByteCount: ConfigurationValue, Equatable {
  /// The number of bytes.
  public let bytes: Int

  /// An amount.
  public init(bytes: Int) {
    self.bytes = bytes
  }

  /// Reads an amount with its unit.
  public init?(_ text: String) {
    // What is beyond all disks is a slip.
    guard let bytes = quantity(text, Self.units), bytes < 1e15 else { return nil }
    self.bytes = Int(bytes)
  }

  private static let units: [(name: String, factor: Double)] = [
    ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6),
    ("GB", 1e9), ("TB", 1e12), ("B", 1),
  ]

  /// A text.
  public static var shape: ValueShape { .string }

  /// Reads an amount with its unit.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> ByteCount? {
    guard case .scalar(let text, _) = node.content, let count = ByteCount(text) else {
      return reject(node, &diagnostics, hint: "an amount has a unit, such as 512 MiB or 4 GB")
    }
    return count
  }

  /// The amount in bytes, which is exact.
  public var json: JSONValue { .string("\(bytes) B") }
}

extension ByteCount: CustomStringConvertible {
  /// The amount in the largest unit of 1024 that leaves a number of one or more.
  public var description: String {
    let unit = Self.units[..<4].last { Double(bytes) >= $0.factor }
    guard let unit else { return "\(bytes) B" }
    let tenths = Int((Double(bytes) / unit.factor * 10).rounded())
    return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " \(unit.name)"
  }
}

/// A stretch of time as people write it: `90 s`, `30min`, `12h`, `30d`.
public struct TimeSpan: ConfigurationValue, Equatable {
  /// The number of seconds.
  public let seconds: Double

  /// Reads a stretch of time with its unit.
  public init?(_ text: String) {
    guard let seconds = quantity(text, Self.units) else { return nil }
    self.seconds = seconds
  }

  // Longer names first, so that "min" is not read as "m".
  private static let units: [(name: String, factor: Double)] = [
    ("min", 60), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800),
  ]

  /// A text.
  public static var shape: ValueShape { .string }

  /// Reads a stretch of time with its unit.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> TimeSpan? {
    guard case .scalar(let text, _) = node.content, let span = TimeSpan(text), span.seconds > 0 else {
      return reject(node, &diagnostics, hint: "a time has a unit, such as 90 s, 30 min or 12 h")
    }
    return span
  }

  /// The time in seconds.
  public var json: JSONValue { .string("\(seconds) s") }
}

extension TimeSpan: CustomStringConvertible {
  /// The time in the largest unit in which it is whole, else in seconds.
  public var description: String {
    let unit = [("h", 3600.0), ("min", 60), ("s", 1)].first {
      seconds >= $0.1 && (seconds / $0.1).rounded() * $0.1 == seconds
    }
    return unit.map { "\(Int(seconds / $0.1)) \($0.0)" } ?? "\(seconds) s"
  }
}

/// A number that is not negative with one of the units behind it.
private func quantity(_ text: String, _ units: [(name: String, factor: Double)]) -> Double? {
  guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
  var number = text.dropLast(unit.name.count)
  while number.last == " " { number.removeLast() }
  guard number.first?.isNumber == true, number.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }) else { return nil }
  return Double(number).map { $0 * unit.factor }
}
