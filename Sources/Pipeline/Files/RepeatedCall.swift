internal import Glibc
package import SystemPackage

extension FileDescriptor {
  /// After a failed read or write, waits until it can be repeated: at once if a signal interrupted it, or when a descriptor
  /// that does not block is ready.
  ///
  /// - Parameter event: POLLIN for a read, POLLOUT for a write.
  /// - Throws: the error of the failed call, from `errno`, if it cannot be repeated.
  package func waitToRepeat(_ event: Int32) throws(Errno) {
    switch errno {
    case EINTR: return
    case EAGAIN:
      var wait = pollfd(fd: rawValue, events: Int16(event), revents: 0)
      // An error here shows in the repeated call.
      _ = poll(&wait, 1, -1)
    case let number: throw Errno(rawValue: number)
    }
  }
}
