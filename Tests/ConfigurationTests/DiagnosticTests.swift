import Configuration
import Testing

@Suite struct DiagnosticTests {
  private func location(_ line: String, _ columns: Range<Int>) -> Configuration.SourceLocation {
    Configuration.SourceLocation(
      source: SourceText(name: "f", text: line),
      start: SourcePosition(line: 1, column: columns.lowerBound),
      end: SourcePosition(line: 1, column: columns.upperBound)
    )
  }

  @Test func `A message has its place, its line, a caret and hints`() {
    let diagnostic = Diagnostic("bad", at: location("key: value", 6..<11), hints: "one", nil, "two")
    #expect(
      diagnostic.description == """
        f:1:6: error: bad
            1 | key: value
              |      ^~~~~
              = one
              = two
        """
    )
  }

  @Test func `A long line is cut to a window in which the caret is below its text`() throws {
    let line = String(repeating: "x", count: 300) + "HERE" + String(repeating: "y", count: 300)
    let lines = Diagnostic("bad", at: location(line, 301..<305)).description.split(separator: "\n")
    let caret = try #require(lines[2].firstIndex(of: "^"))
    let column = lines[2].distance(from: lines[2].startIndex, to: caret)
    #expect(lines[1].dropFirst(column).hasPrefix("HERE"))
    #expect(lines[2].hasSuffix("^~~~"))
    #expect(lines[1].count < 130)
    #expect(lines[1].hasSuffix("…"))
  }

  @Test func `Tabs before the mark keep the caret in its column`() {
    #expect(Diagnostic("bad", at: location("\tx", 2..<3)).description.hasSuffix("\n    1 | \tx\n      | \t^"))
  }

  @Test func `Control characters are not printed`() {
    #expect(Diagnostic("bad", at: location("a\u{1b}[2Jb\u{9b}", 1..<2)).description.contains("a\u{fffd}[2Jb\u{fffd}"))
  }

  @Test func `A name in a message, a hint or a file name begins no line of its own and drives no terminal`() {
    let place = Configuration.SourceLocation(
      source: SourceText(name: "f\nerror: fake", text: "x"),
      start: SourcePosition(line: 1, column: 1),
      end: SourcePosition(line: 1, column: 2)
    )
    let diagnostic = Diagnostic("unknown '\u{202e}\nerror: fake'", at: place, hints: "say '\u{1b}]0;x\u{7}\n'")
    let lines = diagnostic.description.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.allSatisfy { !$0.hasPrefix("error: fake") })
    #expect(diagnostic.description.unicodeScalars.allSatisfy { $0 == "\n" || !$0.isHazardous })
  }

  @Test func `The caret is below its text behind wide characters, accents of their own and what is not shown`() {
    #expect(Diagnostic("bad", at: location("日本: x", 5..<6)).description.hasSuffix("\n      |       ^"))
    #expect(Diagnostic("bad", at: location("e\u{301}: x", 5..<6)).description.hasSuffix("\n      |    ^"))
    #expect(Diagnostic("bad", at: location("\u{202e}\u{1b}: x", 5..<6)).description.hasSuffix("\n      |     ^"))
    #expect(Diagnostic("bad", at: location("日本", 1..<3)).description.hasSuffix("\n      | ^~~~"))
  }

  @Test func `Diagnostics are sorted by their places`() {
    var all = Diagnostics()
    all.report("second", at: location("xx", 2..<3))
    all.report("first", at: location("xx", 1..<2))
    all.report("first", at: location("xx", 1..<2))
    #expect(all.all.count == 2)
    #expect(
      all.description == """
        f:1:1: error: first
            1 | xx
              | ^
        f:1:2: error: second
            1 | xx
              |  ^
        2 errors
        """
    )
  }
}

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("learning_rte", "learning_rate"), ("setps", "steps"), ("Kind", "kind"), ("sed", "seed"), ("x", nil),
    ("completely_different", nil), ("", nil),
  ])
  func `The nearest name is the one that was probably meant`(name: String, expected: String?) {
    let names = ["learning_rate", "steps", "kind", "seed"]
    #expect(Suggestion.nearest(to: name, among: names) == expected)
  }

  @Test func `Of equally near names the first wins`() {
    #expect(Suggestion.hint(for: "ab", among: ["aa", "bb"]) == "did you mean 'aa'?")
  }

  @Test func `A long list of names is cut`() {
    #expect(Suggestion.list(["a", "b"]) == "a, b")
    #expect(Suggestion.list((1...40).map(String.init)).hasSuffix("29, 30, and 10 more"))
  }
}
