internal import Glibc
public import SystemPackage

/// Listing and creation of folders.
public enum Folder {
  /// The names in a folder, sorted by their bytes. Names need not be UTF-8.
  public static func names(in path: FilePath, links: Links = .followed) throws(FileError) -> [FilePath.Component] {
    var options: FileDescriptor.OpenOptions = [.directory, .nonBlocking, .closeOnExec]
    if links == .refused { options.insert(.noFollow) }
    let folder: FileDescriptor
    do {
      folder = try FileDescriptor.open(path, .readOnly, options: options)
    } catch {
      throw FileError(.list, path, error as? Errno ?? .ioError)
    }
    return try names(inOpen: folder, at: path)
  }

  /// The names in an open folder, which is closed afterwards.
  static func names(inOpen folder: FileDescriptor, at path: FilePath) throws(FileError) -> [FilePath.Component] {
    guard let stream = fdopendir(folder.rawValue) else {
      let reason = Errno(rawValue: errno)
      _ = close(folder.rawValue)
      throw FileError(.list, path, reason)
    }
    defer { closedir(stream) }
    var names: [FilePath.Component] = []
    while true {
      // The end of the folder and an error look alike but for this.
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw FileError(.list, path, Errno(rawValue: errno)) }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CInterop.PlatformChar.self, capacity: 256) {
          FilePath.Component(platformString: $0)
        }
      }
      // Nil for a name with a slash, which only a damaged file system has.
      guard let name else { throw FileError(.list, path, .ioError) }
      if name.kind == .regular { names.append(name) }
    }
    return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// Creates a folder in one that is there, with the permissions that the user's umask leaves.
  ///
  /// - Returns: false if a folder, or a link to one, is there already.
  public static func create(_ path: FilePath) throws(FileError) -> Bool {
    let status = path.withPlatformString { mkdir($0, 0o777) }
    guard status != 0 else { return true }
    let reason = Errno(rawValue: errno)
    guard reason == .fileExists, try FileKind(at: path) == .folder else {
      throw FileError(.createFolder, path, reason)
    }
    return false
  }
}

extension FilePath.Component {
  /// The bytes of the name.
  public var bytes: [UInt8] {
    withPlatformString { pointer in
      UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) }
    }
  }

  /// The name as text; nil where it is not UTF-8, so that no two names become one.
  public var text: String? { String(validating: bytes, as: UTF8.self) }
}

extension FilePermissions {
  /// The permissions to create a file with: the user's umask takes away what others may not do.
  public static var newFile: FilePermissions {
    [.ownerReadWrite, .groupReadWrite, .otherReadWrite]
  }
}
