internal import Artifacts

/// A small plot of letters: a row of blocks, or a field of Braille dots with its ends written beside it.
public struct TextPlot: Sendable {
  private let x: [Double]
  private let y: [Double]
  /// What stands at the ends of the axes, where it is not the values that are drawn.
  private var xEnds: (low: String, high: String)?
  private var yEnds: (low: String, high: String)?

  /// A plot of `y` over `x`, or over 0, 1, 2 and so on. What is not finite is left out.
  ///
  /// - Precondition: both have one length.
  public init(_ y: [Double], over x: [Double]? = nil) {
    let x = x ?? y.indices.map(Double.init)
    precondition(x.count == y.count, "a plot of \(y.count) values over \(x.count)")
    let finite = y.indices.filter { x[$0].isFinite && y[$0].isFinite }
    self.x = finite.map { x[$0] }
    self.y = finite.map { y[$0] }
  }

  /// A plot of numbers over others, or over 0, 1, 2 and so on; nil for texts. Whole numbers at the ends of the axes have
  /// all their digits.
  init?(_ y: Values, over x: Values? = nil) {
    guard let heights = y.doubles else { return nil }
    self.init(heights, over: x?.doubles)
    yEnds = y.wholeEnds
    xEnds = x?.wholeEnds
  }

  /// Whether nothing can be drawn.
  public var isEmpty: Bool { y.isEmpty }

  // MARK: One row

  private static let blocks = Array("▁▂▃▄▅▆▇█")

  /// The values as one row of blocks, at most `width` wide; where several share a place their mean stands.
  public func row(width: Int) -> String {
    let columns = min(max(1, width), y.count)
    var sums = [Double](repeating: 0, count: columns)
    var counts = [Int](repeating: 0, count: columns)
    for (index, value) in y.enumerated() {
      let column = index * columns / y.count
      // The share of each is taken first: a sum of large values might not be finite.
      sums[column] += value / Double(y.count)
      counts[column] += 1
    }
    let means = zip(sums, counts).map { $1 == 0 ? 0 : $0 * (Double(y.count) / Double($1)) }
    let scale = Scale(means)
    return String(means.map { Self.blocks[scale.step(of: $0, among: Self.blocks.count)] })
  }

  // MARK: A field

  /// A field of Braille dots, two by four to a letter, with the least and greatest values beside it.
  ///
  /// Few values are joined by lines; many are dots of their own, since chaos joined by lines is a black box.
  public func lines(width: Int, height: Int = 10) -> [String] {
    guard !isEmpty else { return [] }
    let (xScale, yScale) = (Scale(x), Scale(y))
    let labels = [
      yEnds?.high ?? ShortNumber.text(yScale.greatest), yEnds?.low ?? ShortNumber.text(yScale.least),
    ]
    let margin = labels.map(\.count).max() ?? 0
    let columns = max(8, width - margin - 3)
    var field = DotField(columns: columns, rows: max(2, height))
    let points = zip(x, y).map { x, y in
      (
        column: xScale.step(of: x, among: field.width),
        row: field.height - 1 - yScale.step(of: y, among: field.height)
      )
    }
    let isJoined = points.count <= columns
    var last: (column: Int, row: Int)?
    for point in points {
      if isJoined, let last { field.draw(from: last, to: point) } else { field.set(point.column, point.row) }
      last = point
    }
    let rows = field.text
    var lines = rows.enumerated().map { index, row in
      let label = index == 0 ? labels[0] : index == rows.count - 1 ? labels[1] : ""
      return String(repeating: " ", count: margin - label.count) + label + " ┤" + row
    }
    let from = xEnds?.low ?? ShortNumber.text(xScale.least)
    let to = xEnds?.high ?? ShortNumber.text(xScale.greatest)
    let space = String(repeating: " ", count: max(1, columns - from.count - to.count))
    lines.append(String(repeating: " ", count: margin + 2) + from + space + to)
    return lines
  }
}

extension Values {
  /// The least and the greatest of whole numbers.
  fileprivate var wholeEnds: (low: String, high: String)? {
    guard isWhole, let (low, high) = extremes else { return nil }
    return (low.brief, high.brief)
  }
}

/// Where values lie between the least and the greatest.
private struct Scale {
  let least: Double
  let greatest: Double

  init(_ values: [Double]) {
    least = values.min() ?? 0
    greatest = values.max() ?? 0
  }

  /// The step of a value among `count` equal ones; the middle one where all values are equal.
  func step(of value: Double, among count: Int) -> Int {
    // Halves, since the difference of two finite values may not be finite.
    let span = greatest / 2 - least / 2
    guard span > 0 else { return count / 2 }
    let share = (value / 2 - least / 2) / span
    return min(count - 1, max(0, Int((share * Double(count - 1)).rounded())))
  }
}

/// A field of dots, written in Braille.
private struct DotField {
  /// The number of dots in a row.
  let width: Int
  /// The number of rows of dots.
  let height: Int
  private let columns: Int
  private var cells: [UInt8]

  init(columns: Int, rows: Int) {
    self.columns = columns
    width = 2 * columns
    height = 4 * rows
    cells = [UInt8](repeating: 0, count: columns * rows)
  }

  /// The bits of a letter's dots, by row and column.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  mutating func set(_ column: Int, _ row: Int) {
    cells[row / 4 * columns + column / 2] |= Self.bits[row % 4][column % 2]
  }

  mutating func draw(from: (column: Int, row: Int), to: (column: Int, row: Int)) {
    let steps = max(abs(to.column - from.column), abs(to.row - from.row))
    guard steps > 0 else { return set(to.column, to.row) }
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      set(
        from.column + Int((Double(to.column - from.column) * share).rounded()),
        from.row + Int((Double(to.row - from.row) * share).rounded())
      )
    }
  }

  var text: [String] {
    stride(from: 0, to: cells.count, by: columns).map { start in
      var row = String.UnicodeScalarView()
      for cell in cells[start..<start + columns] {
        // The letters of Braille are 256 in a row.
        if let letter = Unicode.Scalar(0x2800 + UInt32(cell)) { row.append(letter) }
      }
      return String(row)
    }
  }
}
