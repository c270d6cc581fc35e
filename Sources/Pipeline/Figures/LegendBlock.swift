/// A legend with its entries, measured and ready to be placed.
struct LegendBlock: Sendable {
  /// A text with the marks that it explains.
  struct Entry: Sendable {
    let label: FigureText
    var marks: [Mark]
  }

  let title: FigureText
  let entries: [Entry]
  let columns: Int
  let size: Size
  /// Whether the title stands before the entries rather than above them.
  let isFlat: Bool
  /// The size of the letters: smaller than the figure's where a text would not fit.
  var fontSize: Double { measure.fontSize }
  private let measure: LegendMeasure
  private let columnWidths: [Double]

  /// A width and a height in points.
  struct Size: Sendable {
    var width: Double
    var height: Double
  }

  /// The length of the sample before a text.
  private var sample: Double { 2.2 * fontSize }
  private var gap: Double { 0.5 * fontSize }

  /// The legend of some marks; nil where there is nothing to explain.
  ///
  /// - Parameters:
  ///   - room: the room there is. Columns are left out, and letters made smaller, until the width fits; where that is
  ///     not enough, the legend is wider than the room. It may always be higher.
  ///   - isFlat: whether the entries are laid out side by side, as far as they fit, rather than one below another.
  init?(_ legend: Legend, _ marks: [Mark], fontSize: Double, room: Size, isFlat: Bool) {
    let entries = Self.entries(marks)
    guard !entries.isEmpty, legend.position != .none else { return nil }
    self.entries = entries
    self.isFlat = isFlat
    title = legend.title
    var measure = LegendMeasure(entries, title: legend.title, isFlat: isFlat, fontSize: fontSize)
    for factor in [0.9, 0.8, 0.7] where measure.width(columns: 1) > room.width {
      measure = LegendMeasure(entries, title: legend.title, isFlat: isFlat, fontSize: factor * fontSize)
    }
    var columns = min(legend.columns ?? (isFlat ? entries.count : 1), entries.count)
    while columns > 1, measure.width(columns: columns) > room.width { columns -= 1 }
    if isFlat {
      // The last row is as full as the others, where that is possible.
      let rows = (entries.count + columns - 1) / columns
      if legend.columns == nil { columns = (entries.count + rows - 1) / rows }
    } else if legend.columns == nil {
      while columns < entries.count, measure.height(columns: columns) > room.height,
        measure.width(columns: columns + 1) <= room.width
      {
        columns += 1
      }
    }
    self.columns = columns
    self.measure = measure
    columnWidths = measure.widths(columns: columns)
    size = Size(width: measure.width(columns: columns), height: measure.height(columns: columns))
  }

  private static func entries(_ marks: [Mark]) -> [Entry] {
    var entries: [Entry] = []
    for mark in marks where !mark.label.isEmpty {
      if let known = entries.firstIndex(where: { $0.label.markup == mark.label }) {
        let isNew = !entries[known].marks.contains { $0.series == mark.series && $0.kind == mark.kind }
        if isNew { entries[known].marks.append(mark) }
      } else {
        entries.append(Entry(label: FigureText(mark.label), marks: [mark]))
      }
    }
    return entries
  }

  /// Where a text of the legend stands when its upper left corner is at (x, y).
  struct Placement: Sendable {
    let entry: Entry
    /// The sample's ends and its height.
    let from: Double
    let to: Double
    let y: Double
    /// Where the text begins.
    let text: Double
  }

  /// The places of the entries.
  func placements(left: Double, top: Double) -> [Placement] {
    let titleWidth = isFlat && !title.isEmpty ? title.width * fontSize + measure.columnGap : 0
    let firstRow = isFlat || title.isEmpty ? 0 : 1
    return entries.enumerated().map { index, entry in
      let column = index % columns
      let before = columnWidths[..<column].reduce(0, +) + Double(column) * measure.columnGap
      let x = left + measure.padding + titleWidth + before
      let y = top - 0.25 * fontSize - measure.rowHeight * (Double(index / columns + firstRow) + 0.5)
      return Placement(entry: entry, from: x, to: x + sample, y: y, text: x + sample + gap)
    }
  }

  /// The place of the title: its left end and its height.
  func titlePlace(left: Double, top: Double) -> (x: Double, y: Double) {
    (left + measure.padding, top - 0.25 * fontSize - measure.rowHeight * 0.5)
  }
}

/// How much room a legend takes, in points.
private struct LegendMeasure {
  let fontSize: Double
  private let items: [Double]
  private let titleWidth: Double
  private let isFlat: Bool

  var rowHeight: Double { 1.35 * fontSize }
  var padding: Double { 0.45 * fontSize }
  var columnGap: Double { 1.4 * fontSize }

  init(_ entries: [LegendBlock.Entry], title: FigureText, isFlat: Bool, fontSize: Double) {
    self.fontSize = fontSize
    self.isFlat = isFlat
    items = entries.map { 2.7 * fontSize + $0.label.width * fontSize }
    titleWidth = title.width * fontSize
  }

  /// The width of each column.
  func widths(columns: Int) -> [Double] {
    (0..<columns).map { column in
      stride(from: column, to: items.count, by: columns).map { items[$0] }.max() ?? 0
    }
  }

  /// The width of the whole legend.
  func width(columns: Int) -> Double {
    let entries = widths(columns: columns).reduce(0, +) + Double(columns - 1) * columnGap
    let both = isFlat && titleWidth > 0 ? entries + titleWidth + columnGap : max(entries, titleWidth)
    return both + 2 * padding
  }

  /// The height of the whole legend.
  func height(columns: Int) -> Double {
    let rows = (items.count + columns - 1) / columns + (!isFlat && titleWidth > 0 ? 1 : 0)
    return Double(rows) * rowHeight + 0.5 * fontSize
  }
}
