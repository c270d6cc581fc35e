/// Finds the place inside a panel where a legend covers the least data.
struct LegendPlacement {
  /// How much is drawn in each cell of the panel, row by row from the bottom.
  private var weights: [Int]
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
    for mark in content.marks { add(mark, frame) }
    for note in content.panel.notes {
      let x = frame.x.fraction(note.x)
      let y = frame.y.fraction(note.y)
      let width = note.text.width * font / max(1, box.width)
      let start = note.align == .left ? x : note.align == .center ? x - width / 2 : x - width
      for step in 0...8 { touch(start + width * Double(step) / 8, y, weight: 20) }
    }
  }

  /// The upper left corner of a legend at the declared place, or at the best one.
  func corner(of size: LegendBlock.Size, _ position: LegendPosition) -> (left: Double, top: Double) {
    let inset = 3.0
    func corner(_ side: (x: Double, y: Double)) -> (left: Double, top: Double) {
      let left = box.left + inset + side.x * (box.width - 2 * inset - size.width)
      let top = box.bottom + inset + size.height + side.y * (box.height - 2 * inset - size.height)
      return (left, top)
    }
    if let side = position.inside { return corner(side) }
    let order: [LegendPosition] = [.topRight, .topLeft, .bottomRight, .bottomLeft, .right, .left, .top, .bottom]
    let candidates = order.compactMap(\.inside).map(corner)
    let best = candidates.min { covered($0, size) < covered($1, size) }
    return best ?? corner((1, 1))
  }

  private func covered(_ corner: (left: Double, top: Double), _ size: LegendBlock.Size) -> Int {
    let first = Int(((corner.left - box.left) / Self.cell).rounded(.down))
    let last = Int(((corner.left + size.width - box.left) / Self.cell).rounded(.up))
    let low = Int(((corner.top - size.height - box.bottom) / Self.cell).rounded(.down))
    let high = Int(((corner.top - box.bottom) / Self.cell).rounded(.up))
    var sum = 0
    for row in max(0, low)..<max(low, min(rows, high)) where row < rows {
      for column in max(0, first)..<max(first, min(columns, last)) where column < columns {
        sum += weights[row * columns + column]
      }
    }
    return sum
  }

  private mutating func touch(_ x: Double, _ y: Double, weight: Int) {
    guard x >= 0, x < 1, y >= 0, y < 1 else { return }
    let index = Int(y * Double(rows)) * columns + Int(x * Double(columns))
    weights[index] = max(weights[index], weight)
  }

  private mutating func add(_ mark: Mark, _ frame: Layout.Frame) {
    let weight: Int
    switch mark.kind {
    case .region: return
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
    let xs = mark["x"]
    let ys = mark["y"]
    let stride = max(1, xs.count / 20_000)
    var previous: (x: Double, y: Double)?
    for index in Swift.stride(from: 0, to: min(xs.count, ys.count), by: stride) {
      let point = (x: frame.x.fraction(xs[index]), y: frame.y.fraction(ys[index]))
      guard point.x.isFinite, point.y.isFinite else {
        previous = nil
        continue
      }
      touch(point.x, point.y, weight: weight)
      if mark.kind == .lines, let start = previous { addSegment(start, point, weight) }
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
        touch(places.x[column], places.y[row], weight: 2)
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
