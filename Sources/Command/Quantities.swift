public import ArgumentParser
public import Configuration

/// An age on the command line: `90s`, `30m`, `12h`, `30d`, `4w`.
extension TimeSpan: ExpressibleByArgument {
  /// Reads a stretch of time with its unit.
  public init?(argument: String) { self.init(argument) }
}

/// A size on the command line: `500MB`, `1.5GB`, `10GiB`.
extension ByteCount: ExpressibleByArgument {
  /// Reads an amount with its unit.
  public init?(argument: String) { self.init(argument) }
}
