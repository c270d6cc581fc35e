import Configuration
import Store
import SystemPackage

/// The results of a run as a person names them: a lock, the folder of a run, or `fig3@latest`.
struct ResultsReference {
  /// The lock, or the lock in the folder of the run.
  let file: FilePath
  /// The results.
  let results: Lock
  /// The store in which their records and objects are looked up, if there is one.
  let store: ArtifactStore?

  /// Finds what `text` names; nil if that is neither a lock nor a run.
  init?(_ text: String, _ options: ArtifactOptions) throws {
    let root = FilePath(options.store ?? "artifacts")
    guard let found = try Self.file(text, root) else { return nil }
    file = found
    guard let results = try Lock(contentsOf: found) else {
      throw Diagnostics(
        Diagnostic(
          "the run \(found.removingLastComponent()) has no results.lock",
          at: nil,
          hints: "it was killed or is still running; its log.txt shows how far it got"
        )
      )
    }
    self.results = results
    let around = found.removingLastComponent().removingLastComponent()
    let isRun = found.lastComponent?.string == RunFolder.File.results.rawValue
    let own = try ArtifactStore(existingAt: isRun ? around.removingLastComponent() : around)
    store = options.store == nil ? try own ?? ArtifactStore(existingAt: root) : try ArtifactStore(existingAt: root)
  }

  /// What is compared, for the command that compares.
  var json: JSONValue { ["file": .string(file.string), "actions": .integer(results.entries.count)] }

  private static func file(_ text: String, _ root: FilePath) throws -> FilePath? {
    if let match = text.wholeMatch(of: /(.+)@latest(?:-([0-9]{1,6}))?/) {
      return try latest(String(match.output.1), back: match.output.2.flatMap { Int($0) } ?? 0, root)
    }
    let path = FilePath(text)
    let candidates = [path, root.pushing(path), root.appending("runs").pushing(path)]
    if let folder = candidates.first(where: { FileSystem.isFolder($0) && RunFolder(at: $0) != nil }) {
      return folder.appending(RunFolder.File.results.rawValue)
    }
    guard text.hasSuffix(".lock") else {
      guard FileSystem.isFolder(path) else { return nil }
      throw Diagnostics(
        Diagnostic("the folder '\(text)' is not that of a run", at: nil, hints: "runs are in \(root)/runs")
      )
    }
    let locks = root.appending("locks")
    if let file = [path, root.pushing(path), locks.pushing(path)].first(where: FileSystem.exists) { return file }
    let known = ((try? FileSystem.contents(of: locks)) ?? []).filter { $0.hasSuffix(".lock") }
    throw Diagnostics(
      Diagnostic(
        "there is no lock '\(text)', here or in \(locks)",
        at: nil,
        hints: Suggestion.hint(for: text, among: known),
        known.isEmpty ? "'pipeline run NAME --update-lock' makes one" : "locks: " + Suggestion.list(known)
      )
    )
  }

  /// The newest run of a name that kept its results, or one before it.
  private static func latest(_ run: String, back: Int, _ root: FilePath) throws -> FilePath {
    let all = try ArtifactStore(existingAt: root).map(RunFolder.all) ?? []
    let files = all.filter { $0.run == run }.map { $0.path(of: .results) }.filter(FileSystem.exists)
    if back < files.count { return files[files.count - 1 - back] }
    let names = Set(all.map(\.run)).sorted()
    throw Diagnostics(
      Diagnostic(
        files.isEmpty
          ? "\(root)/runs has no run '\(run)' with results"
          : "\(root)/runs has fewer runs of '\(run)' with results: \(files.count)",
        at: nil,
        hints: names.contains(run) ? nil : Suggestion.hint(for: run, among: names),
        names.isEmpty ? "a run with nothing to do is not kept" : "runs: " + Suggestion.list(names)
      )
    )
  }
}
