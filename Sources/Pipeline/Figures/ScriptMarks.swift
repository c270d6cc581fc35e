extension ScriptWriter {
  /// The elements of a `plot` command that draw a mark.
  mutating func plotElements(_ mark: Mark, _ content: PanelContent, _ frame: Layout.Frame) -> [String] {
    let style = mark.style
    let color = content.color(of: mark, on: frame.color)
    switch mark.kind {
    case .lines:
      let z = mark["z"].map(content.colorPosition)
      let kept = z.isEmpty ? Thinning.curve(mark["x"], mark["y"], frame) : Array(z.indices)
      guard !kept.isEmpty else { return [] }
      let curve = [mark["x"], mark["y"]].map { column in kept.map { column[$0] } }
      var elements: [String] = []
      if z.isEmpty || z.contains(where: \.isNaN) {
        // What has no colour is left out of the curve below, and a grey line shows that it is there.
        elements.append("\(rows(curve)) with lines \(Self.line(style, color: z.isEmpty ? color : .missing))")
      }
      if !z.isEmpty {
        let width = NumberText.layout(style.weight)
        // gnuplot draws in white where the colour alone is missing.
        let placed = curve.map { column in zip(column, z).map { $1.isNaN ? .nan : $0 } }
        elements.append("\(rows(placed + [z])) with lines linewidth \(width) linecolor palette")
      }
      return elements + (style.marker == nil ? [] : signs(mark, content, frame, color))
    case .points:
      return signs(mark, content, frame, color)
    case .vectors:
      return vectors(mark, frame, color)
    case .region:
      return areas([mark["x"], mark["y"]], "closed", style, color)
    case .band:
      return band(mark, frame, color)
    case .heatmap:
      return heatMap(mark, content, frame)
    case .horizontal:
      let y = mark["y"].first ?? .nan
      let source = rows([[frame.x.from, frame.x.to], [y, y]])
      return ["\(source) with lines \(Self.line(style, color: color))"]
    case .vertical:
      let x = mark["x"].first ?? .nan
      let source = rows([[x, x], [frame.y.from, frame.y.to]])
      return ["\(source) with lines \(Self.line(style, color: color))"]
    }
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
    let kept = Thinning.points(mark["x"], mark["y"], frame, size: style.size)
    guard !kept.isEmpty else { return [] }
    func columns(_ names: [[Double]], _ places: [Int]) -> [[Double]] {
      names.map { column in places.map { column[$0] } }
    }
    if kept.count > PointPicture.fewest, z.isEmpty {
      let places = columns([mark["x"], mark["y"]], kept)
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
      add(columns([mark["x"], mark["y"]], kept), Self.paint(color, style.opacity))
    } else {
      // What has no colour is told from the others by its grey.
      add(columns([mark["x"], mark["y"]], kept.filter { z[$0].isNaN }), Self.paint(.missing, style.opacity))
      add(columns([mark["x"], mark["y"], z], kept.filter { !z[$0].isNaN }), "linecolor palette")
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

  private mutating func vectors(_ mark: Mark, _ frame: Layout.Frame, _ color: Color) -> [String] {
    var columns: [[Double]] = [[], [], [], []]
    let unit = (
      x: frame.box.width / (frame.x.to - frame.x.from),
      y: frame.box.height / (frame.y.to - frame.y.from)
    )
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
      let ends = [
        frame.x.fraction(arrow[0]), frame.x.fraction(arrow[0] + arrow[2]),
        frame.y.fraction(arrow[1]), frame.y.fraction(arrow[1] + arrow[3]),
      ]
      // An arrow cut off by the frame would lose its head.
      guard ends.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { continue }
      for (column, value) in arrow.enumerated() { columns[column].append(value) }
    }
    guard !columns[0].isEmpty else { return [] }
    return ["\(rows(columns)) with vectors \(arrowHead) \(Self.line(mark.style, color: color))"]
  }

  // MARK: Areas

  private mutating func band(_ mark: Mark, _ frame: Layout.Frame, _ color: Color) -> [String] {
    var (x, low, high) = (mark["x"], mark["y"], mark["y2"])
    if x.isEmpty, let bottom = low.first, let top = high.first {
      (x, low, high) = ([frame.x.from, frame.x.to], [bottom, bottom], [top, top])
    }
    if frame.y.scale == .log {
      low = low.map { $0 <= 0 ? frame.y.from : $0 }
      high = high.map { $0 <= 0 ? frame.y.from : $0 }
    }
    var elements = areas([x, low, high], "", mark.style, color)
    if mark.style.hasOutline, !x.isEmpty {
      var style = mark.style
      style.opacity = 1
      for edge in [low, high] {
        elements.append("\(rows([x, edge])) with lines \(Self.line(style, color: color))")
      }
    }
    return elements
  }

  /// One filled area for each stretch without a gap.
  private mutating func areas(_ columns: [[Double]], _ form: String, _ style: MarkStyle, _ color: Color) -> [String] {
    var elements: [String] = []
    let count = columns.map(\.count).min() ?? 0
    var start = 0
    for index in 0...count {
      if index < count, columns.allSatisfy({ $0[index].isFinite }) { continue }
      if index - start > 1 {
        let stretch = columns.map { Array($0[start..<index]) }
        elements.append(
          "\(rows(stretch)) with filledcurves \(form) fillstyle transparent solid \(NumberText.layout(style.opacity)) "
            + "noborder fillcolor rgb '\(color.hexadecimal)'"
        )
        if style.hasOutline, form == "closed" {
          var outline = style
          outline.opacity = 1
          let ring = stretch.map { $0 + $0.prefix(1) }
          elements.append("\(rows(ring)) with lines \(Self.line(outline, color: color))")
        }
      }
      start = index + 1
    }
    return elements
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
