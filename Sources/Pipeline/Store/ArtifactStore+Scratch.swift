internal import FoundationEssentials
internal import Glibc
public import SystemPackage

// Work in progress has names of the form `work-NAME.RANDOM-PROCESS`: nobody else comes upon the name, and whoever finds
// it later can tell whether its process is still there.
extension ArtifactStore {
  private static let mark = "work-"
  /// After how many days what a process of another machine left is taken for abandoned.
  private static let daysUntilAbandoned = 30.0

  /// A name in the scratch folder that nobody else uses.
  package func scratchPath(_ name: String) -> FilePath {
    let random = FileSystem.randomName
    return root.appending("scratch").appending("\(Self.mark)\(name).\(random)-\(ProcessIdentity.current)")
  }

  /// A new folder for the work of this process.
  public func makeScratch(_ name: String) throws(StoreError) -> FilePath {
    let folder = scratchPath(name)
    try FileSystem.createFolder(folder)
    return folder
  }

  /// A new file for the work of this process.
  public func newScratchFile(_ name: String) throws(StoreError) -> FilePath {
    let path = scratchPath(name)
    _ = try FileSystem.create(path, holding: "")
    return path
  }

  /// Writes a file so that `path` holds all of it or what it held before. What a process that dies leaves behind lies
  /// in the scratch folder and is removed with it.
  public func writeAtomically(_ bytes: [UInt8], to path: FilePath, isDurable: Bool = true) throws(StoreError) {
    try FileSystem.writeAtomically(bytes, to: path, temporary: scratchPath("file"), isDurable: isDurable)
  }

  /// Removes what processes that are no more left in the scratch folder.
  public func removeAbandonedScratch() {
    let scratch = root.appending("scratch")
    for name in (try? FileSystem.contents(of: scratch)) ?? [] where name.hasPrefix(Self.mark) {
      let parts = name.split(separator: "-", maxSplits: 2)
      guard parts.count == 3, let process = ProcessIdentity(String(parts[2])) else { continue }
      let path = scratch.appending(name)
      // A store may be shared: whether another machine's process is still there can only be guessed from its silence.
      guard process.isGone ?? isSilent(path) else { continue }
      FileSystem.removeFolder(path)
    }
  }

  private func isSilent(_ path: FilePath) -> Bool {
    guard let changed = (try? path.stat())?.st_mtim else { return false }
    return Date.now.timeIntervalSince1970 - Double(changed.tv_sec) > Self.daysUntilAbandoned * 86_400
  }
}
