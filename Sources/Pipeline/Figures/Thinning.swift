/// Leaves out what a page cannot show, so that long series make small files.
enum Thinning {
  /// Below this many points nothing is left out.
  private static let fewest = 5_000
  /// What lies closer than this, in points of the page, looks the same.
  private static let resolution = 0.12

  /// The places of a curve's points that are kept: of each run of points within one column of the page the first, the
  /// lowest, the highest and the last.
  static func curve(_ x: [Double], _ y: [Double], _ frame: Layout.Frame) -> [Int] {
    let count = min(x.count, y.count)
    guard count > fewest else { return Array(0..<count) }
    var kept: [Int] = []
    var start = 0
    var column = Double.nan
    func keepRun(to end: Int) {
      guard start < end else { return }
      let run = start..<end
      let low = run.min { y[$0] < y[$1] } ?? start
      let high = run.max { y[$0] < y[$1] } ?? start
      kept += Set([start, low, high, end - 1]).sorted()
    }
    for index in 0..<count {
      let isGap = !x[index].isFinite || !frame.y.position(y[index]).isFinite
      let own = isGap ? .nan : (frame.x.fraction(x[index]) * frame.box.width / resolution).rounded(.down)
      // A gap is in no column, and is kept by itself.
      if own == column { continue }
      keepRun(to: index)
      start = index
      column = own
    }
    keepRun(to: count)
    return kept
  }

  /// Of points inside the frame the places of those that are kept: one of those that lie on each other.
  static func points(_ inside: [Int], _ x: [Double], _ y: [Double], _ frame: Layout.Frame, size: Double) -> [Int] {
    guard inside.count > fewest else { return inside }
    let cell = max(resolution, size / 6)
    let columns = Int(frame.box.width / cell) + 1
    let rows = Int(frame.box.height / cell) + 1
    var isTaken = [Bool](repeating: false, count: columns * rows)
    return inside.filter { index in
      let up = Int(frame.y.fraction(y[index]) * frame.box.height / cell)
      let place = up * columns + Int(frame.x.fraction(x[index]) * frame.box.width / cell)
      defer { isTaken[place] = true }
      return !isTaken[place]
    }
  }
}

/// A picture of very many points: what would be a large file of small discs.
struct PointPicture {
  /// More points than this are drawn as a picture.
  static let fewest = 20_000
  /// The width of a pixel, in points of the page.
  private static let pixel = 72.0 / 450

  let columns: Int
  let rows: Int
  /// Red, green, blue and opacity of each pixel, in rows from the bottom.
  let bytes: [UInt8]

  /// Draws discs of one colour.
  init(x: [Double], y: [Double], _ frame: Layout.Frame, size: Double, color: Color, opacity: Double) {
    let columns = max(2, Int(frame.box.width / Self.pixel))
    let rows = max(2, Int(frame.box.height / Self.pixel))
    let alpha = UInt8((opacity * 255).rounded())
    let red = UInt8(color.rgb >> 16 & 255)
    let green = UInt8(color.rgb >> 8 & 255)
    let blue = UInt8(color.rgb & 255)
    var bytes = [UInt8](repeating: 0, count: 4 * columns * rows)
    let radius = max(0.5, size / Self.pixel / 2)
    for (x, y) in zip(x, y) {
      let across = frame.x.fraction(x) * Double(columns)
      let up = frame.y.fraction(y) * Double(rows)
      guard across.magnitude < 1e6, up.magnitude < 1e6 else { continue }
      for row in min(max(0, Int(up - radius)), rows - 1)...max(0, min(rows - 1, Int(up + radius))) {
        for column in min(max(0, Int(across - radius)), columns - 1)...max(0, min(columns - 1, Int(across + radius))) {
          let (dx, dy) = (Double(column) + 0.5 - across, Double(row) + 0.5 - up)
          guard dx * dx + dy * dy <= radius * radius else { continue }
          let place = 4 * (row * columns + column)
          bytes[place] = red
          bytes[place + 1] = green
          bytes[place + 2] = blue
          bytes[place + 3] = alpha
        }
      }
    }
    self.columns = columns
    self.rows = rows
    self.bytes = bytes
  }
}
