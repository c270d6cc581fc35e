public import Audit

extension AuditReport {
  /// The report as JUnit: a test for each action, and one for each other file with a finding.
  public var junit: JUnitSuite {
    let byAction = Dictionary(grouping: findings.filter { $0.action != nil }) { $0.action?.key ?? "" }
    var cases = actions.map { action in
      Self.test(action.pipeline ?? "action", Self.name(action), byAction[action.key] ?? [])
    }
    let listed = Set(actions.map(\.key))
    for (key, findings) in byAction.sorted(by: { $0.key < $1.key }) where !listed.contains(key) {
      guard let action = findings.first?.action else { continue }
      cases.append(Self.test(action.pipeline ?? "action", Self.name(action), findings))
    }
    let others = Dictionary(grouping: findings.filter { $0.action == nil }, by: \.place)
    cases += others.sorted { $0.key < $1.key }.map { Self.test("files", $0.key, $0.value) }
    return JUnitSuite("pipeline audit", cases)
  }

  private static func name(_ action: ActionName) -> String {
    [action.stage, String(action.key.prefix(12))].compactMap { $0 }.joined(separator: " ")
  }

  private static func test(_ group: String, _ name: String, _ findings: [AuditFinding]) -> JUnitSuite.Case {
    func lines(_ severity: AuditWord.Severity) -> [String] {
      findings.filter { $0.word.severity == severity }.map(\.line)
    }
    let errors = lines(.error)
    return JUnitSuite.Case(
      name,
      of: group,
      errors.first.map { .failure($0) } ?? .passed,
      details: (errors + lines(.note)).joined(separator: "\n")
    )
  }
}
