/// A place of a panel: how far to the right and up it lies, each from 0 at one side of the frame to 1 at the other.
struct PanelPoint: Sendable, Equatable {
  var x: Double
  var y: Double

  var isFinite: Bool { x.isFinite && y.isFinite }
}

/// The frame of a panel, at which everything drawn ends.
///
/// gnuplot clips by itself, but not every mark, and not in every terminal alike: of areas with corners outside it fills
/// others. So the data file holds nothing that lies outside. Edges are straight on the page, whatever the scales are.
struct FrameClip: Sendable {
  let x: AxisRange
  let y: AxisRange

  init(_ frame: Layout.Frame) {
    x = frame.x
    y = frame.y
  }

  /// Larger places are moved to here, so that differences of two can be multiplied.
  private static let farthest = 1e100

  /// The place of a pair of values; not finite if one is missing or has no logarithm on a logarithmic axis.
  func place(_ x: Double, _ y: Double) -> PanelPoint {
    PanelPoint(x: Self.bounded(self.x, x), y: Self.bounded(self.y, y))
  }

  private static func bounded(_ axis: AxisRange, _ value: Double) -> Double {
    guard value.isFinite, axis.position(value).isFinite else { return .nan }
    return min(max(axis.fraction(value), -farthest), farthest)
  }

  /// The values at a place; those of a side of the frame are exactly the axis' ends.
  func values(_ point: PanelPoint) -> (x: Double, y: Double) { (x.value(at: point.x), y.value(at: point.y)) }

  /// Whether a place lies inside or on a side of the frame.
  func contains(_ point: PanelPoint) -> Bool {
    (0...1).contains(point.x) && (0...1).contains(point.y)
  }

  // MARK: Lines

  /// The part of a straight edge that lies inside, as shares of its length (Liang and Barsky); nil if there is none.
  static func part(_ from: PanelPoint, _ to: PanelPoint) -> (start: Double, end: Double)? {
    var (start, end) = (0.0, 1.0)
    for (place, length) in [(from.x, to.x - from.x), (from.y, to.y - from.y)] {
      if length == 0 {
        guard place >= 0, place <= 1 else { return nil }
        continue
      }
      let (low, high) = (-place / length, (1 - place) / length)
      start = max(start, min(low, high))
      end = min(end, max(low, high))
    }
    return start <= end ? (start, end) : nil
  }

  /// The place at a share of an edge, moved to the side of the frame that rounding may have left.
  static func place(_ from: PanelPoint, _ to: PanelPoint, at share: Double) -> PanelPoint {
    func between(_ from: Double, _ to: Double) -> Double { min(max(from + share * (to - from), 0), 1) }
    return PanelPoint(x: between(from.x, to.x), y: between(from.y, to.y))
  }

  /// The parts of a curve inside the frame, in rows: x, y and the other columns, with a row of NaN at each gap.
  ///
  /// A place where the curve crosses the frame takes the other columns from the end of the edge that lies outside.
  ///
  /// - Parameter others: columns besides x and y, such as colours.
  func curve(_ xs: [Double], _ ys: [Double], others: [[Double]] = []) -> [[Double]] {
    var rows = [[Double]](repeating: [], count: 2 + others.count)
    func rest(at index: Int) -> [Double] { others.map { $0[index] } }
    func add(_ values: [Double]) {
      for (column, value) in values.enumerated() { rows[column].append(value) }
    }
    func endPiece() {
      guard let last = rows[0].last, !last.isNaN else { return }
      add([Double](repeating: .nan, count: rows.count))
    }
    var previous: PanelPoint?
    for index in 0..<min(xs.count, ys.count) {
      let point = place(xs[index], ys[index])
      guard point.isFinite else {
        endPiece()
        previous = nil
        continue
      }
      if let start = previous {
        if let part = Self.part(start, point) {
          if part.start > 0 {
            endPiece()
            let crossing = values(Self.place(start, point, at: part.start))
            add([crossing.x, crossing.y] + rest(at: index - 1))
          }
          if part.end < 1 {
            let crossing = values(Self.place(start, point, at: part.end))
            add([crossing.x, crossing.y] + rest(at: index))
            endPiece()
          }
        } else {
          endPiece()
        }
      }
      if contains(point) { add([x.drawn(xs[index]), y.drawn(ys[index])] + rest(at: index)) }
      previous = point
    }
    while rows[0].last?.isNaN == true { for column in rows.indices { rows[column].removeLast() } }
    return rows
  }

  // MARK: Areas

  /// The part of a closed polygon inside the frame (Sutherland and Hodgman).
  ///
  /// A polygon that falls into several parts stays one: its parts are joined along the sides of the frame by edges that
  /// are run through there and back, and enclose nothing. How often the outline winds around a place stays the same.
  static func polygon(_ corners: [PanelPoint]) -> [PanelPoint] {
    var corners = corners
    let sides: [(WritableKeyPath<PanelPoint, Double>, end: Double, isUpper: Bool)] = [
      (\.x, 0, false), (\.x, 1, true), (\.y, 0, false), (\.y, 1, true),
    ]
    for (coordinate, end, isUpper) in sides {
      func isInside(_ point: PanelPoint) -> Bool {
        isUpper ? point[keyPath: coordinate] <= end : point[keyPath: coordinate] >= end
      }
      var kept: [PanelPoint] = []
      guard var previous = corners.last else { return [] }
      for corner in corners {
        if isInside(previous) != isInside(corner) {
          let (from, to) = (previous[keyPath: coordinate], corner[keyPath: coordinate])
          let share = (end - from) / (to - from)
          var crossing = PanelPoint(
            x: previous.x + share * (corner.x - previous.x),
            y: previous.y + share * (corner.y - previous.y)
          )
          crossing[keyPath: coordinate] = end
          kept.append(crossing)
        }
        if isInside(corner) { kept.append(corner) }
        previous = corner
      }
      corners = kept
    }
    // Of what lies outside altogether nothing is left, or a line along a side.
    let isLine = [\PanelPoint.x, \PanelPoint.y].contains { coordinate in
      guard let first = corners.first?[keyPath: coordinate] else { return true }
      return corners.allSatisfy { $0[keyPath: coordinate] == first }
    }
    return isLine ? [] : corners
  }
}

extension AxisRange {
  /// The value at a place along the axis, from 0 to 1.
  func value(at fraction: Double) -> Double {
    if fraction <= 0 { return from }
    if fraction >= 1 { return to }
    let value: Double
    switch scale {
    // From the nearer end, so that a place near zero keeps its digits.
    case .linear: value = fraction < 0.5 ? from + fraction * (to - from) : to - (1 - fraction) * (to - from)
    case .log: value = decimalPower(start + fraction * (end - start))
    }
    return min(max(value, from), to)
  }
}

/// Ten to any power, to about 14 digits, from IEEE operations alone, as `decimalLogarithm` is.
func decimalPower(_ exponent: Double) -> Double {
  guard exponent.magnitude < 400 else { return exponent < 0 ? 0 : .infinity }
  let whole = exponent.rounded()
  let natural = (exponent - whole) * 2.302585092994046
  // |natural| < 1.16: 24 terms of the series leave less than 1e-20.
  var sum = 1.0
  for term in stride(from: 24.0, through: 1, by: -1) { sum = 1 + sum * natural / term }
  return powerOfTen(Int(whole)) * sum
}
