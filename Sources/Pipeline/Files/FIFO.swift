internal import Glibc
public import SystemPackage

/// Reads a FIFO that the user names, as a shell makes for `<(command)`.
public enum FIFO {
  /// Reads the first `count` bytes, or all until the last writer has closed it. Returns nothing if no writer has opened it,
  /// instead of waiting for one that may never come.
  public static func read(_ path: FilePath, count: Int) throws(FileError) -> [UInt8] {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    } catch {
      throw FileError(.read, path, .system(error as? Errno ?? .ioError))
    }
    // Closing a file that was only read cannot lose data.
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
      do { try file.waitToRepeat(POLLIN) } catch { throw FileError(.read, path, .system(error)) }
    }
    return bytes
  }
}
