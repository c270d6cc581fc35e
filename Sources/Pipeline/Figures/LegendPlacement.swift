/// Finds the place inside a panel where a legend covers no data.
struct LegendPlacement {
  /// How much is drawn in each cell of the panel, row by row from the bottom.
  private var weights: [Int]
  /// Where there are cells of a heat map, on which letters would not be seen.
  private var cells: [Int]
  private let columns: Int
  private let rows: Int
  private let box: Layout.Box
  private static let cell = 3.0

  /// Looks at what is drawn in a panel.
  init(_ content: PanelContent, _ frame: Layout.Frame, font: Double) {
    box = frame.box
    columns = max(1, Int(frame.box.width / Self.cell))
    rows = max(1, Int(frame.box.height / Self.cell))
    weights = [Int](repeating: 0, count: columns * rows)
    cells = weights
    for mark in content.marks { add(mark, frame) }
    for note in content.panel.notes {
      let x = frame.x.fraction(note.x)
      let y = frame.y.fraction(note.y)
      let width = note.text.width * font / max(1, box.width)
      let start = note.align == .left ? x : note.align == .center ? x - width / 2 : x - width
      for step in 0...8 { touch(start + width * Double(step) / 8, y, weight: 20) }
    }
  }

  /// From the frame to a legend.
  private static let inset = 3.0

  /// Where a legend stands: its upper left corner.
  struct Corner: Sendable {
    var left: Double
    var top: Double
    /// Whether the letters need a white ground: on a picture they would not be seen.
    var needsGround = false
  }

  /// The corner of a legend at a declared place of the panel; nil where there is no room for it.
  func corner(of size: LegendBlock.Size, at position: LegendPosition) -> Corner? {
    guard fits(size), let side = position.inside else { return nil }
    var corner = corner(of: size, side)
    corner.needsGround = covered(corner, size, of: cells) > 0
    return corner
  }

  /// The corner of a legend at the first place where it covers nothing that is drawn; nil where there is none.
  func freeCorner(of size: LegendBlock.Size) -> Corner? {
    guard fits(size) else { return nil }
    let places: [LegendPosition] = [.topRight, .topLeft, .bottomRight, .bottomLeft, .right, .left, .top, .bottom]
    let sides = places.compactMap(\.inside) + [0.25, 0.75].flatMap { [($0, 1), ($0, 0), (0, $0), (1, $0)] }
    return sides.lazy.map { corner(of: size, $0) }.first { place in
      covered(place, size, of: weights) + covered(place, size, of: cells) == 0
    }
  }

  private func fits(_ size: LegendBlock.Size) -> Bool {
    size.width <= box.width - 2 * Self.inset && size.height <= box.height - 2 * Self.inset
  }

  private func corner(of size: LegendBlock.Size, _ side: (x: Double, y: Double)) -> Corner {
    let inset = Self.inset
    return Corner(
      left: box.left + inset + side.x * (box.width - 2 * inset - size.width),
      top: box.bottom + inset + size.height + side.y * (box.height - 2 * inset - size.height)
    )
  }

  /// How much a legend covers, or all but touches.
  private func covered(_ corner: Corner, _ size: LegendBlock.Size, of weights: [Int]) -> Int {
    func range(_ from: Double, _ to: Double, _ length: Double, _ count: Int) -> Range<Int> {
      let low = Int((min(max((from - 1) / length, 0), 1) * Double(count)).rounded(.down))
      let high = Int((min(max((to + 1) / length, 0), 1) * Double(count)).rounded(.up))
      return low..<max(low, high)
    }
    let left = corner.left - box.left
    let across = range(left, left + size.width, box.width, columns)
    var sum = 0
    let top = corner.top - box.bottom
    for row in range(top - size.height, top, box.height, rows) {
      for column in across { sum += weights[row * columns + column] }
    }
    return sum
  }

  private func cell(_ x: Double, _ y: Double) -> Int {
    Int(y * Double(rows)) * columns + Int(x * Double(columns))
  }

  private mutating func touch(_ x: Double, _ y: Double, weight: Int) {
    guard x >= 0, x < 1, y >= 0, y < 1 else { return }
    weights[cell(x, y)] = max(weights[cell(x, y)], weight)
  }

  private mutating func add(_ mark: Mark, _ frame: Layout.Frame) {
    let weight: Int
    switch mark.kind {
    // Letters are seen on an even ground.
    case .region where !mark.style.hasOutline, .band where !mark.style.hasOutline: return
    case .heatmap:
      addCells(mark, frame)
      return
    case .horizontal:
      let height = frame.y.fraction(mark["y"].first ?? .nan)
      for step in 0..<columns { touch(Double(step) / Double(columns), height, weight: 5) }
      return
    case .vertical:
      let place = frame.x.fraction(mark["x"].first ?? .nan)
      for step in 0..<rows { touch(place, Double(step) / Double(rows), weight: 5) }
      return
    case .vectors: weight = 1
    // A few points are what a panel is about.
    case .points where mark["x"].count <= 100: weight = 60
    default: weight = 5
    }
    add(mark["x"], mark["y"], frame, weight, isLine: ![.points, .vectors].contains(mark.kind))
    if mark.kind == .band { add(mark["x"], mark["y2"], frame, weight, isLine: true) }
  }

  private mutating func add(_ xs: [Double], _ ys: [Double], _ frame: Layout.Frame, _ weight: Int, isLine: Bool) {
    let stride = max(1, xs.count / 20_000)
    var previous: (x: Double, y: Double)?
    for index in Swift.stride(from: 0, to: min(xs.count, ys.count), by: stride) {
      let point = (x: frame.x.fraction(xs[index]), y: frame.y.fraction(ys[index]))
      guard point.x.isFinite, point.y.isFinite else {
        previous = nil
        continue
      }
      touch(point.x, point.y, weight: weight)
      if isLine, let start = previous { addSegment(start, point, weight) }
      previous = point
    }
  }

  private mutating func addCells(_ mark: Mark, _ frame: Layout.Frame) {
    let (xs, ys, zs) = (mark["x"], mark["y"], mark["z"])
    let isLog = frame.color?.scale == .log
    let places = (x: xs.map(frame.x.fraction), y: ys.map(frame.y.fraction))
    for row in stride(from: 0, to: ys.count, by: max(1, ys.count / 200)) {
      for column in stride(from: 0, to: xs.count, by: max(1, xs.count / 200)) {
        let value = zs[row * xs.count + column]
        guard value.isFinite, !isLog || value > 0 else { continue }
        let (x, y) = (places.x[column], places.y[row])
        if x >= 0, x < 1, y >= 0, y < 1 { cells[cell(x, y)] = 1 }
      }
    }
  }

  private mutating func addSegment(_ from: (x: Double, y: Double), _ to: (x: Double, y: Double), _ weight: Int) {
    let across = max(abs(to.x - from.x) * Double(columns), abs(to.y - from.y) * Double(rows))
    let steps = min(500, Int(min(across, 500)))
    guard steps > 1 else { return }
    for step in 1..<steps {
      let share = Double(step) / Double(steps)
      touch(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share, weight: weight)
    }
  }
}
