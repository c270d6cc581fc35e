internal import Reporting

/// One or a few series as lines: of long ones the lowest and the highest value in each column of the drawing.
struct LinePlot {
  struct Line {
    let label: String
    let values: [Double]
  }

  let svg: String

  /// Dash patterns, so that lines do not differ by color alone.
  private static let dashes = ["", "6 3", "2 3", "9 3 2 3", "1 5"]
  /// A line of so few points shows them.
  private static let mostDots = 40

  init(_ lines: [Line], over axis: QuickPlot.Axis, titled title: String) {
    let places = axis.numbers
    let values = lines.flatMap(\.values)
    let frame = PlotFrame(x: PlotScale(places), y: PlotScale(values, mayBeLogarithmic: true))
    var content: [String] = []
    for (number, line) in lines.enumerated() {
      let pattern = Self.dashes[number % Self.dashes.count]
      let dash = pattern.isEmpty ? "" : " stroke-dasharray=\"\(pattern)\""
      content.append("<path class=\"line\"\(dash) d=\"\(Self.path(line.values, places, frame))\"/>")
      if places.count <= Self.mostDots {
        for (x, y) in zip(places, line.values) where y.isFinite {
          let (across, down) = (PlotFrame.text(frame.across(x)), PlotFrame.text(frame.down(y)))
          content.append("<circle class=\"dot\" cx=\"\(across)\" cy=\"\(down)\" r=\"2\"/>")
        }
      }
    }
    let finite = values.filter(\.isFinite)
    let range = "\(ShortNumber.text(finite.min() ?? 0)) to \(ShortNumber.text(finite.max() ?? 0))"
    let named = lines.count > 1 ? " \(lines.count) lines, \(lines.map(\.label).joined(separator: ", "))." : ""
    var notes: [String] = []
    if lines.count > 1 { notes.append("\(lines.count) lines: \(lines.first?.label ?? "") …") }
    if frame.y.isLogarithmic { notes.append("log") }
    svg = frame.svg(
      titled: title,
      across: axis.label,
      note: notes.joined(separator: ", "),
      described: "\(title) over \(axis.label): \(places.count) points, values from \(range).\(named)",
      content.joined(separator: "\n")
    )
  }

  private static func path(_ values: [Double], _ places: [Double], _ frame: PlotFrame) -> String {
    var path = ""
    var isDown = false
    func add(_ index: Int) {
      path +=
        "\(isDown ? "L" : "M")\(PlotFrame.text(frame.across(places[index]))) \(PlotFrame.text(frame.down(values[index])))"
      isDown = true
    }
    var run: [Int] = []
    var column = Int.min
    func flush() {
      guard let first = run.first, let last = run.last else { return }
      let low = run.min { values[$0] < values[$1] } ?? first
      let high = run.max { values[$0] < values[$1] } ?? first
      for index in Set([first, low, high, last]).sorted() { add(index) }
      run = []
    }
    for index in values.indices {
      let isGap = !values[index].isFinite || frame.y.isLogarithmic && values[index] <= 0
      let own = isGap ? Int.min : Int(frame.across(places[index]))
      if own != column || isGap { flush() }
      column = own
      if isGap { isDown = false } else { run.append(index) }
    }
    flush()
    return path
  }
}
