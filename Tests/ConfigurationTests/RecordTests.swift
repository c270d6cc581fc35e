import Configuration
import TestSupport
import Testing

/// A record with a field of every type.
private struct Settings: Record, Equatable {
  enum Method: String, Choice {
    case newton
    case bisection
  }

  struct Point: Record, Equatable {
    var x = 0.0
    var y = 0.0

    static let fields: [Field<Point>] = [
      .init("x", \.x, "Across.", required: true),
      .init("y", \.y, "Up."),
    ]

    static func expandShorthand(_ node: Node) -> Node? {
      guard case .scalar = node.content, !node.isNull else { return nil }
      return Node(.mapping([.init(key: "x", keyLocation: node.location, value: node)]), at: node.location)
    }
  }

  var rate = 0.5
  var steps = 10
  var exact = false
  var title = ""
  var method = Method.newton
  var seeds = [1, 2]
  var weights: [String: Double] = [:]
  var point = Point()
  var points: [Point] = []
  var limit: Int?
  var patience: Int? = 5
  var extra: JSONValue = [:]
  var low = 0.0
  var high = 1.0

  static let fields: [Field<Settings>] = [
    .init("rate", \.rate, "The learning rate.", unit: "1/step", limit: .positive),
    .init("steps", \.steps, "How many steps.", limit: .within(1...1000)),
    .init("exact", \.exact, "Whether to be exact."),
    .init("title", \.title, "A title.", required: true),
    .init("method", \.method, "The method."),
    .init("seeds", \.seeds, "The seeds.", limit: .each(.nonNegative)),
    .init("weights", \.weights, "Weights by name."),
    .init("point", \.point, "A point."),
    .init("points", \.points, "More of them."),
    .init("limit", \.limit, "A limit.", limit: .ifPresent(.within(3...10))),
    .init("patience", \.patience, "How long to wait; null for ever."),
    .init("extra", \.extra, "Anything."),
    .init("low", \.low, "The lower bound."),
    .init("high", \.high, "The upper bound."),
  ]

  func inconsistencies() -> [Inconsistency] {
    low < high ? [] : [Inconsistency("high", "'high' must be above 'low'")]
  }
}

@Suite struct RecordTests {
  private func decode(_ text: String) throws -> (value: Settings?, message: String) {
    var diagnostics = Diagnostics()
    let value = Settings.decode(try YAMLParser.parse(Array(text.utf8), name: "a.yaml"), &diagnostics)
    return (value, diagnostics.description)
  }

  @Test func `Keys that are not given keep their defaults`() throws {
    let (value, message) = try decode("title: t\nsteps: 3\n")
    var expected = Settings()
    expected.title = "t"
    expected.steps = 3
    #expect(value == expected)
    #expect(message == "")
  }

  @Test func `Every type is read`() throws {
    let text = """
      rate: 2.5e-1
      steps: 1e2
      exact: true
      title: 12
      method: bisection
      seeds: [0, 7]
      weights: {a: 1, b: .5}
      point: {x: 1, y: -2}
      points: [3, {x: 4, y: 5}]
      limit: ~
      patience: null
      extra: {a: [1, "1", true, null, x]}
      """
    var expected = Settings()
    expected.rate = 0.25
    expected.steps = 100
    expected.exact = true
    expected.title = "12"
    expected.method = .bisection
    expected.seeds = [0, 7]
    expected.weights = ["a": 1, "b": 0.5]
    expected.point = .init(x: 1, y: -2)
    expected.points = [.init(x: 3, y: 0), .init(x: 4, y: 5)]
    expected.patience = nil
    expected.extra = ["a": [.number(1), "1", .boolean(true), .null, "x"]]
    #expect(try decode(text).value == expected)
  }

  @Test func `What json gives is read back as the same value`() throws {
    var value = Settings()
    value.title = "null"
    value.rate = 0.1 + 0.2
    value.steps = 7
    value.patience = nil
    value.limit = 4
    value.method = .bisection
    value.weights = ["1": -0.5, "true": 3]
    value.points = [.init(x: 1e-300, y: 1.7976931348623157e308)]
    value.extra = ["x": ["1", .number(1), .boolean(false), "false", .null, "~", ""]]
    var diagnostics = Diagnostics()
    #expect(Settings.decode(Node(value.json), &diagnostics) == value)
    let text = value.json.canonicalText
    #expect(Settings.decode(Node(try JSONValue(reading: text, name: "x")), &diagnostics) == value)
    #expect(diagnostics.isEmpty)
  }

  @Test func `Several mistakes are reported in one go, in the order of the file`() throws {
    let text = """
      steps: many
      rat: 0.1
      rate: -1
      seeds: [1, x, 2.5]
      method: newtn
      """
    #expect(
      try decode(text).message == """
        a.yaml:1:1: error: the key 'title' is missing
            1 | steps: many
              | ^
              = A title.
        a.yaml:1:8: error: 'many' where a whole number is expected
            1 | steps: many
              |        ^~~~
        a.yaml:2:1: error: unknown key 'rat'
            2 | rat: 0.1
              | ^~~
              = did you mean 'rate'?
              = known here: rate, steps, exact, title, method, seeds, weights, point, points, limit, patience, extra, low, high
        a.yaml:3:7: error: 'rate' is '-1', and must be positive
            3 | rate: -1
              |       ^~
              = its unit is 1/step
        a.yaml:4:12: error: 'x' where a whole number is expected
            4 | seeds: [1, x, 2.5]
              |            ^
        a.yaml:4:15: error: '2.5' where a whole number is expected
            4 | seeds: [1, x, 2.5]
              |               ^~~
              = it must be whole and at most 2^53
        a.yaml:5:9: error: 'newtn' where one of newton, bisection is expected
            5 | method: newtn
              |         ^~~~~
              = did you mean 'newton'?
        7 errors
        """
    )
  }

  @Test(arguments: [
    ("rate: '0.1'", "'0.1' where a number is expected", "a number is written without quotes"),
    ("rate: 1e999", "'1e999' where a number is expected", "it is too large for a double"),
    ("rate: nan", "'nan' where a number is expected", ""),
    ("rate: 0x10", "'0x10' where a number is expected", ""),
    ("rate: [1]", "a list where a number is expected", ""),
    ("rate:", "nothing where a number is expected", ""),
    ("steps: 0", "'steps' is '0', and must be between 1 and 1000", ""),
    ("steps: 9007199254740993", "'9007199254740993' where a whole number", "it must be whole and at most 2^53"),
    ("steps: 9007199254740993e3", "'9007199254740993e3' where a whole number", "it must be whole and at most 2^53"),
    ("exact: yes", "'yes' where true or false is expected", "did you mean true, without quotes?"),
    ("exact: Off", "'Off' where true or false is expected", "did you mean false, without quotes?"),
    ("exact: 'true'", "'true' where true or false is expected", "did you mean true, without quotes?"),
    ("seeds: 3", "'3' where a list (each: a whole number) is expected", "a list is written [a, b]"),
    ("seeds: []", "'seeds' is a list, and must be a list of at least one value, each zero or positive", ""),
    ("limit: 2", "'limit' is '2', and must be between 3 and 10", ""),
    ("point: [1]", "a list where a mapping with x, y is expected", ""),
    ("point: {y: 1}", "the key 'x' is missing", "Across."),
    ("weights: {a: b}", "'b' where a number is expected", ""),
    ("low: 2", "'high' must be above 'low'", ""),
  ])
  func `A wrong value says what is expected`(line: String, message: String, hint: String) throws {
    let text = try decode("title: t\n\(line)\n").message
    #expect(text.contains("error: \(message)"))
    #expect(text.contains(hint))
    #expect(text.hasPrefix("a.yaml:2:") || line.hasPrefix("low"))
  }

  @Test func `A mistake inside an alias is reported once`() throws {
    #expect(
      try decode("title: t\npoints: [&p {x: bad}, *p, *p]\n").message == """
        a.yaml:2:17: error: 'bad' where a number is expected
            2 | points: [&p {x: bad}, *p, *p]
              |                 ^~~
        """
    )
  }

  @Test func `The time to report mistakes grows with their number, and the first twenty are shown`() throws {
    func text(_ count: Int) -> String {
      "title: t\nseeds:\n- \(Array(repeating: "x", count: count).joined(separator: "\n- "))\n"
    }
    func report(_ text: String) throws {
      #expect(try decode(text).message.hasSuffix("\n100 errors or more, the first 20 shown"))
    }
    let (few, many) = (text(10_000), text(100_000))
    // Ten times as many cost ten times as much; they cost a hundred times as much if each looked at all others.
    #expect(try leastGrowth(from: { try report(few) }, to: { try report(many) }) < 40)
  }

  @Test func `A field's documentation is what it was declared with`() throws {
    let fields = Settings.fieldDescriptions
    let steps = try #require(fields.first { $0.name == "steps" })
    #expect(steps.limits == "between 1 and 1000")
    #expect(steps.defaultValue == .number(10))
    #expect(steps.shape.description == "a whole number")
    let title = try #require(fields.first { $0.name == "title" })
    #expect(title.defaultValue == nil)
    #expect(fields.first { $0.name == "rate" }?.unit == "1/step")
  }
}
