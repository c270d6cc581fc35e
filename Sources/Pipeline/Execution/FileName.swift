internal import Artifacts

extension String {
  /// A file name for this text: two texts never share one, also on disks that ignore case, and none is too long.
  ///
  /// Short names of lowercase letters, digits and `-_+.` stay as they are. The point `a[rate=0.1,seed=2]` of a sweep is
  /// `a-rate=0.1-seed=2` if no part holds a hyphen, which could then be taken for a separator. Every other text becomes
  /// readable by replacing what a shell, a web address or LaTeX would read otherwise, and gets a part of its SHA-256
  /// behind an `@`, which no other name has.
  package var asFileName: String {
    if isPlainFileName(allowing: "-") { return self }
    if let point = pointAsFileName { return point }
    let readable = unicodeScalars.prefix(Self.readableLength).map { scalar in
      scalar.isPlainInFileNames || "ABCDEFGHIJKLMNOPQRSTUVWXYZ=".unicodeScalars.contains(scalar)
        ? Character(scalar) : "-"
    }
    let trimmed = readable.reversed().drop { "-.".contains($0) }.reversed().drop { "-.".contains($0) }
    return String(trimmed) + "@" + ContentDigest(of: self).description.prefix(16)
  }

  private static var readableLength: Int { 100 }

  private func isPlainFileName(allowing others: String) -> Bool {
    utf8.count <= Self.readableLength && !isEmpty && first != "." && last != "." && first != "-"
      && unicodeScalars.allSatisfy { $0.isPlainInFileNames || others.unicodeScalars.contains($0) }
  }

  /// The name for a point of a sweep whose parts are plain; nil for every other text.
  private var pointAsFileName: String? {
    guard last == "]", utf8.count <= Self.readableLength, let bracket = firstIndex(of: "[") else { return nil }
    let stage = String(self[..<bracket])
    let values = self[index(after: bracket)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
    let arePlain = values.allSatisfy { value in
      let parts = value.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      return parts.count == 2 && parts.allSatisfy { $0.isPlainFileName(allowing: "") }
    }
    guard stage.isPlainFileName(allowing: ""), arePlain else { return nil }
    return ([Substring(stage)] + values).joined(separator: "-")
  }
}

extension Unicode.Scalar {
  /// Whether a file name may hold it as it is. Hyphens, which also separate, and uppercase letters, which some disks do
  /// not tell from lowercase ones, are not among these.
  fileprivate var isPlainInFileNames: Bool {
    switch self {
    case "a"..."z", "0"..."9", "_", "+", ".": true
    default: false
    }
  }
}
