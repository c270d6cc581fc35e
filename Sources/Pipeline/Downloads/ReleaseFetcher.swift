internal import Artifacts
internal import Glibc
internal import Store
public import SystemPackage

/// Gets a release into the folder of the data sets.
///
/// All is done in a folder beside, which is renamed when its files are complete and have the digests that they should
/// have. Until then it holds what has come so far, which the next attempt goes on from.
public struct ReleaseFetcher: Sendable {
  /// How it ended.
  public enum Outcome: Sendable, Equatable {
    /// The set was there already.
    case present
    /// It was downloaded.
    case fetched
  }

  /// How far a download is.
  public struct Progress: Sendable, Equatable {
    /// The file.
    public let name: String
    /// What of it is here, in bytes.
    public let received: Int
    /// Its size.
    public let size: Int
  }

  /// What is got.
  public let release: DataRelease
  /// Where the set will lie.
  public let destination: FilePath
  /// Where it is put together.
  public let staging: FilePath
  private let mirror: String?

  /// How often an address is tried that gives nothing.
  private static let attempts = 3

  /// A fetcher.
  ///
  /// - Parameters:
  ///   - folder: the folder of the data sets; it is made if need be.
  ///   - mirror: where to get it instead: the address of the file, or of the folder of the files with a slash at its end.
  public init(_ release: DataRelease, into folder: FilePath, from mirror: String? = nil) {
    self.release = release
    self.mirror = mirror
    destination = folder.appending(release.folder)
    staging = folder.appending("\(release.folder).download")
  }

  /// Downloads what is not here, compares, unpacks.
  ///
  /// - Throws: `DownloadError`, `StoreError` when something cannot be written, `CancellationError`.
  public func fetch(_ report: (Progress) -> Void) async throws -> Outcome {
    if try isPresent() { return .present }
    try FileSystem.createFolder(staging)
    let lock = try StagingLock(staging)
    defer { lock.release() }
    // Whoever had the lock may have been at the same.
    if try isPresent() { return .present }
    try FileSystem.createFolder(staging)
    let curl = try await Curl()
    for download in release.downloads { try await get(download, curl, report) }
    for download in release.downloads { try unpack(download) }
    try writeDigests()
    for download in release.downloads where !release.files.contains(download.name) {
      FileSystem.remove(staging.appending(download.name))
    }
    try FileSystem.synchronizeAll(staging)
    try FileSystem.move(staging, to: destination)
    return .fetched
  }

  private func isPresent() throws -> Bool {
    guard FileSystem.exists(destination) else { return false }
    let missing = release.files.filter { !FileSystem.exists(destination.appending($0)) }
    guard missing.isEmpty else {
      throw DownloadError(
        "\(destination) is there already, without \(missing.joined(separator: ", ")): move it away and fetch again"
      )
    }
    return true
  }

  // MARK: - Downloading

  /// The file as a whole, from the first address that has it.
  private func get(_ download: Download, _ curl: Curl, _ report: (Progress) -> Void) async throws {
    let file = staging.appending(download.name)
    if FileSystem.exists(file), try FileSystem.digest(of: file) == download.digest { return }
    let partial = staging.appending("\(download.name).partial")
    var failures: [String] = []
    var isMismatch = false
    for address in addresses(of: download) {
      // What an earlier attempt left may be what is wrong.
      for _ in 0..<2 {
        let had = FileSystem.size(of: partial) ?? 0
        if let failure = try await complete(partial, download, curl, address, report) {
          failures.append("\(address): \(failure)")
          break
        }
        let found = try FileSystem.digest(of: partial)
        guard found != download.digest else { return try FileSystem.move(partial, to: file, isDurable: false) }
        FileSystem.remove(partial)
        guard had == 0 else { continue }
        isMismatch = true
        failures.append("\(address): gives other bytes: their SHA-256 is \(found), and \(download.digest) is pinned")
        break
      }
    }
    throw DownloadError(
      "\(download.name) could not be got\n" + failures.map { "  \($0)" }.joined(separator: "\n"),
      isMismatch: isMismatch
    )
  }

  private func addresses(of download: Download) -> [String] {
    guard let mirror else { return download.addresses }
    if mirror.hasSuffix("/") { return [mirror + download.name] }
    return [release.downloads.count == 1 ? mirror : "\(mirror)/\(download.name)"]
  }

  /// Downloads until the file has its size.
  ///
  /// - Returns: nil then, else what went wrong; what has come is kept.
  private func complete(
    _ partial: FilePath,
    _ download: Download,
    _ curl: Curl,
    _ address: String,
    _ report: (Progress) -> Void
  ) async throws -> String? {
    var idle = 0
    while true {
      var size = FileSystem.size(of: partial) ?? 0
      if size > download.size {
        FileSystem.remove(partial)
        size = 0
      }
      if size == download.size { return nil }
      let file = try open(partial)
      defer { try? file.close() }
      let ending = try await writing(partial) {
        try await curl.append(address, to: file, from: size, limit: download.size) {
          report(Progress(name: download.name, received: $0, size: download.size))
        }
      }
      let received = (FileSystem.size(of: partial) ?? 0) - size
      switch ending {
      case .whole where received + size == download.size: return nil
      case .whole:
        // All that the server has, and too little.
        FileSystem.remove(partial)
        return "has \(received + size) bytes instead of \(download.size)"
      case .tooLong:
        FileSystem.remove(partial)
        return "has more than \(download.size) bytes"
      case .cannotResume where size > 0: FileSystem.remove(partial)
      case .cannotResume: return "cannot be read from its begin"
      case .refused(let words): return words
      case .cut(let words):
        idle = received > 0 ? 0 : idle + 1
        guard idle < Self.attempts else { return words }
        if idle > 0 { try await Task.sleep(for: .seconds(idle)) }
      }
    }
  }

  private func open(_ partial: FilePath) throws -> FileDescriptor {
    do {
      return try FileDescriptor.open(
        partial,
        .writeOnly,
        options: [.create, .append, .closeOnExec],
        permissions: FileSystem.newFilePermissions
      )
    } catch let error as Errno {
      throw StoreError("cannot write \(partial)", error)
    }
  }

  private func writing<Result>(_ path: FilePath, _ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as Errno {
      throw StoreError("cannot write \(path)", error)
    }
  }

  // MARK: - Unpacking

  private func unpack(_ download: Download) throws {
    guard case .archive(let folder, let names) = download.content else { return }
    do {
      try ArchiveUnpacker(folder: folder, names: names).unpack(staging.appending(download.name), into: staging)
    } catch {
      throw DownloadError("\(download.name) \(error)")
    }
  }

  /// Writes a list for `sha256sum --check`, and for later checks of ours.
  private func writeDigests() throws {
    var lines = ""
    for name in release.files.sorted() {
      let digest = try FileSystem.digest(of: staging.appending(name))
      if let pinned = release.digests[name], pinned != digest {
        throw DownloadError("\(name) has the SHA-256 \(digest), and \(pinned) is pinned", isMismatch: true)
      }
      lines += "\(digest)  \(name)\n"
    }
    try FileSystem.writeAtomically(Array(lines.utf8), to: staging.appending("SHA256SUMS"))
  }
}

/// Keeps others from working in the folder in which a set is put together.
private struct StagingLock {
  private let folder: FileDescriptor

  init(_ path: FilePath) throws {
    do {
      folder = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    } catch let error as Errno {
      throw StoreError("cannot open \(path)", error)
    }
    guard flock(folder.rawValue, LOCK_EX | LOCK_NB) == 0 else {
      let error = errno
      try? folder.close()
      guard error == EWOULDBLOCK else { throw StoreError("cannot lock \(path)", Errno(rawValue: error)) }
      throw DownloadError("another process is at it (in \(path)): wait for it, and call this again")
    }
  }

  func release() { try? folder.close() }
}
