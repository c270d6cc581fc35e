public import Configuration

/// A figure as it is declared: its size, its panels and what is shared between them.
public struct Figure: Record {
  /// The stem of the files' names; nil for `figure`.
  public var name: String?
  /// The width in centimetres.
  public var width = 17.0
  /// The height in centimetres.
  public var height = 7.0
  /// The number of panels in a row; nil for all in one row, or three.
  public var columns: Int?
  /// Whether the panels of a column share the x axis.
  public var sharedX = false
  /// Whether the panels of a row share the y axis.
  public var sharedY = false
  /// The relative heights of the rows; empty for equal ones.
  public var rowHeights: [Double] = []
  /// The relative widths of the columns; empty for equal ones.
  public var columnWidths: [Double] = []
  /// The size of the letters, in points.
  public var fontSize = 8.0
  /// The legend of all panels together.
  public var legend: Legend?
  /// The panels, row by row.
  public var panels: [Panel] = []

  /// A figure without panels.
  public init() {}

  /// The keys of a figure.
  public static let fields: [Field<Figure>] = [
    .init(
      "name",
      \.name,
      "The stem of the files' names; unless given, they are published under the name of the pipeline.",
      limit: .ifPresent(.name)
    ),
    .init("width", \.width, "The width; 8.3 fits a column, 17 a page.", unit: "cm", limit: .within(2...60)),
    .init("height", \.height, "The height.", unit: "cm", limit: .within(2...60)),
    .init(
      "columns",
      \.columns,
      "How many panels stand in a row; up to three unless given.",
      limit: .ifPresent(.within(1...12))
    ),
    .init("shared_x", \.sharedX, "Whether the panels of a column share the x axis."),
    .init("shared_y", \.sharedY, "Whether the panels of a row share the y axis."),
    .init("row_heights", \.rowHeights, "The relative heights of the rows.", limit: isListOfPositive),
    .init("column_widths", \.columnWidths, "The relative widths of the columns.", limit: isListOfPositive),
    .init("font_size", \.fontSize, "The size of the letters.", unit: "pt", limit: .within(4...24)),
    .init("legend", \.legend, "One legend for all panels; only 'below' and 'none' are places for it."),
    .init("panels", \.panels, "The panels, row by row.", limit: .notEmpty(), required: true),
  ]

  /// How much larger a row or a column may be than another.
  private static let largestRatio = 50.0
  private static let isListOfPositive = Limit<[Double]>("positive numbers") { $0.allSatisfy { $0 > 0 } }

  /// Lists that fit the grid, and a legend where a figure's may stand.
  public func inconsistencies() -> [Inconsistency] {
    var found: [Inconsistency] = []
    if !rowHeights.isEmpty, rowHeights.count != rowCount {
      found.append(Inconsistency("row_heights", "\(rowHeights.count) heights for \(rowCount) rows of panels"))
    }
    if !columnWidths.isEmpty, columnWidths.count != columnCount {
      found.append(Inconsistency("column_widths", "\(columnWidths.count) widths for \(columnCount) columns of panels"))
    }
    for (name, shares) in [("row_heights", rowHeights), ("column_widths", columnWidths)] {
      if let least = shares.min(), let greatest = shares.max(), greatest > Self.largestRatio * least {
        let ratio = NumberText.shortest(Self.largestRatio)
        found.append(Inconsistency(name, "the largest is more than \(ratio) times the smallest"))
      }
    }
    if let position = legend?.position, position != .below, position != .none {
      found.append(Inconsistency("legend", "the legend of a whole figure stands 'below' or is 'none'"))
    }
    let grid = Grid(columns: columnCount, count: panels.count)
    for index in panels.indices {
      let first = (column: index % columnCount, row: grid.row(of: index).first ?? index)
      if sharedX, panels[index].x.scale != panels[first.column].x.scale {
        found.append(
          Inconsistency("shared_x", "panels \(first.column + 1) and \(index + 1) differ in their scale of x")
        )
      }
      if sharedY, panels[index].y.scale != panels[first.row].y.scale {
        found.append(Inconsistency("shared_y", "panels \(first.row + 1) and \(index + 1) differ in their scale of y"))
      }
    }
    return found
  }

  /// The number of panels in a row.
  var columnCount: Int { min(columns ?? 3, max(1, panels.count)) }
  /// The number of rows.
  var rowCount: Int { (panels.count + columnCount - 1) / columnCount }
}

/// One pair of axes with what is drawn on it.
public struct Panel: Record {
  /// The text above.
  public var title = FigureText.empty
  /// The horizontal axis.
  public var x = Axis()
  /// The vertical axis.
  public var y = Axis()
  /// The axis of colours.
  public var color: ColorAxis?
  /// The legend.
  public var legend: Legend?
  /// Texts at places.
  public var notes: [Note] = []
  /// What is drawn, in this order; heat maps come first.
  public var series: [Series] = []

  /// A panel without series.
  public init() {}

  /// The keys of a panel.
  public static let fields: [Field<Panel>] = [
    .init("title", \.title, "The text above the panel, such as '(a) r = 0.8'."),
    .init("x", \.x, "The horizontal axis; a text alone is its label."),
    .init("y", \.y, "The vertical axis; a text alone is its label."),
    .init("color", \.color, "The axis of colours, drawn as a bar at the right."),
    .init("legend", \.legend, "The legend; a place alone is enough."),
    .init("notes", \.notes, "Texts at places of the panel."),
    .init("series", \.series, "What is drawn, in this order; heat maps first.", limit: .notEmpty(), required: true),
  ]

  /// Notes that have a place.
  public func inconsistencies() -> [Inconsistency] {
    notes.filter { x.scale == .log && $0.x <= 0 || y.scale == .log && $0.y <= 0 }.map { note in
      Inconsistency("notes", "'\(note.text.plain)' stands at a place that a logarithmic axis does not have")
    }
  }
}

/// An axis.
public struct Axis: Record {
  /// The text beside it.
  public var label = FigureText.empty
  /// Where it begins; nil for the least value drawn.
  public var from: Double?
  /// Where it ends; nil for the greatest value drawn.
  public var to: Double?
  /// How values are laid out.
  public var scale = AxisScale.linear
  /// The step between labelled tics; nil for a sensible one.
  public var tics: Double?
  /// Whether a logarithmic axis has a place for zero.
  public var zero = false

  /// An axis that fits its data.
  public init() {}

  /// The keys of an axis.
  public static let fields: [Field<Axis>] = [
    .init("label", \.label, "The text beside the axis, with symbols: 'η λ_H'."),
    .init("from", \.from, "Where the axis begins; where the data do unless given."),
    .init("to", \.to, "Where the axis ends; where the data do unless given."),
    .init("scale", \.scale, "How values are laid out."),
    .init("tics", \.tics, "The step between labelled tics.", limit: .ifPresent(.positive)),
    .init("zero", \.zero, "Whether a logarithmic axis shows zero, at its beginning before a break."),
  ]

  /// A text is the label.
  public static func expandShorthand(_ node: Node) -> Node? {
    guard case .scalar = node.content, !node.isNull else { return nil }
    return Node(.mapping([.init(key: "label", keyLocation: nil, value: node)]), at: node.location)
  }

  /// A text.
  public static var shorthand: ValueShape? { FigureText.shape }

  /// A range that goes up, and is positive where logarithms are taken.
  public func inconsistencies() -> [Inconsistency] {
    let hasSteps = tics != nil && scale == .log
    let hasUselessZero = zero && scale == .linear
    return rangeInconsistencies(from, to, scale)
      + (hasSteps ? [Inconsistency("tics", "a logarithmic axis has its tics at powers of ten")] : [])
      + (hasUselessZero ? [Inconsistency("zero", "only a logarithmic axis needs a place for zero")] : [])
  }
}

/// The axis of colours.
public struct ColorAxis: Record {
  /// The text beside its bar.
  public var label = FigureText.empty
  /// The value of the first colour; nil for the least one drawn.
  public var from: Double?
  /// The value of the last colour; nil for the greatest one drawn.
  public var to: Double?
  /// How values are laid out.
  public var scale = AxisScale.linear
  /// The colours.
  public var palette = PaletteName.viridis
  /// The colours of labels, in the order of their meanings.
  public var colors: [Color] = []
  /// Whether the bar is drawn.
  public var bar = true

  /// An axis that fits its data.
  public init() {}

  /// The keys of an axis of colours.
  public static let fields: [Field<ColorAxis>] = [
    .init("label", \.label, "The text beside the bar."),
    .init("from", \.from, "The value of the first colour; the least one drawn unless given."),
    .init("to", \.to, "The value of the last colour; the greatest one drawn unless given."),
    .init("scale", \.scale, "How values are laid out."),
    .init(
      "palette",
      \.palette,
      "The colors; 'categorical' gives each meaning of a label its own, listed in the legend."
    ),
    .init("colors", \.colors, "The colours of 'categorical', in the order of the meanings."),
    .init("bar", \.bar, "Whether the bar is drawn."),
  ]

  /// A range that goes up; colours one by one only for labels.
  public func inconsistencies() -> [Inconsistency] {
    let hasColors = !colors.isEmpty && palette != .categorical
    return rangeInconsistencies(from, to, scale)
      + (hasColors ? [Inconsistency("colors", "colours one by one are for 'palette: categorical'")] : [])
  }
}

private func rangeInconsistencies(_ from: Double?, _ to: Double?, _ scale: AxisScale) -> [Inconsistency] {
  if let from, let to, from >= to { return [Inconsistency("to", "'to' is not above 'from'")] }
  guard scale == .log else { return [] }
  if let from, from <= 0 { return [Inconsistency("from", "a logarithmic axis begins above zero")] }
  if let to, to <= 0 { return [Inconsistency("to", "a logarithmic axis ends above zero")] }
  return []
}

extension ColorAxis {
  /// Whether a color bar is drawn; the meanings of labels are listed in the legend instead.
  var hasBar: Bool { bar && palette != .categorical }
}

/// A legend.
public struct Legend: Record {
  /// Where it stands.
  public var position = LegendPosition.automatic
  /// In how many columns; nil for what fits.
  public var columns: Int?
  /// The text before its entries.
  public var title = FigureText.empty

  /// A legend where it covers the least.
  public init() {}

  /// The keys of a legend.
  public static let fields: [Field<Legend>] = [
    .init("position", \.position, "Where the legend stands."),
    .init("columns", \.columns, "In how many columns; what fits unless given.", limit: .ifPresent(.within(1...20))),
    .init("title", \.title, "The text before its entries."),
  ]

  /// A place alone.
  public static func expandShorthand(_ node: Node) -> Node? {
    guard case .scalar = node.content, !node.isNull else { return nil }
    return Node(.mapping([.init(key: "position", keyLocation: nil, value: node)]), at: node.location)
  }

  /// A place.
  public static var shorthand: ValueShape? { LegendPosition.shape }
}

/// A text at a place of a panel.
public struct Note: Record {
  /// The text.
  public var text = FigureText.empty
  /// Where, on the horizontal axis.
  public var x = 0.0
  /// Where, on the vertical axis.
  public var y = 0.0
  /// On which side of the place the text stands.
  public var align = Alignment.left
  /// The colour.
  public var color = Color.black

  /// A note without text.
  public init() {}

  /// The keys of a note.
  public static let fields: [Field<Note>] = [
    .init("text", \.text, "The text.", required: true),
    .init("x", \.x, "Where it stands, on the horizontal axis.", required: true),
    .init("y", \.y, "Where it stands, on the vertical axis; it may be outside the panel.", required: true),
    .init("align", \.align, "Whether the text begins, is centred or ends at its place."),
    .init("color", \.color, "The colour."),
  ]
}
