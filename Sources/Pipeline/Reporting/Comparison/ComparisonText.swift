internal import Artifacts
internal import Configuration

extension ArtifactComparison {
  /// The differences for people: `-` what is in the first only, `+` in the second only, `~` what is in both.
  public var lines: [String] { differences.flatMap(Self.lines) }

  /// The lines of one difference.
  package static func lines(of difference: Difference) -> [String] {
    let path = difference.path.isEmpty ? "the artifact" : difference.path
    switch difference.change {
    case .removed(let variable): return ["- \(variable.heading(path)): only in the first"]
    case .added(let variable): return ["+ \(variable.heading(path)): only in the second"]
    case .groupRemoved: return ["- \(path)/: only in the first"]
    case .groupAdded: return ["+ \(path)/: only in the second"]
    case .attribute(let name, let old, let new):
      return ["~ \(path): \(name.printable) was \(text(old)), and is \(text(new))"]
    case .type(let old, let new): return ["~ \(path): the type was \(old), and is \(new)"]
    case .shape(let old, let new): return ["~ \(path): the shape was \(text(old)), and is \(text(new))"]
    case .values(let values): return ["~ \(path): \(values.summary)"] + values.details.map { "    \($0)" }
    }
  }

  private static func text(_ attribute: Attribute?) -> String {
    guard let attribute else { return "not there" }
    let text = attribute.text.map { $0.contains("\n") ? "a text of several lines" : "'\($0.printable)'" }
    return text ?? "\(attribute.values.typeName) \(attribute.isList ? "[\(attribute.exact)]" : attribute.exact)"
  }

  private static func text(_ lengths: [(name: String, length: Int)]) -> String {
    "(" + lengths.map { "\($0.name): \($0.length)" }.joined(separator: ", ") + ")"
  }
}

extension ValueComparison {
  /// `3 of 122 values differ`.
  package var summary: String {
    "\(differing) of \(count) \(count == 1 ? "value" : "values") \(differing == 1 ? "differs" : "differ")"
  }

  /// The first that differs, and the largest differences.
  var details: [String] {
    var lines = ["first\(first.where): \(first.values)"]
    if let largest = largestAbsolute?.element, largest.where != first.where {
      lines.append("largest\(largest.where): \(largest.values)")
    }
    return lines + [extent].compactMap { $0 }
  }

  /// How large the differences are; nil where there are no numbers to tell of.
  package var extent: String? {
    guard let largestAbsolute, let largestRelative else { return nil }
    let most = mostUnits.map { ", at most \($0) \($0 == 1 ? "ulp" : "ulps")" } ?? ""
    return "absolute difference up to \(ShortNumber.text(largestAbsolute.difference)), "
      + "relative up to \(ShortNumber.text(largestRelative.difference))\(most)"
  }
}

extension ValueComparison.Element {
  /// ` at case=1 (high), step=17`; nothing for a single value.
  package var `where`: String {
    guard !place.isEmpty else { return "" }
    let parts = place.map { entry in
      let coordinate = entry.coordinate.map { " (\($0.printable))" } ?? ""
      return "\(entry.dimension)=\(entry.index)\(coordinate)"
    }
    return " at " + parts.joined(separator: ", ")
  }

  /// `1.5 and 1.5000000000000002 (1 ulp)`.
  var values: String {
    let distance = units.map { " (\($0) \($0 == 1 ? "ulp" : "ulps"))" } ?? ""
    return "\(first.printable) and \(second.printable)\(distance)"
  }
}
