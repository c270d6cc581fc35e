extension Layout {
  /// How much of a figure's height its legends may take.
  static let legendShare = 1.0 / 3
  /// What is said of a legend that is too large.
  static let remedy = """
    takes more than a third of the height, or its entries are wider than their place: shorten its labels, draw fewer \
    series with one, or make the figure larger; 'legend: none' leaves it out, and 'color:' shows the values of 'each' by \
    a bar of colours
    """

  /// The legend of a panel, made for the place where it stands; nil for none.
  func legendBlock(of content: PanelContent, _ frame: Frame) -> LegendBlock? {
    var legend = content.panel.legend ?? Legend()
    legend.position = frame.legendPosition
    let isBelow = legend.position == .below
    var room = LegendBlock.Size(width: max(frame.box.width, 60) - 6, height: max(frame.box.height, 40) - 6)
    if isBelow { room = .init(width: max(frame.roomAcross, 60), height: height * Self.legendShare) }
    if legend.position == .rightOutside { room.width = width / 3 }
    return LegendBlock(legend, content.explained, fontSize: smallFont, room: room, isFlat: isBelow)
  }

  /// Finds the corners of all legends; those for which there is no place go below their panels, and those that are too
  /// large are left out and noted.
  ///
  /// - Returns: whether one has gone somewhere else, so that everything has to be placed again.
  mutating func moveLegends(_ content: FigureContent) -> Bool {
    var hasMoved = false
    for index in frames.indices {
      guard let legend = frames[index].legend else { continue }
      if let corner = corner(of: legend, frames[index], content.panels[index]) {
        frames[index].legendCorner = corner
      } else if frames[index].legendPosition == .below {
        frames[index].legendPosition = .none
        crowdedPanels.append(index)
        hasMoved = true
      } else {
        frames[index].legendPosition = .below
        hasMoved = true
      }
    }
    return hasMoved
  }

  /// The upper left corner of a legend; nil where there is no place for it.
  private func corner(of legend: LegendBlock, _ frame: Frame, _ content: PanelContent) -> LegendPlacement.Corner? {
    let box = frame.box
    switch frame.legendPosition {
    case .rightOutside:
      guard legend.size.height <= box.height + 1 else { return nil }
      let hasBar = content.panel.color?.hasBar == true && frame.color != nil
      return .init(left: (hasBar ? frame.colorLabelX + 0.6 * font : box.right) + 4, top: box.top)
    case .below:
      guard legend.size.height <= height * Self.legendShare, legend.size.width <= max(frame.roomAcross, 60) else {
        return nil
      }
      let top = box.bottom - roomBelow(frame)
      return .init(left: (box.left + box.right - legend.size.width) / 2, top: top)
    case .automatic:
      return LegendPlacement(content, frame, font: smallFont).freeCorner(of: legend.size)
    case let position:
      return LegendPlacement(content, frame, font: smallFont).corner(of: legend.size, at: position)
    }
  }

  /// The size of letters with which a text fits: what is longer than its room shrinks, but not so far that it could not
  /// be read.
  func fontSize(of text: FigureText, within room: Double) -> Double {
    let width = 1.03 * text.width * font
    return font * min(1, max(0.7, room / max(width, 1)))
  }
}

extension Layout.Frame {
  /// The width of what stands centred below or above the panel and does not reach into its neighbours.
  var roomAcross: Double {
    let middle = (box.left + box.right) / 2
    return 2 * min(middle - room.left, room.right - middle)
  }

  /// The height of what stands centred beside the panel.
  var roomUp: Double {
    let middle = (box.bottom + box.top) / 2
    return 2 * min(middle - room.bottom, room.top - middle)
  }
}
