public import Artifacts
internal import Configuration

/// A point of a figure, and where in the inputs its numbers stand.
public struct DrawnPoint: Sendable, Equatable {
  /// The panel, from 1.
  public let panel: Int
  /// The series of the panel, from 1 in the order of the pipeline file; those of 'each' count as one.
  public let series: Int
  /// The place along 'each', if the series has it.
  public let each: Int?
  /// The text of the series in the legend, as it is written.
  public let label: String
  /// How it is drawn.
  public let kind: DrawKind
  /// The point among those of the series, from 0; of a heat map the cell, row by row of y.
  public let index: Int
  /// How many points the series has.
  public let count: Int
  /// Its numbers.
  public let values: [Value]

  /// A number of a point.
  public struct Value: Sendable, Equatable {
    /// Its key in the figure's declaration: x, y, z.
    public let name: String
    /// The number.
    public let number: Double
    /// The unit, if the array has one.
    public let units: String?
    /// Where it stands; nil for a number of the declaration itself.
    public let element: Element?
  }

  /// An element of an array.
  public struct Element: Sendable, Equatable {
    /// The input of the figure.
    public let input: String
    /// The array: its name, behind the names of groups.
    public let path: String
    /// The index along each of its dimensions.
    public let indices: [Index]

    /// An index.
    public struct Index: Sendable, Equatable {
      /// The name of the dimension.
      public let dimension: String
      /// The place along it, from 0.
      public let place: Int
    }
  }
}

/// A figure with the numbers that are drawn in it, to look points up.
public struct DrawnPoints {
  private let content: FigureContent
  private let inputs: [String: Artifact]

  /// The points of a figure.
  public init(_ figure: Figure, inputs: [String: Artifact]) throws(FigureError) {
    content = try FigureContent(figure, inputs: inputs)
    self.inputs = inputs
  }

  /// The point of a panel that is nearest on the page to a place, given in the panel's coordinates; of a heat map the
  /// cell there, if nothing else is as near as the width of a sign.
  public func point(inPanel number: Int, at x: Double, _ y: Double) throws(FigureError) -> DrawnPoint {
    let panel = try panel(number)
    let frame = try Layout(content).frames[number - 1]
    func distance(_ pointX: Double, _ pointY: Double) -> Double {
      let across = (frame.x.fraction(pointX) - frame.x.fraction(x)) * frame.box.width
      let up = (frame.y.fraction(pointY) - frame.y.fraction(y)) * frame.box.height
      return (across * across + up * up).squareRoot()
    }
    guard distance(x, y).isFinite else { throw FigureError("panel \(number) has no place \(x), \(y)") }
    var nearest: (mark: Mark, index: Int, distance: Double)?
    var cell: (mark: Mark, index: Int)?
    for mark in panel.marks {
      if mark.kind == .heatmap {
        cell = mark.cell(at: x, y, frame).map { (mark, $0) } ?? cell
        continue
      }
      for index in mark.columns.first?.values.indices ?? 0..<0 {
        // A line across the panel is as near as its height.
        let place = (mark.number("x", index) ?? x, mark.number("y", index) ?? y)
        let found = distance(place.0, place.1)
        if found.isFinite, found < nearest?.distance ?? .infinity { nearest = (mark, index, found) }
      }
    }
    if let cell, nearest?.distance ?? .infinity > 4 { return try point(cell.mark, cell.index, number) }
    guard let nearest else { throw FigureError("nothing is drawn in panel \(number)") }
    return try point(nearest.mark, nearest.index, number)
  }

  /// A point of a series.
  ///
  /// - Parameters:
  ///   - name: the text in the legend, or `PANEL/SERIES` or `PANEL/SERIES/EACH` by numbers (panel and series from 1, the
  ///     place along 'each' from 0).
  ///   - index: the point, from 0.
  public func point(ofSeries name: String, _ index: Int) throws(FigureError) -> DrawnPoint {
    var found: [(panel: Int, mark: Mark)] = []
    var names: [String] = []
    for (number, panel) in content.panels.enumerated() {
      for mark in panel.marks {
        let path = "\(number + 1)/\(mark.series + 1)"
        let whole = path + (mark.each.map { "/\($0)" } ?? "")
        names.append(mark.label.isEmpty ? whole : "\(whole) '\(mark.label)'")
        if name == mark.label || name == whole || name == path { found.append((number + 1, mark)) }
      }
    }
    guard let (panel, mark) = found.first else {
      let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
      throw FigureError("the figure has no series '\(name)'; it has \(shown)")
    }
    guard found.count == 1 else {
      throw FigureError(
        "\(found.count) series are called '\(name)'; name one by PANEL/SERIES/EACH: "
          + found.prefix(20).map { "\($0.panel)/\($0.mark.series + 1)" + ($0.mark.each.map { "/\($0)" } ?? "") }
          .joined(separator: ", ")
      )
    }
    let count = mark.count
    guard (0..<count).contains(index) else {
      throw FigureError("the series '\(name)' has the points 0 to \(count - 1), and no point \(index)")
    }
    return try point(mark, index, panel)
  }

  private func panel(_ number: Int) throws(FigureError) -> PanelContent {
    guard content.panels.indices.contains(number - 1) else {
      throw FigureError("the figure has the panels 1 to \(content.panels.count), and no panel \(number)")
    }
    return content.panels[number - 1]
  }

  private func point(_ mark: Mark, _ index: Int, _ panel: Int) throws(FigureError) -> DrawnPoint {
    let series = content.panels[panel - 1].panel.series[mark.series]
    let selection = Selection(series: series, inputs: inputs, place: "panel \(panel), series \(mark.series + 1)")
    return DrawnPoint(
      panel: panel,
      series: mark.series + 1,
      each: mark.each,
      label: mark.label,
      kind: mark.kind,
      index: index,
      count: mark.count,
      values: try selection.values(of: mark, index)
    )
  }
}

extension Mark {
  /// How many points it has; of a heat map, cells.
  fileprivate var count: Int { kind == .heatmap ? self["z"].count : columns.first?.values.count ?? 0 }

  /// A number of a point; nil where the mark has none of that name.
  fileprivate func number(_ name: String, _ index: Int) -> Double? {
    let values = self[name]
    return values.indices.contains(index) ? values[index] : nil
  }

  /// The cell of a heat map around a place; nil if the place is in none.
  fileprivate func cell(at x: Double, _ y: Double, _ frame: Layout.Frame) -> Int? {
    func place(_ value: Double, _ centers: [Double], _ range: AxisRange) -> Int? {
      let edges = CellEdges(centers, range.scale)
      let position = range.position(value)
      guard let after = edges.positions.firstIndex(where: { $0 > position }), after > 0 else { return nil }
      return edges.cells[after - 1]
    }
    guard let column = place(x, self["x"], frame.x), let row = place(y, self["y"], frame.y) else { return nil }
    return row * self["x"].count + column
  }
}
