public import Audit

/// An audit for people: a line for each finding, and totals.
public struct AuditText {
  /// The lines.
  public let lines: [String]
  /// The most notes of one kind that are listed.
  static let mostNotes = 10

  /// The lines of a report.
  public init(_ report: AuditReport) {
    let (findings, more) = Self.shown(report)
    let rest = more.sorted { $0.key.rawValue < $1.key.rawValue }.map { word, count in
      "note: \(word.rawValue): \(count) more of these; '--format json' has them all"
    }
    lines = findings.map(\.line) + rest + Self.totals(report)
  }

  /// The findings that are listed one by one, and the number of further notes of each kind.
  static func shown(_ report: AuditReport) -> (findings: [AuditFinding], more: [AuditWord: Int]) {
    var shown = report.errors
    var counts: [AuditWord: Int] = [:]
    for note in report.notes {
      counts[note.word, default: 0] += 1
      if counts[note.word, default: 0] <= mostNotes { shown.append(note) }
    }
    let more = counts.mapValues { $0 - mostNotes }.filter { $0.value > 0 }
    return (shown, more)
  }

  /// What was looked at, and how much of it holds.
  static func totals(_ report: AuditReport) -> [String] {
    let wrong = Set(report.errors.compactMap { $0.action?.key })
    let records = report.actions.count
    let holding = report.actions.count { !wrong.contains($0.key) }
    var lines: [String] = []
    if records > 0 || report.files == 0 {
      let signed = report.asksForSignatures ? ", \(report.signed) of \(records) are signed as required" : ""
      lines.append("\(holding) of \(records) records hold, \(report.statements) have a statement\(signed)")
      let hint = report.badObjects == 0 ? "" : "; 'pipeline run' makes what it needs of them again"
      lines.append(
        "\(report.objects - report.badObjects) of \(report.objects) objects are as \(records) records say\(hint)"
      )
      lines.append(
        report.isDeep
          ? "objects were compared by the SHA-256 of their files and by their contents"
          : "objects were compared by the SHA-256 of their files; --deep reads their contents as well"
      )
    }
    let others = [
      (report.files, "published file"), (report.locks, "lock"), (report.logs, "log"), (report.dataFiles, "data file"),
    ]
    let shown = others.filter { $0.0 > 0 }.map { count($0.0, $0.1) }
    if !shown.isEmpty { lines.append("compared besides: " + shown.joined(separator: ", ")) }
    let (errors, notes) = (report.errors.count, report.notes.count)
    lines.append("\(errors == 0 ? "all holds" : count(errors, "error")), \(count(notes, "note"))")
    return lines
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
