internal import Artifacts
internal import Configuration

extension FigureContent {
  /// Where a legend would take too much room because `each` draws many series in the colours of a palette, a bar of
  /// these colors distinguishes them instead.
  mutating func replaceCrowdedLegends(_ inputs: [String: Artifact]) throws(FigureError) {
    // Other mistakes of the layout are reported when the figure is drawn.
    guard panels.contains(where: { $0.panel.barForEach(inputs) != nil }), let layout = try? Layout(self) else { return }
    for index in layout.crowdedPanels {
      guard let panel = panels[index].panel.barForEach(inputs) else { continue }
      panels[index] = try PanelContent(panel, inputs, place: "panel \(index + 1)")
    }
  }
}

extension Panel {
  /// The panel with a bar of colours for `each` in place of the labels of its series; nil where the colours of the
  /// labelled series are not in an order, or stand for something else already.
  fileprivate func barForEach(_ inputs: [String: Artifact]) -> Panel? {
    let labelled = series.filter { $0.each != nil && $0.label != nil && $0.color == nil }
    guard color == nil, let first = labelled.first, let each = first.each?.value,
      labelled.allSatisfy({ $0.each?.value == each && $0.palette == first.palette && $0.z == nil }),
      first.palette != .categorical
    else { return nil }
    var axis = ColorAxis()
    axis.label = FigureText(FigureText.words(each))
    axis.palette = first.palette ?? .viridis
    let values = first.mainInput.flatMap { inputs[$0]?[each]?.values.doubles } ?? []
    if let least = values.min(), let greatest = values.max(), least > 0, greatest / least >= 30 { axis.scale = .log }
    var panel = self
    panel.color = axis
    for index in series.indices where series[index].each?.value == each && series[index].color == nil {
      panel.series[index].palette = nil
      panel.series[index].label = nil
    }
    return panel
  }
}
