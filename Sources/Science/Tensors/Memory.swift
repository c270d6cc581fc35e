internal import CKernels
internal import Glibc

/// Zeros, until something is written; taken from the system, to which they go back.
final class Memory {
  let start: UnsafeMutableRawPointer
  let bytes: Int

  init(bytes: Int) {
    self.bytes = max(bytes, 1)
    guard let start = kernel_allocate(self.bytes) else { Self.isMissing("\(bytes) bytes") }
    self.start = start
  }

  deinit { kernel_free(start, bytes) }

  /// Ends the process where the system has no memory for something.
  ///
  /// Nothing can go on without it, and there is no result to lose. A stage runs in a process of its own, whose end fails
  /// that stage alone, with this message.
  static func isMissing(_ purpose: String) -> Never {
    let message = Array("not enough memory: the system refused \(purpose)\n".utf8)
    _ = write(STDERR_FILENO, message, message.count)
    // Not a trap, whose account of registers would bury the message.
    exit(1)
  }
}
