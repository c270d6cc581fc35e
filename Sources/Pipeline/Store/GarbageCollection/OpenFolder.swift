internal import CLinux
internal import Glibc
internal import SystemPackage

/// An open folder, through which garbage collection sees and moves files.
///
/// Every name is looked up relative to the open folder and no link is followed, so that nothing outside the store can
/// be reached, whatever is put in place of a folder meanwhile. Every error is reported: a listing that ends early would
/// make live results look unreachable.
struct OpenFolder: ~Copyable {
  /// What a name stands for.
  struct Entry: Sendable, Hashable {
    enum Form: Sendable { case file, folder, other }
    let form: Form
    let bytes: Int
    /// When the content was last written, in seconds since 1970 by the file system's clock.
    let modified: Double
    /// The exact times and the number of the file, which differ if the file was made or touched anew.
    private let moments: [Int]
    private let inode: UInt64

    fileprivate init(_ status: stat) {
      form =
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        default: .other
        }
      bytes = Int(status.st_size)
      modified = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
      moments = [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)]
      inode = UInt64(status.st_ino)
    }
  }

  let path: FilePath
  private let descriptor: Int32

  /// Opens a folder, by a path that may lead through links.
  init(_ path: FilePath) throws(StoreError) {
    descriptor = open(path.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    self.path = path
    guard descriptor >= 0 else { throw StoreError("cannot open \(path)", Errno(rawValue: errno)) }
  }

  private init(_ path: FilePath, _ descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    // Nothing was written through it, so that closing it cannot lose anything.
    _ = close(descriptor)
  }

  /// Opens a folder in this one; nil if there is none of that name.
  ///
  /// - Throws: also for a link, which is not followed.
  func folder(_ name: String) throws(StoreError) -> OpenFolder? {
    let found = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if found >= 0 { return OpenFolder(path.appending(name), found) }
    let reason = errno
    if reason == ENOENT { return nil }
    if let entry = try entry(name), entry.form == .other {
      throw StoreError("\(path.appending(name)) is a link or a device; gc needs a folder there and follows no link")
    }
    throw StoreError("cannot open \(path.appending(name))", Errno(rawValue: reason))
  }

  /// Makes a folder in this one unless it is there, and opens it.
  func makeFolder(_ name: String) throws(StoreError) -> OpenFolder {
    guard mkdirat(descriptor, name, 0o777) == 0 || errno == EEXIST else {
      throw StoreError("cannot make \(path.appending(name))", Errno(rawValue: errno))
    }
    guard let folder = try folder(name) else {
      throw StoreError("cannot open \(path.appending(name))", .noSuchFileOrDirectory)
    }
    return folder
  }

  /// The names in the folder, sorted.
  func names() throws(StoreError) -> [String] {
    // A descriptor of its own: closing the listing closes it, and the position belongs to it.
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let listing = fdopendir(copy) else {
      let reason = errno
      if copy >= 0 { _ = close(copy) }
      throw StoreError("cannot list \(path)", Errno(rawValue: reason))
    }
    defer { closedir(listing) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(listing) else {
        guard errno == 0 else { throw StoreError("cannot list \(path)", Errno(rawValue: errno)) }
        return names.sorted()
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// What a name stands for; nil if there is nothing of that name.
  func entry(_ name: String) throws(StoreError) -> Entry? {
    var status = stat()
    if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return Entry(status) }
    if errno == ENOENT { return nil }
    throw StoreError("cannot look at \(path.appending(name))", Errno(rawValue: errno))
  }

  /// What a name that was listed stands for; nil if another process has removed it since.
  ///
  /// - Throws: if the folder still lists the name although it leads nowhere, as a failing file system does.
  func listedEntry(_ name: String) throws(StoreError) -> Entry? {
    if let entry = try entry(name) { return entry }
    guard try !names().contains(name) else {
      throw StoreError("cannot look at \(path.appending(name))", .noSuchFileOrDirectory)
    }
    return nil
  }

  /// Where a link leads, as it says; nil if the name is not that of a link.
  func target(_ name: String) throws(StoreError) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlinkat(descriptor, name, &buffer, buffer.count)
    if count >= 0 { return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    if errno == EINVAL || errno == ENOENT { return nil }
    throw StoreError("cannot look at \(path.appending(name))", Errno(rawValue: errno))
  }

  /// The file system's present time: that of a file without a name, which nobody sees and which leaves the folder as it
  /// is.
  ///
  /// - Throws: if nothing can be written here, or the file system has no such files.
  func time() throws(StoreError) -> Double {
    // O_TMPFILE, which is not imported.
    let file = openat(descriptor, ".", 0o20_000_000 | O_DIRECTORY | O_WRONLY | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw StoreError("cannot write to \(path)", Errno(rawValue: errno)) }
    var status = stat()
    let result = fstat(file, &status)
    let reason = errno
    // It is gone with its descriptor, and nothing was written.
    _ = close(file)
    guard result == 0 else { throw StoreError("cannot look at a file in \(path)", Errno(rawValue: reason)) }
    return Entry(status).modified
  }

  /// Reads a regular file, up to a number of bytes.
  func read(_ name: String, limit: Int = .max) throws(StoreError) -> [UInt8] {
    let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw StoreError("cannot read \(path.appending(name))", Errno(rawValue: errno)) }
    let open = FileDescriptor(rawValue: file)
    return try FileSystem.attempt("cannot read \(path.appending(name))") {
      try open.closeAfter {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Errno(rawValue: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError("it is not a regular file") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit {
          let count = try FileSystem.fill(&buffer, from: open)
          if count == 0 { break }
          bytes += buffer[..<min(count, limit - bytes.count)]
        }
        return bytes
      }
    }
  }

  /// Moves a file or folder into another folder of the same file system; false if there is none of that name any more.
  ///
  /// - Throws: also if the other folder has something of that name, which is never replaced.
  func move(_ name: String, to folder: borrowing OpenFolder) throws(StoreError) -> Bool {
    let noReplace: UInt32 = 1
    if renameat2(descriptor, name, folder.descriptor, name, noReplace) == 0 { return true }
    var reason = errno
    // A file system such as NFS cannot look and move in one step. Names in a store are unique to their content.
    if [EINVAL, ENOSYS, ENOTSUP].contains(reason), try folder.entry(name) == nil {
      if renameat(descriptor, name, folder.descriptor, name) == 0 { return true }
      reason = errno
    }
    if reason == ENOENT, try entry(name) == nil { return false }
    throw StoreError("cannot move \(path.appending(name)) to \(folder.path)", Errno(rawValue: reason))
  }

  /// Gives a file the file system's present time.
  func touch(_ name: String) throws(StoreError) {
    guard utimensat(descriptor, name, nil, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw StoreError("cannot touch \(path.appending(name))", Errno(rawValue: errno))
    }
  }

  /// Removes a file or link, or a folder with all that is in it; links are removed and not followed.
  func remove(_ name: String) throws(StoreError) {
    if unlinkat(descriptor, name, 0) == 0 || errno == ENOENT { return }
    let reason = errno
    guard reason == EISDIR || reason == EPERM, let inner = try folder(name) else {
      throw StoreError("cannot remove \(path.appending(name))", Errno(rawValue: reason))
    }
    for name in try inner.names() { try inner.remove(name) }
    guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
      throw StoreError("cannot remove \(path.appending(name))", Errno(rawValue: errno))
    }
  }
}
