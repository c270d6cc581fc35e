extension FigureContent {
  /// What is declared and cannot be drawn: a sentence for each series with values that have no place on an axis.
  ///
  /// A missing value (NaN) is a gap, and limits that are declared hide what lies beyond them; neither is mentioned.
  public var leftOut: [String] {
    panels.enumerated().flatMap { panelIndex, content in
      content.panel.series.indices.flatMap { series in
        content.leftOut(series).map { "panel \(panelIndex + 1), series \(series + 1): \($0)" }
      }
    }
  }
}

extension PanelContent {
  /// The sentences about one series.
  fileprivate func leftOut(_ series: Int) -> [String] {
    let marks = marks.filter { $0.series == series }
    var sentences: [String] = []
    let colors = marks.flatMap { $0["z"] + [$0.colorValue].compactMap { $0 } }
    let infinite = colors.count { $0.isInfinite }
    if infinite > 0 {
      sentences.append(Self.sentence(infinite, of: colors.count, "z", "infinite, and without a color."))
    }
    sentences += leftOut(marks, along: "x", panel.x, columns: ["x"])
    sentences += leftOut(marks, along: "y", panel.y, columns: ["y", "y2"])
    return sentences
  }

  /// The sentences about the values of one axis.
  private func leftOut(_ marks: [Mark], along name: String, _ axis: Axis, columns: [String]) -> [String] {
    func values(_ marks: [Mark]) -> [Double] { marks.flatMap { mark in columns.flatMap { mark[$0] } } }
    let all = values(marks)
    var sentences: [String] = []
    func add(_ count: Int, _ what: String) {
      if count > 0 { sentences.append(Self.sentence(count, of: all.count, name, what)) }
    }
    add(all.count { $0.isInfinite }, "infinite, and not drawn.")
    guard axis.scale == .log else { return sentences }
    // An area reaches down to the beginning of a logarithmic axis; a band does so along y only.
    let placed = values(marks.filter { !($0.kind == .region || $0.kind == .band && name == "y") })
    let place = "which has no place on a logarithmic axis, and not drawn."
    if !axis.zero { add(placed.count { $0 == 0 }, "zero, \(place) 'zero: true' gives it one.") }
    add(placed.count { $0 < 0 && $0.isFinite }, "negative, \(place)")
    return sentences
  }

  private static func sentence(_ count: Int, of all: Int, _ name: String, _ what: String) -> String {
    "\(count) of \(all) values of \(name) \(count == 1 ? "is" : "are") \(what)"
  }
}
