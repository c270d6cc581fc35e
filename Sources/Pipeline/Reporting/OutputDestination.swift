internal import Files
internal import Glibc
public import Store
internal import SystemPackage

/// The file that a user names with `--output`, written as a shell's `>` would write it, but at once.
///
/// A regular file holds all of the new text or what it held before, and keeps its permissions. A link stays, and its
/// target is written. A device or a FIFO is written to, and never replaced.
public struct OutputDestination: Sendable {
  private let path: FilePath

  /// The file with a name.
  public init(_ name: String) {
    path = FilePath(name)
  }

  /// Writes a text.
  public func write(_ text: String) throws(StoreError) {
    let kind: FileKind?
    do {
      kind = try FileKind(at: path)
    } catch {
      throw StoreError("cannot write \(path): \(error.reason)")
    }
    switch kind {
    case .fifo, .device: try writeThrough(text)
    case .regular where isDescriptor: try writeThrough(text)
    case .regular, nil: try replace(text)
    case .folder, .socket, .link, .other:
      throw StoreError("cannot write \(path): it is \(kind?.description ?? "nothing")")
    }
  }

  /// Whether the path names an open file of this process, as `/dev/stdout` does.
  private var isDescriptor: Bool {
    target(of: path).starts(with: "/proc")
  }

  private func writeThrough(_ text: String) throws(StoreError) {
    do {
      let file = try FileDescriptor.open(path, .writeOnly, options: [.closeOnExec])
      _ = try file.closeAfter { try file.writeAll(text.utf8) }
    } catch let error as Errno {
      throw StoreError("cannot write \(path)", error)
    } catch {
      throw StoreError("cannot write \(path): \(error)")
    }
  }

  private func replace(_ text: String) throws(StoreError) {
    let target = target(of: path)
    let temporary = FilePath("\(target).\(FileSystem.randomName).tmp")
    do throws(StoreError) {
      guard try FileSystem.create(temporary, holding: text) else {
        throw StoreError("cannot write \(path)", .fileExists)
      }
      try keepMode(of: target, for: temporary)
      try FileSystem.synchronize(temporary)
      try FileSystem.move(temporary, to: target)
    } catch {
      FileSystem.remove(temporary)
      throw StoreError("cannot write \(path): \(error.reason.map { "\($0)" } ?? error.description)")
    }
  }

  /// Gives a new file the owner and the permissions of the one that it replaces.
  private func keepMode(of target: FilePath, for temporary: FilePath) throws(StoreError) {
    do throws(Errno) {
      let (old, new) = (try target.stat(), try temporary.stat())
      if (old.userID, old.groupID) != (new.userID, new.groupID) {
        // Only root gives files away; whoever else may write here owns what they write.
        _ = chown(temporary.string, old.userID.rawValue, old.groupID.rawValue)
      }
      guard chmod(temporary.string, old.permissions.rawValue) == 0 else { throw Errno(rawValue: errno) }
    } catch .noSuchFileOrDirectory {
      // A new file, which the user's umask has given its permissions.
    } catch {
      throw StoreError("cannot keep the permissions of \(target)", error)
    }
  }

  /// Where a chain of links leads, also to a file that is not there yet.
  private func target(of path: FilePath) -> FilePath {
    var path = path
    // As many as the system follows.
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
      let count = readlink(path.string, &buffer, Int(PATH_MAX))
      guard count > 0, !path.starts(with: "/proc") else { break }
      path = path.removingLastComponent().pushing(FilePath(platformString: buffer))
    }
    return path
  }
}
