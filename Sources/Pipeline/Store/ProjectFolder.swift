public import Artifacts
internal import Configuration
internal import Files
internal import FoundationEssentials
internal import Glibc
public import Planning
public import SystemPackage

/// The folder of a project: the one in which `pipelines/` lies, or a pipeline file by itself.
public struct ProjectFolder: StageFiles {
  /// The folder, as an absolute path without links.
  private let root: FilePath
  /// Where data lie that are named by a relative path.
  private let data: FilePath?

  /// The project in a folder.
  public init(_ folder: FilePath) {
    let working = FilePath(FileManager.default.currentDirectoryPath)
    root = Self.resolved(working.pushing(folder).lexicallyNormalized())
    data = ProcessInfo.processInfo.environment["PIPELINE_DATA"].flatMap { $0.isEmpty ? nil : $0 }.map {
      working.pushing(FilePath($0))
    }
  }

  /// The path of a file that is there and can be read; among tools, also of a folder.
  public func find(_ path: String, in place: FilePlace) throws(StageFailure) -> String {
    switch place {
    case .project:
      let file = root.pushing(FilePath(path))
      try Self.expectFile(file, called: path, in: "the project")
      let target = Self.resolved(file)
      guard target.starts(with: root), target != root else {
        throw StageFailure("'\(path)' leads out of the project, to \(target)")
      }
      // By the name that was written: where a link leads to may change.
      return file.string
    case .data:
      guard let file = dataPath(path) else {
        throw StageFailure("there is no file '\(path)': PIPELINE_DATA, which would say in which folder, is not set")
      }
      try Self.expectFile(file, called: file.string, in: "this machine")
      return file.string
    case .tools:
      let tool = root.pushing(FilePath(path)).lexicallyNormalized()
      guard FileSystem.exists(tool) else { throw StageFailure("there is no '\(tool)'") }
      return tool.string
    }
  }

  /// Where a data file would be; nil for a relative path where nothing says in which folder.
  public func dataPath(_ path: String) -> FilePath? {
    (FilePath(path).isAbsolute ? root : data)?.pushing(FilePath(path)).lexicallyNormalized()
  }

  /// The digest of the bytes of a file.
  public func digest(of found: String) throws(StageFailure) -> ContentDigest {
    do throws(StoreError) {
      return try FileSystem.digest(of: FilePath(found))
    } catch {
      throw StageFailure(error.description)
    }
  }

  /// Throws unless there is a file that can be read. Nothing else is opened: a pipe would wait for its writer.
  private static func expectFile(_ file: FilePath, called name: String, in place: String) throws(StageFailure) {
    let kind: FileKind?
    do throws(StoreError) {
      kind = try FileSystem.kind(of: file)
    } catch {
      throw StageFailure("'\(name)': \(error)")
    }
    guard let kind else {
      // Names to suggest are no more than a help.
      let others = (try? FileSystem.contents(of: file.removingLastComponent())) ?? []
      let near = Suggestion.hint(for: file.lastComponent?.string ?? "", among: others)
      throw StageFailure("there is no file '\(name)' in \(place)" + (near.map { "; \($0)" } ?? ""))
    }
    guard kind == .regular else {
      throw StageFailure(
        "'\(name)' is \(kind)\(kind == .folder ? "; name its files one by one" : ", not a regular file")"
      )
    }
    guard access(file.string, R_OK) == 0 else {
      throw StageFailure("'\(name)' cannot be read: \(Errno(rawValue: errno))")
    }
  }

  private static func resolved(_ path: FilePath) -> FilePath {
    FilePath(URL(filePath: path.string).resolvingSymlinksInPath().path)
  }
}
