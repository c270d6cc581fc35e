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
  private let fontSize: Double
  private let columnWidths: [Double]

  /// A width and a height in points.
  struct Size: Sendable {
    var width: Double
    var height: Double
  }

  /// The length of the sample before a text.
  private var sample: Double { 2.2 * fontSize }
  private var gap: Double { 0.5 * fontSize }
  private var rowHeight: Double { 1.35 * fontSize }
  private var padding: Double { 0.45 * fontSize }
  private var columnGap: Double { 1.4 * fontSize }

  /// The legend of some marks; nil where there is nothing to explain.
  ///
  /// - Parameter width: the room there is; the entries of a flat legend are laid out in as many columns as fit.
  init?(_ legend: Legend, _ marks: [Mark], fontSize: Double, width: Double, isFlat: Bool) {
    let entries = Self.entries(marks)
    guard !entries.isEmpty, legend.position != .none else { return nil }
    self.entries = entries
    self.fontSize = fontSize
    self.isFlat = isFlat
    title = legend.title
    let titleWidth = title.isEmpty ? 0 : title.width * fontSize + 1.4 * fontSize
    let items = entries.map { 2.7 * fontSize + $0.label.width * fontSize }
    var columns = min(legend.columns ?? (isFlat ? entries.count : 1), entries.count)
    func widths(_ columns: Int) -> [Double] {
      (0..<columns).map { column in
        stride(from: column, to: items.count, by: columns).map { items[$0] }.max() ?? 0
      }
    }
    func total(_ columns: Int) -> Double {
      widths(columns).reduce(0, +) + Double(columns - 1) * 1.4 * fontSize + (isFlat ? titleWidth : 0)
    }
    if legend.columns == nil, isFlat {
      while columns > 1, total(columns) > width { columns -= 1 }
      // The last row is as full as the others, where that is possible.
      let rows = (entries.count + columns - 1) / columns
      columns = (entries.count + rows - 1) / rows
    }
    self.columns = columns
    columnWidths = widths(columns)
    let rows = Double((entries.count + columns - 1) / columns) + (isFlat || title.isEmpty ? 0 : 1)
    size = Size(
      width: max(total(columns), isFlat ? 0 : titleWidth - 1.4 * fontSize) + 0.9 * fontSize,
      height: rows * 1.35 * fontSize + 0.5 * fontSize
    )
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
    let titleWidth = isFlat && !title.isEmpty ? title.width * fontSize + columnGap : 0
    let firstRow = isFlat || title.isEmpty ? 0 : 1
    return entries.enumerated().map { index, entry in
      let column = index % columns
      let before = columnWidths[..<column].reduce(0, +) + Double(column) * columnGap
      let x = left + padding + titleWidth + before
      let y = top - 0.25 * fontSize - rowHeight * (Double(index / columns + firstRow) + 0.5)
      return Placement(entry: entry, from: x, to: x + sample, y: y, text: x + sample + gap)
    }
  }

  /// The place of the title: its left end and its height.
  func titlePlace(left: Double, top: Double) -> (x: Double, y: Double) {
    (left + padding, top - 0.25 * fontSize - rowHeight * 0.5)
  }
}
