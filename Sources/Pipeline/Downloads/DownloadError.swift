/// A data set could not be got: what went wrong and what to do.
public struct DownloadError: Error, Sendable, CustomStringConvertible {
  /// What went wrong.
  public let description: String
  /// Whether bytes came that are not those of the release.
  public let isMismatch: Bool

  init(_ description: String, isMismatch: Bool = false) {
    self.description = description
    self.isMismatch = isMismatch
  }
}
