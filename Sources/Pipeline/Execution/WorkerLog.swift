internal import Artifacts
internal import Glibc
internal import Store
internal import SystemPackage

/// What a worker process and the libraries in it print: a file, since a pipe that nobody reads would stop them. It
/// holds what was printed during one action.
final class WorkerLog: Sendable {
  private let path: FilePath
  /// Where the process is to write.
  let descriptor: FileDescriptor
  /// Beyond this much only the end is shown.
  private static let shown = 1 << 14

  init(in store: ArtifactStore) throws {
    path = try store.newScratchFile("log")
    // Each write goes to the end, wherever that is after the file was emptied.
    descriptor = try FileDescriptor.open(path, .readWrite, options: [.append])
  }

  /// What was printed since the last call, or the end of it.
  func take() -> String? {
    guard let size = FileSystem.size(of: path), size > 0 else { return nil }
    let text: String
    do {
      text = String(decoding: try FilePart.end(of: path, most: Self.shown), as: UTF8.self)
    } catch {
      text = "(what was printed cannot be read: \(error))"
    }
    ftruncate(descriptor.rawValue, 0)
    return size > Self.shown ? "…" + text : text
  }

  deinit {
    try? descriptor.close()
    FileSystem.remove(path)
  }
}
