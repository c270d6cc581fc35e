public import SystemPackage

/// Names of work in progress outside of a store, `MARK` + `RANDOM-PROCESS`: nobody else comes upon such a name, and whoever
/// finds it later can tell whether its process is still there.
public enum OwnedName {
  /// A new name.
  public static func make(_ mark: String) -> String { "\(mark)\(FileSystem.randomName)-\(ProcessIdentity.current)" }

  /// Removes the folders with such names that processes left which are no more.
  public static func removeAbandoned(_ mark: String, in folder: FilePath) {
    remove(mark, in: folder) { $0.isGone == true }
  }

  /// Removes the folders with such names of this process, which is about to end.
  public static func removeOwn(_ mark: String, in folder: FilePath) {
    remove(mark, in: folder) { $0 == .current }
  }

  private static func remove(_ mark: String, in folder: FilePath, where isMeant: (ProcessIdentity) -> Bool) {
    for name in (try? FileSystem.contents(of: folder)) ?? [] where name.hasPrefix(mark) {
      let parts = name.dropFirst(mark.count).split(separator: "-", maxSplits: 1)
      guard parts.count == 2, let process = ProcessIdentity(String(parts[1])), isMeant(process) else { continue }
      FileSystem.removeFolder(folder.appending(name))
    }
  }
}
