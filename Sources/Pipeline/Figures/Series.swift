public import Configuration
public import References

/// Something drawn in a panel: which data, and how.
public struct Series: Record {
  /// How the data are drawn.
  public var draw = DrawKind.lines
  /// The horizontal coordinates.
  public var x: DataReference?
  /// The vertical coordinates.
  public var y: DataReference?
  /// The other edge of a band.
  public var y2: DataReference?
  /// The values that are shown as colours.
  public var z: DataReference?
  /// The horizontal components of arrows.
  public var u: DataReference?
  /// The vertical components of arrows.
  public var v: DataReference?
  /// Dimensions fixed at an index.
  public var at = NamedValues<Int>()
  /// The dimension of which each index gives one series.
  public var each: Located<String>?
  /// Which elements are kept.
  public var filter = NamedValues<Criterion>()
  /// Every how many elements one is kept.
  public var every = 1
  /// How many elements are kept from the beginning.
  public var first: Int?
  /// How many elements are kept from the end.
  public var last: Int?
  /// The text in the legend.
  public var label: Located<LabelTemplate>?
  /// The colour.
  public var color: Color?
  /// The colours of `each`.
  public var palette: PaletteName?
  /// How much the colour hides.
  public var opacity: Double?
  /// The pattern of a line.
  public var line: LineStyle?
  /// The width of a line.
  public var weight: Double?
  /// The sign at a point.
  public var marker: Marker?
  /// The width of the sign.
  public var size: Double?
  /// By what arrows are multiplied.
  public var scale: Double?
  /// The length of all arrows.
  public var length: Double?

  /// A series without data.
  public init() {}

  /// The keys of a series.
  public static let fields: [Field<Series>] = [
    .init("draw", \.draw, "How the data are drawn.", required: true),
    .init("x", \.x, "The horizontal coordinates: input/variable, or a number."),
    .init("y", \.y, "The vertical coordinates."),
    .init("y2", \.y2, "The other edge of a band."),
    .init(
      "z",
      \.z,
      "The values that are shown as colours of the panel's 'color' axis; what has none there is grey, and a cell empty."
    ),
    .init("u", \.u, "The horizontal components of arrows."),
    .init("v", \.v, "The vertical components of arrows."),
    .init("at", \.at, "Dimensions that are fixed at an index; a negative one counts from the end."),
    .init("each", \.each, "The dimension of which each index is drawn as a series of its own."),
    .init("where", \.filter, "Variables with the number, or the meaning of the label, that elements must have."),
    .init("every", \.every, "Every how many elements, along each dimension, one is drawn.", limit: .positive),
    .init("first", \.first, "How many elements are drawn from the beginning.", limit: .ifPresent(.positive)),
    .init("last", \.last, "How many elements are drawn from the end.", limit: .ifPresent(.positive)),
    .init("label", \.label, "The text in the legend; {variable} and {variable:digits} are filled in."),
    .init("color", \.color, "The colour; the next one of a colour-blind-safe cycle unless given."),
    .init("palette", \.palette, "The colours of 'each'."),
    .init("opacity", \.opacity, "How much the colour hides what is below.", limit: .ifPresent(.within(0...1))),
    .init("line", \.line, "The pattern of the line; reference lines are dashed unless given."),
    .init("weight", \.weight, "The width of the line.", unit: "pt", limit: .ifPresent(.within(0.1...20))),
    .init("marker", \.marker, "The sign at a point; on lines there is none unless given."),
    .init("size", \.size, "The width of the sign.", unit: "pt", limit: .ifPresent(.within(0.1...40))),
    .init("scale", \.scale, "By what u and v are multiplied; an arrow then begins at its point."),
    .init(
      "length",
      \.length,
      "The length of every arrow, which is then centred on its point.",
      unit: "pt",
      limit: .ifPresent(.within(0.5...200))
    ),
  ]

  /// The data that the kind of drawing needs, and none that it has no use for.
  public func inconsistencies() -> [Inconsistency] {
    var found: [Inconsistency] = []
    for (name, reference) in references {
      switch (draw.need(for: name), reference) {
      case (.required, nil):
        found.append(Inconsistency("draw", "\(draw.rawValue) needs '\(name)'"))
      case (.none, .some):
        found.append(Inconsistency(name, "\(draw.rawValue) has no use for '\(name)'"))
      default: break
      }
    }
    if scale != nil, length != nil {
      found.append(Inconsistency("length", "arrows have either a 'scale' or a 'length'"))
    }
    if draw != .vectors, scale != nil || length != nil {
      found.append(Inconsistency(scale == nil ? "length" : "scale", "only vectors have one"))
    }
    if draw == .heatmap, each != nil {
      found.append(Inconsistency("each", "a heat map is one picture: fix the dimension with 'at'"))
    }
    if draw == .heatmap {
      let thinned = [
        ("where", !filter.entries.isEmpty), ("every", every != 1), ("first", first != nil), ("last", last != nil),
      ]
      for (name, isGiven) in thinned where isGiven {
        found.append(Inconsistency(name, "a heat map is drawn whole"))
      }
    }
    if palette != nil, each == nil {
      found.append(Inconsistency("palette", "colours for 'each', which is not given"))
    }
    return found
  }

  /// The references by key.
  var references: [(name: String, reference: DataReference?)] {
    [("x", x), ("y", y), ("y2", y2), ("z", z), ("u", u), ("v", v)]
  }

  /// The references that are given.
  var given: [(name: String, reference: DataReference)] {
    references.compactMap { name, reference in reference.map { (name, $0) } }
  }

  /// The input in which `where` and the places of a label are looked up: that of y, else of the first reference.
  var mainInput: String? {
    y?.input ?? given.lazy.compactMap(\.reference.input).first
  }
}

extension DrawKind {
  enum Need {
    case required
    case optional
    case none
  }

  /// Whether a series of this kind has the data `name`.
  func need(for name: String) -> Need {
    switch (self, name) {
    case (.lines, "z"), (.points, "z"), (.band, "x"): .optional
    case (.horizontal, "z"), (.vertical, "z"): .optional
    case (.lines, "x"), (.lines, "y"), (.points, "x"), (.points, "y"), (.region, "x"), (.region, "y"): .required
    case (.vectors, "x"), (.vectors, "y"), (.vectors, "u"), (.vectors, "v"): .required
    case (.band, "y"), (.band, "y2"): .required
    case (.heatmap, "x"), (.heatmap, "y"), (.heatmap, "z"): .required
    case (.horizontal, "y"), (.vertical, "x"): .required
    default: .none
    }
  }
}
