import Artifacts
import Claims
import Configuration
import References
import Testing

/// What is found of claims in results.
@Suite struct ClaimTests {
  private func claim(_ text: String) throws -> Claim {
    let node = try YAMLParser.parse(Array("name: c\n\(text)".utf8), name: "claim.yaml")
    var diagnostics = Diagnostics()
    let claim = Claim.decode(node, &diagnostics)
    try diagnostics.throwIfAny()
    return try #require(claim)
  }

  private func complaint(_ text: String) -> String {
    do {
      _ = try claim(text)
      return ""
    } catch {
      return (error as? Diagnostics)?.all.map(\.message).joined(separator: "; ") ?? "\(error)"
    }
  }

  /// Rates 1, 2 and 3; loss[rate, step] with one value missing; edge[rate].
  private func artifacts() throws -> [String: Artifact] {
    var runs = Artifact()
    let (rates, steps) = ((name: "rate", length: 3), (name: "step", length: 4))
    let loss: [Double] = [4, 3, 2, 1, 8, 6, 4, 2, 1, 5, .nan, 9]
    try runs.add(try Variable(.float64(loss), over: [rates, steps]), as: "loss")
    try runs.add(try Variable(.float64([1, 2, 3]), over: [rates]), as: "rate")
    try runs.add(try Variable(.float64([5, 7, 10]), over: [rates]), as: "edge")
    try runs.add(try Variable(.float64([.infinity])), as: "huge")
    // 2^53 + 1 and the double nearest to it; 2^53 - 1 and 2^53 + 3 around them.
    let large: [Int64] = [9_007_199_254_740_991, 9_007_199_254_740_993, 9_007_199_254_740_995]
    try runs.add(try Variable(.int64(large), over: [rates]), as: "id")
    try runs.add(try Variable(.int64(large.map { $0 & ~1 }), over: [rates]), as: "even")
    try runs.add(try Variable(.float64(large.map { Double($0) }), over: [rates]), as: "rounded")
    try runs.add(try Variable(.string(["a", "b", "b"]), over: [rates]), as: "word")
    try runs.add(try Variable(.float64([]), over: [(name: "none", length: 0)]), as: "empty")
    var end = try Variable(.int8([0, 0, 1]), over: [rates])
    end.attributes["flag_meanings"] = .string("steps diverged")
    end.attributes["flag_values"] = .list(.int8([0, 1]))
    try runs.add(end, as: "end")
    var other = Artifact()
    try other.add(try Variable(.float64([4, 8, 1]), over: [rates]), as: "start")
    var third = Artifact()
    try third.add(try Variable(.float64([1, 2]), over: [(name: "rate", length: 2)]), as: "short")
    return ["runs": runs, "other": other, "third": third]
  }

  private func finding(_ text: String) throws -> Finding { try claim(text).finding(in: artifacts()) }

  @Test(arguments: [
    ("value: runs/loss[1, @-1]\nexpect: 1", "1"),
    ("value: runs/loss[1, @1]\nexpect: 3.05\ntolerance: 0.06", "3"),
    ("value: runs/loss[1, @1]\nexpect: 3.05\nrelative_tolerance: 0.02", "3"),
    ("value: runs/loss[rate=1]\nexpect: [4, 3, 2, 1]", "4, 3, 2, 1"),
    ("value: runs/loss[step@0]\nexpect: other/start", "4, 8, 1"),
    ("value: runs/loss[rate=1|2, step@1..]\nbelow: runs/edge[rate=1|2]\nat_least: 1", "1 … 6, 6 values"),
    ("value: runs/loss[rate=1|2]\nbetween: [1, 8]", "1 … 8, 8 values"),
    ("value: runs/loss[rate=1]\nreduce: max\nabove: 3.9\nat_most: 4", "4"),
    ("value: runs/loss[rate=1|2]\nreduce: { step: mean }\nexpect: [2.5, 5]", "2.5, 5"),
    ("value: runs/loss[rate=1|2]\nreduce: mean\nexpect: 3.75", "3.75"),
    ("value: runs/loss\nreduce: { step: last }\nexpect: [1, 2, 9]", "1, 2, 9"),
    ("value: runs/loss\nreduce: { step: first, rate: sum }\nexpect: 13", "13"),
    ("value: runs/loss\nreduce: count\nexpect: 11", "11"),
    ("value: runs/edge[end=diverged]\nreduce: count\nexpect: 1", "1"),
    ("value: runs/edge[end=steps]\nat_most: 7", "5, 7"),
    ("value: runs/loss\nreduce: any\nabove: 8.5", "9 at rate=3, step@3"),
    ("value: runs/loss\nreduce: { step: min, rate: any }\nexpect: 2", "2 at rate=2"),
    ("value: runs/loss\nreduce: { step: any, rate: all }\nabove: 3.5", "4 at rate=1, step@0"),
    ("value: runs/end\nreduce: any\nexpect: diverged", "diverged at rate=3"),
    ("value: runs/end[rate=1|2]\nexpect: steps", "steps, steps"),
    ("value: runs/word[2]\nexpect: b", "b"),
    ("value: runs/word\nreduce: any\nexpect: a", "a at rate=1"),
    ("value: runs/huge\nabove: 1e300", "∞"),
    ("value: runs/empty\nreduce: count\nexpect: 0", "0"),
    ("value: runs/id[rate=2]\nexpect: 9007199254740993", "9007199254740993"),
    ("value: runs/id[rate=2]\nabove: 9007199254740992", "9007199254740993"),
    ("value: runs/id[rate=2]\nbelow: 9007199254740994", "9007199254740993"),
    ("value: runs/id[rate=2]\nbetween: [9007199254740993, 9007199254740993]", "9007199254740993"),
    ("value: runs/id[rate=2]\nexpect: 9007199254740992\ntolerance: 1", "9007199254740993"),
    ("value: runs/id\nreduce: min\nexpect: 9007199254740991", "9007199254740991"),
    ("value: runs/id\nreduce: max\nexpect: 9007199254740995", "9007199254740995"),
    ("value: runs/id\nreduce: sum\nexpect: 27021597764222979", "27021597764222979"),
    ("value: runs/id\nabove: runs/even", nil),
    ("value: runs/id\nexpect: [9007199254740991, 9007199254740993, 9007199254740995]", nil),
    ("value: runs/rate[id=9007199254740993]\nexpect: 2", nil),
    ("value: runs/rate[id=9007199254740993..]\nreduce: count\nexpect: 2", "2"),
    ("value: runs/id[rate=2]\nabove: runs/rounded[rate=2]", "9007199254740993"),
  ])
  func `A claim holds that is true`(text: String, found: String?) throws {
    let finding = try finding(text)
    #expect(finding.verdict == .holds, "\(finding)")
    if let found { #expect(finding.message == found) }
  }

  @Test(arguments: [
    ("value: runs/loss[1, @-1]\nexpect: 1.1", "1"),
    ("value: runs/loss[1, @1]\nexpect: 3.05\ntolerance: 0.04", "3"),
    ("value: runs/loss[1, @1]\nexpect: 3.05\nrelative_tolerance: 0.01", "3"),
    ("value: runs/loss[1, @1]\nabove: 3", "3"),
    ("value: runs/loss[1, @1]\nbelow: 3", "3"),
    ("value: runs/loss[rate=1]\nexpect: [4, 3, 2, 2]", "1 of 4 values: 1 at step@3"),
    ("value: runs/loss[rate=1]\nexpect: [4, 3]", "2 numbers are expected, and there are 4 values"),
    ("value: runs/loss\nabove: 0", "1 of 12 values: missing at rate=3, step@2"),
    ("value: runs/loss\nreduce: { step: max }\nabove: 0", "1 of 3 values: missing at rate=3"),
    ("value: runs/loss[3, @2]\nexpect: 1\ntolerance: 1000", "missing"),
    ("value: runs/loss\nreduce: { step: mean, rate: any }\nabove: 100", "2.5 … 5, none of 3 values"),
    ("value: runs/loss\nreduce: { step: all, rate: any }\nbelow: 1", nil),
    ("value: runs/loss\nreduce: { step: any, rate: all }\nabove: 4.5", nil),
    ("value: runs/edge[rate=4..]\nabove: 0", "no values"),
    ("value: runs/edge[rate=4..]\nreduce: any\nabove: 0", "no values"),
    ("value: runs/empty\nreduce: max\nabove: 0", "missing"),
    ("value: runs/end\nexpect: steps", "1 of 3 values: diverged at rate=3"),
    ("value: runs/word\nexpect: a", "2 of 3 values: b at rate=2, b at rate=3"),
    ("value: runs/word\nabove: 1", "'runs/word' holds texts, which are compared by 'expect' alone"),
    ("value: runs/edge\nbelow: runs/word", "'runs/word' holds texts"),
    ("value: runs/edge\nbelow: third/short", "'third/short' has other dimensions than 'runs/edge', or other lengths"),
    ("value: runs/edge[rate=9]\nabove: 1", "'rate' has no value 9; it has 1, 2, 3, and '~' takes the nearest number"),
    ("value: runs/none\nabove: 1", "'runs' has no array 'none'"),
    ("value: runs/edge\nexpect: collapsed", "'collapsed' is no meaning of 'runs/edge'"),
    ("value: runs/id[rate=2]\nexpect: 9007199254740992", "9007199254740993"),
    ("value: runs/id[rate=2]\nexpect: 9007199254740994", "9007199254740993"),
    ("value: runs/id[rate=2]\nexpect: runs/rounded[rate=2]", "9007199254740993"),
    ("value: runs/id[rate=2]\nbetween: [0, 9007199254740992]", "9007199254740993"),
    ("value: runs/id[rate=2]\nexpect: 9007199254740992\ntolerance: 0.5", "9007199254740993"),
    ("value: runs/id\nexpect: runs/even", nil),
  ])
  func `A claim fails that is not true, or speaks of nothing`(text: String, found: String?) throws {
    let finding = try finding(text)
    #expect(finding.verdict == .fails, "\(finding)")
    if let found { #expect(finding.message == found) }
  }

  @Test func `A finding counts what it compared, and is the same when it is read back`() throws {
    let finding = try finding("value: runs/loss\nabove: 1.5")
    #expect(finding.values == 12)
    #expect(finding.holding == 9)
    #expect(finding.missing == 1)
    #expect(finding.least == 1)
    #expect(finding.greatest == 9)
    let huge = try self.finding("value: runs/huge\nabove: 0")
    #expect(huge.greatest == nil)
    var diagnostics = Diagnostics()
    for one in [finding, huge] { #expect(Finding.decode(Node(one.json), &diagnostics) == one) }
    #expect(diagnostics.isEmpty)
  }

  @Test(arguments: [
    "value: runs/loss[rate=1, step@-1]\nexpect: 1\ntolerance: 0.5", "value: runs/loss\nreduce: max\nbetween: [1, 2]",
    "value: runs/loss\nreduce: { step: mean, rate: any }\nabove: 1\nat_most: other/start",
    "value: runs/loss\nreduce: { b: any, a: all }\nexpect: [1, 2]", "value: runs/end\nexpect: steps",
  ])
  func `A claim that is written as data is read as the same, its reductions in their order`(text: String) throws {
    let claim = try claim(text)
    var diagnostics = Diagnostics()
    let again = try #require(Claim.decode(Node(claim.json), &diagnostics))
    #expect(again.json == claim.json)
    #expect(again.reduction == claim.reduction)
    #expect(again.subject == claim.subject)
  }

  @Test(arguments: [
    ("value: a/b", "a claim says what must hold: 'expect', 'above', 'at_least', 'below', 'at_most' or 'between'"),
    ("value: a/b\nexpect: 1\nabove: 0", "a claim has one of 'expect', 'between', or bounds"),
    ("value: a/b\nbetween: [2, 1]", "nothing is between 2 and 1, of which the first is greater"),
    ("value: a/b\nbetween: [1]", "two bounds: [least, greatest]"),
    ("value: a/b\nabove: 2\nbelow: 2", "no value is within these bounds"),
    ("value: a/b\nat_least: 2\nat_most: 1", "no value is within these bounds"),
    ("value: a/b\nabove: 1\nat_least: 1", "there is one lower bound, 'above' or 'at_least'"),
    ("value: a/b\nbelow: 1\nat_most: 1", "there is one upper bound, 'below' or 'at_most'"),
    ("value: a/b\nabove: 1\ntolerance: 1", "a tolerance is for 'expect'"),
    ("value: a/b\nexpect: 1\ntolerance: 1\nrelative_tolerance: 1", "a claim has one tolerance, absolute or relative"),
    ("value: a/b\nexpect: 1\ntolerance: -1", "'tolerance' is '-1', and must be zero or positive"),
    ("value: a/b\nexpect: word\ntolerance: 1", "a text is met or not; a tolerance is for numbers"),
    (
      "value: a/b\nreduce: median\nabove: 1",
      "'median' where one of min, max, mean, sum, count, first, last, any, all is expected"
    ),
    ("value: a/b\nreduce: { x: any, y: max }\nabove: 1", "'max' behind 'any', which makes no values"),
    ("value: a\nabove: 1", "'a' where data are expected"),
    ("value: a/b\nexcept: 1", "unknown key 'except'"),
  ])
  func `A claim that contradicts itself is a mistake`(text: String, message: String) {
    let complaint = complaint(text)
    #expect(complaint.hasPrefix(message), "\(complaint)")
  }
}
