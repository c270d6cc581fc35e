/// Finds the name that was probably meant.
public enum Suggestion {
  /// "did you mean 'x'?" for the candidate nearest to `name`, if one is near enough to be a slip.
  public static func hint(for name: String, among candidates: some Sequence<String>) -> String? {
    nearest(to: name, among: candidates).map { "did you mean '\($0)'?" }
  }

  /// The candidates in a row; of many only the first.
  public static func list(_ candidates: [String]) -> String {
    let limit = 30
    let shown = candidates.prefix(limit).joined(separator: ", ")
    return candidates.count > limit ? "\(shown), and \(candidates.count - limit) more" : shown
  }

  /// The candidate nearest to `name` in edit distance, at most a third of its length away (and at least one
  /// slip is always forgiven). The first of equals wins.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let word = Array(name.lowercased().unicodeScalars)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().unicodeScalars)
      let limit = max(1, max(word.count, other.count) / 3)
      guard abs(word.count - other.count) <= limit else { continue }
      let distance = editDistance(word, other)
      if distance <= limit, distance < best?.distance ?? .max {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// The number of insertions, deletions, substitutions and transpositions of neighbours between two words
  /// (optimal string alignment). Quadratic in their lengths, so both are cut at 64.
  static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    let a = first.prefix(64)
    let b = second.prefix(64)
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in a.indices {
      var current = [i + 1]
      for j in b.indices {
        let substituted = previous[j] + (a[i] == b[j] ? 0 : 1)
        var distance = min(substituted, previous[j + 1] + 1, current[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          distance = min(distance, beforePrevious[j - 1] + 1)
        }
        current.append(distance)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[b.count]
  }
}
