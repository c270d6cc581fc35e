internal import Testing

/// How far a number may be from what is expected.
public enum AllowedError: Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// By no more than this.
  case absolute(Double)
  /// By no more than this times the expected number.
  case relative(Double)
  /// By no more than this times the expected number and one.
  case mixed(Double)

  /// An absolute tolerance.
  public init(floatLiteral value: Double) { self = .absolute(value) }
  /// An absolute tolerance.
  public init(integerLiteral value: Int) { self = .absolute(Double(value)) }

  fileprivate func accepts(_ found: Double, for expected: Double) -> Bool {
    let error = (found - expected).magnitude
    return switch self {
    case .absolute(let bound): error <= bound
    case .relative(let bound): error <= bound * expected.magnitude
    case .mixed(let bound): error <= bound * (1 + expected.magnitude)
    }
  }
}

/// Expects as many numbers as there should be, of which none is too far from its own; at least one. NaN equals nothing.
///
/// A loop over `zip` would pass if one of the two were empty or short.
public func expectEqual(
  _ found: some Sequence<Double>,
  _ expected: some Sequence<Double>,
  within tolerance: AllowedError,
  _ comment: String = "",
  fileID: String = #fileID,
  filePath: String = #filePath,
  line: Int = #line,
  column: Int = #column
) {
  let (found, expected) = (Array(found), Array(expected))
  let location = SourceLocation(fileID: fileID, filePath: filePath, line: line, column: column)
  guard found.count == expected.count, !expected.isEmpty else {
    Issue.record("\(found.count) numbers, and \(expected.count) are expected \(comment)", sourceLocation: location)
    return
  }
  for (index, pair) in zip(found, expected).enumerated() where !tolerance.accepts(pair.0, for: pair.1) {
    Issue.record(
      "[\(index)] is \(pair.0), and \(pair.1) is expected, within \(tolerance) \(comment)",
      sourceLocation: location
    )
  }
}
