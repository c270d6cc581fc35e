extension ScriptWriter {
  /// The elements of a `plot` command that draw a mark.
  mutating func plotElements(_ mark: Mark, _ content: PanelContent, _ frame: Layout.Frame) -> [String] {
    let style = mark.style
    let color = content.color(of: mark, on: frame.color)
    switch mark.kind {
    case .lines:
      let z = mark["z"].map(content.colorPosition)
      let kept = z.isEmpty ? Thinning.curve(mark["x"], mark["y"], frame) : Array(z.indices)
      let (x, y) = (kept.map { mark["x"][$0] }, kept.map { mark["y"][$0] })
      let clip = FrameClip(frame)
      var elements: [String] = []
      if z.isEmpty || z.contains(where: \.isNaN) {
        // What has no colour is left out of the curve below, and a grey line shows that it is there.
        elements += stroke(clip.curve(x, y), Self.line(style, color: z.isEmpty ? color : .missing))
      }
      if !z.isEmpty {
        // gnuplot draws in white where the colour alone is missing.
        let coloured = zip(y, z).map { $1.isNaN ? .nan : $0 }
        let width = NumberText.layout(style.weight)
        elements += stroke(clip.curve(x, coloured, others: [z]), "linewidth \(width) linecolor palette")
      }
      return elements + (style.marker == nil ? [] : signs(mark, content, frame, color))
    case .points:
      return signs(mark, content, frame, color)
    case .vectors:
      return vectors(mark, frame, color)
    case .region:
      return region(mark, frame, color)
    case .band:
      return band(mark, frame, color)
    case .heatmap:
      return heatMap(mark, content, frame)
    case .horizontal:
      let y = mark["y"].first ?? .nan
      let line = FrameClip(frame).curve([frame.x.from, frame.x.to], [y, y])
      return stroke(line, Self.line(style, color: color))
    case .vertical:
      let x = mark["x"].first ?? .nan
      let line = FrameClip(frame).curve([x, x], [frame.y.from, frame.y.to])
      return stroke(line, Self.line(style, color: color))
    }
  }

  /// A line through rows of places; none if there is nothing to draw.
  private mutating func stroke(_ columns: [[Double]], _ look: String) -> [String] {
    columns.contains(where: \.isEmpty) ? [] : ["\(rows(columns)) with lines \(look)"]
  }

  /// A block of the data file, and the columns that are used.
  private mutating func rows(_ columns: [[Double]]) -> String {
    let count = columns.map(\.count).min() ?? 0
    let offset = data.append(rows: columns)
    let format = String(repeating: "%float64", count: columns.count)
    let using = (1...columns.count).map { String($0) }.joined(separator: ":")
    return "data binary skip=\(offset) record=(\(count)) format='\(format)' endian=little using \(using)"
  }

  private mutating func signs(
    _ mark: Mark,
    _ content: PanelContent,
    _ frame: Layout.Frame,
    _ color: Color
  ) -> [String] {
    let style = mark.style
    let marker = style.marker ?? .circle
    let z = mark["z"].map(content.colorPosition)
    let clip = FrameClip(frame)
    let (x, y) = (mark["x"].map(frame.x.drawn), mark["y"].map(frame.y.drawn))
    let inside = (0..<min(x.count, y.count)).filter { clip.contains(clip.place(x[$0], y[$0])) }
    let kept = Thinning.points(inside, x, y, frame, size: style.size)
    guard !kept.isEmpty else { return [] }
    func columns(_ names: [[Double]], _ places: [Int]) -> [[Double]] {
      names.map { column in places.map { column[$0] } }
    }
    if kept.count > PointPicture.fewest, z.isEmpty {
      let places = columns([x, y], kept)
      return [picture(x: places[0], y: places[1], frame, style, color)]
    }
    var elements: [String] = []
    func add(_ values: [[Double]], _ paint: String) {
      guard values.first?.isEmpty == false else { return }
      let source = rows(values)
      if let inside = marker.inside {
        elements.append("\(source) with points \(sign(inside, style.size, Self.paint(.white), 0.1))")
      }
      elements.append("\(source) with points \(sign(marker, style.size, paint, style.weight))")
    }
    if z.isEmpty {
      add(columns([x, y], kept), Self.paint(color, style.opacity))
    } else {
      // Places without a color are grey.
      add(columns([x, y], kept.filter { z[$0].isNaN }), Self.paint(.missing, style.opacity))
      add(columns([x, y, z], kept.filter { !z[$0].isNaN }), "linecolor palette")
    }
    return elements
  }

  /// Very many points, as a picture along the second axes.
  private mutating func picture(
    x: [Double],
    y: [Double],
    _ frame: Layout.Frame,
    _ style: MarkStyle,
    _ color: Color
  ) -> String {
    let picture = PointPicture(x: x, y: y, frame, size: style.size, color: color, opacity: style.opacity)
    let offset = data.append(bytes: picture.bytes)
    let dx = (frame.x.end - frame.x.start) / Double(picture.columns)
    let dy = (frame.y.end - frame.y.start) / Double(picture.rows)
    return "data binary skip=\(offset) array=(\(picture.columns),\(picture.rows)) format='%uchar%uchar%uchar%uchar' "
      + "origin=(\(NumberText.shortest(frame.x.start + dx / 2)),\(NumberText.shortest(frame.y.start + dy / 2))) "
      + "dx=\(NumberText.shortest(dx)) dy=\(NumberText.shortest(dy)) using 1:2:3:4 axes x2y2 with rgbalpha"
  }

  /// Arrows. One that the frame cuts off has no head at its new end.
  private mutating func vectors(_ mark: Mark, _ frame: Layout.Frame, _ color: Color) -> [String] {
    var whole: [[Double]] = [[], [], [], []]
    var cut = whole
    let unit = (
      x: frame.box.width / (frame.x.to - frame.x.from),
      y: frame.box.height / (frame.y.to - frame.y.from)
    )
    let clip = FrameClip(frame)
    for index in mark["x"].indices {
      var arrow = [mark["x"][index], mark["y"][index], mark["u"][index], mark["v"][index]]
      if let length = mark.style.length {
        // As long on the page in every direction, and tangent to the curves as they are drawn.
        let (across, up) = (arrow[2] * unit.x, arrow[3] * unit.y)
        let factor = length / (across * across + up * up).squareRoot()
        arrow[2] *= factor
        arrow[3] *= factor
        arrow[0] -= arrow[2] / 2
        arrow[1] -= arrow[3] / 2
      } else {
        arrow[2] *= mark.style.scale
        arrow[3] *= mark.style.scale
      }
      let from = clip.place(arrow[0], arrow[1])
      let to = clip.place(arrow[0] + arrow[2], arrow[1] + arrow[3])
      guard from.isFinite, to.isFinite, let part = FrameClip.part(from, to), part.start < part.end else { continue }
      if part.start > 0 || part.end < 1 {
        let start = clip.values(FrameClip.place(from, to, at: part.start))
        let end = clip.values(FrameClip.place(from, to, at: part.end))
        arrow = [start.x, start.y, end.x - start.x, end.y - start.y]
      }
      for (column, value) in arrow.enumerated() {
        if part.end < 1 { cut[column].append(value) } else { whole[column].append(value) }
      }
    }
    let look = Self.line(mark.style, color: color)
    var elements: [String] = []
    if !whole[0].isEmpty { elements.append("\(rows(whole)) with vectors \(arrowHead) \(look)") }
    if !cut[0].isEmpty { elements.append("\(rows(cut)) with vectors nohead \(look)") }
    return elements
  }

  // MARK: Areas

  /// The area between two curves. What has no logarithm on a logarithmic axis lies at the axis' beginning.
  private mutating func band(_ mark: Mark, _ frame: Layout.Frame, _ color: Color) -> [String] {
    var (x, low, high) = (mark["x"], mark["y"], mark["y2"])
    if x.isEmpty, let bottom = low.first, let top = high.first {
      (x, low, high) = ([frame.x.from, frame.x.to], [bottom, bottom], [top, top])
    }
    let clip = FrameClip(frame)
    (low, high) = (low.map(frame.y.raised), high.map(frame.y.raised))
    let lower = zip(x, low).map(clip.place)
    let upper = zip(x, high).map(clip.place)
    var elements: [String] = []
    for stretch in Self.stretches(min(lower.count, upper.count), where: { lower[$0].isFinite && upper[$0].isFinite }) {
      for run in Self.runs(stretch, of: lower.map(\.x)) {
        elements += fill(Array(lower[run]) + upper[run].reversed(), clip, mark.style, color)
      }
    }
    if mark.style.hasOutline {
      for edge in [low, high] { elements += outline(clip.curve(x, edge), mark.style, color) }
    }
    return elements
  }

  /// One filled polygon for each stretch without a gap.
  private mutating func region(_ mark: Mark, _ frame: Layout.Frame, _ color: Color) -> [String] {
    let (x, y) = (mark["x"].map(frame.x.raised), mark["y"].map(frame.y.raised))
    let clip = FrameClip(frame)
    let corners = zip(x, y).map(clip.place)
    var elements: [String] = []
    for stretch in Self.stretches(corners.count, where: { corners[$0].isFinite }) {
      elements += fill(Array(corners[stretch]), clip, mark.style, color)
      if mark.style.hasOutline {
        let ring = Array(stretch) + [stretch.lowerBound]
        elements += outline(clip.curve(ring.map { x[$0] }, ring.map { y[$0] }), mark.style, color)
      }
    }
    return elements
  }

  /// The longest ranges of at least two indices that all have a property.
  private static func stretches(_ count: Int, where has: (Int) -> Bool) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start = 0
    for index in 0...count where index == count || !has(index) {
      if index - start > 1 { found.append(start..<index) }
      start = index + 1
    }
    return found
  }

  /// A range in parts along each of which the values only go up or only go down; neighbours share an index. Where a band
  /// turns back, its area would otherwise count against itself.
  private static func runs(_ range: Range<Int>, of values: [Double]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start = range.lowerBound
    var isRising: Bool?
    for index in range.dropFirst() where values[index] != values[index - 1] {
      let rises = values[index] > values[index - 1]
      if let known = isRising, known != rises {
        found.append(start..<index)
        start = index - 1
      }
      isRising = rises
    }
    return found + [start..<range.upperBound]
  }

  private mutating func fill(_ corners: [PanelPoint], _ clip: FrameClip, _ style: MarkStyle, _ color: Color) -> [String]
  {
    let polygon = FrameClip.polygon(corners).map(clip.values)
    guard polygon.count > 2 else { return [] }
    return [
      "\(rows([polygon.map(\.x), polygon.map(\.y)])) with filledcurves closed "
        + "fillstyle transparent solid \(NumberText.layout(style.opacity)) noborder fillcolor rgb '\(color.hexadecimal)'"
    ]
  }

  private mutating func outline(_ columns: [[Double]], _ style: MarkStyle, _ color: Color) -> [String] {
    var style = style
    style.opacity = 1
    return stroke(columns, Self.line(style, color: color))
  }

  // MARK: Heat maps

  /// A picture, laid along the second axes.
  private mutating func heatMap(_ mark: Mark, _ content: PanelContent, _ frame: Layout.Frame) -> [String] {
    // Finer than a page can show; coarse enough for a small file.
    let dots = 600.0 / 72
    guard let x = PixelAxis(mark["x"], frame.x, most: Int(frame.box.width * dots)),
      let y = PixelAxis(mark["y"], frame.y, most: Int(frame.box.height * dots))
    else { return [] }
    let z = mark["z"]
    let width = mark["x"].count
    var pixels: [Double] = []
    pixels.reserveCapacity(x.cells.count * y.cells.count)
    for row in y.cells {
      for column in x.cells {
        pixels.append(content.colorPosition(z[row * width + column]))
      }
    }
    let offset = data.append(pixels: pixels)
    return [
      "data binary skip=\(offset) array=(\(x.cells.count),\(y.cells.count)) format='%float32' endian=little "
        + "origin=(\(NumberText.shortest(x.origin)),\(NumberText.shortest(y.origin))) "
        + "dx=\(NumberText.shortest(x.step)) dy=\(NumberText.shortest(y.step)) using 1 axes x2y2 with image"
    ]
  }
}

/// The pixels of a heat map along one axis: evenly spaced, whatever the cells are.
struct PixelAxis {
  /// The position on the axis of the first pixel's middle.
  let origin: Double
  let step: Double
  /// For each pixel the cell that it shows.
  let cells: [Int]

  /// Pixels for cells around `centers`: one for each cell where they are even and within the range, else as many as
  /// show them well.
  init?(_ centers: [Double], _ range: AxisRange, most: Int) {
    let edges = CellEdges(centers, range.scale)
    guard let first = edges.positions.first, let last = edges.positions.last, last > first else { return nil }
    let slack = 1e-9 * (range.end - range.start)
    if let step = edges.step, first >= range.start - slack, last <= range.end + slack {
      self.step = step
      origin = first + step / 2
      cells = edges.cells
      return
    }
    let from = max(first, range.start)
    let to = min(last, range.end)
    guard to > from else { return nil }
    let count = max(2, most)
    let step = (to - from) / Double(count)
    var cell = 0
    var cells: [Int] = []
    for pixel in 0..<count {
      let position = from + (Double(pixel) + 0.5) * step
      while cell < edges.cells.count - 1, edges.positions[cell + 1] <= position { cell += 1 }
      cells.append(edges.cells[cell])
    }
    self.step = step
    self.cells = cells
    origin = from + step / 2
  }
}
