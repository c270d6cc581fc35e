extension ScriptWriter {
  /// Writes one panel with its texts and its legend.
  mutating func write(_ content: PanelContent, _ frame: Layout.Frame, number: Int, isLast: Bool) {
    let panel = content.panel
    add("")
    add("# Panel \(number)")
    for side in ["label", "arrow", "object"] { add("unset \(side)") }
    writeMargins(frame.box)
    writeTics()
    writeAxis("x", frame.x, frame.xTics, isLabelled: frame.xLabel != nil)
    writeAxis("y", frame.y, frame.yTics, isLabelled: frame.yLabel != nil)
    if let color = frame.color { writeColorAxis(color, content) }
    let middle = (x: (frame.box.left + frame.box.right) / 2, y: (frame.box.bottom + frame.box.top) / 2)
    func fitted(_ text: FigureText, _ room: Double) -> Double { layout.fontSize(of: text, within: room) }
    let (across, up) = (frame.roomAcross, frame.roomUp)
    let (xLabel, yLabel) = (frame.xText ?? .empty, frame.yText ?? .empty)
    label(panel.title, at: screen(middle.x, frame.box.top + 0.85 * layout.font), size: fitted(panel.title, across))
    label(xLabel, at: screen(middle.x, frame.xLabelY), size: fitted(xLabel, across))
    label(yLabel, at: screen(frame.yLabelX, middle.y), size: fitted(yLabel, up), options: " rotate by 90")
    if let axis = panel.color, axis.hasBar, frame.color != nil {
      let place = screen(frame.colorLabelX, middle.y)
      let text = frame.colorText(axis)
      label(text, at: place, size: fitted(text, up), options: " rotate by 90")
    }
    writeBreaks(frame)
    for note in panel.notes {
      let place = "first \(NumberText.shortest(note.x)),\(NumberText.shortest(note.y))"
      let options = " textcolor rgb '\(note.color.hexadecimal)' front"
      label(note.text, at: place, align: note.align, size: layout.smallFont, options: options)
    }
    if let legend = frame.legend {
      write(legend, frame.legendCorner, content, frame)
    }
    if isLast, let legend = layout.legend {
      let left = (layout.width - legend.size.width) / 2
      write(legend, .init(left: left, top: 1 + legend.size.height), content, frame)
    }
    var elements = content.marks.flatMap { plotElements($0, content, frame) }
    if elements.isEmpty { elements = ["NaN"] }
    add("plot \\")
    for (index, element) in elements.enumerated() {
      add("  " + element + " notitle" + (index < elements.count - 1 ? ", \\" : ""))
    }
    if panel.color?.hasBar == true, let color = frame.color { writeColorBar(color, content, frame) }
  }

  /// Two strokes across an axis, between the place of zero and the beginning of its logarithmic part.
  private mutating func writeBreaks(_ frame: Layout.Frame) {
    func middle(_ axis: AxisRange) -> Double? { axis.logarithmsFrom.map { axis.fraction($0) / 2 } }
    let (box, half) = (frame.box, 2.2)
    var strokes: [(x: Double, y: Double)] = []
    for shift in [-1.1, 1.1] {
      if let share = middle(frame.x) {
        strokes += [box.bottom, box.top].map { (box.left + share * box.width + shift, $0) }
      }
      if let share = middle(frame.y) {
        strokes += [box.left, box.right].map { ($0, box.bottom + share * box.height + shift) }
      }
    }
    for stroke in strokes {
      add(
        "set arrow from \(screen(stroke.x - half / 2, stroke.y - half)) to \(screen(stroke.x + half / 2, stroke.y + half)) "
          + "nohead front linewidth 0.6 linecolor rgb '\(Color.frame.hexadecimal)'"
      )
    }
  }

  private mutating func writeMargins(_ box: Layout.Box) {
    add(
      "set lmargin at screen \(NumberText.layout(box.left / layout.width)); "
        + "set rmargin at screen \(NumberText.layout(box.right / layout.width))"
    )
    add(
      "set bmargin at screen \(NumberText.layout(box.bottom / layout.height)); "
        + "set tmargin at screen \(NumberText.layout(box.top / layout.height))"
    )
  }

  private mutating func writeTics() {
    add("set tics out nomirror scale 0.4,0.22 textcolor rgb '#000000' font ',\(NumberText.layout(layout.smallFont))'")
    add("set xtics offset 0,0.3")
  }

  private mutating func writeAxis(_ name: String, _ range: AxisRange, _ tics: Tics, isLabelled: Bool) {
    add(range.scale == .log ? "set logscale \(name)" : "unset logscale \(name)")
    add("set \(name)range [\(NumberText.shortest(range.from)):\(NumberText.shortest(range.to))]")
    // Pictures are laid along the second axes, which are linear in the positions on the first.
    add("set \(name)2range [\(NumberText.shortest(range.start)):\(NumberText.shortest(range.end))]")
    add("set \(name)tics out nomirror (\(list(tics, isLabelled: isLabelled)))")
  }

  private func list(_ tics: Tics, isLabelled: Bool) -> String {
    let labelled = tics.labelled.map { tic in
      "\(Self.quoted(isLabelled ? tic.label.markup : "")) \(NumberText.shortest(tic.value))"
    }
    return (labelled + tics.small.map { "'' \(NumberText.shortest($0)) 1" }).joined(separator: ", ")
  }

  // MARK: Colours

  private mutating func writeColorAxis(_ range: AxisRange, _ content: PanelContent) {
    add(range.scale == .log ? "set logscale cb" : "unset logscale cb")
    add("set cbrange [\(NumberText.shortest(range.from)):\(NumberText.shortest(range.to))]")
    guard content.categories.isEmpty else {
      let colors = content.categories.enumerated().map { "\($0.offset) '\($0.element.color.hexadecimal)'" }
      add("set palette maxcolors \(colors.count) defined (\(colors.joined(separator: ", ")))")
      return
    }
    add("set palette maxcolors 0")
    let palette = content.panel.color?.palette ?? .viridis
    // Sampled evenly, so that a shortened palette ends where its colours do.
    let steps = 16
    let colors = (0...steps).map { step in
      let place = Double(step) / Double(steps)
      return "\(NumberText.layout(place)) '\(palette.color(at: place * content.paletteEnd).hexadecimal)'"
    }
    add("set palette defined (\(colors.joined(separator: ", ")))")
  }

  private mutating func writeColorBar(_ range: AxisRange, _ content: PanelContent, _ frame: Layout.Frame) {
    let tics = frame.colorTics ?? Tics(range, length: frame.box.height, spacing: 24)
    add("")
    add("# Its colour bar")
    for side in ["label", "arrow", "object", "logscale"] { add("unset \(side)") }
    writeTics()
    add("unset xtics; unset ytics")
    let left = frame.barLeft
    writeMargins(.init(left: left, right: left + Layout.barWidth, bottom: frame.box.bottom, top: frame.box.top))
    add("set xrange [0:1]; set yrange [0:1]; set x2range [0:1]; set y2range [0:1]; set cbrange [0:1]")
    writeBeyond(content, frame)
    let labelled = tics.labelled.map { tic in
      "\(Self.quoted(tic.label.markup)) \(NumberText.shortest(range.fraction(tic.value)))"
    }
    let small = tics.small.map { "'' \(NumberText.shortest(range.fraction($0))) 1" }
    add("set y2tics out nomirror (\((labelled + small).joined(separator: ", ")))")
    let steps = 256
    let ramp = (0..<steps).flatMap { step in [Double](repeating: (Double(step) + 0.5) / Double(steps), count: 2) }
    let offset = data.append(pixels: ramp)
    add(
      "plot data binary skip=\(offset) array=(2,\(steps)) format='%float32' endian=little "
        + "origin=(0.25,\(NumberText.shortest(0.5 / Double(steps)))) dx=0.5 dy=\(NumberText.shortest(1 / Double(steps))) "
        + "using 1 with image notitle"
    )
    add("unset y2tics")
  }

  /// A tip at an end of the bar whose colour stands for values beyond it too.
  private mutating func writeBeyond(_ content: PanelContent, _ frame: Layout.Frame) {
    let palette = content.panel.color?.palette ?? .viridis
    let (left, right) = (frame.barLeft, frame.barLeft + Layout.barWidth)
    let ends = [
      (frame.beyond.below, frame.box.bottom, -Layout.barTip, palette.color(at: 0)),
      (frame.beyond.above, frame.box.top, Layout.barTip, palette.color(at: content.paletteEnd)),
    ]
    for (isThere, edge, height, color) in ends where isThere {
      add(
        "set object polygon from \(screen(left, edge)) to \(screen(right, edge)) "
          + "to \(screen((left + right) / 2, edge + height)) to \(screen(left, edge)) front "
          + "fillstyle solid border linecolor rgb '\(Color.frame.hexadecimal)' linewidth 0.6 "
          + "fillcolor rgb '\(color.hexadecimal)'"
      )
    }
  }

  // MARK: Legends

  private mutating func write(
    _ legend: LegendBlock,
    _ corner: LegendPlacement.Corner,
    _ content: PanelContent,
    _ frame: Layout.Frame
  ) {
    add("# Legend")
    let size = legend.fontSize
    if corner.needsGround {
      let opposite = screen(corner.left + legend.size.width, corner.top - legend.size.height)
      add(
        "set object rectangle from \(screen(corner.left, corner.top)) to \(opposite) "
          + "front fillstyle transparent solid 0.85 noborder fillcolor rgb '#ffffff'"
      )
    }
    let titlePlace = legend.titlePlace(left: corner.left, top: corner.top)
    label(legend.title, at: screen(titlePlace.x, titlePlace.y), align: .left, size: size, options: " front")
    for placement in legend.placements(left: corner.left, top: corner.top) {
      for mark in placement.entry.marks { writeSample(mark, placement, content, frame, size) }
      let place = screen(placement.text, placement.y)
      label(placement.entry.label, at: place, align: .left, size: size, options: " front")
    }
  }

  private mutating func writeSample(
    _ mark: Mark,
    _ placement: LegendBlock.Placement,
    _ content: PanelContent,
    _ frame: Layout.Frame,
    _ fontSize: Double
  ) {
    let style = mark.style
    let color = content.color(of: mark, on: frame.color)
    let middle = (placement.from + placement.to) / 2
    switch mark.kind {
    case .region, .band, .heatmap:
      let half = 0.36 * fontSize
      add(
        "set object rectangle from \(screen(placement.from, placement.y - half)) "
          + "to \(screen(placement.to, placement.y + half)) "
          + "front fillstyle transparent solid \(NumberText.layout(style.opacity)) noborder "
          + "fillcolor rgb '\(color.hexadecimal)'"
      )
    case .lines, .horizontal, .vertical, .vectors:
      let head = mark.kind == .vectors ? arrowHead : "nohead"
      add(
        "set arrow from \(screen(placement.from, placement.y)) to \(screen(placement.to, placement.y)) "
          + "\(head) front \(Self.line(style, color: color))"
      )
    case .points: break
    }
    guard let marker = style.marker else { return }
    let size = max(style.size, 2)
    if let inside = marker.inside {
      add("set label '' at \(screen(middle, placement.y)) point \(sign(inside, size, Self.paint(.white), 0.1)) front")
    }
    let look = sign(marker, size, Self.paint(color, style.opacity), style.weight)
    add("set label '' at \(screen(middle, placement.y)) point \(look) front")
  }

  /// The head of an arrow, three points long.
  var arrowHead: String {
    "head filled size screen \(NumberText.layout(3 / layout.width)),20,60 fixed"
  }

  /// The options of a sign.
  func sign(_ marker: Marker, _ size: Double, _ paint: String, _ weight: Double) -> String {
    let isFilled = marker.inside == nil && marker != .plus && marker != .cross
    let width = isFilled ? 0.1 : weight
    return "pointtype \(marker.pointType) pointsize \(NumberText.layout(size))*\(isFilled ? "F" : "P") "
      + "linewidth \(NumberText.layout(width)) \(paint)"
  }
}

extension PanelContent {
  /// How far the palette is used: lines of its light end would not be seen.
  var paletteEnd: Double {
    marks.contains { $0.kind == .heatmap } ? 1 : (panel.color?.palette ?? .viridis).lineEnd
  }

  /// The color of a mark in the legend: that of its value on the axis of colors, or its own; grey if it has values and all
  /// are missing, as it is drawn.
  func color(of mark: Mark, on range: AxisRange?) -> Color {
    let values = mark["z"]
    if !values.isEmpty, values.allSatisfy(\.isNaN) { return .missing }
    guard let value = mark.colorValue, let palette = panel.color?.palette else { return mark.style.color }
    if palette == .categorical { return categories.first { $0.value == value }?.color ?? .missing }
    // Without a range no mark has a value.
    guard let range else { return .missing }
    return palette.color(at: range.fraction(value) * paletteEnd)
  }
}
