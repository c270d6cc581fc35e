import Configuration
import Testing

@Suite struct JSONValueTests {
  /// RFC 8785, appendix B: the bits of a double and its text.
  static let numbers: [(bits: UInt64, text: String)] = [
    (0x0000_0000_0000_0000, "0"),
    (0x8000_0000_0000_0000, "0"),
    (0x0000_0000_0000_0001, "5e-324"),
    (0x8000_0000_0000_0001, "-5e-324"),
    (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
    (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
    (0x4340_0000_0000_0000, "9007199254740992"),
    (0xc340_0000_0000_0000, "-9007199254740992"),
    (0x4430_0000_0000_0000, "295147905179352830000"),
    (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
    (0x44b5_2d02_c7e1_4af6, "1e+23"),
    (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
    (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
    (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
    (0x444b_1ae4_d6e2_ef50, "1e+21"),
    (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
    (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
    (0x41b3_de43_5555_5553, "333333333.3333332"),
    (0x41b3_de43_5555_5554, "333333333.33333325"),
    (0x41b3_de43_5555_5555, "333333333.3333333"),
    (0x41b3_de43_5555_5556, "333333333.3333334"),
    (0x41b3_de43_5555_5557, "333333333.33333343"),
    (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
  ]

  @Test(arguments: numbers.indices)
  func `Numbers are written as RFC 8785 writes them`(index: Int) throws {
    let (bits, text) = Self.numbers[index]
    let number = Double(bitPattern: bits)
    #expect(JSONValue.number(number).canonicalText == text)
    #expect(try JSONValue(reading: text, name: "x") == .number(number == 0 ? 0 : number))
  }

  @Test func `Keys are in the order of their UTF-16 code units`() {
    // RFC 8785, section 3.2.3.
    let object: JSONValue = [
      "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
    ]
    #expect(
      object.canonicalText
        == "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\","
        + "\"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\","
        + "\"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
    )
  }

  @Test func `The example of RFC 8785 has its canonical form`() throws {
    let text = #"""
      {
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
      }
      """#
    #expect(
      try JSONValue(reading: text, name: "x").canonicalText
        == #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
        + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    )
  }

  @Test(arguments: [
    "9007199254740993", "-9007199254740993", "1152921504606846976", "9223372036854775807", "-9223372036854775808",
    "9007199254740994", "10000000000000000", "9007199254740992",
  ])
  func `A whole number of 64 bits keeps its digits`(text: String) throws {
    let value = try JSONValue(reading: text, name: "test")
    #expect(value.canonicalText == text)
    #expect(try value == .integer(#require(Int(text))))
    #expect(JSONValue(Node(value)) == value)
    #expect(try JSONValue(YAMLParser.parse(Array("a: \(text)".utf8), name: "test")) == ["a": value])
  }

  @Test func `Any text comes back from its canonical form`() throws {
    let texts = [
      "", "a\u{2028}b\u{85}c", "\u{7f}\u{9b}31m", "tab\tline\nreturn\rnull\u{0}", "😀é", "{[\"\\", "\u{feff}\u{ffff}",
      String(repeating: "k", count: 5_000),
    ]
    for text in texts {
      let value: JSONValue = .object([text: [.string(text)]])
      #expect(try JSONValue(reading: value.canonicalText, name: "x") == value)
    }
  }

  @Test(arguments: [
    ("", "x:1:1: error: not JSON: a value is expected"),
    ("{\"a\":1", "x:1:7: error: not JSON: ',' or '}' is expected"),
    ("[1,]", "x:1:4: error: not JSON: a value is expected"),
    ("{\"a\":1,\"a\":2}", "x:1:13: error: not JSON: the key 'a' is here twice"),
    ("[01]", "x:1:2: error: not JSON: a value is expected"),
    ("1 2", "x:1:3: error: not JSON: something after the value"),
    ("\"abc", "x:1:5: error: not JSON: a string without its end"),
    ("\"a\\q\"", "x:1:4: error: not JSON: an unknown escape"),
    ("\"\\ud800\"", "x:1:4: error: not JSON: half a surrogate pair"),
    ("\"\\u12g4\"", "x:1:4: error: not JSON: four hexadecimal digits are expected"),
    ("1e999", "x:1:1: error: not JSON: a number too large for a double"),
    ("{\n  'a': 1}", "x:2:3: error: not JSON: a key is expected"),
    ("NaN", "x:1:1: error: not JSON: a value is expected"),
  ])
  func `What is not JSON is refused with its place`(text: String, message: String) {
    let error = #expect(throws: Diagnostics.self) { try JSONValue(reading: text, name: "x") }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test func `Nesting is bounded`() {
    let error = #expect(throws: Diagnostics.self) {
      try JSONValue(reading: String(repeating: "[", count: 1_000_000), name: "x")
    }
    #expect(error?.description.hasPrefix("x:1:257: error: not JSON: nested too deep") == true)
  }
}
