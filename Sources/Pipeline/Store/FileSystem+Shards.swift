internal import Glibc
public import SystemPackage

extension FileSystem {
  /// The files of a folder's folders, as objects and records lie, with size and time of writing in seconds since 1970, in
  /// the order of their names.
  public static func shardedFiles(in folder: FilePath) -> [(path: FilePath, bytes: Int, time: Double)] {
    var files: [(path: FilePath, bytes: Int, time: Double)] = []
    for shard in (try? contents(of: folder)) ?? [] {
      for name in (try? contents(of: folder.appending(shard))) ?? [] {
        let path = folder.appending(shard).appending(name)
        if let (bytes, time) = sizeAndTime(of: path) { files.append((path, bytes, time)) }
      }
    }
    return files
  }

  /// The size of a file, and when it was written in seconds since 1970; nil if there is none, or it is no file.
  private static func sizeAndTime(of path: FilePath) -> (bytes: Int, time: Double)? {
    var status = stat()
    guard lstat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return (Int(status.st_size), Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9)
  }
}
