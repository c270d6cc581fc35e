public import SystemPackage

/// A file operation that failed: which one, on what, and why.
public struct FileError: Error, Sendable, Hashable {
  /// What was being done.
  public enum Operation: Sendable, Hashable {
    /// A file was being read.
    case read
    /// The names in a folder were being read.
    case list
    /// A file or folder was being removed.
    case remove
    /// A folder was being created.
    case createFolder
  }

  /// Why it failed.
  public enum Reason: Sendable, Hashable {
    /// Something other than a regular file is at the path.
    case notRegular(FileKind)
    /// The file has more bytes than the caller accepts.
    case tooLarge(limit: Int)
    /// The system's reason.
    case system(Errno)
  }

  /// What was being done.
  public let operation: Operation
  /// The file or folder.
  public let path: FilePath
  /// Why it failed.
  public let reason: Reason

  /// An error from its parts.
  public init(_ operation: Operation, _ path: FilePath, _ reason: Reason) {
    self.operation = operation
    self.path = path
    self.reason = reason
  }

  init(_ operation: Operation, _ path: FilePath, _ errno: Errno) {
    self.init(operation, path, .system(errno))
  }

  /// Whether nothing is at the path.
  public var isNotFound: Bool { reason == .system(.noSuchFileOrDirectory) || reason == .system(.notDirectory) }

  /// Whether the user may not do this.
  public var isPermissionDenied: Bool {
    reason == .system(.permissionDenied) || reason == .system(.notPermitted)
  }
}

extension FileError: CustomStringConvertible {
  /// The error as a sentence without its full stop.
  public var description: String { "\(operation) \(path): \(reason)" }
}

extension FileError.Operation: CustomStringConvertible {
  /// The operation as it begins a message.
  public var description: String {
    switch self {
    case .read: "cannot read"
    case .list: "cannot list"
    case .remove: "cannot remove"
    case .createFolder: "cannot create the folder"
    }
  }
}

extension FileError.Reason: CustomStringConvertible {
  /// The reason as it ends a message.
  public var description: String {
    switch self {
    case .notRegular(let kind): "it is \(kind), not a regular file"
    case .tooLarge(let limit): "it has more than \(limit) bytes"
    case .system(let errno): "\(errno)"
    }
  }
}

/// What can be at a path.
public enum FileKind: Sendable, Hashable, CaseIterable {
  /// A file with contents of a definite size.
  case regular
  /// A folder.
  case folder
  /// A symbolic link.
  case link
  /// A FIFO (named pipe).
  case fifo
  /// A character or block device.
  case device
  /// A socket.
  case socket
  /// Something that this system knows and this program does not.
  case other
}

extension FileKind {
  init(_ type: FileType) {
    switch type {
    case .regular: self = .regular
    case .directory: self = .folder
    case .symbolicLink: self = .link
    case .fifo: self = .fifo
    case .characterSpecial, .blockSpecial: self = .device
    case .socket: self = .socket
    default: self = .other
    }
  }

  /// What is at a path, or nil if nothing is there.
  ///
  /// - Throws: the system's reason, where it is unknown whether something is there.
  public init?(at path: FilePath, links: Links = .followed) throws(FileError) {
    do {
      self.init(try path.stat(followTargetSymlink: links == .followed).type)
    } catch .noSuchFileOrDirectory, .notDirectory {
      return nil
    } catch {
      throw FileError(.read, path, error)
    }
  }
}

extension FileKind: CustomStringConvertible {
  /// The kind with its article.
  public var description: String {
    switch self {
    case .regular: "a regular file"
    case .folder: "a folder"
    case .link: "a link"
    case .fifo: "a FIFO"
    case .device: "a device"
    case .socket: "a socket"
    case .other: "of an unknown kind"
    }
  }
}

/// What happens where the last component of a path is a symbolic link.
public enum Links: Sendable, Hashable {
  /// The target of the link is meant.
  case followed
  /// A link is an error: it could lead anywhere.
  case refused
}
