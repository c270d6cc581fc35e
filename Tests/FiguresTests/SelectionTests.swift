import Artifacts
import Figures
import Testing

/// Which numbers of the inputs are drawn.
struct SelectionTests {
  private func series(_ text: String) -> String { "panels: [ { series: [ { \(text) } ] } ]" }

  @Test func `where keeps the elements with the meaning of a label`() throws {
    let inputs = ["portrait": try Toys.portrait()]
    let data = "draw: points, x: portrait/fixed_point_residual, y: portrait/fixed_point_trace"
    let stable = try drawn(series("\(data), where: { fixed_point_stability: stable }"), inputs)
    #expect(stable.numbers("x") == [0, -2])
    #expect(stable.numbers("y") == [1, 0.02])
    let numbered = try drawn(series("\(data), where: { fixed_point_stability: 1 }"), inputs)
    #expect(numbered.numbers("x") == [0, 1.2])
  }

  @Test func `at fixes a dimension from either end`() throws {
    let runs = try Toys.runs(steps: 4)
    let loss = try #require(runs.numbers("loss"))
    let data = "draw: lines, x: runs/step, y: runs/loss"
    #expect(try drawn(series("\(data), at: { learning_rate: 1 }"), ["runs": runs]).numbers("y") == Array(loss[4..<8]))
    #expect(
      try drawn(series("\(data), at: { learning_rate: -1 }"), ["runs": runs]).numbers("y") == Array(loss.suffix(4))
    )
    let inner = try drawn(series("draw: lines, x: runs/learning_rate, y: runs/loss, at: { step: 2 }"), ["runs": runs])
    #expect(inner.numbers("y") == [2, 6, 10, 14, 18].map { loss[$0] })
  }

  @Test func `a selection in brackets takes elements by value`() throws {
    let runs = try Toys.runs(steps: 4)
    let loss = try #require(runs.numbers("loss"))
    let rates = try #require(runs.numbers("learning_rate"))
    let data = "draw: lines, x: runs/step, y: 'runs/loss[learning_rate=\(rates[2])]'"
    #expect(try drawn(series(data), ["runs": runs]).numbers("y") == Array(loss[8..<12]))
    let part = "draw: points, x: 'runs/step[step@1..2]', y: 'runs/loss[\(rates[2]), @1..2]'"
    #expect(try drawn(series(part), ["runs": runs]).numbers("y") == Array(loss[9..<11]))
    let wrong = "draw: lines, x: runs/step, y: 'runs/loss[learning_rat=1]'"
    #expect(try problems(series(wrong), inputs: ["runs": runs]).contains("'loss' has no dimension 'learning_rat'"))
    let wide = "draw: lines, x: runs/step, y: 'runs/loss[@0, @0]', at: { learning_rate: 0 }"
    #expect(try problems(series(wide), inputs: ["runs": runs]).contains("none of the arrays has the dimension"))
  }

  @Test func `an index beyond the end is named`() throws {
    let yaml = series("draw: lines, x: runs/step, y: runs/loss, at: { learning_rate: 5 }")
    let error = #expect(throws: FigureError.self) { try drawn(yaml, ["runs": Toys.runs(steps: 4)]) }
    #expect(
      error?.description
        == "panel 1, series 1: there is no index 5 along 'learning_rate', which has length 5"
    )
  }

  @Test func `each gives one series for every index with its values in the label`() throws {
    let runs = try Toys.runs(steps: 4)
    let yaml = series(
      "draw: lines, x: runs/step, y: runs/loss, each: learning_rate, label: 'η = {learning_rate:2}, 2/η = {edge}'"
    )
    let last = try drawn(yaml, ["runs": runs], series: 5)
    #expect(last.attributes["label"]?.text == "η = 0.8, 2/η = 2.5")
    #expect(last.numbers("y") == runs.numbers("loss").map { Array($0.suffix(4)) })
    let third = try drawn(yaml, ["runs": runs], series: 3)
    #expect(third.attributes["label"]?.text == "η = 0.2, 2/η = 10")
  }

  @Test func `series over one dimension share its colours`() throws {
    let yaml = """
      panels:
        - legend: none
          series:
            - { draw: lines, x: runs/step, y: runs/loss, each: learning_rate }
            - { draw: horizontal, y: runs/edge, each: learning_rate }
      """
    let content = try FigureContent(figure(yaml), inputs: ["runs": Toys.runs(steps: 4)])
    let lines = try Script(content, stem: "f").text.split(separator: "\n").filter { $0.contains("with lines") }
    let colors = lines.map { line in String(line.split(separator: "'").first { $0.hasPrefix("#") } ?? "") }
    #expect(colors.count == 10)
    #expect(Array(colors.prefix(5)) == Array(colors.suffix(5)))
    #expect(Set(colors).count == 5)
  }

  @Test func `every first and last thin a line`() throws {
    let inputs = ["runs": try Toys.runs(steps: 10)]
    let data = "draw: lines, x: runs/step, y: runs/loss, at: { learning_rate: 0 }"
    #expect(try drawn(series("\(data), every: 4"), inputs).numbers("x") == [0, 4, 8])
    #expect(try drawn(series("\(data), first: 2"), inputs).numbers("x") == [0, 1])
    #expect(try drawn(series("\(data), last: 3"), inputs).numbers("x") == [7, 8, 9])
    #expect(try drawn(series("\(data), every: 4, last: 2"), inputs).numbers("x") == [4, 8])
  }

  @Test func `arrows on a grid are thinned in both directions`() throws {
    let yaml = series(
      "draw: vectors, x: portrait/residual, y: portrait/trace, u: portrait/field_residual, v: portrait/field_trace, every: 12"
    )
    let arrows = try drawn(yaml, ["portrait": Toys.portrait()])
    #expect(arrows.numbers("x") == [-3, 0, 3, -3, 0, 3])
    #expect(arrows.numbers("y")?.map { ($0 * 10).rounded() } == [0, 0, 0, 48, 48, 48])
  }

  @Test func `points over more dimensions repeat the coordinates they lack`() throws {
    let yaml = series("draw: points, x: runs/learning_rate, y: runs/loss")
    let points = try drawn(yaml, ["runs": Toys.runs(steps: 2)])
    #expect(points.numbers("x") == [0.05, 0.05, 0.1, 0.1, 0.2, 0.2, 0.4, 0.4, 0.8, 0.8])
  }

  @Test func `a heat map may lie either way`() throws {
    let inputs = ["bifurcation": try Toys.bifurcation(size: 3)]
    let upright = try drawn(
      series("draw: heatmap, x: bifurcation/ratio, y: bifurcation/value, z: bifurcation/density"),
      inputs
    )
    let turned = try drawn(
      series("draw: heatmap, x: bifurcation/value, y: bifurcation/ratio, z: bifurcation/density"),
      inputs
    )
    let z = try #require(upright.numbers("z"))
    #expect(turned.numbers("z") == [0, 3, 6, 1, 4, 7, 2, 5, 8].map { z[$0] })
    #expect(upright["z"]?.dimensions == ["y", "x"])
  }

  @Test func `Labels are shown by colors that the legend lists`() throws {
    var map = Artifact()
    try map.add(Variable(.float64([0, 1]), over: [("a", 2)]), as: "a")
    try map.add(Variable(.float64([0, 1]), over: [("b", 2)]), as: "b")
    var outcome = try Variable(.int8([3, 5, 5, 3]), over: [("b", 2), ("a", 2)])
    outcome.attributes["flag_values"] = .list(.int8([3, 5]))
    outcome.attributes["flag_meanings"] = .string("converges edge_of_stability")
    try map.add(outcome, as: "outcome")
    let yaml = """
      panels:
        - color: { palette: categorical, colors: [sky, red] }
          series: [ { draw: heatmap, x: map/a, y: map/b, z: map/outcome } ]
      """
    let text = try Script(FigureContent(figure(yaml), inputs: ["map": map]), stem: "f").text
    #expect(text.contains("set palette maxcolors 2 defined (0 '#56b4e9', 1 '#d55e00')"))
    #expect(text.contains("set label 'converges'") && text.contains("set label 'edge of stability'"))
  }

  @Test func `units and sources are kept`() throws {
    let yaml = series("draw: points, x: portrait/fixed_point_residual, y: 3")
    let points = try drawn(yaml, ["portrait": Toys.portrait()])
    #expect(points["x"]?.attributes["source"]?.text == "portrait/fixed_point_residual")
    #expect(points.numbers("y") == [3, 3, 3, 3])
  }
}
