internal import Reporting

/// A field over two dimensions: the stronger a cell, the greater its value; of many the mean of those that fall together.
struct FieldPlot {
  let svg: String

  private static let mostColumns = 60
  private static let mostRows = 36
  private static let levels = 12

  init(_ values: [Double], _ rows: QuickPlot.Axis, _ columns: QuickPlot.Axis, titled title: String) {
    let frame = PlotFrame(x: PlotScale(columns.numbers), y: PlotScale(rows.numbers))
    let scale = PlotScale(values, mayBeLogarithmic: true)
    let size = (rows: min(rows.length, Self.mostRows), columns: min(columns.length, Self.mostColumns))
    var sums = [Double](repeating: 0, count: size.rows * size.columns)
    var counts = [Int](repeating: 0, count: sums.count)
    for row in 0..<rows.length {
      for column in 0..<columns.length {
        let value = values[row * columns.length + column]
        guard value.isFinite, !scale.isLogarithmic || value > 0 else { continue }
        let cell = row * size.rows / rows.length * size.columns + column * size.columns / columns.length
        sums[cell] += value
        counts[cell] += 1
      }
    }
    let levels = zip(sums, counts).map { sum, count in
      count == 0 ? -1 : Int((scale.share(sum / Double(count)) * Double(Self.levels)).rounded())
    }
    let (width, height) = (PlotFrame.right - PlotFrame.left, PlotFrame.bottom - PlotFrame.top)
    let (cellWidth, cellHeight) = (width / Double(size.columns), height / Double(size.rows))
    var paths = [String](repeating: "", count: Self.levels + 1)
    for row in 0..<size.rows {
      let y = PlotFrame.bottom - (Double(row) + 0.5) * cellHeight
      var column = 0
      while column < size.columns {
        let level = levels[row * size.columns + column]
        let start = column
        while column < size.columns, levels[row * size.columns + column] == level { column += 1 }
        guard level > 0 else { continue }
        let x = PlotFrame.left + Double(start) * cellWidth
        paths[level] +=
          "M\(PlotFrame.text(x)) \(PlotFrame.text(y))h\(PlotFrame.text(Double(column - start) * cellWidth))"
      }
    }
    var content = ["<g class=\"cells\" stroke-width=\"\(PlotFrame.text(cellHeight + 0.1))\">"]
    for (level, path) in paths.enumerated() where !path.isEmpty {
      content.append("<path stroke-opacity=\"\(Double(level * 100 / Self.levels) / 100)\" d=\"\(path)\"/>")
    }
    content.append("</g>")
    let finite = values.filter(\.isFinite)
    let range = "\(ShortNumber.text(finite.min() ?? 0)) to \(ShortNumber.text(finite.max() ?? 0))"
    svg = frame.svg(
      titled: title,
      across: columns.label,
      up: rows.label,
      note: "faint to strong: \(range)" + (scale.isLogarithmic ? ", log" : ""),
      described: """
        \(title) over \(rows.label) and \(columns.label): a field of \(rows.length) by \(columns.length) cells, values from \
        \(range).
        """,
      content.joined(separator: "\n")
    )
  }
}
