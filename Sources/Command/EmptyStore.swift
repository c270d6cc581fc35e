import Configuration
import FoundationEssentials
import Store
import SystemPackage

/// An empty store for results that are made again.
struct EmptyStore {
  let store: ArtifactStore
  private let isKept: Bool
  private static let mark = "pipeline-verify-"

  /// A store in a folder that the user names and that stays, or in one of the machine's folder for temporary files.
  init(kept name: String?) throws {
    guard let name else {
      let folder = FilePath(ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp")
      OwnedName.removeAbandoned(Self.mark, in: folder)
      store = try ArtifactStore(at: FileSystem.absolute(folder).appending(OwnedName.make(Self.mark)))
      isKept = false
      return
    }
    let path = FilePath(name)
    guard !FileSystem.exists(path) || (try? FileSystem.contents(of: path))?.isEmpty == true else {
      throw Diagnostics(
        Diagnostic(
          "--keep-store: '\(name)' is there and not empty",
          at: nil,
          hints: "results are made again in an empty store"
        )
      )
    }
    store = try ArtifactStore(at: path)
    isKept = true
  }

  /// Removes the store, unless it is to stay.
  func remove() {
    if !isKept { FileSystem.removeFolder(store.root) }
  }
}
