import Artifacts
import Configuration
import Execution
import Planning
import Stages
import Store
import SystemPackage

/// Why garbage collection removes nothing, in several lines.
struct GCStop: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Which pipelines and lock files keep the results of a store.
struct GCRoots {
  private let store: ArtifactStore
  private let kept: [String]

  /// - Parameter names: pipelines and lock files that the user names.
  init(of store: ArtifactStore, keeping names: [String]) {
    self.store = store
    kept = names
  }

  /// Reads all of them.
  ///
  /// - Throws: at the first that cannot be read: what it keeps is unknown.
  func read() throws -> GarbageLook.Pipelines {
    let registry = try ProjectRegistry(of: store)
    var found = GarbageLook.Pipelines()
    found.forgotten = registry.forgottenPipelines
    var isUsed = false
    for name in kept {
      isUsed = true
      try name.hasSuffix(".lock") ? addNamedLock(name, to: &found) : addNamedPipeline(name, to: &found)
    }
    var lockFolders = [store.root.appending("locks")]
    var pipelineFolders = [FilePath("pipelines"), store.root.appending("..").appending("pipelines")]
    let missing = registry.entries.filter { !$0.isForgotten }.map(\.file).filter {
      !FileSystem.isFolder($0.removingLastComponent())
    }
    guard missing.isEmpty else { throw Self.missing(missing) }
    for entry in registry.entries where !entry.isForgotten {
      isUsed = true
      let folder = entry.file.removingLastComponent()
      let project = folder.lastComponent?.string == "pipelines" ? folder.removingLastComponent() : folder
      lockFolders.append(project.appending("artifacts").appending("locks"))
      if project != folder { pipelineFolders.append(folder) }
      // The last runs of a file that was deleted keep their results until it is forgotten.
      if try Self.isThere(entry.file) { try add(entry.file, to: &found) }
    }
    let registered = Set(registry.entries.map(\.file))
    var seen: Set<FilePath> = []
    for folder in pipelineFolders {
      guard let folder = FileSystem.resolved(folder), seen.insert(folder).inserted else { continue }
      for file in try Self.pipelineFiles(below: folder) where !registered.contains(file) {
        isUsed = true
        if try isPipeline(file) { try add(file, to: &found) }
      }
    }
    seen = []
    for folder in lockFolders {
      guard let folder = FileSystem.resolved(folder), seen.insert(folder).inserted else { continue }
      for name in try FileSystem.contents(of: folder) where name.hasSuffix(".lock") {
        isUsed = true
        try addLock(folder.appending(name), to: &found)
      }
    }
    guard isUsed || FileSystem.exists(store.root.appending("latest")) else {
      throw Diagnostics(
        Diagnostic(
          "no pipeline is known to use '\(store.root)', so all results would be removed",
          at: nil,
          hints: "run gc in the folder of the experiment, or name pipelines with --keep"
        )
      )
    }
    return found
  }

  /// Has a pipeline file forgotten, and returns what to tell the user.
  func forget(_ name: String) throws -> String {
    let path = ProjectRegistry.path(of: FilePath(name))
    let entries = try ProjectRegistry(of: store).entries
    let files = entries.filter { $0.file == path }
    let meant = files.isEmpty ? entries.filter { $0.pipeline == name } : files
    if !meant.isEmpty {
      for entry in meant { try ProjectRegistry.forget(entry.file, pipeline: entry.pipeline, in: store.root) }
    } else if FileSystem.exists(store.root.appending("latest").appending("\(name).json")), !FileSystem.exists(path) {
      // The name of a pipeline whose file has another name for it by now.
      try ProjectRegistry.forget(FilePath("pipelines/\(name).yaml"), pipeline: name, in: store.root)
    } else {
      let project = try Project(finding: name)
      // A file with a mistake may still say its name; else its own name is the best guess.
      let text = try? project.text()
      let pipeline = text.flatMap { Self.name(in: $0.root) } ?? project.file.stem ?? name
      try ProjectRegistry.forget(project.file, pipeline: pipeline, in: store.root)
    }
    return "\(name) keeps nothing from now on, until it runs again; the next gc removes what only it needed"
  }

  // MARK: - Pipelines

  private func add(_ file: FilePath, to found: inout GarbageLook.Pipelines) throws {
    do {
      let project = try Project(finding: file.string)
      for choices in try project.everyChoice() {
        let pipeline = try project.pipeline(choices, .all)
        found.roots.pipelines.append(pipeline.actions)
        if choices.profile != nil { found.profileRuns.insert(RunName(pipeline.name, choices).description) }
      }
    } catch {
      throw GCStop(
        """
        what \(file.string.printable) would reuse is unknown, since it cannot be read:
        \(error)
        Nothing was removed. Correct the file, or give its results up: pipeline gc --forget \(file.string.printable)
        """
      )
    }
  }

  private func addNamedPipeline(_ name: String, to found: inout GarbageLook.Pipelines) throws {
    let project = try Project(finding: name)
    for choices in try project.everyChoice() {
      let pipeline = try project.pipeline(choices, .all)
      found.roots.pipelines.append(pipeline.actions)
      found.roots.pinned.formUnion(store.known(of: pipeline).records.values.compactMap { ContentDigest($0.key) })
    }
  }

  private static func isThere(_ file: FilePath) throws -> Bool {
    do {
      _ = try file.stat()
      return true
    } catch Errno.noSuchFileOrDirectory {
      return false
    } catch {
      throw missing([file])
    }
  }

  private static func missing(_ files: [FilePath]) -> GCStop {
    let names = files.map(\.string.printable).joined(separator: " ")
    return GCStop(
      """
      the folders of pipeline files that have used this store cannot be read. Were they moved, or is a disk not mounted?
      Nothing was removed. If their results may go: pipeline gc --forget \(names)
      """
    )
  }

  /// The YAML files in a folder and the folders below, without following links to folders.
  private static func pipelineFiles(below folder: FilePath) throws(StoreError) -> [FilePath] {
    var files: [FilePath] = []
    for name in try FileSystem.contents(of: folder) where !name.hasPrefix(".") {
      let path = folder.appending(name)
      if Project.isPipelineFile(name) {
        files.append(path)
      } else if FileSystem.isFolder(path), FileSystem.resolved(path) == path {
        files += try pipelineFiles(below: path)
      }
    }
    return files
  }

  /// Whether a YAML file that has never been run is a pipeline at all. One that cannot be read may be.
  private func isPipeline(_ file: FilePath) throws -> Bool {
    guard let project = try? Project(finding: file.string), let text = try? project.text() else { return true }
    return text.root.entries == nil || text.root["pipeline"] != nil || text.root["stages"] != nil
  }

  private static func name(in root: Node) -> String? {
    guard case .scalar(let text, _)? = root["pipeline"]?.content else { return nil }
    return text
  }

  // MARK: - Lock files

  private func addNamedLock(_ name: String, to found: inout GarbageLook.Pipelines) throws {
    guard FileSystem.exists(FilePath(name)) else {
      throw Diagnostics(Diagnostic("there is no lock '\(name)'", at: nil))
    }
    try addLock(FilePath(name), to: &found)
  }

  private func addLock(_ path: FilePath, to found: inout GarbageLook.Pipelines) throws {
    do {
      guard let lock = try Lock(contentsOf: path) else { throw StoreError("\(path) cannot be read") }
      found.roots.pinned.formUnion(lock.entries.values.map(\.key))
      found.roots.addresses.formUnion(lock.entries.values.map(\.address))
    } catch {
      throw GCStop("what the lock file \(path.string.printable) names is unknown. Nothing was removed.\n\(error)")
    }
  }
}
