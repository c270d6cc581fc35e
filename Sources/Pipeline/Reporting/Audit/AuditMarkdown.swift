public import Audit
internal import Configuration

extension AuditReport {
  /// The report as Markdown, such as for the summary of a job.
  public var markdown: String {
    var text = "# Audit: \(errors.isEmpty ? "all holds" : "\(errors.count) of these do not hold")\n\n"
    text += AuditText.totals(self).dropLast().map { "- \(Self.escaped($0))\n" }.joined()
    let (findings, more) = AuditText.shown(self)
    guard !findings.isEmpty else { return text }
    text += "\n| | finding | where | what | what it means | what to do |\n|---|---|---|---|---|---|\n"
    for finding in findings {
      let place = [finding.place, finding.action?.description].compactMap { $0 }.joined(separator: ", ")
      let cells =
        [finding.word.severity.rawValue, "`\(finding.word.rawValue)`"]
        + [place, finding.detail, finding.word.meaning, finding.word.remedy].map(Self.escaped)
      text += "| \(cells.joined(separator: " | ")) |\n"
    }
    for (word, count) in more.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      text += "| note | `\(word.rawValue)` | \(count) more | | | |\n"
    }
    return text
  }

  /// A text in which nothing is markup: names come from files that anybody may have written.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      if "\\`*_{}[]<>()#+!|~$".unicodeScalars.contains(scalar) { return "\\\(scalar)" }
      return scalar.isHazardous ? " " : String(scalar)
    }.joined()
  }
}
