internal import Glibc
public import SystemPackage

extension FileSystem {
  /// The files of a folder's folders, as objects and records lie, with their size, in the order of their names.
  ///
  /// - Throws: where a folder cannot be listed, or a file not be looked at.
  public static func shardedFiles(in folder: FilePath) throws(StoreError) -> [(path: FilePath, bytes: Int)] {
    var files: [(path: FilePath, bytes: Int)] = []
    for (shard, name) in try ArtifactStore.shardedNames(in: folder) {
      let path = shard.appending(name)
      if let bytes = try size(ofFile: path) { files.append((path, bytes)) }
    }
    return files
  }

  /// The size of a file; nil if there is none, or it is no file.
  private static func size(ofFile path: FilePath) throws(StoreError) -> Int? {
    var status = stat()
    guard lstat(path.string, &status) == 0 else {
      let reason = Errno(rawValue: errno)
      if reason == .noSuchFileOrDirectory { return nil }
      throw StoreError("cannot look at \(path)", reason)
    }
    return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }
}
