internal import Glibc
public import SystemPackage

/// Reading of a FIFO that the user names, as a shell does for `<(command)`.
public enum FIFO {
  /// The first bytes that its writers write: `count` of them, or all until the last writer has closed it. Of one that
  /// nobody has opened to write there are none, so that this waits for nobody who may never come.
  public static func read(_ path: FilePath, count: Int) throws(FileError) -> [UInt8] {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    } catch {
      throw FileError(.read, path, .system(error as? Errno ?? .ioError))
    }
    // It was only read: there is nothing that a close could fail to write.
    defer { _ = close(file.rawValue) }
    let kind: FileKind
    do { kind = FileKind(try file.stat().type) } catch { throw FileError(.read, path, .system(error)) }
    guard kind == .fifo else { throw FileError(.read, path, .notRegular(kind)) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < count {
      let read = buffer.withUnsafeMutableBytes { Glibc.read(file.rawValue, $0.baseAddress, $0.count) }
      if read == 0 { break }
      guard read < 0 else {
        bytes += buffer[..<min(read, count - bytes.count)]
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var wait = pollfd(fd: file.rawValue, events: Int16(POLLIN), revents: 0)
        // An error of it shows in the next read.
        _ = poll(&wait, 1, -1)
      case let number: throw FileError(.read, path, .system(Errno(rawValue: number)))
      }
    }
    return bytes
  }
}
