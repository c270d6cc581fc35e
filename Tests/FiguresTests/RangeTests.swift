import Artifacts
import Figures
import Foundation
import Planning
import Testing

/// Where axes begin and end, and what has no place on them.
struct RangeTests {
  private func data(x: [Double], y: [Double]) throws -> [String: Artifact] {
    var data = Artifact()
    try data.add(Variable(.float64(x), over: [("t", x.count)]), as: "x")
    try data.add(Variable(.float64(y), over: [("t", y.count)]), as: "y")
    return ["d": data]
  }

  private func script(_ axes: String, draw: String = "lines", _ inputs: [String: Artifact]) throws -> String {
    let yaml = "panels: [ { \(axes), series: [ { draw: \(draw), x: d/x, y: d/y } ] } ]"
    return try Script(FigureContent(figure(yaml), inputs: inputs), stem: "f").text
  }

  private func range(_ axis: String, _ script: String) throws -> [Double] {
    let line = try #require(script.split(separator: "\n").first { $0.hasPrefix("set \(axis)range [") })
    return line.drop { $0 != "[" }.dropFirst().dropLast().split(separator: ":").compactMap { Double($0) }
  }

  @Test func `Limits of y that hide all data leave the range of x to the data`() throws {
    let inputs = try data(x: [10, 20, 30], y: [1, 2, 3])
    #expect(try range("x", script("y: { from: 50, to: 60 }", inputs)) == [10, 30])
    #expect(try range("x", script("y: { to: 1.5 }", inputs)) == [10, 30])
  }

  @Test func `Limits of x leave to y the range of what they show, with the lines that they cut`() throws {
    let inputs = try data(x: [0, 10, 20], y: [0, 100, 1000])
    let cut = try range("y", script("x: { from: 5, to: 15 }", inputs))
    // From 50 to 550, with room around them; zero is near.
    #expect(cut == [0, 575])
    let hidden = try range("y", script("x: { from: 50, to: 60 }", inputs))
    #expect(hidden[0] == 0 && hidden[1] > 1000, "\(hidden)")
  }

  @Test func `What has no place on a logarithmic axis is counted in script, result and log`() async throws {
    let inputs = try data(x: [0, 1, 10, 100], y: [4, -3, 2, .infinity])
    let yaml = """
      panels: [ { x: { scale: log }, y: { scale: log }, series: [ { draw: lines, x: d/x, y: d/y } ] } ]
      """
    let folder = try TemporaryFolder()
    let result = try await folder.draw(yaml, inputs)
    let expected = [
      "panel 1, series 1: 1 of 4 values of x is zero, which has no place on a logarithmic axis, and not drawn. "
        + "'zero: true' gives it one.",
      "panel 1, series 1: 1 of 4 values of y is infinite, and not drawn.",
      "panel 1, series 1: 1 of 4 values of y is negative, which has no place on a logarithmic axis, and not drawn.",
    ]
    #expect(result.artifact.attributes["left_out"] == .string(expected.joined(separator: "\n")))
    let script = String(decoding: try folder.bytes("figure.gp"), as: UTF8.self)
    #expect(expected.allSatisfy { script.contains("# Not drawn: \($0)\n") })
    let log = String(decoding: try folder.bytes("log"), as: UTF8.self)
    #expect(log == expected.map { "warning: \($0)\n" }.joined())
  }

  @Test func `An infinite color and a band beyond a logarithmic axis are counted, and an area down to it is not`()
    throws
  {
    func leftOut(_ series: String, _ inputs: [String: Artifact]) throws -> [String] {
      let yaml = "panels: [ { x: { scale: log }, y: { scale: log }, series: [ { \(series) } ] } ]"
      return try FigureContent(figure(yaml), inputs: inputs).leftOut
    }
    let colors = try data(x: [1, 2, 3], y: [1, 2, .infinity])
    #expect(
      try leftOut("draw: points, x: d/x, y: d/x, z: d/y", colors) == [
        "panel 1, series 1: 1 of 3 values of z is infinite, and without a color."
      ]
    )
    let areas = try data(x: [0, 2, 3], y: [0, 2, 3])
    #expect(try leftOut("draw: region, x: d/x, y: d/y", areas) == [])
    #expect(
      try leftOut("draw: band, x: d/x, y: d/y, y2: 4", areas) == [
        "panel 1, series 1: 1 of 3 values of x is zero, which has no place on a logarithmic axis, and not drawn. "
          + "'zero: true' gives it one."
      ]
    )
  }

  @Test func `A figure that draws all its data leaves nothing out`() async throws {
    let folder = try TemporaryFolder()
    let yaml = "panels: [ { y: { to: 2 }, series: [ { draw: lines, x: d/x, y: d/y } ] } ]"
    let result = try await folder.draw(yaml, data(x: [0, 1, 2], y: [1, .nan, 3]))
    #expect(result.artifact.attributes["left_out"] == nil)
    #expect((try? folder.bytes("log")) == nil)
  }

  @Test func `A logarithmic axis shows zero where it is asked to`() throws {
    let inputs = try data(x: [0, 1, 10], y: [1, 2, 3])
    let text = try script("x: { scale: log, zero: true }", draw: "points", inputs)
    let x = try range("x", text)
    #expect(x[0] > 0.1 && x[0] < 1 && x[1] >= 10)
    #expect(text.contains("set xtics out nomirror ('0' \(x[0])"))
    #expect(text.contains("record=(3)") && !text.contains("Not drawn"))
    #expect(
      try problems("panels: [ { x: { zero: true }, series: [ { draw: horizontal, y: 1 } ] } ]").contains("only a")
    )
  }

  @Test func `A note without a place on a logarithmic axis is refused`() throws {
    let panel = "y: { scale: log }, notes: [ { text: here, x: 0, y: 0 } ], series: [ { draw: horizontal, y: 1 } ]"
    #expect(try problems("panels: [ { \(panel) } ]").contains("'here' stands at a place that a logarithmic axis"))
  }

  @Test func `A bar of colours has a tip where there are values beyond it`() throws {
    let inputs = try data(x: [1, 2, 3], y: [1, 2, 3])
    func tips(_ range: String) throws -> Int {
      let yaml = "panels: [ { color: { \(range) }, series: [ { draw: points, x: d/x, y: d/y, z: d/y } ] } ]"
      return try Script(FigureContent(figure(yaml), inputs: inputs), stem: "f").text
        .components(separatedBy: "set object polygon").count - 1
    }
    #expect(try tips("label: y") == 0)
    #expect(try tips("to: 2") == 1)
    #expect(try tips("from: 1.5, to: 2") == 2)
  }

  @Test func `A bar of colors stands clear of the next panel`() throws {
    let inputs = try data(x: [1, 2, 3], y: [1, 2, 3])
    let series = "series: [ { draw: points, x: d/x, y: d/y, z: d/y } ]"
    let yaml = "{ width: 17, panels: [ { color: { label: bar }, \(series) }, { y: { label: next }, \(series) } ] }"
    let script = try Script(FigureContent(figure(yaml), inputs: inputs), stem: "f").text
    func place(_ label: String) throws -> Double {
      let after = try #require(script.components(separatedBy: "set label '\(label)' at screen ").dropFirst().first)
      return try #require(Double(after.prefix { $0 != "," })) * 17 / 2.54 * 72
    }
    // Both stand upright, 8 points high; they were 13 points apart.
    #expect(try place("next") - place("bar") > 18)
  }
}
