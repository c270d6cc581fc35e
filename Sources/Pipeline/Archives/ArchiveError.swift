/// What is wrong with an archive, as words that follow its name: "is no gzip file".
public struct ArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  /// An error from its words.
  public init(_ description: String) {
    self.description = description
  }
}
