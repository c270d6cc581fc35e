public import Artifacts

/// The files of this machine on which stages may depend besides their inputs. Planning opens none itself: it asks.
public protocol StageFiles: Sendable {
  /// The path of a file that is there and can be read, or of a folder where those may be meant.
  ///
  /// - Throws: why there is none, for the user.
  func find(_ path: String, in place: FilePlace) throws(StageFailure) -> String
  /// The digest of the bytes of a file that was found.
  func digest(of found: String) throws(StageFailure) -> ContentDigest
}

/// Where a file is looked for.
public enum FilePlace: Sendable, Hashable {
  /// Within the folder of the project, which no path and no link may lead out of.
  case project
  /// Anywhere; a relative path begins at the folder that `PIPELINE_DATA` names.
  case data
  /// Anywhere, a folder or a file; a relative path begins at the folder of the project.
  case tools
}

/// No files at all.
public struct NoFiles: StageFiles {
  /// No files.
  public init() {}

  /// Nothing is found.
  public func find(_ path: String, in place: FilePlace) throws(StageFailure) -> String {
    throw StageFailure("there is no file '\(path)', as there is no project")
  }

  /// Nothing has a digest.
  public func digest(of found: String) throws(StageFailure) -> ContentDigest {
    throw StageFailure("there is no file '\(found)', as there is no project")
  }
}

/// The digests of a project's files. While a pipeline is planned each is looked for once, however many stages name it.
public struct ProjectDigests {
  private let files: any StageFiles
  private var known: [String: Result<ContentDigest, StageFailure>] = [:]
  private var present: [String: Bool] = [:]
  /// The files that were read.
  private(set) var read: [String] = []
  /// Whether some file was looked for and was not there.
  private(set) var lacksSome = false

  init(_ files: any StageFiles) {
    self.files = files
  }

  /// The digest of a file, by its path from the folder of the project.
  public mutating func digest(of path: String) throws(StageFailure) -> ContentDigest {
    if let answer = known[path] { return try answer.get() }
    do throws(StageFailure) {
      let found = try files.find(path, in: .project)
      let digest = try files.digest(of: found)
      read.append(found)
      known[path] = .success(digest)
      return digest
    } catch {
      known[path] = .failure(error)
      throw error
    }
  }

  /// Whether the project has this file.
  public mutating func has(_ path: String) -> Bool {
    if let answer = present[path] { return answer }
    let answer = (try? files.find(path, in: .project)) != nil
    present[path] = answer
    if !answer { lacksSome = true }
    return answer
  }
}
