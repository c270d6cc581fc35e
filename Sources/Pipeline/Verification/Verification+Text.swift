internal import Configuration
internal import Planning
internal import Reporting

extension Verification {
  /// The most actions that do not agree and are listed one by one.
  private static let mostShown = 20

  /// The report as text.
  public var lines: [String] {
    var lines = [heading]
    for agreement in Agreement.allCases where count(agreement) > 0 {
      let isTaken = agreement > .identical && isAccepted(agreement) ? "  (accepted)" : ""
      lines.append("  \(agreement.rawValue.padded(to: 18))\(count(agreement))\(isTaken)")
    }
    lines += listing
    lines += codeLines
    lines += changedFiles.map { "different: the file \($0.name) is \($0.state)" }
    for graph in graphs where !graph.leftOut.isEmpty {
      let points = graph.leftOut.count == 1 ? "1 point" : "\(graph.leftOut.count) points"
      lines.append("\(graph.name): \(points) of sweeps without a recorded result, which the sweeps go without")
    }
    if !actions.isEmpty, actions.allSatisfy({ $0.recorded.record == nil }) {
      lines.append("nothing is recorded: 'pipeline run' with the same values makes what could be verified")
    }
    lines += differenceLines
    return lines + extentLines
  }

  private var heading: String {
    let made = actions.count { $0.remade != nil }
    return "\(made) \(made == 1 ? "action" : "actions") made again in \(Console.duration(seconds))"
  }

  /// What does not agree, one by one.
  private var listing: [String] {
    let shown = actions.filter { $0.agreement != .identical }
    let width = min(48, shown.prefix(Self.mostShown).map { $0.name.columns }.max() ?? 0)
    var lines = shown.prefix(Self.mostShown).map { one in
      let reason = one.reason.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      return "\(one.agreement.rawValue.padded(to: 16))  \(one.name.padded(to: width))  \(reason.printable)"
    }
    if shown.count > Self.mostShown {
      lines.append("and \(shown.count - Self.mostShown) more; --format json lists all")
    }
    return lines
  }

  private var codeLines: [String] {
    var counts: [String: Int] = [:]
    for change in actions.compactMap(\.recorded.codeChange) { counts[change, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { "\($1) of \(actions.count) recorded results: \($0)" }
  }

  private var differenceLines: [String] {
    guard let first = firstDifference else { return [] }
    let place = first.recorded.place.map { " (\($0))" } ?? ""
    let what = first.agreement == .different ? "difference" : "difference, within the tolerance"
    let lines = ["first \(what): \(first.name)\(place), made from equal inputs", "    \(first.reason)"]
    let change = first.recorded.codeChange.map { ["    \($0)"] } ?? []
    return (lines + first.details.map { "    \($0)" } + change).map(\.printable)
  }

  private var extentLines: [String] {
    guard let sample else { return [] }
    let extent = extent
    let reproduced =
      "\(extent.reproduced) of \(extent.total) actions and \(Self.percent(extent.costShare, .down)) of "
      + "\(Console.duration(extent.seconds)) of processor time reproduced"
    guard let draws = sample.draws, let share = extent.largestDifferingShare else {
      return ["sample: all of the actions were taken; \(reproduced)"]
    }
    let otherwise =
      extent.differingDraws == 0
      ? "none came out otherwise" : "\(extent.differingDraws) came out otherwise or could not be compared"
    return [
      "sample: \(draws) draws from \(sample.total) actions, weighted by processor time (--seed \(sample.seed)); \(reproduced)",
      "\(otherwise): with 95 % confidence at most \(Self.percent(share, .up)) of the results, weighted by processor time, would",
    ]
  }

  /// - Parameter rule: the direction of rounding, so that a bound is never rounded down nor a success rate up.
  private static func percent(_ share: Double, _ rule: FloatingPointRoundingRule) -> String {
    let tenths = Int((share * 1000).rounded(rule))
    return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " %"
  }
}

extension VerifiedAction {
  /// The action behind the name of its graph.
  var name: String { "\(graph)/\(recorded.action.name)" }
}
