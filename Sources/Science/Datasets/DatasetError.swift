/// What is wrong with the bytes of a data set, as words that follow the name of the file: "has 3 bytes, which are ...".
public struct DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  /// An error from its words.
  public init(_ description: String) {
    self.description = description
  }
}
