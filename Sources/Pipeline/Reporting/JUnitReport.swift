/// Test results in the form of JUnit, which CI systems read.
public struct JUnitReport {
  /// A test.
  public struct Case {
    /// What is tested: the pipeline, or a kind of file.
    public var group: String
    /// The name in the group.
    public var name: String
    /// What does not hold, a line each.
    public var failures: [String]
    /// What is worth knowing, a line each.
    public var notes: [String]

    /// A test.
    public init(group: String, name: String, failures: [String] = [], notes: [String] = []) {
      (self.group, self.name, self.failures, self.notes) = (group, name, failures, notes)
    }
  }

  /// The name of the suite.
  public var name: String
  /// The tests.
  public var cases: [Case]

  /// A report.
  public init(name: String, cases: [Case]) {
    self.name = name
    self.cases = cases
  }

  /// The file.
  public var text: String {
    let failed = cases.count { !$0.failures.isEmpty }
    let counts = "tests=\"\(cases.count)\" failures=\"\(failed)\" errors=\"0\""
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites \(counts)>\n"
    text += "<testsuite name=\"\(Self.escaped(name))\" \(counts) skipped=\"0\">\n"
    for test in cases {
      text += "<testcase classname=\"\(Self.escaped(test.group))\" name=\"\(Self.escaped(test.name))\""
      guard !test.failures.isEmpty || !test.notes.isEmpty else {
        text += "/>\n"
        continue
      }
      text += ">\n"
      if let first = test.failures.first {
        let all = Self.escaped(test.failures.joined(separator: "\n"))
        text += "<failure message=\"\(Self.escaped(first))\">\(all)</failure>\n"
      }
      if !test.notes.isEmpty {
        text += "<system-out>\(Self.escaped(test.notes.joined(separator: "\n")))</system-out>\n"
      }
      text += "</testcase>\n"
    }
    return text + "</testsuite>\n</testsuites>\n"
  }

  /// A text as XML 1.0 may hold it, in an attribute too.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "\n": "&#10;"
      case "\t": " "
      case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff: "\u{fffd}"
      default: String(scalar)
      }
    }.joined()
  }
}
