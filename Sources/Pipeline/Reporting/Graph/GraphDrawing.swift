extension PipelineGraph {
  /// The most stages that are drawn: more boxes than this are not legible.
  public static let maximumDrawn = 1_000
  private static let margin = 24.0
  private static let letterWidth = 7.3

  /// Whether the graph is small enough to be drawn.
  public var isDrawable: Bool { nodes.count <= Self.maximumDrawn }

  /// A drawing: a box with name and kind for each stage, and arrows from each to those that need its result.
  public var svg: String {
    let layout = layout
    let width = max(layout.width, Double(heading.count) * Self.letterWidth) + 2 * Self.margin
    let top = 2 * Self.margin
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" \(Self.size(width, layout.height + top + Self.margin)) \
      font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="12">
      """,
      "<title>\(heading.asMarkup)</title>",
      Self.marker,
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
      "<text x=\"\(Self.number(Self.margin))\" y=\"\(Self.number(Self.margin))\">\(heading.asMarkup)</text>",
    ]
    lines += draw(layout, top: top) { _, box in box }
    return (lines + ["</svg>"]).joined(separator: "\n")
  }

  /// What a page says of a stage in its drawing.
  public struct Look: Sendable {
    /// Where the box leads.
    public var link: String?
    /// The state, in words.
    public var state: String
    /// Whether there is no result yet: such a box has the class `lacking`.
    public var isLacking: Bool

    /// A look.
    public init(link: String?, state: String, isLacking: Bool) {
      self.link = link
      self.state = state
      self.isLacking = isLacking
    }
  }

  /// The drawing as a part of a page, whose style gives it its colours: each box leads to a link.
  ///
  /// - Parameter look: is asked about each stage.
  public func svg(_ look: (String) -> Look) -> String {
    let layout = layout
    var lines = [
      """
      <svg \(Self.size(layout.width + 2 * Self.margin, layout.height + 2 * Self.margin)) role="group" \
      aria-label="\("Graph of the stages of \(name)".asMarkup)">
      """,
      Self.marker,
    ]
    lines += draw(layout, top: Self.margin) { node, box in
      let look = look(node.name)
      let group = look.isLacking ? "<g class=\"lacking\">\n\(box)\n</g>" : box
      guard let link = look.link else { return group }
      let label = "\(node.name), \(node.caption), \(look.state)".asMarkup
      return "<a href=\"\(link.asMarkup)\" aria-label=\"\(label)\">\n\(group)\n</a>"
    }
    return (lines + ["</svg>"]).joined(separator: "\n")
  }

  private var heading: String { title.isEmpty ? name : "\(name): \(title)" }

  private var layout: GraphLayout {
    GraphLayout(self) { node in Double(max(node.name.count, node.caption.count)) * Self.letterWidth + 24 }
  }

  private static func size(_ width: Double, _ height: Double) -> String {
    "viewBox=\"0 0 \(number(width)) \(number(height))\" width=\"\(number(width))\""
  }

  private static let marker = """
    <defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">\
    <path d="M0 0L8 4L0 8z" fill="#666"/></marker></defs>
    """

  private func draw(_ layout: GraphLayout, top: Double, _ wrap: (Node, String) -> String) -> [String] {
    layout.arrows.map { draw($0, layout, top: top) }
      + layout.places.compactMap { place in
        place.node.map { wrap(nodes[$0], draw(nodes[$0], place, top: top)) }
      }
  }

  private func draw(_ node: Node, _ place: GraphLayout.Place, top: Double) -> String {
    let x = place.x + Self.margin
    let y = top + Double(place.layer) * GraphLayout.layerHeight
    let left = Self.number(x - place.width / 2)
    return """
      <rect x="\(left)" y="\(Self.number(y))" width="\(Self.number(place.width))" \
      height="\(Self.number(GraphLayout.boxHeight))" rx="4" fill="#eef4fa" stroke="#0072b2"/>
      <text x="\(Self.number(x))" y="\(Self.number(y + 18))" text-anchor="middle">\(node.name.asMarkup)</text>
      <text x="\(Self.number(x))" y="\(Self.number(y + 35))" text-anchor="middle" class="caption" \
      fill="#666">\(node.caption.asMarkup)</text>
      """
  }

  private func draw(_ arrow: GraphLayout.Arrow, _ layout: GraphLayout, top: Double) -> String {
    let points = arrow.route.enumerated().map { index, number in
      let place = layout.places[number]
      let isFirst = index == 0
      let isLast = index == arrow.route.count - 1
      // From below a box to above the next one; where it passes a layer, through the middle.
      let drop = isFirst ? GraphLayout.boxHeight : isLast ? 0 : GraphLayout.boxHeight / 2
      return (x: place.x + Self.margin, y: top + Double(place.layer) * GraphLayout.layerHeight + drop)
    }
    var path = ""
    var last = points[0]
    path += "M\(Self.number(last.x)) \(Self.number(last.y))"
    for point in points.dropFirst() {
      let middle = Self.number((last.y + point.y) / 2)
      path += "C\(Self.number(last.x)) \(middle) \(Self.number(point.x)) \(middle) "
      path += "\(Self.number(point.x)) \(Self.number(point.y))"
      last = point
    }
    let label = label(from: arrow.source, to: arrow.user)
    return """
      <path d="\(path)" fill="none" stroke="#666" marker-end="url(#arrow)">\
      <title>\(label.asMarkup)</title></path>
      """
  }

  /// A coordinate with one decimal.
  private static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let whole = tenths / 10
    let sign = tenths < 0 && whole == 0 ? "-" : ""
    return tenths % 10 == 0 ? "\(whole)" : "\(sign)\(whole).\(abs(tenths % 10))"
  }
}
