import Configuration
import Planning
import TestSupport
import Testing

@Suite struct ValueRangeTests {
  private func range(_ text: String) throws -> [Double] {
    var diagnostics = Diagnostics()
    let node = try YAMLParser.parse(Array(text.utf8), name: "range.yaml")
    let range = ValueRange.decode(node, &diagnostics)
    try diagnostics.throwIfAny()
    return try #require(range).all
  }

  @Test func `A linear range includes both ends exactly`() throws {
    #expect(try range("{ from: 0.1, to: 0.3, count: 3 }") == [0.1, 0.2, 0.3])
    #expect(try range("{ from: 0.9, to: 2.1, count: 1201 }").last == 2.1)
  }

  @Test func `A logarithmic range has equal ratios`() throws {
    let values = try range("{ from: 0.001, to: 1000, count: 7, spacing: log }")
    expectEqual(values, [1e-3, 1e-2, 1e-1, 1, 10, 100, 1000], within: .relative(1e-15))
  }

  @Test func `Powers of two and ten that are steps of a range are exact`() throws {
    #expect(try range("{ from: 0.25, to: 4, count: 5, spacing: log2 }") == [0.25, 0.5, 1, 2, 4])
    #expect(try range("{ from: 1e-3, to: 1e+3, count: 7, spacing: log10 }") == [1e-3, 1e-2, 1e-1, 1, 10, 100, 1000])
    #expect(try range("{ from: 8, to: 1, count: 4, spacing: log2 }") == [8, 4, 2, 1])
  }

  @Test func `Long ranges over many orders of magnitude have one ratio`() throws {
    let values = try range("{ from: 1e-150, to: 1e+150, count: 997, spacing: log }")
    let ratios = zip(values, values.dropFirst()).map { $1 / $0 }
    #expect(ratios.allSatisfy { ($0 / ratios[0] - 1).magnitude < 1e-12 })
  }

  @Test func `A list or a number stands for itself`() throws {
    #expect(try range("[3, 1, 2]") == [3, 1, 2])
    #expect(try range("0.5") == [0.5])
  }

  @Test func `A logarithmic range from zero is refused where it begins`() {
    #expect(throws: Diagnostics.self) { try range("{ from: 0, to: 1, count: 3, spacing: log }") }
  }

  @Test(arguments: [
    "{ from: -1.0e+308, to: 1.0e+308, count: 3 }", "{ from: 1.0e-300, to: 1.0e+300, count: 3, spacing: log }",
  ])
  func `Ends that are too far apart are refused`(text: String) {
    #expect(throws: Diagnostics.self) { try range(text) }
  }
}
