public import Claims
internal import Configuration

/// The lines about claims: a summary, then one line for each with the value and what was expected.
public struct ClaimNarrative: Sendable {
  private let claims: [CheckedClaim]

  /// The narrative of claims that were checked, or could not be.
  public init(_ claims: [CheckedClaim]) {
    self.claims = claims
  }

  private func count(_ verdict: Verdict) -> Int { claims.count { $0.finding.verdict == verdict } }

  /// "12 claims: 10 hold, 1 fails, 1 not checked"; empty if there are none.
  public var sum: String {
    let words = [
      (Verdict.holds, "holds", "hold"), (.fails, "fails", "fail"), (.unchecked, "not checked", "not checked"),
    ]
    let parts = words.compactMap { verdict, one, several in
      let count = count(verdict)
      return count == 0 ? nil : "\(count) \(count == 1 ? one : several)"
    }
    guard !claims.isEmpty else { return "" }
    return "\(claims.count) \(claims.count == 1 ? "claim" : "claims"): " + parts.joined(separator: ", ")
  }

  /// A line for a claim; one that fails is a problem, and says where it is written.
  public func line(_ claim: CheckedClaim) -> (text: String, isProblem: Bool) {
    let name = claim.name.printable
    let width = min(64, claims.lazy.filter { $0.finding.verdict != .fails }.map { $0.name.columns }.max() ?? 0)
    let found = claim.finding.message.printable
    switch claim.finding.verdict {
    case .holds: return ("  holds        \(name.padded(to: width))  \(found)  (\(claim.expected.printable))", false)
    case .unchecked: return ("  not checked  \(name.padded(to: width))  \(found)", false)
    case .fails:
      let place = claim.location.map { " (\($0))" } ?? ""
      let what = "\(claim.subject) is \(found); expected: \(claim.expected)"
      return ("error: the claim '\(name)' fails: \(what)\(place)".printable, true)
    }
  }

  /// The lines of a run in which no claim fails, which a later run with nothing to do repeats.
  public var lines: [String] { claims.isEmpty ? [] : [sum] + claims.map { line($0).text } }
}
