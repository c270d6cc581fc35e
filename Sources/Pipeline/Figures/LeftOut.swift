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
    return [("x", panel.x, ["x"]), ("y", panel.y, ["y", "y2"])].flatMap { name, axis, columns in
      let values = marks.flatMap { mark in
        // An area reaches down to the beginning of a logarithmic axis.
        columns.flatMap { mark[$0] }.filter { !mark.kind.isArea || !$0.isFinite }
      }
      let infinite = values.count { $0.isInfinite }
      let zeros = axis.scale == .log && !axis.zero ? values.count { $0 == 0 } : 0
      let negative = axis.scale == .log ? values.count { $0 < 0 && $0.isFinite } : 0
      func sentence(_ count: Int, _ what: String) -> String? {
        guard count > 0 else { return nil }
        return "\(count) of \(values.count) values of \(name) \(count == 1 ? "is" : "are") \(what), and not drawn."
      }
      return [
        sentence(infinite, "infinite"),
        sentence(zeros, "zero, which has no place on a logarithmic axis").map { $0 + " 'zero: true' gives it one." },
        sentence(negative, "negative, which has no place on a logarithmic axis"),
      ].compactMap { $0 }
    }
  }
}
