import Artifacts
import Figures
import Foundation
import Testing

/// Where legends and long texts go.
struct LegendTests {
  /// A panel's frame and the texts of a script, in fractions of the page.
  private struct Page {
    var frames: [(left: Double, right: Double, bottom: Double, top: Double)] = []
    var labels: [(text: String, x: Double, y: Double, size: Double)] = []

    init(_ script: Script) {
      for line in script.text.split(separator: "\n") {
        let numbers = line.split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
        if line.hasPrefix("set lmargin"), numbers.count == 2 {
          frames.append((numbers[0], numbers[1], 0, 0))
        } else if line.hasPrefix("set bmargin"), numbers.count == 2 {
          (frames[frames.count - 1].bottom, frames[frames.count - 1].top) = (numbers[0], numbers[1])
        } else if line.hasPrefix("set label '"), let end = line.range(of: "' at screen ") {
          let text = line[line.index(line.startIndex, offsetBy: 11)..<end.lowerBound]
          let rest = line[end.upperBound...].split { !"0123456789.".contains($0) }.compactMap { Double($0) }
          guard rest.count > 2 else { continue }
          labels.append((String(text), rest[0], rest[1], rest[2]))
        }
      }
    }
  }

  private func page(_ yaml: String, _ inputs: [String: Artifact]) throws -> Page {
    Page(try Script(FigureContent(figure(yaml), inputs: inputs), stem: "f"))
  }

  /// Many runs, with or without the values of their dimension.
  private func runs(_ count: Int, hasCoordinate: Bool = true) throws -> [String: Artifact] {
    var result = Artifact()
    let rates = (0..<count).map { 0.001 * pow(1.2, Double($0)) }
    let steps = (0..<50).map(Double.init)
    if hasCoordinate {
      try result.add(Variable(.float64(rates), over: [("learning_rate", count)]), as: "learning_rate")
    }
    try result.add(Variable(.float64(rates), over: [("learning_rate", count)]), as: "rate")
    try result.add(Variable(.float64(steps), over: [("step", 50)]), as: "step")
    let loss = rates.flatMap { rate in steps.map { exp(-rate * $0) } }
    try result.add(Variable(.float64(loss), over: [("learning_rate", count), ("step", 50)]), as: "loss")
    return ["runs": result]
  }

  private let lines = "draw: lines, x: runs/step, y: runs/loss, each: learning_rate"

  @Test func `a legend with room stands inside and covers nothing`() throws {
    let series = "{ draw: points, x: 1, y: 1, label: A }, { draw: points, x: 0, y: 0 }"
    let page = try page("panels: [ { series: [ \(series) ] } ]", [:])
    let label = try #require(page.labels.first { $0.text == "A" })
    #expect(label.y > page.frames[0].bottom)
    #expect(label.x < 0.5)
  }

  @Test func `an automatic legend that would cover data goes below`() throws {
    let yaml = """
      panels:
        - series:
            - { draw: points, x: map/b, y: map/a, label: everywhere }
      """
    var map = Artifact()
    let places = (0..<400).map { Double($0 % 20) }
    let others = (0..<400).map { Double($0 / 20) }
    try map.add(Variable(.float64(places), over: [("a", 400)]), as: "a")
    try map.add(Variable(.float64(others), over: [("a", 400)]), as: "b")
    let page = try page(yaml, ["map": map])
    let label = try #require(page.labels.first { $0.text == "everywhere" })
    #expect(label.y < page.frames[0].bottom)
    #expect(label.y > 0)
  }

  @Test func `a legend higher than its panel goes below in as many columns as fit`() throws {
    let yaml =
      "{ width: 12, height: 6, panels: [ { series: [ { \(lines), label: '{rate:2}', palette: categorical } ] } ] }"
    let page = try page(yaml, runs(20))
    let entries = page.labels.filter { $0.text.hasPrefix("0.") }
    #expect(entries.count == 20)
    #expect(entries.allSatisfy { $0.y > 0 && $0.y < page.frames[0].bottom && $0.x < page.frames[0].right })
    #expect(Set(entries.map(\.y)).count < 5)
  }

  @Test(arguments: ["", "step"])
  func `a legend below ends above the next panel`(label: String) throws {
    let yaml = """
      width: 12
      height: 14
      columns: 1
      panels:
        - x: '\(label)'
          legend: below
          series: [ { \(lines), label: '{rate:2}', palette: categorical } ]
        - title: next
          series: [ { draw: horizontal, y: 1 } ]
      """
    let page = try page(yaml, runs(12))
    let entries = page.labels.filter { $0.text.hasPrefix("0.") }
    let title = try #require(page.labels.first { $0.text == "next" })
    #expect(entries.count == 12)
    #expect(entries.allSatisfy { $0.y > title.y && $0.y < page.frames[0].bottom })
  }

  @Test(arguments: ["below", "top-right", "automatic", "right-outside"])
  func `columns that are wider than the panel are fewer`(position: String) throws {
    let yaml = """
      width: 12
      panels:
        - legend: { position: \(position), columns: 20 }
          series: [ { \(lines), label: 'a rather long label {rate:2}' } ]
      """
    let page = try page(yaml, runs(8))
    let entries = page.labels.filter { $0.text.hasPrefix("a rather") }
    #expect(entries.count == 8)
    #expect(entries.allSatisfy { $0.x < 0.8 && $0.x > 0 && $0.y > 0 && $0.y < 1 })
  }

  @Test func `a bar of colours takes the place of a legend that is too large`() throws {
    let yaml = "{ width: 12, height: 6, panels: [ { series: [ { \(lines), label: 'η = {rate:2}' } ] } ] }"
    let text = try Script(FigureContent(figure(yaml), inputs: runs(100)), stem: "f").text
    #expect(!text.contains("η = "))
    #expect(text.contains("set label 'learning rate'"))
    #expect(text.contains("set logscale cb"))
    let counted = try Script(FigureContent(figure(yaml), inputs: runs(100, hasCoordinate: false)), stem: "f").text
    #expect(counted.contains("set cbrange [0:99]"))
  }

  @Test func `a legend that is too large is an error that says what to do`() throws {
    let yaml =
      "{ width: 12, height: 6, panels: [ { series: [ { \(lines), label: 'η = {rate:2}', palette: categorical } ] } ] }"
    let error = #expect(throws: FigureError.self) { try page(yaml, runs(200)) }
    #expect(
      error?.description == """
        panel 1: the legend takes more than a third of the height, or its entries are wider than their place: shorten \
        its labels, draw fewer series with one, or make the figure larger; 'legend: none' leaves it out, and 'color:' \
        shows the values of 'each' by a bar of colours
        """
    )
    let common = """
      { width: 12, height: 6, legend: below, panels: [ { series: [ { \(lines), label: '{rate:2}', palette: categorical } ] } ] }
      """
    #expect(throws: FigureError.self) { try page(common, runs(400)) }
  }

  @Test func `a legend at a declared place has a white ground on a picture only`() throws {
    let legend = "legend: top-right"
    let curves = try Script(
      FigureContent(figure("panels: [ { \(legend), series: [ { \(lines), label: '{rate}' } ] } ]"), inputs: runs(3)),
      stem: "f"
    )
    #expect(!curves.text.contains("set object rectangle"))
    let yaml = """
      panels:
        - legend: top-right
          series:
            - { draw: heatmap, x: bifurcation/ratio, y: bifurcation/value, z: bifurcation/density }
            - { draw: horizontal, y: 0.5, label: half }
      """
    let map = try Script(FigureContent(figure(yaml), inputs: ["bifurcation": Toys.bifurcation(size: 9)]), stem: "f")
    #expect(map.text.contains("set object rectangle"))
  }

  @Test func `A legend shows points whose color value is missing in grey, as they are drawn`() throws {
    var data = Artifact()
    for name in ["x", "y"] { try data.add(Variable(.float64([1, 2, 3]), over: [("step", 3)]), as: name) }
    try data.add(Variable(.float64([.nan, .nan, .nan]), over: [("step", 3)]), as: "z")
    let yaml = """
      panels:
        - color: { from: 0, to: 1 }
          legend: below
          series:
            - { draw: points, x: d/x, y: d/y, z: d/z, marker: cross, label: diverged }
      """
    let script = try Script(FigureContent(figure(yaml), inputs: ["d": data]), stem: "f")
    let samples = script.text.split(separator: "\n").filter { $0.contains("set label ''") }
    #expect(!samples.isEmpty)
    #expect(samples.allSatisfy { $0.contains("#999999") })
  }

  @Test func `long titles and labels shrink, down to seven tenths`() throws {
    func size(_ length: Int) throws -> Double {
      let text = String(repeating: "m", count: length)
      let page = try page(
        "{ width: 8, height: 6, panels: [ { title: \(text), series: [ { draw: horizontal, y: 1 } ] } ] }",
        [:]
      )
      return try #require(page.labels.first { $0.text == text }).size
    }
    #expect(try size(10) == 8)
    #expect(try (5.7..<8).contains(size(30)))
    #expect(try (5.59...5.61).contains(size(300)))
  }

  @Test func `signs that are no markup of ours are drawn as they are`() async throws {
    let folder = try TemporaryFolder()
    let yaml = #"panels: [ { title: 'a@home C:\dir ~x & \_ \{ \\', series: [ { draw: horizontal, y: 1 } ] } ]"#
    #expect(try problems(yaml) == "")
    _ = try await folder.draw(yaml, [:])
    let script = String(decoding: try folder.bytes("figure.gp"), as: UTF8.self)
    #expect(script.contains(#"'a\@home C:\\dir \~x \& \_ \{ \\'"#))
    let svg = String(decoding: try folder.bytes("figure.svg"), as: UTF8.self)
    #expect(svg.contains(#"a@home C:\dir ~x &amp; _ { \"#))
  }
}
