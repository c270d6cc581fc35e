internal import CLinux
internal import Glibc
internal import SystemPackage

/// Files in memory that another process sees as files of a folder.
///
/// gnuplot says nothing of a write that fails, or of a read: on a disk that is full, or that fails, it would leave a
/// picture with a hole and end well. What it reads and writes here touches no disk.
struct MemoryFiles {
  /// `MFD_CLOEXEC`, which Swift's Glibc module leaves out as it does the call.
  private static let closesOnExec: UInt32 = 1

  private let folder: FilePath
  private var files: [String: FileDescriptor] = [:]

  /// No files, in a new folder.
  init(in folder: FilePath) throws(Errno) {
    self.folder = folder
    guard mkdir(folder.string, 0o700) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Adds a file.
  mutating func add(_ name: String, _ bytes: [UInt8] = []) throws {
    let number = memfd_create(name, Self.closesOnExec)
    guard number >= 0 else { throw Errno(rawValue: errno) }
    let file = FileDescriptor(rawValue: number)
    files[name] = file
    _ = try file.writeAll(bytes)
    // By the number of this process: in another one /proc/self is that one.
    let target = "/proc/\(getpid())/fd/\(number)"
    guard symlink(target, folder.appending(name).string) == 0 else { throw Errno(rawValue: errno) }
  }

  /// The bytes of a file, as they are now.
  func bytes(of name: String) throws -> [UInt8] {
    guard let file = files[name] else { throw Errno.noSuchFileOrDirectory }
    return try OutputFile.read(file)
  }

  /// Removes the files and their folder.
  func remove() {
    for (name, file) in files {
      // Both are gone with the scratch folder and this process at the latest.
      unlink(folder.appending(name).string)
      try? file.close()
    }
    rmdir(folder.string)
  }
}
