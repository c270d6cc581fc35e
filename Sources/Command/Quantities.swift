import ArgumentParser

/// An age on the command line: `90s`, `30m`, `12h`, `30d`, `4w`.
struct Age: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let units: [(String, Double)] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)]
    guard let seconds = quantity(argument, units) else { return nil }
    self.seconds = seconds
  }
}

/// A size on the command line: `500MB`, `1.5GB`, `10GiB`.
struct Size: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    let units: [(String, Double)] = [
      ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6),
      ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ]
    // What is beyond all disks is a slip.
    guard let bytes = quantity(argument, units), bytes < 1e15 else { return nil }
    self.bytes = Int(bytes)
  }
}

/// A number that is not negative with one of the units behind it.
private func quantity(_ text: String, _ units: [(name: String, factor: Double)]) -> Double? {
  guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
  let number = text.dropLast(unit.name.count)
  guard number.first?.isNumber == true, number.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }) else { return nil }
  return Double(number).map { $0 * unit.factor }
}
