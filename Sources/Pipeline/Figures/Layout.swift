/// Where everything stands on the page, in points from the lower left corner.
struct Layout: Sendable {
  /// A rectangle.
  struct Box: Sendable {
    var left: Double
    var right: Double
    var bottom: Double
    var top: Double

    var width: Double { right - left }
    var height: Double { top - bottom }
  }

  /// A panel's place and its axes.
  struct Frame: Sendable {
    var box = Box(left: 0, right: 0, bottom: 0, top: 0)
    var x: AxisRange
    var y: AxisRange
    var color: AxisRange?
    /// The steps between tics, where they are declared.
    var xStep: Double?
    var yStep: Double?
    var xTics: Tics
    var yTics: Tics
    var colorTics: Tics?
    /// Whether there are values below and above the bar of colours.
    var beyond = (below: false, above: false)
    /// The labels of the axes; nil where another panel shows them, and the tics' labels too.
    var xLabel: FigureText?
    var yLabel: FigureText?
    /// The legend, how it stands to the panel, and its corner.
    var legend: LegendBlock?
    var legendPosition: LegendPosition
    var legendCorner = LegendPlacement.Corner(left: 0, top: 0)
    /// The panel with its margins.
    var room = Box(left: 0, right: 0, bottom: 0, top: 0)
    var xLabelY = 0.0
    var yLabelX = 0.0
    var barLeft = 0.0
    var colorLabelX = 0.0
  }

  let width: Double
  let height: Double
  let font: Double
  var frames: [Frame]
  /// The legend of the whole figure.
  let legend: LegendBlock?
  /// The panels, counted from 0, whose legends take too much room to be drawn.
  var crowdedPanels: [Int] = []

  /// The size of the tics' labels and of legends.
  var smallFont: Double { 0.9 * font }
  /// From the frame to the tics' labels.
  static let ticGap = 5.0
  /// The width of a colour bar, and its distance from the panel.
  static let barWidth = 6.0
  static let barGap = 5.0
  /// The height of the tip that says that there are values beyond the bar.
  static let barTip = 6.0
  /// From what belongs to a panel with a colour bar to the next panel.
  static let barRoom = 10.0

  /// Lays out a figure.
  ///
  /// - Throws: when nothing would be left for the panels.
  init(_ content: FigureContent) throws(FigureError) {
    let figure = content.figure
    width = figure.width / 2.54 * 72
    height = figure.height / 2.54 * 72
    font = figure.fontSize
    let hasCommonLegend = figure.legend != nil
    let room = LegendBlock.Size(width: width * 0.96, height: height * Self.legendShare)
    legend = figure.legend.flatMap { [smallFont = 0.9 * figure.fontSize] in
      LegendBlock($0, content.panels.flatMap(\.explained), fontSize: smallFont, room: room, isFlat: true)
    }
    if let legend, legend.size.width > width || legend.size.height > room.height {
      throw FigureError("the legend of the figure \(Self.remedy)")
    }
    let grid = Grid(columns: figure.columnCount, count: content.panels.count)
    frames = content.panels.indices.map { index in
      let column = figure.sharedX ? grid.column(of: index) : [index]
      let row = figure.sharedY ? grid.row(of: index) : [index]
      let panel = content.panels[index]
      let x = RangeFinder(panels: column.map { content.panels[$0] }, isHorizontal: true).range()
      let y = RangeFinder(panels: row.map { content.panels[$0] }, isHorizontal: false).range()
      var frame = Frame(
        x: x,
        y: y,
        color: panel.colorRange,
        xStep: column.lazy.compactMap { content.panels[$0].panel.x.tics }.first,
        yStep: row.lazy.compactMap { content.panels[$0].panel.y.tics }.first,
        xTics: Tics(x, length: 100, spacing: 40),
        yTics: Tics(y, length: 100, spacing: 24),
        legendPosition: panel.panel.legend?.position ?? (hasCommonLegend ? .none : .automatic)
      )
      if column.last == index {
        frame.xLabel = column.reversed().lazy.map { content.panels[$0].panel.x.label }.first { !$0.isEmpty } ?? .empty
      }
      if row.first == index {
        frame.yLabel = row.lazy.map { content.panels[$0].panel.y.label }.first { !$0.isEmpty } ?? .empty
      }
      return frame
    }
    for index in frames.indices { frames[index].beyond = beyond(content, index) }
    // The room for labels depends on the tics, which depend on the room for the panels. A legend for which there is no
    // room inside goes below, and stays there.
    try place(content, grid)
    try place(content, grid)
    repeat { try place(content, grid) } while moveLegends(content)
  }

  /// Whether a panel, or another without a bar of its own that has the same colours, has values beyond the range.
  private func beyond(_ content: FigureContent, _ index: Int) -> (below: Bool, above: Bool) {
    guard let axis = content.panels[index].panel.color, let range = frames[index].color else { return (false, false) }
    let sharing = content.panels.indices.filter { other in
      guard other != index else { return true }
      guard let color = content.panels[other].panel.color, !color.hasBar else { return false }
      return frames[other].color == range && color.palette == axis.palette
    }
    let all = sharing.map { content.panels[$0].beyond(range) }
    return (all.contains(where: \.below), all.contains(where: \.above))
  }

  private mutating func place(_ content: FigureContent, _ grid: Grid) throws(FigureError) {
    let figure = content.figure
    var left = [Double](repeating: 0, count: grid.columns)
    var right = left
    var top = [Double](repeating: 0, count: grid.rows)
    var bottom = top
    for index in frames.indices {
      let (row, column) = (index / grid.columns, index % grid.columns)
      let panel = content.panels[index]
      frames[index].legend = legendBlock(of: panel, frames[index])
      let margins = margins(of: frames[index], panel)
      left[column] = max(left[column], margins.left)
      right[column] = max(right[column], margins.right)
      bottom[row] = max(bottom[row], margins.bottom)
      top[row] = max(top[row], margins.top)
    }
    let edge = 2.0
    let below = legend.map { $0.size.height + 2 } ?? 0
    let roomX = width - 2 * edge - left.reduce(0, +) - right.reduce(0, +)
    let roomY = height - 2 * edge - below - top.reduce(0, +) - bottom.reduce(0, +)
    guard roomX > 20 * Double(grid.columns), roomY > 15 * Double(grid.rows) else {
      throw FigureError("the figure is too small for its labels: \(figure.width) cm x \(figure.height) cm")
    }
    let columnShares = Self.shares(figure.columnWidths, grid.columns)
    let rowShares = Self.shares(figure.rowHeights, grid.rows)
    for index in frames.indices {
      let (row, column) = (index / grid.columns, index % grid.columns)
      let x = edge + left[0...column].reduce(0, +) + right[..<column].reduce(0, +)
      let y = height - edge - top[0...row].reduce(0, +) - bottom[..<row].reduce(0, +)
      let box = Box(
        left: x + roomX * columnShares[..<column].reduce(0, +),
        right: x + roomX * columnShares[0...column].reduce(0, +),
        bottom: y - roomY * rowShares[0...row].reduce(0, +),
        top: y - roomY * rowShares[..<row].reduce(0, +)
      )
      frames[index].box = box
      frames[index].room = Box(
        left: box.left - left[column],
        right: box.right + right[column],
        bottom: box.bottom - bottom[row],
        top: box.top + top[row]
      )
      fitTics(of: index)
      frames[index].yLabelX = box.left - left[column] + 0.6 * font
      frames[index].xLabelY = box.bottom - Self.ticGap - 1.1 * smallFont - 0.65 * font
      frames[index].barLeft = box.right + Self.barGap
      let barLabels = (frames[index].colorTics?.labelWidth ?? 0) * smallFont
      frames[index].colorLabelX = frames[index].barLeft + Self.barWidth + Self.ticGap + barLabels + 1.0 * font
    }
  }

  private static func shares(_ given: [Double], _ count: Int) -> [Double] {
    let weights = given.count == count ? given : [Double](repeating: 1, count: count)
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  private mutating func fitTics(of index: Int) {
    let frame = frames[index]
    frames[index].xTics = .fitting(frame.x, length: frame.box.width, room: 9, font: smallFont, step: frame.xStep)
    frames[index].yTics = Tics(frame.y, length: frame.box.height, spacing: 2.6 * smallFont, step: frame.yStep)
    frames[index].colorTics = frame.color.map { Tics($0, length: frame.box.height, spacing: 2.6 * smallFont) }
  }

  /// The room for the tics of the x axis, their labels and its own.
  func roomBelow(_ frame: Frame) -> Double {
    guard let label = frame.xText else { return 4 }
    return Self.ticGap + 1.15 * smallFont + (label.isEmpty ? 0 : 1.3 * font)
  }

  /// The room that a panel needs around it.
  private func margins(of frame: Frame, _ content: PanelContent) -> Box {
    let panel = content.panel
    var margins = Box(left: 3, right: 3, bottom: 4, top: 0.5 * smallFont)
    // Half of the first and of the last label stand outside.
    if frame.xLabel != nil {
      let labels = frame.xTics.labelled.map { $0.label.width * smallFont / 2 }
      margins.left = max(margins.left, (labels.first ?? 0) + 3)
      margins.right = max(margins.right, (labels.last ?? 0) + 3)
    }
    if let label = frame.yText {
      margins.left = frame.yTics.labelWidth * smallFont + Self.ticGap + 3 + (label.isEmpty ? 0 : 1.35 * font)
    }
    margins.bottom = roomBelow(frame)
    if !panel.title.isEmpty { margins.top = 1.65 * font }
    if let color = panel.color, color.hasBar, let tics = frame.colorTics {
      margins.right = Self.barGap + Self.barWidth + Self.ticGap + tics.labelWidth * smallFont + Self.barRoom
      if !frame.colorText(color).isEmpty { margins.right += 1.55 * font }
    }
    if panel.color?.hasBar == true {
      if frame.beyond.above { margins.top = max(margins.top, Self.barTip + 3) }
      if frame.beyond.below { margins.bottom = max(margins.bottom, Self.barTip + 3) }
    }
    if let legend = frame.legend {
      switch frame.legendPosition {
      case .rightOutside: margins.right += legend.size.width + 4
      // One that is higher will not be drawn.
      case .below: margins.bottom += min(legend.size.height, height * Self.legendShare) + 2
      default: break
      }
    }
    return margins
  }
}

extension Layout.Frame {
  /// The texts beside the axes, with what their tics' labels leave out; nil where another panel shows them.
  var xText: FigureText? { xLabel.map { xTics.offset?.stated(in: $0) ?? $0 } }
  var yText: FigureText? { yLabel.map { yTics.offset?.stated(in: $0) ?? $0 } }

  /// The text beside the bar of colours.
  func colorText(_ axis: ColorAxis) -> FigureText { colorTics?.offset?.stated(in: axis.label) ?? axis.label }
}

/// Which panels stand in a row or a column.
struct Grid: Sendable {
  let columns: Int
  let count: Int

  var rows: Int { (count + columns - 1) / columns }

  func row(of index: Int) -> [Int] {
    let first = index / columns * columns
    return Array(first..<min(first + columns, count))
  }

  func column(of index: Int) -> [Int] {
    Array(stride(from: index % columns, to: count, by: columns))
  }
}

extension PanelContent {
  /// The range of the axis of colours; nil where nothing has a value on it.
  fileprivate var colorRange: AxisRange? {
    if !categories.isEmpty { return AxisRange(from: -0.5, to: Double(categories.count) - 0.5, scale: .linear) }
    let scale = panel.color?.scale ?? .linear
    var extent = Extent()
    for mark in marks {
      for value in mark["z"] where scale == .linear || AxisRange.clamped(value) > 0 { extent.add(value) }
      if let value = mark.colorValue, scale == .linear || AxisRange.clamped(value) > 0 { extent.add(value) }
    }
    guard !extent.isEmpty else { return nil }
    var range = AxisRange(
      from: (panel.color?.from).map { AxisRange.clamped($0, scale) } ?? extent.least,
      to: (panel.color?.to).map { AxisRange.clamped($0, scale) } ?? extent.greatest,
      scale: scale
    )
    range.open()
    return range
  }
}
