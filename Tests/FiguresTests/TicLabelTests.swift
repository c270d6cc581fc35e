import Artifacts
import Figures
import Foundation
import Testing

/// What the labels of an axis say, beside where they stand.
struct TicLabelTests {
  /// The labels of the y axis of a figure's only panel, with the values at which they stand.
  private func labels(_ values: [Double], scale: String = "linear", extra: String = "") throws -> (
    tics: [(label: String, value: Double)], axis: String
  ) {
    var data = Artifact()
    try data.add(Variable(.float64(values.indices.map(Double.init)), over: [("t", values.count)]), as: "x")
    try data.add(Variable(.float64(values), over: [("t", values.count)]), as: "y")
    let yaml = """
      width: 12
      height: 10
      panels: [ { y: { label: loss, scale: \(scale)\(extra) }, series: [ { draw: lines, x: d/x, y: d/y } ] } ]
      """
    let script = try Script(FigureContent(figure(yaml), inputs: ["d": data]), stem: "f").text
    let lines = script.split(separator: "\n")
    let tics = try #require(lines.first { $0.hasPrefix("set ytics out nomirror (") })
    let items = tics.dropFirst("set ytics out nomirror (".count).dropLast().components(separatedBy: ", ")
    let labelled = try items.compactMap { item -> (String, Double)? in
      let parts = item.components(separatedBy: "'")
      guard !parts[1].isEmpty else { return nil }
      return (parts[1], try #require(Double(parts[2].trimmingCharacters(in: .whitespaces))))
    }
    let axis = try #require(lines.first { $0.hasPrefix("set label 'loss") })
    return (labelled, axis.components(separatedBy: "'")[1])
  }

  /// The number that a label states.
  private func number(_ label: String) throws -> Decimal {
    let text = label.replacingOccurrences(of: "−", with: "-")
    let parts = (text.hasPrefix("10^") ? "1×" + text : text).components(separatedBy: "×10^{")
    let exponent = parts.count > 1 ? "e" + parts[1].dropLast() : ""
    return try #require(Decimal(string: parts[0] + exponent), "\(label)")
  }

  /// The constant that an axis' label subtracts.
  private func constant(_ axis: String) throws -> Decimal {
    guard axis != "loss" else { return 0 }
    let sign = axis.hasPrefix("loss − ") ? "" : "−"
    return try number(sign + axis.dropFirst("loss − ".count))
  }

  @Test func `Labels differ and state the values at which they stand`() throws {
    var random = RandomNumbers(seed: 7)
    for _ in 0..<400 {
      let isLog = random.next() < 0.3
      let center = pow(10, random.next(-12, 15)) * (isLog || random.next() < 0.7 ? 1 : -1)
      let span = abs(center) * pow(10, random.next(-15, 1))
      let values = [center, center + random.next() * span, center + span]
      let (tics, axis) = try labels(values, scale: isLog ? "log" : "linear")
      #expect(tics.count > 1, "\(values)")
      #expect(Set(tics.map(\.label)).count == tics.count, "\(values): \(tics)")
      for (label, value) in tics {
        let stands = try #require(Decimal(string: value.description))
        let error = abs(try number(label) + constant(axis) - stands)
        #expect(
          error <= abs(stands) * 4 / Decimal(sign: .plus, exponent: 16, significand: 1),
          "\(values): \(label) of \(axis) stands at \(value)"
        )
      }
      #expect(tics.allSatisfy { $0.label.count <= 16 }, "\(tics)")
    }
  }

  private static let examples: [(values: [Double], first: String, axis: String)] = [
    ([2.302585, 2.302586, 2.302587], "2.302585", "loss"),
    ([100_000, 100_000.5, 100_001], "100000.0", "loss"),
    ([2.302585092994, 2.302585092995, 2.302585092996], "4.0×10^{−12}", "loss − 2.30258509299"),
    ([-1.000000000002, -1.000000000001, -1], "−2.0×10^{−12}", "loss + 1"),
    ([0, 5e5, 1e6], "0.0", "loss"),
    ([1e15, 1e15 + 1, 1e15 + 2], "0", "loss − 1×10^{15}"),
  ]

  @Test(arguments: examples)
  func `The first label and what the axis subtracts`(values: [Double], first: String, axis: String) throws {
    let found = try labels(values)
    #expect(found.tics.first?.label.hasPrefix(first) == true, "\(found)")
    #expect(found.axis == axis)
  }

  @Test func `A declared step is labelled with all its digits`() throws {
    let found = try labels([0, 1], extra: ", tics: 0.125")
    #expect(found.tics.map(\.label).prefix(3) == ["0.000", "0.125", "0.250"])
    let large = try labels([0, 1e6], extra: ", tics: 250000")
    #expect(large.tics.map(\.label) == ["0", "250000", "500000", "750000", "1000000"])
  }

  @Test func `Series whose values differ late have labels that differ`() throws {
    var runs = Artifact()
    try runs.add(Variable(.float64([0.12345, 0.12346]), over: [("rate", 2)]), as: "rate")
    try runs.add(Variable(.float64([0, 1]), over: [("step", 2)]), as: "step")
    try runs.add(Variable(.float64([0, 1, 2, 3]), over: [("rate", 2), ("step", 2)]), as: "loss")
    let yaml = """
      panels: [ { series: [ { draw: lines, x: runs/step, y: runs/loss, each: rate, label: "η = {rate:2}" } ] } ]
      """
    let labels = try (1...2).map { try drawn(yaml, ["runs": runs], series: $0).attributes["label"] }
    #expect(labels == [.string("η = 0.12345"), .string("η = 0.12346")])
  }
}
