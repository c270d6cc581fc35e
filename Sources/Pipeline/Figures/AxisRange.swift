/// The stretch of values along an axis.
struct AxisRange: Sendable, Equatable {
  var from: Double
  var to: Double
  var scale: AxisScale
  /// Where the logarithmic part begins of an axis at whose beginning, before a break, zero has its place; nil for an
  /// axis without one.
  var logarithmsFrom: Double?

  /// How far along the axis a value lies, from 0 to 1; not a number where it has no place.
  func fraction(_ value: Double) -> Double {
    (position(value) - start) / (end - start)
  }

  /// A value, or its logarithm on a logarithmic axis.
  func position(_ value: Double) -> Double {
    switch scale {
    case .linear: value
    case .log: hasPlace(value) ? decimalLogarithm(drawn(value)) : .nan
    }
  }

  /// Whether a value is on a logarithmic axis; none is between zero and the beginning of the logarithmic part.
  private func hasPlace(_ value: Double) -> Bool {
    guard let begin = logarithmsFrom else { return value > 0 && value.isFinite }
    return value == 0 || value == from || value >= begin && value.isFinite
  }

  /// The value at whose place a value is drawn: that of the axis' beginning for a zero that stands there.
  func drawn(_ value: Double) -> Double {
    value == 0 && logarithmsFrom != nil ? from : value
  }

  /// The axis with a place for zero before its beginning.
  var withZero: AxisRange {
    guard scale == .log, logarithmsFrom == nil else { return self }
    var axis = self
    axis.from = max(decimalPower(start - 0.12 * (end - start)), 1 / Self.largest / 1e4)
    axis.logarithmsFrom = from
    return axis
  }

  /// The part of the axis without the place for zero.
  var withoutZero: AxisRange { AxisRange(from: logarithmsFrom ?? from, to: to, scale: scale) }

  /// The value, or the axis' beginning for one that has no logarithm on a logarithmic axis: an area reaches down to it.
  func raised(_ value: Double) -> Double { scale == .log && value <= 0 && value.isFinite ? from : value }

  /// The position of the beginning.
  var start: Double { position(from) }
  /// The position of the end.
  var end: Double { position(to) }

  /// The largest magnitude of an end: differences of two must be finite.
  private static let largest = 1e300

  /// The value, or the nearest one that may end an axis.
  static func clamped(_ value: Double) -> Double {
    if value.magnitude < 1 / largest { return 0 }
    return min(max(value, -largest), largest)
  }

  /// The end of an axis nearest to the value; above zero on a logarithmic axis.
  static func clamped(_ value: Double, _ scale: AxisScale) -> Double {
    scale == .log ? min(max(value, 1 / largest), largest) : clamped(value)
  }

  /// Moves the end behind the beginning where it is not: a range has a length.
  mutating func open() {
    guard from >= to else { return }
    to = scale == .log ? from * 10 : from + max(1, from.magnitude)
  }

  /// Moves an end to a round number where one is near: 399 steps are drawn on an axis up to 400.
  mutating func roundOutwards() {
    guard scale == .linear, to > from else { return }
    let span = to - from
    let step = RoundStep(atLeast: span / 8)
    guard max(from.magnitude, to.magnitude) < 1e12 * step.value else { return }
    let low = step.multiple(Int((from / step.value).rounded(.down)))
    let high = step.multiple(Int((to / step.value).rounded(.up)))
    if from - low < 0.03 * span { from = low }
    if high - to < 0.03 * span { to = high }
  }
}

/// The least and the greatest of some values.
struct Extent {
  private(set) var least = Double.infinity
  private(set) var greatest = -Double.infinity

  /// Takes in a value; one that is not finite has no place on an axis.
  mutating func add(_ value: Double) {
    guard value.isFinite else { return }
    let value = AxisRange.clamped(value)
    least = min(least, value)
    greatest = max(greatest, value)
  }

  var isEmpty: Bool { least > greatest }
}

/// Finds the range of an axis from what is declared and what is drawn.
struct RangeFinder {
  let panels: [PanelContent]
  /// Whether the axis is the horizontal one.
  let isHorizontal: Bool

  /// The range of the axis, which all the panels share.
  func range() -> AxisRange {
    let axes = panels.map { isHorizontal ? $0.panel.x : $0.panel.y }
    let range = dataRange(axes)
    return axes.contains(where: \.zero) ? range.withZero : range
  }

  private func dataRange(_ axes: [Axis]) -> AxisRange {
    let scale = axes.contains { $0.scale == .log } ? AxisScale.log : .linear
    let from = axes.lazy.compactMap(\.from).first.map { AxisRange.clamped($0, scale) }
    let to = axes.lazy.compactMap(\.to).first.map { AxisRange.clamped($0, scale) }
    if let from, let to, from < to { return AxisRange(from: from, to: to, scale: scale) }
    var extent = Extent()
    for panel in panels { add(panel, scale, isWhole: false, to: &extent) }
    // Where the limits of x hide all data, they count none the less: any other range would tell less of them.
    if extent.isEmpty { for panel in panels { add(panel, scale, isWhole: true, to: &extent) } }
    var range = AxisRange(from: extent.least, to: extent.greatest, scale: scale)
    if extent.isEmpty { range = AxisRange(from: scale == .log ? 1 : 0, to: scale == .log ? 10 : 1, scale: scale) }
    pad(&range)
    range.from = from ?? range.from
    range.to = to ?? range.to
    if range.from >= range.to, let to {
      // The end is given, and all data lie beyond it.
      range.from = scale == .log ? to / 10 : to - max(1, to.magnitude)
    }
    range.open()
    return range
  }

  private var isExact: Bool {
    !isHorizontal && panels.allSatisfy { $0.marks.contains { $0.kind == .heatmap } }
  }

  /// Room around the data: none around a heat map, and none before and after a curve.
  private func pad(_ range: inout AxisRange) {
    let kinds = panels.flatMap { $0.marks.map(\.kind) }
    let isCurve = isHorizontal && kinds.allSatisfy { [.lines, .band, .horizontal, .vertical, .heatmap].contains($0) }
    if range.from == range.to {
      let isLog = range.scale == .log
      let half = range.from == 0 ? 0.5 : range.from.magnitude / 2
      range.from = isLog ? range.from / 2 : range.from - half
      range.to = isLog ? range.to * 2 : range.to + half
      return
    }
    if isExact { return }
    if isCurve {
      if !kinds.contains(.heatmap) { range.roundOutwards() }
      return
    }
    switch range.scale {
    case .linear:
      let room = 0.05 * (range.to - range.from)
      // Values that begin at zero are not drawn as if they could be negative.
      if range.from < 0 || range.from > 2 * room { range.from -= room } else { range.from = 0 }
      range.to += room
    case .log:
      let factor = 1 + 0.1 * (range.end - range.start)
      range.from /= factor
      range.to *= factor
    }
  }

  /// Takes in the data of a panel.
  ///
  /// The x axis spans all of them, whatever the limits of y hide. The y axis spans what the limits of x show, with the
  /// ends of the lines that they cut.
  ///
  /// - Parameter isWhole: whether data that the limits of x hide count as well.
  private func add(_ content: PanelContent, _ scale: AxisScale, isWhole: Bool, to extent: inout Extent) {
    for mark in content.marks {
      if mark.kind == .heatmap {
        for edge in CellEdges(mark[isHorizontal ? "x" : "y"], scale).ends { extent.add(AxisRange.clamped(edge, scale)) }
        continue
      }
      let window = isHorizontal || isWhole ? nil : Window(content.panel.x)
      let others = mark[isHorizontal ? "y" : "x"]
      let other = isHorizontal ? content.panel.y : content.panel.x
      for name in isHorizontal ? ["x"] : ["y", "y2"] {
        let values = mark[name]
        for (index, value) in values.enumerated() where scale == .linear || AxisRange.clamped(value) > 0 {
          guard others.indices.contains(index) else {
            extent.add(value)
            continue
          }
          // What has no logarithm is drawn as the end of an area only.
          let hasPlace = other.scale == .linear || others[index] > 0 || other.zero && others[index] == 0
          guard hasPlace || mark.kind.isArea else { continue }
          guard let window else {
            extent.add(value)
            continue
          }
          if window.contains(others[index]) { extent.add(value) }
          guard index > 0, mark.kind.hasEdges, scale == .linear || values[index - 1] > 0 else { continue }
          for cut in window.cuts(from: (others[index - 1], values[index - 1]), to: (others[index], value), scale) {
            extent.add(cut)
          }
        }
      }
    }
  }
}

/// The limits of the horizontal axis, as far as they are declared.
private struct Window {
  private let axis: Axis

  init(_ axis: Axis) { self.axis = axis }

  func contains(_ x: Double) -> Bool {
    !(axis.from.map { x < $0 } ?? false) && !(axis.to.map { x > $0 } ?? false)
  }

  /// The heights at which the limits cut the edge between two points, which is straight on the page.
  func cuts(from: (x: Double, y: Double), to: (x: Double, y: Double), _ scale: AxisScale) -> [Double] {
    let across = AxisRange(from: 1, to: 2, scale: axis.scale)
    let up = AxisRange(from: 1, to: 2, scale: scale)
    let (start, end) = (across.position(from.x), across.position(to.x))
    return [axis.from, axis.to].compactMap { $0 }.compactMap { limit in
      let place = across.position(limit)
      guard (start < place) != (end < place), start != end else { return nil }
      let (low, high) = (up.position(from.y), up.position(to.y))
      let height = low + (place - start) / (end - start) * (high - low)
      return scale == .log ? decimalPower(height) : height
    }
  }
}

extension DrawKind {
  /// Whether it is drawn as a filled area.
  var isArea: Bool { self == .region || self == .band }

  /// Whether neighbouring points are joined by edges.
  fileprivate var hasEdges: Bool {
    switch self {
    case .lines, .region, .band: true
    case .points, .vectors, .heatmap, .horizontal, .vertical: false
    }
  }
}

/// Where the cells of a heat map begin and end along an axis.
struct CellEdges {
  /// The edges as positions on the axis, one more than there are cells, going up.
  let positions: [Double]
  /// The index of the cell behind each edge but the last.
  let cells: [Int]
  private let scale: AxisScale
  private let centers: [Double]

  /// The edges half-way between the centres.
  init(_ centers: [Double], _ scale: AxisScale) {
    let axis = AxisRange(from: 1, to: 2, scale: scale)
    let placed = centers.indices.map { (position: axis.position(centers[$0]), cell: $0) }
      .filter { $0.position.isFinite }
      .sorted { $0.position < $1.position }
    cells = placed.map(\.cell)
    self.centers = cells.map { centers[$0] }
    self.scale = scale
    let middle = placed.map(\.position)
    var edges = zip(middle, middle.dropFirst()).map { ($0 + $1) / 2 }
    if let first = middle.first, let last = middle.last, let low = edges.first, let high = edges.last {
      edges = [2 * first - low] + edges + [2 * last - high]
    }
    positions = edges
  }

  /// The values at the two ends.
  var ends: [Double] {
    guard centers.count > 1, let first = centers.first, let last = centers.last else { return centers }
    let second = centers[1]
    let beforeLast = centers[centers.count - 2]
    switch scale {
    case .linear: return [first - (second - first) / 2, last + (last - beforeLast) / 2]
    case .log:
      // The roots one by one: a quotient of two values may be too small or too large to be a number.
      return [
        first * (first.squareRoot() / second.squareRoot()), last * (last.squareRoot() / beforeLast.squareRoot()),
      ]
    }
  }

  /// The width of a cell, if all have the same; nil otherwise.
  var step: Double? {
    guard let first = positions.first, let last = positions.last, cells.count > 1 else { return nil }
    let step = (last - first) / Double(cells.count)
    let isEven = zip(positions, positions.dropFirst()).allSatisfy { abs($1 - $0 - step) < 1e-4 * step }
    return isEven ? step : nil
  }
}
