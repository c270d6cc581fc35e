import Artifacts
import Figures
import Testing

/// From a point of a figure to the elements of the arrays that it shows: the number there is the one that is drawn.
struct DrawnPointTests {
  /// The value of an array where a point says that its number stands.
  private func value(_ value: DrawnPoint.Value, in inputs: [String: Artifact]) throws -> Double? {
    guard let element = value.element else { return nil }
    let array = try #require(inputs[element.input]?[element.path])
    #expect(element.indices.map(\.dimension) == array.dimensions)
    let slice = try array.slice(at: Dictionary(uniqueKeysWithValues: element.indices.map { ($0.dimension, $0.place) }))
    #expect(slice.shape == [])
    return slice.values.doubles?.first
  }

  private func check(_ point: DrawnPoint, _ inputs: [String: Artifact]) throws {
    for number in point.values where number.element != nil {
      let found = try #require(try value(number, in: inputs))
      #expect(found == number.number || found.isNaN && number.number.isNaN, "\(point)")
    }
  }

  @Test func `Every point of every series of a figure stands where it says`() throws {
    let inputs = try DrawingTests.inputs(size: 12)
    let figure = try figure(DrawingTests.everything)
    let points = try DrawnPoints(figure, inputs: inputs)
    var count = 0
    for (panelIndex, panel) in figure.panels.enumerated() {
      for (seriesIndex, series) in panel.series.enumerated() {
        for each in series.each == nil ? [nil] : (0..<5).map(Optional.init) {
          let name = "\(panelIndex + 1)/\(seriesIndex + 1)" + (each.map { "/\($0)" } ?? "")
          let first = try points.point(ofSeries: name, 0)
          #expect(first.panel == panelIndex + 1)
          #expect(first.series == seriesIndex + 1)
          #expect(first.each == each)
          for index in stride(from: 0, to: first.count, by: 7) {
            try check(points.point(ofSeries: name, index), inputs)
            count += 1
          }
        }
      }
    }
    #expect(count > 300)
  }

  @Test func `Thinning, filters and fixed dimensions are undone`() throws {
    let inputs = ["runs": try Toys.runs(steps: 50), "portrait": try Toys.portrait()]
    let yaml = """
      panels:
        - series:
            - { draw: points, x: runs/step, y: runs/loss, at: { learning_rate: -2 }, every: 3, last: 5, label: thin }
            - draw: points
              x: portrait/fixed_point_residual
              y: portrait/fixed_point_trace
              where: { fixed_point_stability: unstable }
              label: unstable
      """
    let points = try DrawnPoints(figure(yaml), inputs: inputs)
    let thin = try points.point(ofSeries: "thin", 1)
    #expect(thin.count == 5)
    #expect(thin.values.map { $0.element?.path } == ["step", "loss"])
    #expect(thin.values.map { $0.element?.indices.map(\.place) } == [[39], [3, 39]])
    #expect(thin.values.last?.element?.indices.map(\.dimension) == ["learning_rate", "step"])
    try check(thin, inputs)
    let unstable = try points.point(ofSeries: "unstable", 1)
    #expect(unstable.values.map(\.number) == [1.2, 5])
    #expect(unstable.values.first?.element?.indices.map(\.place) == [3])
  }

  @Test func `A place of a panel leads to the nearest point on the page, and to the cell of a heat map`() throws {
    let inputs = try DrawingTests.inputs(size: 12)
    let points = try DrawnPoints(figure(DrawingTests.everything), inputs: inputs)
    let target = try points.point(ofSeries: "2/1/3", 11)
    let near = try points.point(inPanel: 2, at: target.values[0].number + 0.01, target.values[1].number)
    #expect(near.each == 3)
    #expect(near.index == 11)
    let x = try #require(inputs["bifurcation"]?["ratio"]?.values.doubles)
    let y = try #require(inputs["bifurcation"]?["value"]?.values.doubles)
    let cell = try points.point(inPanel: 3, at: x[4], y[7])
    #expect(cell.kind == .heatmap)
    #expect(cell.values[0].number == x[4])
    #expect(cell.values[1].number == y[7])
    try check(cell, inputs)
  }

  @Test func `A missing point is reported with those that exist`() throws {
    let points = try DrawnPoints(figure(DrawingTests.everything), inputs: DrawingTests.inputs(size: 12))
    func reason(_ body: () throws -> DrawnPoint) -> String {
      #expect(throws: FigureError.self) { try body() }?.description ?? ""
    }
    #expect(reason { try points.point(inPanel: 4, at: 0, 0) } == "the figure has the panels 1 to 3, and no panel 4")
    #expect(reason { try points.point(inPanel: 0, at: 0, 0) }.contains("no panel 0"))
    #expect(reason { try points.point(inPanel: 3, at: -1, 0) }.contains("no place"))
    #expect(reason { try points.point(inPanel: 1, at: .nan, 0) }.contains("no place"))
    #expect(reason { try points.point(ofSeries: "nothing", 0) }.contains("it has 1/1 'inaccessible'"))
    #expect(reason { try points.point(ofSeries: "2/1", 0) }.hasPrefix("5 series are called '2/1'"))
    #expect(reason { try points.point(ofSeries: "1/1", -1) }.contains("no point -1"))
    #expect(reason { try points.point(ofSeries: "1/1", .max) }.contains("and no point"))
  }
}
