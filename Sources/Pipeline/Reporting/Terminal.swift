internal import SystemPackage

/// The program's two streams of text, unbuffered, so that their lines keep their order.
public enum Terminal {
  /// Writes a line to standard output.
  public static func say(_ line: String) {
    write(line + "\n", to: .standardOutput)
  }

  /// Writes a line to standard error.
  public static func complain(_ line: String) {
    write(line + "\n", to: .standardError)
  }

  /// Writes to standard error as it is, for what is drawn again.
  public static func hint(_ text: String) {
    write(text, to: .standardError)
  }

  static func write(_ text: String, to file: FileDescriptor) {
    // Nobody is left to tell when the stream is gone.
    _ = try? file.writeAll(text.utf8)
  }
}
