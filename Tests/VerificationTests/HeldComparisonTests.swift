import Artifacts
import Configuration
import Planning
import Reporting
import Testing
import Verification

/// Recorded artifacts and others, held against tolerances.
@Suite struct HeldComparisonTests {
  private func artifact(_ values: Values, attributes: [String: Attribute] = [:]) throws -> Artifact {
    var artifact = Artifact()
    let length = [(name: "step", length: values.count)]
    var variable = try Variable(values, over: length)
    variable.attributes = attributes
    try artifact.add(variable, as: "x")
    try artifact.add(try Variable(.float64((0..<values.count).map { Double($0) / 2 }), over: length), as: "step")
    return artifact
  }

  private func compare(_ old: Values, _ new: Values, _ tolerance: Tolerance? = nil) throws -> HeldComparison {
    HeldComparison(try artifact(old), try artifact(new), within: tolerance.map { ["x": $0] } ?? [:])
  }

  @Test func `What is the same has equal content, also where it is no number`() throws {
    let values = [1.5, .nan, -.infinity, -0.0]
    #expect(try compare(.float64(values), .float64(values)).agreement == .equalContent)
    #expect(try compare(.float64(values), .float64(values)).headline == "the same content")
    // Processors make other patterns for what is no number; an artifact has one.
    let other = Double(bitPattern: 0xfff8_0000_0000_0001)
    #expect(try compare(.float64([.nan]), .float64([other])).agreement == .equalContent)
    #expect(try compare(.string(["a"]), .string(["a"])).agreement == .equalContent)
  }

  @Test func `Units of the last place are counted across zero`() throws {
    let least = Double.leastNonzeroMagnitude
    let comparison = try compare(.float64([1, -least]), .float64([1, least]))
    #expect(comparison.agreement == .different)
    #expect(comparison.main?.values.first.units == 2)
    #expect(comparison.headline == "x: 1 of 2 values differs")
    #expect(comparison.details.first == "first at step=1 (0.5): recorded -5e-324, now 5e-324 (2 ulps)")
    #expect(try compare(.float64([-least]), .float64([least]), Tolerance(units: 2)).agreement == .withinTolerance)
    #expect(try compare(.float64([-least]), .float64([least]), Tolerance(units: 1)).agreement == .different)
    // The two zeros are two contents, and no unit apart.
    #expect(try compare(.float64([0]), .float64([-0.0])).agreement == .different)
    #expect(try compare(.float64([0]), .float64([-0.0]), Tolerance(units: 0)).agreement == .withinTolerance)
    #expect(try compare(.float32([1]), .float32([Float(1).nextUp]), Tolerance(units: 1)).agreement == .withinTolerance)
  }

  @Test func `One bound that holds is enough, and the bound itself is within`() throws {
    let (old, new) = (Values.float64([100]), Values.float64([100.5]))
    #expect(try compare(old, new, Tolerance(absolute: 0.5)).agreement == .withinTolerance)
    #expect(try compare(old, new, Tolerance(absolute: 0.499)).agreement == .different)
    #expect(try compare(old, new, Tolerance(relative: 0.005)).agreement == .withinTolerance)
    #expect(try compare(old, new, Tolerance(relative: 0.0049)).agreement == .different)
    #expect(try compare(old, new, Tolerance(absolute: 1e-9, relative: 0.01, units: 1)).agreement == .withinTolerance)
    // Relative to the recorded value: zero leaves no room.
    #expect(try compare(.float64([0]), .float64([1e-300]), Tolerance(relative: 1)).agreement == .different)
  }

  @Test func `What is no number, or infinite, is within no tolerance of anything else`() throws {
    let all = Tolerance(absolute: .greatestFiniteMagnitude, relative: 1e300, units: 1 << 53)
    for (old, new) in [(Double.nan, 1), (1, .nan), (.infinity, 1), (.greatestFiniteMagnitude, .infinity)] {
      #expect(try compare(.float64([old]), .float64([new]), all).agreement == .different, "\(old) and \(new)")
    }
    #expect(try compare(.float64([.nan, 1]), .float64([.nan, 2]), all).agreement == .withinTolerance)
  }

  @Test func `Whole numbers are compared exactly, however large, and texts by their bytes`() throws {
    let comparison = try compare(.int64([.max, 5]), .int64([.max - 1, 5]), Tolerance(absolute: 0.5))
    #expect(comparison.agreement == .different)
    #expect(comparison.main?.values.first.units == nil)
    #expect(
      comparison.details.first
        == "first at step=0 (0.0): recorded 9223372036854775807, now 9223372036854775806"
    )
    #expect(try compare(.int64([.max]), .int64([.max - 1]), Tolerance(absolute: 1)).agreement == .withinTolerance)
    #expect(try compare(.int64([.min]), .int64([.max]), Tolerance(absolute: 1e18)).agreement == .different)
    #expect(try compare(.int8([3]), .int8([4]), Tolerance(units: 9)).agreement == .different)
    let texts = try compare(.string(["é"]), .string(["e\u{301}"]), Tolerance(absolute: 9))
    #expect(texts.agreement == .different)
  }

  @Test func `The first value beyond a tolerance is reported, with the number of such values`() throws {
    let comparison = try compare(.float64([1, 2, 3, 4]), .float64([1.1, 2.5, 3, 5]), Tolerance(absolute: 0.2))
    #expect(comparison.headline == "x: 2 of 4 values differ by more than 0.2")
    #expect(comparison.details.first?.hasPrefix("first at step=1 (0.5): recorded 2.0, now 2.5 (") == true)
    let within = try compare(.float64([1, 2]), .float64([1.1, 2]), Tolerance(absolute: 0.2, units: 3))
    #expect(within.headline == "x: 1 of 2 values differs, all within 0.2 or 3 ulps")
    #expect(within.details.first?.contains("recorded 1.0, now 1.1") == true)
  }

  @Test func `Other shapes, types and variables cannot be compared, and are named`() throws {
    let all = Tolerance(absolute: 1e9)
    let shape = try compare(.float64([1, 2]), .float64([1, 2, 3]), all)
    #expect(shape.agreement == .notComparable)
    #expect(shape.headline.hasSuffix("the shape was (step: 2), and is (step: 3)"))
    let type = try compare(.float64([1]), .float32([1]), all)
    #expect(type.agreement == .notComparable)
    #expect(type.headline == "x: the type was float64, and is float32")
    var more = try artifact(.float64([1]))
    try more.add(try Variable(.float64([7])), as: "extra")
    let added = HeldComparison(try artifact(.float64([1])), more, within: [:])
    #expect(added.agreement == .notComparable)
    #expect(added.headline.contains("extra"))
    // A value that differs is a difference, whatever else there is.
    var other = try artifact(.float64([2]))
    try other.add(try Variable(.float64([7])), as: "extra")
    let both = HeldComparison(try artifact(.float64([1])), other, within: [:])
    #expect(both.agreement == .different)
    #expect(both.details.contains { $0.contains("extra") })
  }

  @Test func `An attribute is within no tolerance`() throws {
    let old = try artifact(.float64([1]), attributes: ["units": .string("m")])
    let new = try artifact(.float64([1]), attributes: ["units": .string("s")])
    let comparison = HeldComparison(old, new, within: ["x": Tolerance(absolute: 1)])
    #expect(comparison.agreement == .different)
    #expect(comparison.headline == "x: units was 'm', and is 's'")
  }

  @Test func `A tolerance is that of an array at its path`() throws {
    func nested(_ value: Double) throws -> Artifact {
      var (outer, inner) = (Artifact(), Artifact())
      try inner.add(try Variable(.float64([value])), as: "y")
      try outer.add(inner, as: "group")
      return outer
    }
    let bounds = Tolerance(absolute: 1)
    let right = HeldComparison(try nested(1), try nested(1.5), within: ["group/y": bounds])
    #expect(right.agreement == .withinTolerance)
    #expect(HeldComparison(try nested(1), try nested(1.5), within: ["y": bounds]).agreement == .different)
  }

  @Test func `The worst of several agreements is a difference, and nothing is better than identity`() {
    let order: [Agreement] = [.identical, .equalContent, .withinTolerance, .notComparable, .different]
    #expect(order.shuffled().sorted() == order)
  }
}
