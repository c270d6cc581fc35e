import Artifacts
import Figures
import Testing

/// Values at the ends of what a number can be, and values that are missing.
struct ExtremeTests {
  /// Runs of which one has diverged: its late value is missing.
  private func diverged(_ late: [Double] = [1, .nan, 0, -.infinity, 4]) throws -> [String: Artifact] {
    var runs = try Toys.runs(steps: 4)
    try runs.add(Variable(.float64(late), over: [("learning_rate", 5)]), as: "late")
    return ["runs": runs]
  }

  private func script(_ yaml: String, _ inputs: [String: Artifact]) throws -> String {
    try Script(FigureContent(figure(yaml), inputs: inputs), stem: "f").text
  }

  /// The values of the labelled tics of an axis, as the script names them.
  private func tics(_ axis: String, _ script: String) -> [String] {
    let line = script.split(separator: "\n").first { $0.hasPrefix("set \(axis)tics out nomirror (") } ?? ""
    return line.split(separator: "'").map(String.init).filter { $0.hasPrefix("10^") }
  }

  @Test(arguments: ["linear", "log"])
  func `a curve whose colour is missing is grey`(scale: String) throws {
    let yaml = """
      panels:
        - color: { scale: \(scale) }
          series: [ { draw: lines, x: runs/step, y: runs/loss, each: learning_rate, z: runs/late } ]
      """
    let colors = try script(yaml, diverged()).split(separator: "\n").filter { $0.contains("with lines") }
      .map { $0.contains("#999999") }
    #expect(colors == [false, true, scale == "log", true, false])
  }

  @Test func `a figure of which no colour is known is drawn in grey`() async throws {
    let folder = try TemporaryFolder()
    let yaml = """
      panels:
        - color: { label: late }
          series:
            - { draw: lines, x: runs/step, y: runs/loss, each: learning_rate, z: runs/late }
            - { draw: points, x: runs/learning_rate, y: runs/edge, z: runs/late }
            - { draw: lines, x: runs/learning_rate, y: runs/edge, z: runs/late }
      """
    _ = try await folder.draw(yaml, diverged([Double](repeating: .nan, count: 5)))
    #expect(try folder.bytes("figure.svg").count > 1000)
  }

  @Test func `points and pieces of a curve whose colour is missing are grey`() async throws {
    let folder = try TemporaryFolder()
    let yaml = """
      panels:
        - color: { scale: log }
          series:
            - { draw: points, x: runs/learning_rate, y: runs/edge, z: runs/late }
            - { draw: lines, x: runs/learning_rate, y: runs/edge, z: runs/late }
      """
    let text = try script(yaml, diverged())
    let lines = text.split(separator: "\n")
    #expect(lines.contains { $0.contains("record=(3)") && $0.contains("with points") && $0.contains("#999999") })
    #expect(lines.contains { $0.contains("record=(2)") && $0.contains("with points") && $0.contains("palette") })
    #expect(lines.contains { $0.contains("record=(5)") && $0.contains("with lines") && $0.contains("#999999") })
    _ = try await folder.draw(yaml, diverged())
    let svg = String(decoding: try folder.bytes("figure.svg"), as: UTF8.self)
    #expect(svg.contains("rgb(153, 153, 153)"))
  }

  @Test(arguments: [
    "y: { from: 1.0e-310, to: 10, scale: log }", "y: { from: 1.0e-310, scale: log }", "y: { to: 1.0e-310, scale: log }",
    "x: { from: 1.0e+308, scale: log }", "y: { from: 1.0e+305 }", "y: { to: -1.0e+308 }",
    "color: { from: 1.0e-310, scale: log }", "color: { from: 1.0e+300 }", "x: { tics: 1.0e-300 }",
    "y: { from: 1.0e-222, to: 1.0e+124, scale: log }", "y: { from: 1.0e-300, to: 1.0e+300, scale: log }",
  ])
  func `a range at the end of what a number can be is drawn`(axis: String) async throws {
    let folder = try TemporaryFolder()
    let yaml = """
      panels:
        - \(axis)
          series: [ { draw: points, x: runs/learning_rate, y: runs/edge, z: runs/late } ]
      """
    _ = try await folder.draw(yaml, diverged())
    #expect(try folder.bytes("figure.png").count > 1000)
  }

  @Test func `a heat map over four hundred decades is drawn`() async throws {
    let folder = try TemporaryFolder()
    var map = Artifact()
    try map.add(Variable(.float64([1e-200, 1e200]), over: [("a", 2)]), as: "a")
    try map.add(Variable(.float64([.leastNonzeroMagnitude, 1.7e308]), over: [("b", 2)]), as: "b")
    try map.add(Variable(.float64([0, 1, .infinity, 1e308]), over: [("b", 2), ("a", 2)]), as: "z")
    for scale in ["log", "linear"] {
      let yaml = """
        panels:
          - x: { scale: \(scale) }
            y: { scale: \(scale) }
            color: { scale: log }
            series: [ { draw: heatmap, x: map/a, y: map/b, z: map/z } ]
        """
      _ = try await folder.draw(yaml, ["map": map])
    }
    #expect(try folder.bytes("figure.png").count > 1000)
  }

  @Test(arguments: [
    (-222, 124, ["−200", "−150", "−100", "−50", "0", "50", "100"]),
    (-16, 6, ["−15", "−12", "−9", "−6", "−3", "0", "3", "6"]),
    (-4, 0, ["−4", "−3", "−2", "−1", "0"]),
  ])
  func `labelled decades lie a round number of decades apart`(low: Int, high: Int, labels: [String]) throws {
    let axis = "{ from: 1.0e\(low < 0 ? "" : "+")\(low), to: 1.0e\(high < 0 ? "" : "+")\(high), scale: log }"
    let text = try script("panels: [ { y: \(axis), series: [ { draw: horizontal, y: 1 } ] } ]", [:])
    #expect(tics("y", text) == labels.map { "10^{\($0)}" })
  }

  @Test func `there are no tics within the decades of a long axis`() throws {
    func count(_ to: String) throws -> Int {
      let yaml = "panels: [ { y: { from: 1, to: \(to), scale: log }, series: [ { draw: horizontal, y: 1 } ] } ]"
      let text = try script(yaml, [:])
      return text.split(separator: "\n").first { $0.hasPrefix("set ytics out") }?.split(separator: ",").count ?? 0
    }
    #expect(try count("1.0e+4") == 37)
    #expect(try count("1.0e+40") < 50)
    #expect(try count("1.0e+300") < 50)
  }
}
