import Audit
import Foundation
import Testing

/// The words of an audit, and the page that lists them.
@Suite struct AuditWordTests {
  private let page: String

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Documentation/audit.md").standardizedFileURL
    page = try String(contentsOf: file, encoding: .utf8)
  }

  @Test(arguments: AuditWord.allCases)
  func `The page has each word with its meaning and its remedy`(word: AuditWord) {
    let row = "| `\(word.rawValue)` | \(word.severity.rawValue) | \(word.meaning) | \(word.remedy) |\n"
    #expect(page.contains(row))
  }

  @Test func `The page has no other words`() {
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(rows.count == AuditWord.allCases.count)
  }
}
