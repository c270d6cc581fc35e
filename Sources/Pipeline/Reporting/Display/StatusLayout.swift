internal import Configuration

/// The status lines of a run on a terminal of some size: one for each action at work and for each sweep, with a bar, and
/// below them what is done of all. A pure function of the state, the size and the moment.
package struct StatusLayout {
  /// How many columns the terminal has; the last is left free, since some terminals begin a new line behind it.
  package let width: Int
  /// The number of lines of the terminal; one is left for the lines above.
  package let height: Int

  /// The points of a sweep have lines of their own if no more than these are at work.
  private static let mostPoints = 4
  /// And only those that have been at it for so many seconds: what is over at once would flicker.
  private static let leastSeconds = 2.0

  package init(width: Int, height: Int) {
    self.width = max(1, width - 1)
    self.height = max(1, height - 1)
  }

  /// What a line says, before it is laid out.
  private struct Row {
    var name: String
    /// From 0 to 1; nil if nothing is known of it.
    var fraction: Double?
    var label: String
    var message: String
    var times: String
  }

  /// The lines, the last of which sums up; no more than the terminal has, and none wider.
  package func lines(_ state: RunState, at now: Double) -> [StatusLine] {
    var rows = rows(state, at: now)
    var hidden = 0
    if rows.count > height - 1 {
      let room = max(0, height - 2)
      hidden = rows.count - room
      rows = Array(rows.prefix(room))
    }
    var lines = layOut(rows)
    if hidden > 0, height > 1 {
      var line = StatusLine()
      line.add("  … and \(hidden) more", .faint)
      lines.append(line)
    }
    lines.append(summary(state, at: now))
    return lines.map { $0.cut(to: width) }
  }

  // MARK: The lines

  private func rows(_ state: RunState, at now: Double) -> [Row] {
    var rows: [Row] = []
    var shown: Set<String> = []
    for work in state.working {
      guard let counts = state.stages[work.stage], counts.isSweep else {
        rows.append(row(work, name: work.action, state, now))
        continue
      }
      guard shown.insert(work.stage).inserted else { continue }
      let points = state.working.filter { $0.stage == work.stage }
      rows.append(row(sweep: work.stage, counts, points, state, now))
      guard points.count <= Self.mostPoints else { continue }
      for point in points where now - point.started >= Self.leastSeconds {
        rows.append(row(point, name: "  " + point.action.dropFirst(point.stage.count), state, now))
      }
    }
    return rows
  }

  private func row(_ work: RunState.Work, name: String, _ state: RunState, _ now: Double) -> Row {
    Row(
      name: name.printable,
      fraction: work.fraction > 0 ? work.fraction : nil,
      label: work.fraction > 0 ? "\(Int(work.fraction * 100)) %" : "",
      message: work.message.isEmpty ? work.kind.printable : work.message.printable,
      times: Self.times(now - work.started, state.secondsLeft(of: work, at: now))
    )
  }

  private func row(
    sweep stage: String,
    _ counts: RunState.Counts,
    _ points: [RunState.Work],
    _ state: RunState,
    _ now: Double
  ) -> Row {
    let begun = points.reduce(0) { $0 + $1.fraction }
    var message = "\(counts.running) running"
    if counts.failed + counts.leftOut > 0 { message += ", \(counts.failed + counts.leftOut) failed" }
    return Row(
      name: stage,
      fraction: (Double(counts.settled) + begun) / Double(max(1, counts.total)),
      label: "\(counts.settled) of \(counts.total)",
      message: message,
      times: Self.times(now - (counts.started ?? now), state.secondsLeft(ofSweep: stage, at: now))
    )
  }

  private func summary(_ state: RunState, at now: Double) -> StatusLine {
    var line = StatusLine()
    line.add("  ")
    if state.isStopping { line.add("stopping; Ctrl-C again stops at once · ", .wrong) }
    line.add("\(state.count(\.settled)) of \(state.total) done")
    let parts = [(state.count(\.cached), "cached"), (state.working.count, "running")].filter { $0.0 > 0 }
    line.add(parts.map { " · \($0.0) \($0.1)" }.joined())
    let failed = state.count(\.failed) + state.count(\.unreachable)
    if failed > 0 { line.add(" · \(failed) failed or not run", .wrong) }
    if state.count(\.leftOut) > 0 { line.add(" · \(state.count(\.leftOut)) left out", .wrong) }
    if !state.elsewhere.isEmpty { line.add(" · \(state.elsewhere.count) computed by another run") }
    line.add(" · " + Self.clock(now), .faint)
    if !state.isStopping, let left = state.secondsLeft(at: now) {
      line.add(", at most about \(Self.clock(left)) left", .faint)
    }
    return line
  }

  // MARK: How it is laid out

  private func layOut(_ rows: [Row]) -> [StatusLine] {
    let nameWidth = min(max(8, width / 4), rows.map(\.name.columns).max() ?? 0)
    let labelWidth = rows.map(\.label.columns).max() ?? 0
    let timesWidth = rows.map(\.times.columns).max() ?? 0
    let messageWidth = rows.map(\.message.columns).max() ?? 0
    let barWidth = width >= 100 ? 24 : width >= 72 ? 16 : width >= 48 ? 8 : 0
    return rows.map { row in
      var line = StatusLine()
      line.add("  " + row.name.cut(to: nameWidth).padded(to: nameWidth) + "  ")
      if barWidth > 0 {
        let done = row.fraction.map { min(barWidth, max(0, Int($0 * Double(barWidth)))) } ?? 0
        line.add(String(repeating: "━", count: done), .done)
        line.add(String(repeating: "─", count: barWidth - done), .faint)
        line.add("  ")
      }
      if labelWidth > 0 {
        line.add(String(repeating: " ", count: labelWidth - row.label.columns) + row.label + "  ")
      }
      let room = min(messageWidth, width - line.columns - timesWidth - 2)
      if room >= min(8, messageWidth) { line.add(row.message.cut(to: room).padded(to: room) + "  ") }
      line.add(row.times, .faint)
      return line
    }
  }

  private static func times(_ elapsed: Double, _ left: Double?) -> String {
    clock(elapsed) + (left.map { ", \(clock($0)) left" } ?? "")
  }

  /// A duration that keeps its width while it runs: "0:07", "12:34", "1:02:03".
  package static func clock(_ seconds: Double) -> String {
    // Far beyond all runs, and what an estimate makes of a first step.
    let whole = Int(min(max(0, seconds), 3_600_000).rounded(.down))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return whole < 3600
      ? "\(whole / 60):\(two(whole % 60))" : "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
  }
}
