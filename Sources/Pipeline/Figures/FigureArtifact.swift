public import Artifacts

extension FigureContent {
  /// The plotted data and the script: what a figure's address is made of. gnuplot has no part in it.
  ///
  /// Panels are groups `panel01`, `panel02` and so on, and what is drawn in them groups `series001` and so on, with the
  /// numbers under the names of the figure's declaration.
  public func artifact() throws -> Artifact {
    let script = try Script(self, stem: "figure")
    var artifact = Artifact(attributes: ["kind": .string("figure"), "script": .string(script.text)])
    if !leftOut.isEmpty { artifact.attributes["left_out"] = .string(leftOut.joined(separator: "\n")) }
    for (panelIndex, content) in panels.enumerated() {
      var group = Artifact(attributes: [
        "title": .string(content.panel.title.markup),
        "x_label": .string(content.panel.x.label.markup),
        "y_label": .string(content.panel.y.label.markup),
      ])
      for (index, mark) in content.marks.enumerated() {
        try group.add(mark.artifact(), as: "series" + Self.digits(index + 1, 3))
      }
      try artifact.add(group, as: "panel" + Self.digits(panelIndex + 1, 2))
    }
    return artifact
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}

extension Mark {
  fileprivate func artifact() throws(ArtifactError) -> Artifact {
    var group = Artifact(attributes: ["draw": .string(kind.rawValue), "label": .string(label)])
    if let colorValue { group.attributes["color_value"] = .number(colorValue) }
    for column in columns {
      let dimensions: [(name: String, length: Int)]
      switch (kind, column.name) {
      case (.heatmap, "z"): dimensions = [("y", self["y"].count), ("x", self["x"].count)]
      case (.heatmap, let name): dimensions = [(name, column.values.count)]
      default: dimensions = [("point", column.values.count)]
      }
      var variable = try Variable(.float64(column.values), over: dimensions, units: column.units)
      variable.attributes["source"] = .string(column.source)
      try group.add(variable, as: column.name)
    }
    return group
  }
}
