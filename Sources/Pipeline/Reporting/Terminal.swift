public import Configuration
internal import SystemPackage

/// The program's two streams of text, unbuffered, so that their lines keep their order.
public enum Terminal {
  /// Writes a line to standard output; a line feed in it, which comes from a name or a value, does not begin another.
  public static func say(_ line: String) {
    write(line.printable + "\n", to: .standardOutput)
  }

  /// Writes a text of several lines to standard output.
  public static func sayText(_ text: String) {
    write(text.printableLines + "\n", to: .standardOutput)
  }

  /// Writes a value as JSON to standard output, on one line.
  public static func sayJSON(_ value: JSONValue) {
    write(value.canonicalText.printableJSON + "\n", to: .standardOutput)
  }

  /// Writes a line to standard error.
  public static func complain(_ line: String) {
    write(line.printable + "\n", to: .standardError)
  }

  /// Writes a text of several lines to standard error.
  public static func complainText(_ text: String) {
    write(text.printableLines + "\n", to: .standardError)
  }

  /// Writes a question to standard error, behind which the cursor stays.
  public static func ask(_ question: String) {
    write(question.printable, to: .standardError)
  }

  /// Writes a line to standard error that is drawn over the line before it.
  public static func redraw(_ line: String) {
    write("\r\(line.printable)\u{1b}[K", to: .standardError)
  }

  /// Writes a text as it is: whoever calls has made printable what comes from elsewhere.
  static func write(_ text: String, to file: FileDescriptor) {
    // Nobody is left to tell when the stream is gone.
    _ = try? file.writeAll(text.utf8)
  }
}
