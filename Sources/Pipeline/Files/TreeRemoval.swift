internal import Glibc
public import SystemPackage

/// Removal of a folder with everything in it, by descriptors: whatever is renamed or linked meanwhile, nothing outside
/// the folder is touched, and the depth of the tree has no limit.
///
/// Symbolic links are removed and not followed, and other file systems that are mounted in the tree are left alone. A
/// program may have taken away the permission to write to its folders; it is given back first.
public struct TreeRemoval {
  /// A folder on the way from the top to the one being emptied.
  private struct Level {
    let name: FilePath.Component
    let identity: Identity
    var names: [FilePath.Component]
    /// Whether something in it could not be removed: then the folder itself cannot be either, which is no news.
    var isKept = false
  }

  private struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64
  }

  private var failures: [FileError] = []
  /// The folder that holds the tree.
  private let parent: FilePath
  private var levels: [Level] = []

  private init(in parent: FilePath) { self.parent = parent }

  /// Removes a file or a folder with everything in it, if it is there.
  ///
  /// - Returns: what could not be removed, and why.
  public static func remove(_ path: FilePath) -> [FileError] {
    guard let name = path.lastComponent, name.kind == .regular else {
      return [FileError(.remove, path, .invalidArgument)]
    }
    var removal = TreeRemoval(in: path.removingLastComponent())
    removal.run(name, isTopKept: false)
    return removal.failures
  }

  /// Removes everything in a folder and keeps the folder.
  ///
  /// - Returns: what could not be removed, and why.
  public static func empty(_ path: FilePath) -> [FileError] {
    guard let name = path.lastComponent, name.kind == .regular else {
      return [FileError(.remove, path, .invalidArgument)]
    }
    var removal = TreeRemoval(in: path.removingLastComponent())
    removal.run(name, isTopKept: true)
    return removal.failures
  }

  private mutating func run(_ top: FilePath.Component, isTopKept: Bool) {
    var current: Int32
    do {
      current = try Self.open(parent.isEmpty ? "." : parent)
    } catch {
      if error != .noSuchFileOrDirectory { report(top, error) }
      return
    }
    defer { close(current) }
    if !isTopKept, unlink(top, in: current) { return }
    guard enter(top, from: &current) else { return }
    while let level = levels.last {
      if let name = level.names.last {
        levels[levels.count - 1].names.removeLast()
        if !unlink(name, in: current) { _ = enter(name, from: &current) }
        continue
      }
      guard leave(to: &current) else { return }
      if level.isKept {
        keepLast()
      } else if !(levels.isEmpty && isTopKept) {
        let status = level.name.withPlatformString { unlinkat(current, $0, AT_REMOVEDIR) }
        if status != 0, errno != ENOENT { report(level.name, Errno(rawValue: errno)) }
      }
    }
  }

  /// Removes a name that is no folder.
  ///
  /// - Returns: false where it is a folder.
  private mutating func unlink(_ name: FilePath.Component, in folder: Int32) -> Bool {
    guard name.withPlatformString({ unlinkat(folder, $0, 0) }) != 0 else { return true }
    switch errno {
    case EISDIR: return false
    case ENOENT: return true
    case let number:
      report(name, Errno(rawValue: number))
      return true
    }
  }

  /// Goes into a folder, and lists it.
  ///
  /// - Returns: false where that cannot be done, which is reported.
  private mutating func enter(_ name: FilePath.Component, from current: inout Int32) -> Bool {
    do throws(Errno) {
      let folder = try Self.open(name, in: current)
      do throws(Errno) {
        let (identity, mode) = try Self.status(of: folder)
        if let top = levels.first, top.identity.device != identity.device { throw .improperLink }
        if mode & 0o700 != 0o700, fchmod(folder, 0o700) != 0 { throw Errno(rawValue: errno) }
        levels.append(Level(name: name, identity: identity, names: try Self.names(in: folder)))
      } catch {
        close(folder)
        throw error
      }
      close(current)
      current = folder
      return true
    } catch {
      if error != .noSuchFileOrDirectory { report(name, error) }
      return false
    }
  }

  /// Goes back to the folder above, by its number: the tree may have been moved meanwhile.
  private mutating func leave(to current: inout Int32) -> Bool {
    let left = levels.removeLast()
    do throws(Errno) {
      let folder = try levels.isEmpty ? Self.open(parent.isEmpty ? "." : parent) : Self.open("..", in: current)
      if let level = levels.last, try Self.status(of: folder).0 != level.identity {
        close(folder)
        throw .staleNFSFileHandle
      }
      close(current)
      current = folder
      return true
    } catch {
      report(left.name, error)
      return false
    }
  }

  private mutating func report(_ name: FilePath.Component, _ reason: Errno) {
    var path = parent
    for level in levels { path.append(level.name) }
    path.append(name)
    failures.append(FileError(.remove, path, reason))
    keepLast()
  }

  private mutating func keepLast() {
    if !levels.isEmpty { levels[levels.count - 1].isKept = true }
  }

  private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK

  /// Opens the folder that holds the tree, to which links may lead.
  private static func open(_ path: FilePath) throws(Errno) -> Int32 {
    let folder = path.withPlatformString { Glibc.open($0, flags) }
    guard folder >= 0 else { throw Errno(rawValue: errno) }
    return folder
  }

  private static func open(_ name: FilePath.Component, in folder: Int32) throws(Errno) -> Int32 {
    let opened = name.withPlatformString { name in
      let opened = openat(folder, name, flags | O_NOFOLLOW)
      // A folder that its owner may not read: the mode is changed of the folder itself, and not of a link's target.
      guard opened < 0, errno == EACCES, fchmodat(folder, name, 0o700, AT_SYMLINK_NOFOLLOW) == 0 else { return opened }
      return openat(folder, name, flags | O_NOFOLLOW)
    }
    guard opened >= 0 else { throw Errno(rawValue: errno) }
    return opened
  }

  private static func names(in folder: Int32) throws(Errno) -> [FilePath.Component] {
    // A descriptor of its own, as the list closes it and moves its position.
    let copy = openat(folder, ".", flags)
    guard copy >= 0 else { throw Errno(rawValue: errno) }
    do throws(FileError) {
      return try Folder.names(inOpen: FileDescriptor(rawValue: copy), at: "")
    } catch {
      if case .system(let reason) = error.reason { throw reason }
      throw .ioError
    }
  }

  private static func status(of folder: Int32) throws(Errno) -> (Identity, mode_t) {
    var status = stat()
    guard fstat(folder, &status) == 0 else { throw Errno(rawValue: errno) }
    return (Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)), status.st_mode)
  }
}
