public import Artifacts
internal import Configuration
internal import References

/// A figure could not be drawn: what is wrong, for the user.
public struct FigureError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  /// An error from its message.
  public init(_ description: String) {
    self.description = description
  }
}

/// A figure with its data: for each panel what is drawn, with the numbers.
public struct FigureContent: Sendable {
  let figure: Figure
  var panels: [PanelContent]

  /// Takes the data of `figure` from the artifacts of its inputs.
  ///
  /// - Throws: what is wrong with the names, as `Figure.check` reports it, or with the lengths.
  public init(_ figure: Figure, inputs: [String: Artifact]) throws(FigureError) {
    var diagnostics = Diagnostics()
    figure.check(against: inputs.mapValues { InputOutline($0) }, &diagnostics)
    guard diagnostics.isEmpty else { throw FigureError(diagnostics.description) }
    self.figure = figure
    var panels: [PanelContent] = []
    for (index, panel) in figure.panels.enumerated() {
      panels.append(try PanelContent(panel, inputs, place: "panel \(index + 1)"))
    }
    self.panels = panels
    try replaceCrowdedLegends(inputs)
  }

  /// What the picture shows, for the title of its file: the figure's name, else the panels' titles or labels.
  var title: String {
    if let name = figure.name { return name }
    let titles = panels.map { content in
      let panel = content.panel
      if !panel.title.isEmpty { return panel.title.plain }
      return [panel.y.label, panel.x.label].filter { !$0.isEmpty }.map(\.plain).joined(separator: " over ")
    }
    let text = titles.filter { !$0.isEmpty }.joined(separator: "; ")
    return text.isEmpty ? "Figure" : text
  }
}

/// A panel with its data.
struct PanelContent: Sendable {
  let panel: Panel
  /// What is drawn, in the order of drawing.
  let marks: [Mark]
  /// The meanings of labels that have a colour each.
  let categories: [Category]

  /// A label's value, its meaning and its colour.
  struct Category: Sendable {
    let value: Double
    let meaning: String
    let color: Color
  }

  init(_ panel: Panel, _ inputs: [String: Artifact], place: String) throws(FigureError) {
    self.panel = panel
    var marks: [Mark] = []
    var uncoloured = 0
    for (index, series) in panel.series.enumerated() {
      let selection = Selection(series: series, inputs: inputs, place: "\(place), series \(index + 1)")
      let count = try selection.count()
      let digits = try series.each == nil ? 0 : selection.moreDigits(count)
      var cycled: Color?
      if series.takesCycleColor {
        cycled = Color.cycle[uncoloured % Color.cycle.count]
        uncoloured += 1
      }
      for each in 0..<count {
        let color = series.color ?? cycled ?? (series.palette ?? .viridis).color(of: each, in: count)
        var mark = try selection.mark(each: series.each == nil ? nil : each, style: series.style(color), digits: digits)
        mark.series = index
        mark.each = series.each == nil ? nil : each
        // A colour that is given wins over one that stands for a value.
        if series.color != nil || panel.color == nil || series.palette != nil { mark.colorValue = nil }
        marks.append(mark)
      }
    }
    self.marks = marks.filter { $0.kind == .heatmap } + marks.filter { $0.kind != .heatmap }
    let labels = panel.color?.palette == .categorical ? marks.first { !$0.labels.isEmpty }?.labels ?? [] : []
    let colors = panel.color.map { $0.colors.isEmpty ? Color.tints : $0.colors } ?? Color.tints
    categories = labels.enumerated().map { index, label in
      Category(value: label.value, meaning: label.meaning, color: colors[index % colors.count])
    }
  }

  /// What the legend explains: the marks with a text, and the colours of labels.
  var explained: [Mark] {
    marks
      + categories.map { category in
        let style = MarkStyle(
          color: category.color,
          opacity: 1,
          line: .solid,
          weight: 1,
          size: 4,
          hasOutline: false,
          scale: 1
        )
        let text = FigureText.words(category.meaning)
        return Mark(kind: .region, series: -1, columns: [], label: text, style: style)
      }
  }

  /// Whether values lie below the first colour of the range, and above the last; these have the colour of that end.
  func beyond(_ range: AxisRange) -> (below: Bool, above: Bool) {
    var beyond = (below: false, above: false)
    let slack = 1e-9
    for value in marks.flatMap({ $0["z"] + ($0.colorValue.map { [$0] } ?? []) }) {
      let fraction = range.fraction(value)
      if fraction < -slack { beyond.below = true }
      if fraction > 1 + slack { beyond.above = true }
    }
    return beyond
  }

  /// The place of a value on the axis of colours: for a label the number of its colour. Not a number where it has none.
  func colorPosition(_ value: Double) -> Double {
    guard panel.color?.palette == .categorical else {
      return value.isFinite && (panel.color?.scale != .log || value > 0) ? value : .nan
    }
    return categories.firstIndex { $0.value == value }.map(Double.init) ?? .nan
  }
}

/// Something drawn: its numbers, its colour and its text in the legend.
struct Mark: Sendable {
  /// Numbers by the name of the series' key.
  struct Column: Sendable {
    let name: String
    var values: [Double]
    let units: String?
    let source: String
  }

  let kind: DrawKind
  /// The series of the panel that it belongs to, counted from 0.
  var series = 0
  /// The index along 'each', if the series has it.
  var each: Int?
  /// The numbers; those of a heat map's z lie in rows of constant y.
  var columns: [Column]
  /// The meanings of z's values, where they are labels.
  var labels: [(value: Double, meaning: String)] = []
  /// What the whole mark's colour stands for on the axis of colours.
  var colorValue: Double?
  /// The text in the legend; empty for none.
  var label: String
  var style: MarkStyle

  /// The numbers under `name`; empty if there are none.
  subscript(name: String) -> [Double] {
    columns.first { $0.name == name }?.values ?? []
  }
}

/// How a mark looks.
struct MarkStyle: Sendable {
  var color: Color
  var opacity: Double
  var line: LineStyle
  var weight: Double
  var marker: Marker?
  var size: Double
  /// Whether an area has an outline.
  var hasOutline: Bool
  var scale: Double
  var length: Double?
}

extension Series {
  /// Whether the colour is the next one of the cycle.
  fileprivate var takesCycleColor: Bool {
    guard color == nil, each == nil, z == nil else { return false }
    return [.lines, .points, .region, .band].contains(draw)
  }

  fileprivate func style(_ color: Color) -> MarkStyle {
    let isReference = draw == .horizontal || draw == .vertical
    let plain = isReference || draw == .vectors
    let marker = marker ?? (draw == .points ? .circle : nil)
    return MarkStyle(
      color: plain && self.color == nil && each == nil ? Color(0x555555) : color,
      opacity: opacity ?? (draw == .region || draw == .band ? 0.2 : 1),
      line: line ?? (isReference ? .dashed : .solid),
      weight: weight ?? (plain ? 0.7 : draw == .points ? 0.8 : 1),
      marker: marker,
      size: size ?? marker?.standardSize ?? 4,
      hasOutline: line != nil || weight != nil,
      scale: scale ?? 1,
      length: length
    )
  }
}
