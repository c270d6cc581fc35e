/// A suite of checks as JUnit XML, which continuous integration reads.
public struct JUnitSuite: Sendable {
  /// How a check ended.
  public enum Outcome: Sendable, Equatable {
    /// It holds.
    case passed
    /// It does not hold.
    case failure(String)
    /// It could not be made.
    case error(String)
    /// It was not made.
    case skipped(String)
  }

  /// One check.
  public struct Case: Sendable {
    let name: String
    let className: String
    let seconds: Double
    let outcome: Outcome
    let details: String

    /// A check.
    ///
    /// - Parameters:
    ///   - className: what it is a check of: checks are grouped by it.
    ///   - seconds: how long it took.
    ///   - details: further lines about the outcome.
    public init(_ name: String, of className: String, seconds: Double = 0, _ outcome: Outcome, details: String = "") {
      self.name = name
      self.className = className
      self.seconds = seconds
      self.outcome = outcome
      self.details = details
    }
  }

  private let name: String
  private let cases: [Case]

  /// A suite.
  public init(_ name: String, _ cases: [Case]) {
    self.name = name
    self.cases = cases
  }

  /// The file.
  public var text: String {
    func count(_ isCounted: (Outcome) -> Bool) -> Int { cases.count { isCounted($0.outcome) } }
    let attributes = [
      ("name", name),
      ("tests", "\(cases.count)"),
      ("failures", "\(count { if case .failure = $0 { true } else { false } })"),
      ("errors", "\(count { if case .error = $0 { true } else { false } })"),
      ("skipped", "\(count { if case .skipped = $0 { true } else { false } })"),
      ("time", Self.seconds(cases.reduce(0) { $0 + $1.seconds })),
    ]
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites>"]
    lines.append("  <testsuite \(Self.written(attributes))>")
    for one in cases { lines.append(Self.element(one)) }
    lines += ["  </testsuite>", "</testsuites>"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func element(_ one: Case) -> String {
    let attributes = [("classname", one.className), ("name", one.name), ("time", seconds(one.seconds))]
    let start = "    <testcase \(written(attributes))"
    let (tag, message): (String, String)
    switch one.outcome {
    case .passed:
      return one.details.isEmpty
        ? start + "/>" : "\(start)><system-out>\(one.details.asMarkup)</system-out></testcase>"
    case .failure(let text): (tag, message) = ("failure", text)
    case .error(let text): (tag, message) = ("error", text)
    case .skipped(let text): (tag, message) = ("skipped", text)
    }
    return "\(start)><\(tag) \(written([("message", message)]))>\(one.details.asMarkup)</\(tag)></testcase>"
  }

  private static func written(_ attributes: [(name: String, value: String)]) -> String {
    attributes.map { "\($0.name)=\"\($0.value.asMarkup)\"" }.joined(separator: " ")
  }

  /// With milliseconds, and never in powers of ten.
  private static func seconds(_ value: Double) -> String {
    let milliseconds = Int((max(0, value) * 1000).rounded())
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
  }
}
