internal import Subprocess

/// The messages of a worker process: the lines of its standard output.
///
/// Only a line feed ends a message: a text in it may hold the line separators of Unicode.
struct Messages {
  private var pieces: SubprocessOutputSequence.AsyncIterator
  private var bytes: [UInt8] = []
  private var start = 0

  init(_ output: SubprocessOutputSequence) {
    pieces = output.makeAsyncIterator()
  }

  /// The next message, without its line feed; nil at the end.
  mutating func next() async throws -> String? {
    var searched = start
    while true {
      if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
      }
      bytes.removeFirst(start)
      start = 0
      searched = bytes.count
      guard let piece = try await pieces.next() else {
        defer { bytes = [] }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
      }
      piece.withUnsafeBytes { bytes += $0 }
    }
  }
}
