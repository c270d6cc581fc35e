public import Configuration

/// How a series is drawn.
public enum DrawKind: String, Choice {
  /// A line through the points, with markers if one is named.
  case lines
  /// A marker at each point.
  case points
  /// An arrow at each point.
  case vectors
  /// A closed polygon, filled.
  case region
  /// The area between two curves, filled.
  case band
  /// A grid of coloured cells.
  case heatmap
  /// A line across the panel at a height.
  case horizontal
  /// A line up the panel.
  case vertical
}

/// How values are laid out along an axis.
public enum AxisScale: String, Choice {
  /// In proportion.
  case linear
  /// In proportion to their logarithms.
  case log
}

/// The pattern of a line.
public enum LineStyle: String, Choice {
  /// Unbroken.
  case solid
  /// Dashes.
  case dashed
  /// Dots.
  case dotted
  /// Dashes and dots in turn.
  case dashDot = "dash-dot"

  /// The lengths of dashes and gaps, in halves of the line's width; round ends add two to a dash and take two from a
  /// gap.
  var dashes: [Double] {
    switch self {
    case .solid: []
    case .dashed: [7, 6]
    case .dotted: [0.2, 4.6]
    case .dashDot: [7, 5, 0.2, 5]
    }
  }
}

/// The sign at a point.
public enum Marker: String, Choice {
  /// A filled disc.
  case circle
  /// A circle with a white inside.
  case openCircle = "open-circle"
  /// A filled square.
  case square
  /// A square with a white inside.
  case openSquare = "open-square"
  /// A filled triangle.
  case triangle
  /// A triangle with a white inside.
  case openTriangle = "open-triangle"
  /// A filled square on its corner.
  case diamond
  /// A square on its corner with a white inside.
  case openDiamond = "open-diamond"
  /// An x.
  case cross
  /// A +.
  case plus
  /// A small disc, for many points.
  case dot

  /// gnuplot's number of the sign.
  var pointType: Int {
    switch self {
    case .plus: 1
    case .cross: 2
    case .openSquare: 4
    case .square: 5
    case .openCircle: 6
    case .circle, .dot: 7
    case .openTriangle: 8
    case .triangle: 9
    case .openDiamond: 12
    case .diamond: 13
    }
  }

  /// The filled form of an open sign, to be drawn white below it.
  var inside: Marker? {
    switch self {
    case .openSquare: .square
    case .openCircle: .circle
    case .openTriangle: .triangle
    case .openDiamond: .diamond
    default: nil
    }
  }

  /// The width where none is given, in points.
  var standardSize: Double { self == .dot ? 1 : 4 }
}

/// Where a legend stands.
public enum LegendPosition: String, Choice {
  /// Inside, where it covers the least data.
  case automatic
  /// Inside, in a corner or at the middle of a side.
  case topLeft = "top-left"
  /// Inside, at the top.
  case top
  /// Inside, in a corner.
  case topRight = "top-right"
  /// Inside, at the left.
  case left
  /// Inside, at the right.
  case right
  /// Inside, in a corner.
  case bottomLeft = "bottom-left"
  /// Inside, at the bottom.
  case bottom
  /// Inside, in a corner.
  case bottomRight = "bottom-right"
  /// To the right of the panel.
  case rightOutside = "right-outside"
  /// Under the panel, or under all of them.
  case below
  /// Nowhere.
  case none

  /// For a position inside, how far the legend stands to the right and up, from 0 to 1; nil for others.
  var inside: (x: Double, y: Double)? {
    switch self {
    case .topLeft: (0, 1)
    case .top: (0.5, 1)
    case .topRight: (1, 1)
    case .left: (0, 0.5)
    case .right: (1, 0.5)
    case .bottomLeft: (0, 0)
    case .bottom: (0.5, 0)
    case .bottomRight: (1, 0)
    case .automatic, .rightOutside, .below, .none: nil
    }
  }
}

/// On which side of its place a text stands.
public enum Alignment: String, Choice {
  /// The text begins at its place.
  case left
  /// The text is centred on its place.
  case center
  /// The text ends at its place.
  case right
}
