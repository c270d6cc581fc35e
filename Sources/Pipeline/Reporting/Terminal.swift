public import Configuration
internal import Files
internal import Glibc
internal import Synchronization
public import SystemPackage

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

  /// Why standard output has not taken what was written to it; nil if it has, or if its reader has gone, as `head` does
  /// once it has its lines.
  public static var lostOutput: Errno? {
    failure.withLock { $0 == .brokenPipe ? nil : $0 }
  }

  /// The first error of standard output. What follows is not written: a text with a hole is worse than one that ends.
  private static let failure = Mutex<Errno?>(nil)

  /// Writes a text as it is: whoever calls has made printable what comes from elsewhere.
  static func write(_ text: String, to file: FileDescriptor) {
    guard file == .standardOutput else {
      // If standard error is gone, nobody can read the message.
      _ = try? writeAll(Array(text.utf8), to: file)
      return
    }
    guard failure.withLock({ $0 == nil }) else { return }
    do throws(Errno) {
      try writeAll(Array(text.utf8), to: file)
    } catch {
      note(error)
    }
  }

  /// Notes that standard output has not taken something.
  static func note(_ error: Errno) {
    failure.withLock { $0 = $0 ?? error }
  }

  /// Writes all of it, also to a pipe that another program has set not to block.
  static func writeAll(_ bytes: [UInt8], to file: FileDescriptor) throws(Errno) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file.rawValue, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
        continue
      }
      try file.waitToRepeat(POLLOUT)
    }
  }
}
