internal import Files
internal import SystemPackage

/// A file to which lines are added, some at a time: a line costs no call of the system.
struct LineFile {
  private static let limit = 1 << 16
  private let file: FileDescriptor
  private var buffer: [UInt8] = []
  /// Why nothing more is written.
  private(set) var failure: Errno?

  /// A new file.
  init(creating path: FilePath) throws(Errno) {
    do {
      file = try FileDescriptor.open(
        path,
        .writeOnly,
        options: [.create, .truncate],
        permissions: .newFile
      )
    } catch {
      throw (error as? Errno) ?? .ioError
    }
  }

  /// Adds a line, or several in one text.
  mutating func add(_ line: String) {
    guard failure == nil else { return }
    buffer += line.utf8
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.limit { flush() }
  }

  /// Writes what has been added.
  mutating func flush() {
    guard !buffer.isEmpty, failure == nil else { return }
    do throws(Errno) {
      try Terminal.writeAll(buffer, to: file)
    } catch {
      failure = error
      if file == .standardOutput { Terminal.note(error) }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes what has been added, and closes the file.
  mutating func close() {
    flush()
    do {
      try file.close()
    } catch {
      failure = failure ?? (error as? Errno) ?? .ioError
    }
  }
}
