import Configuration
import TestSupport
import Testing

@Suite struct YAMLParserTests {
  private func parse(_ text: String) throws(Diagnostics) -> Node {
    try YAMLParser.parse(Array(text.utf8), name: "a.yaml")
  }

  private func errors(_ bytes: [UInt8]) -> String {
    do throws(Diagnostics) {
      _ = try YAMLParser.parse(bytes, name: "a.yaml")
      return "no error"
    } catch {
      return error.description
    }
  }

  private func errors(_ text: String) -> String { errors(Array(text.utf8)) }

  @Test func `Every node knows where it begins and ends`() throws {
    let root = try parse("a: 1\nlist:\n  - x\n  - {k: 'v w'}\n")
    let entries = try #require(root.entries)
    #expect(entries.map(\.key) == ["a", "list"])
    #expect(entries[1].keyLocation?.description == "a.yaml:2:1")
    let items = try #require(root["list"]?.items)
    #expect(items.map { $0.location?.description } == ["a.yaml:3:5", "a.yaml:4:5"])
    let value = try #require(items[1]["k"]?.location)
    #expect(value.start == SourcePosition(line: 4, column: 9))
    #expect(value.end == SourcePosition(line: 4, column: 14))
  }

  @Test func `Columns count Unicode scalars and not bytes`() throws {
    let root = try parse("'é𝒳': x\n")
    #expect(root["é𝒳"]?.location?.description == "a.yaml:1:7")
  }

  @Test(arguments: ["\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"])
  func `The lines of a message are the parser's, whatever ends them`(terminator: String) {
    let text = ["a: 1", "b: 2", "b: 3", ""].joined(separator: terminator)
    #expect(
      errors(text) == """
        a.yaml:3:1: error: the key 'b' is here twice
            3 | b: 3
              | ^
              = it was first set at a.yaml:2:1
        """
    )
  }

  @Test func `A byte order mark is no part of the text`() throws {
    #expect(try parse("\u{feff}a: 1\n")["a"] != nil)
  }

  @Test func `Only a plain scalar may be a number, a boolean or null`() throws {
    let root = try parse("plain: 1\nquoted: \"1\"\nsingle: '~'\nblock: |\n  null\nnone:\n")
    #expect(root["plain"]?.isPlain == true)
    #expect(root["quoted"]?.isPlain == false)
    #expect(root["single"]?.isNull == false)
    #expect(root["block"]?.isPlain == false)
    #expect(root["none"]?.isNull == true)
  }

  @Test func `Bad indentation is shown with its line`() {
    #expect(
      errors("a:\n  b: 1\n c: 2\n") == """
        a.yaml:3:2: error: not YAML: did not find expected key while parsing a block mapping
            3 |  c: 2
              |  ^
        """
    )
  }

  @Test func `A tab in the indentation comes with a hint`() {
    #expect(
      errors("a:\n\tb: 1\n") == """
        a.yaml:2:1: error: not YAML: found character that cannot start any token while scanning for the next token
            2 | \tb: 1
              | ^
              = YAML is indented with spaces; text with : # { [ needs quotes
        """
    )
  }

  @Test func `A list without its end is an error at the end`() {
    #expect(errors("a: [1, 2\n").hasPrefix("a.yaml:2:1: error: not YAML: did not find expected ',' or ']'"))
  }

  @Test func `A control character is an error with its place and never reaches the terminal`() {
    let message = errors("a: 1\nb: \u{1b}[31m\n")
    #expect(message.hasPrefix("a.yaml:2:4: error: not YAML: control characters are not allowed"))
    #expect(!message.contains("\u{1b}"))
  }

  @Test func `A duplicate key names the first`() {
    #expect(
      errors("a: 1\nb: 2\na: 3\n") == """
        a.yaml:3:1: error: the key 'a' is here twice
            3 | a: 3
              | ^
              = it was first set at a.yaml:1:1
        """
    )
  }

  @Test func `A key must be a name`() {
    #expect(
      errors("? [a, b]\n: 1\n") == """
        a.yaml:1:3: error: a key that is a list
            1 | ? [a, b]
              |   ^~~~~~
              = keys are names
        """
    )
  }

  @Test func `An empty file says what belongs into it`() {
    let expected = """
      error: a.yaml is empty
            = a pipeline file has at least 'pipeline:' and 'stages:'; pipelines/fig3.yaml is an example
      """
    #expect(errors("") == expected)
    #expect(errors("# nothing but a comment\n\n") == expected)
  }

  @Test func `A second document is an error`() {
    #expect(
      errors("a: 1\n---\nb: 2\n") == """
        a.yaml:3:1: error: a second YAML document
            3 | b: 2
              | ^~~~
              = one file holds one pipeline
        """
    )
  }

  @Test(arguments: ["!!python/object:os.system x", "!!int 3", "!mine x", "!!set {a, b}"])
  func `A tag is an error`(text: String) {
    let message = errors("a: \(text)\n")
    #expect(message.hasPrefix("a.yaml:1:4: error: the tag '"))
    #expect(message.contains("tags have no meaning here"))
  }

  @Test func `Text that is not UTF-8 is shown up to the bad byte`() {
    #expect(
      errors(Array("a: 1\nb: gr".utf8) + [0xfc, 0x6e]) == """
        a.yaml:2:6: error: not UTF-8 text: the byte 0xfc at offset 10
            2 | b: gr
              |      ^
              = save the file as UTF-8
        """
    )
  }

  @Test(arguments: [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80]] as [[UInt8]])
  func `Malformed UTF-8 of every sort is refused`(bytes: [UInt8]) {
    #expect(errors(bytes).hasPrefix("a.yaml:1:1: error: not UTF-8 text: the byte 0x"))
  }

  @Test func `A text of 100 MB is refused without being parsed`() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 100_000_000)
    #expect(
      errors(bytes) == """
        error: a.yaml has 100000000 bytes; a pipeline file may have 16777216
              = data belongs in a data set or an artifact, which a stage reads by name
        """
    )
  }
}

@Suite struct YAMLAliasTests {
  private func parse(_ text: String) -> Result<Node, Diagnostics> {
    Result { () throws(Diagnostics) in try YAMLParser.parse(Array(text.utf8), name: "a.yaml") }
  }

  private func message(_ text: String) -> String {
    guard case .failure(let error) = parse(text) else { return "no error" }
    return error.description
  }

  @Test func `An alias is the node that it names`() throws {
    let root = try parse("a: &x {k: 1}\nb: *x\n").get()
    #expect(root["b"]?["k"]?.location?.description == "a.yaml:1:11")
  }

  @Test func `An unknown alias is an error`() {
    #expect(message("a: *nowhere\n").hasPrefix("a.yaml:1:4: error: not YAML: found undefined alias"))
  }

  @Test func `Aliases that multiply beyond all bounds are refused`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(
      message(text) == """
        a.yaml:7:5: error: more than 3000000 nodes once the aliases are written out
            7 | a6: &a6 [*a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5]
              |     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
              = aliases of aliases multiply
        """
    )
  }

  @Test func `Anchors beyond all measure are refused at the first that is too many`() {
    // What follows it is no YAML, which nobody finds.
    let text = "a:\n" + (0..<300_000).map { "- &a\($0) x\n" }.joined() + "]"
    #expect(message(text).hasPrefix("a.yaml:1002:3: error: more than 1000 anchors\n"))
  }

  @Test func `A node may not hold itself`() {
    #expect(
      message("a: &a [1, *a]\n") == """
        a.yaml:1:4: error: an alias inside the node that it names
            1 | a: &a [1, *a]
              |    ^~~~~~~~~~
        """
    )
  }

  @Test func `Nesting is bounded, and the message names the bound`() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try parse(nested(64)).get() }
    #expect(message(nested(65)).hasPrefix("a.yaml:1:65: error: nested more than 64 deep"))
    #expect(message(String(repeating: "[", count: 100_000)).contains("brackets nested more than 1,000 deep"))
    #expect(message(String(repeating: "- ", count: 1_000_000)).contains("nested more than 64 deep"))
  }

  @Test func `Nesting through aliases counts like any other`() {
    var text = "a0: &a0 x\n"
    for level in 1...20 {
      text += "a\(level): &a\(level) [[[[[[[[[[*a\(level - 1)]]]]]]]]]]\n"
    }
    #expect(message(text).hasPrefix("a.yaml:7:5: error: nested more than 64 deep"))
  }
}

extension Node {
  var items: [Node]? {
    guard case .sequence(let items) = content else { return nil }
    return items
  }

  var isPlain: Bool {
    guard case .scalar(_, let isPlain) = content else { return false }
    return isPlain
  }
}
