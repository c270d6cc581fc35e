import Configuration
import Testing

/// Text from elsewhere on its way to a terminal.
@Suite struct PrintableTextTests {
  private let hazards: [Unicode.Scalar] =
    (0x00...0x1f).map { Unicode.Scalar(UInt8($0)) } + (0x7f...0x9f).map { Unicode.Scalar(UInt8($0)) }
    + [
      "\u{61c}", "\u{200b}", "\u{200e}", "\u{200f}", "\u{2028}", "\u{2029}", "\u{202a}", "\u{202b}", "\u{202c}",
      "\u{202d}",
      "\u{202e}", "\u{2060}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}", "\u{feff}",
    ]

  @Test func `Nothing that a terminal would obey is left in a line`() {
    for hazard in hazards {
      let text = "a\(Character(hazard))b"
      #expect(text.printable == "a\u{fffd}b")
      #expect(text.printableLines == (hazard == "\n" || hazard == "\t" ? text : "a\u{fffd}b"))
    }
    #expect("a\r\nb".printable == "a\u{fffd}\u{fffd}b")
    #expect("a\r\nb".printableLines == "a\u{fffd}\nb")
  }

  @Test func `Letters of all languages, accents and emoji stay as they are`() {
    for text in ["plain", "λ_H ≈ 2/η", "e\u{301}", "日本語", "👩‍🔬", "می‌خواهم", "العربية"] {
      #expect(Array(text.printable.utf8) == Array(text.utf8))
      #expect(Array(text.printableLines.utf8) == Array(text.utf8))
    }
  }

  @Test func `JSON for a terminal has the same value, with hazards escaped`() throws {
    let value = JSONValue.object(["a\u{9b}\u{202e}": .array([.string("\u{7f}\u{1b}\n"), .string("λ"), .number(1)])])
    let text = value.canonicalText.printableJSON
    #expect(text == #"{"a\u009b\u202e":["\u007f\u001b\n","λ",1]}"#)
    #expect(try JSONValue(reading: text, name: "text") == value)
  }

  @Test(arguments: [("日本", 4), ("e\u{301}", 1), ("ab", 2), ("\u{1b}[", 2)])
  func `A printable text takes as many columns as are counted`(text: String, columns: Int) {
    #expect(text.printable.columns == columns)
  }
}
