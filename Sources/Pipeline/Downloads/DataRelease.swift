public import Artifacts

/// A data set as its authors published it: what it is, where it is to be had, and the digests that its files have.
public struct DataRelease: Sendable, Equatable {
  /// The word for it on the command line.
  public let name: String
  /// What it is, in a line.
  public let summary: String
  /// Under which terms it is given.
  public let licence: String
  /// The page that describes it.
  public let page: String
  /// The folder that it makes, in the one of the data sets.
  public let folder: String
  /// What is downloaded.
  public let downloads: [Download]
  /// The files of the folder whose digests are known from elsewhere than from a download.
  public let digests: [String: ContentDigest]

  /// A release.
  public init(
    name: String,
    summary: String,
    licence: String,
    page: String,
    folder: String,
    downloads: [Download],
    digests: [String: ContentDigest] = [:]
  ) {
    self.name = name
    self.summary = summary
    self.licence = licence
    self.page = page
    self.folder = folder
    self.downloads = downloads
    self.digests = digests
  }

  /// The digests of files of the folder, as far as they are known.
  public var fileDigests: [String: ContentDigest] {
    let direct = downloads.filter { $0.content == .file }.map { ($0.name, $0.digest) }
    return digests.merging(direct) { first, _ in first }
  }

  /// The names of the files that the folder has.
  public var files: [String] { downloads.flatMap(\.files) }

  /// How much is downloaded, in bytes.
  public var size: Int { downloads.reduce(0) { $0 + $1.size } }
}

/// A file to download.
public struct Download: Sendable, Equatable {
  /// Its name.
  public let name: String
  /// Its size in bytes.
  public let size: Int
  /// The digest of its bytes.
  public let digest: ContentDigest
  /// Where it lies; those that follow the first are asked when it fails.
  public let addresses: [String]
  /// How it is unpacked.
  public let content: Content

  /// What a download is.
  public enum Content: Sendable, Equatable {
    /// A file of the set.
    case file
    /// A tar archive packed by gzip, of which these files are taken, each from the folder of that name.
    case archive(folder: String, files: [String])
  }

  /// A file to download.
  public init(name: String, size: Int, digest: ContentDigest, addresses: [String], content: Content) {
    self.name = name
    self.size = size
    self.digest = digest
    self.addresses = addresses
    self.content = content
  }

  /// The names of the files that come of it.
  public var files: [String] {
    switch content {
    case .file: [name]
    case .archive(_, let files): files
    }
  }
}
