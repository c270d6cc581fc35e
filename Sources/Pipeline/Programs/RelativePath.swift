public import Configuration

/// A path below a folder, such as `scripts/spectrum.py`: it names no file outside of it.
public struct RelativePath: ConfigurationValue, Hashable {
  /// The path.
  public var text: String
  /// Where it stands.
  public var location: SourceLocation?

  /// A path that has the form of one.
  init(_ text: String, at location: SourceLocation? = nil) {
    self.text = text
    self.location = location
  }

  /// A text.
  public static var shape: ValueShape { .string }

  /// Reads a path; one that leads out of its folder is reported.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> RelativePath? {
    guard let text = String.decode(node, &diagnostics) else { return nil }
    if let mistake = mistake(in: text) {
      diagnostics.report(
        "the path '\(text)' \(mistake)",
        at: node.location,
        hints: "a path names a file below the folder of the project; data from elsewhere are declared under 'data'"
      )
      return nil
    }
    return RelativePath(text, at: node.location)
  }

  /// What is wrong with a path; nil if nothing is.
  static func mistake(in text: String) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if text.isEmpty { return "is empty" }
    if text.utf8.count > 500 { return "is longer than 500 bytes" }
    if text.hasPrefix("/") { return "begins at the root of the machine" }
    if parts.contains("..") { return "leads out of its folder" }
    if parts.contains("") || parts.contains(".") { return "has a part without a name" }
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
      return "holds a control character"
    }
    return nil
  }

  /// The path.
  public var json: JSONValue { .string(text) }

  /// Two paths are the same wherever they stand.
  public static func == (left: RelativePath, right: RelativePath) -> Bool { left.text == right.text }

  /// The path's hash.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
