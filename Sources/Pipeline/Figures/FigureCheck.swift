public import Configuration
public import References

extension Figure {
  /// Checks every name against the declared inputs: inputs, arrays, dimensions and meanings, and whether the
  /// dimensions that are left fit the way of drawing.
  public func check(against inputs: [String: InputOutline], _ diagnostics: inout Diagnostics) {
    for (panelIndex, panel) in panels.enumerated() {
      for (seriesIndex, series) in panel.series.enumerated() {
        let place = "panel \(panelIndex + 1), series \(seriesIndex + 1)"
        var check = SeriesCheck(series: series, inputs: inputs, place: place)
        check.run(panel)
        check.found.forEach { diagnostics.report($0) }
      }
    }
  }
}

/// The checks of one series.
private struct SeriesCheck {
  let series: Series
  let inputs: [String: InputOutline]
  let place: String
  var found: [Diagnostic] = []

  mutating func run(_ panel: Panel) {
    // Nil for an array of which nothing is known yet; then little can be said about the others.
    var dimensions: [String: [String]?] = [:]
    for (name, reference) in series.given {
      guard let known = self.dimensions(of: reference) else { return }
      dimensions[name] = known
    }
    let all = dimensions.values.compactMap { $0 }.flatMap { $0 }
    let isComplete = dimensions.values.allSatisfy { $0 != nil }
    for entry in series.at.entries where isComplete { checkDimension(entry.name, all) }
    if let each = series.each, isComplete {
      checkDimension(each, all)
      if series.at.names.contains(each.value) {
        report("'\(each.value)' is fixed by 'at' already", each.location)
      }
    }
    let left = dimensions.compactMapValues { $0.map(remaining) }
    if isComplete, found.isEmpty {
      checkShape(left)
    }
    if found.isEmpty {
      checkFilter(left)
      checkLabel()
    }
    if panel.color?.palette == .categorical, case .array(let input, let path) = series.z?.content,
      let array = inputs[input]?[path], array.meanings.isEmpty
    {
      report("categorical colours are for labels, and '\(path)' has no meanings", series.z?.location)
    }
    if series.draw == .vectors, series.length != nil, panel.x.scale == .log || panel.y.scale == .log {
      report("arrows of one length need linear axes", series.u?.location)
    }
  }

  /// The dimensions of what is referred to: empty for a number, `.some(nil)` where nothing is known, nil where it is
  /// not there, which has then been reported.
  private mutating func dimensions(of reference: DataReference) -> [String]?? {
    guard let input = reference.input else { return .some([]) }
    guard let outline = inputs[input] else {
      let names = inputs.keys.sorted()
      report(
        "there is no input '\(input)'",
        reference.location,
        Suggestion.hint(for: input, among: names),
        names.isEmpty ? "the stage has no inputs" : "inputs: " + names.joined(separator: ", ")
      )
      return nil
    }
    guard outline.arrays != nil else { return .some(nil) }
    var diagnostics = Diagnostics()
    let dimensions = outline.dimensions(of: reference, in: "'\(input)'", &diagnostics)
    for diagnostic in diagnostics.all { report(diagnostic) }
    return dimensions.map { .some($0) }
  }

  private mutating func reportMissing(_ path: String, in input: String, _ location: SourceLocation?) {
    guard let outline = inputs[input], let arrays = outline.arrays else { return }
    let names = arrays.map(\.path)
    report(
      "'\(input)' has no array '\(path)'",
      location,
      Suggestion.hint(for: path, among: names),
      "arrays of \(outline.kind): " + (names.isEmpty ? "none" : names.joined(separator: ", "))
    )
  }

  private mutating func checkDimension(_ name: Located<String>, _ all: [String]) {
    guard !all.contains(name.value) else { return }
    let names = Set(all).sorted()
    report(
      "none of the arrays has the dimension '\(name.value)'",
      name.location,
      Suggestion.hint(for: name.value, among: names),
      names.isEmpty ? "they have none" : "dimensions: " + names.joined(separator: ", ")
    )
  }

  /// The dimensions that are not fixed.
  private func remaining(_ dimensions: [String]) -> [String] {
    dimensions.filter { $0 != series.each?.value && !series.at.names.contains($0) }
  }

  private mutating func checkShape(_ left: [String: [String]]) {
    let most = series.draw.dimensionality
    for (name, reference) in series.given {
      let dimensions = left[name] ?? []
      let limit = series.draw == .heatmap && name != "z" ? 1 : most
      guard dimensions.count > limit else { continue }
      report(
        "'\(reference)' is left with the dimensions \(dimensions.joined(separator: ", ")); "
          + "\(series.draw.rawValue) needs \(limit == 0 ? "a single number" : limit == 1 ? "one" : "at most \(limit)")",
        reference.location,
        "fix dimensions with 'at: { \(dimensions[0]): 0 }'"
          + (series.draw == .heatmap ? "" : ", or draw all with 'each: \(dimensions[0])'")
      )
      return
    }
    if series.draw == .heatmap {
      checkGrid(left, cells: ["z"])
    } else if series.draw == .vectors, left["u"]?.count == 2 {
      checkGrid(left, cells: ["u", "v"])
    } else {
      checkAgreement(left)
    }
  }

  /// x and y run along one dimension each, and the cells along both.
  private mutating func checkGrid(_ left: [String: [String]], cells: [String]) {
    for (name, reference) in series.given where !cells.contains(name) {
      guard left[name]?.count == 1 else {
        report("'\(reference)' must have one dimension", reference.location)
        return
      }
    }
    guard isOneInput else { return }
    let axes = (left["x"] ?? []) + (left["y"] ?? [])
    for (name, reference) in series.given where cells.contains(name) {
      let dimensions = left[name] ?? []
      guard dimensions.sorted() != axes.sorted() else { continue }
      report(
        "'\(reference)' has the dimensions \(list(dimensions)), and x and y have \(list(axes))",
        reference.location
      )
    }
  }

  /// All arrays run along the dimensions of the one that has the most, or are single numbers.
  private mutating func checkAgreement(_ left: [String: [String]]) {
    guard isOneInput, let widest = series.given.max(by: { left[$0.name]?.count ?? 0 < left[$1.name]?.count ?? 0 })
    else { return }
    let dimensions = left[widest.name] ?? []
    for (name, reference) in series.given {
      let own = left[name] ?? []
      guard !own.allSatisfy(dimensions.contains) else { continue }
      report(
        "'\(reference)' runs along \(list(own)), and '\(widest.reference)' along \(list(dimensions))",
        reference.location
      )
    }
  }

  /// Whether dimensions of one name are one dimension.
  private var isOneInput: Bool {
    Set(series.given.compactMap(\.reference.input)).count <= 1
  }

  private mutating func checkFilter(_ left: [String: [String]]) {
    guard !series.filter.entries.isEmpty, let input = series.mainInput, let outline = inputs[input],
      outline.arrays != nil
    else { return }
    let elements = Set(left.values.flatMap { $0 })
    for entry in series.filter.entries {
      guard let array = outline[entry.name.value] else {
        reportMissing(entry.name.value, in: input, entry.name.location)
        continue
      }
      let own = remaining(array.dimensions)
      if !own.allSatisfy(elements.contains) {
        report(
          "'\(entry.name.value)' runs along \(list(own)), and the elements along \(list(elements.sorted()))",
          entry.name.location
        )
      }
      if case .meaning(let word) = entry.value.value, !array.meanings.contains(word) {
        report(
          "'\(word)' is no meaning of '\(entry.name.value)'",
          entry.value.location,
          Suggestion.hint(for: word, among: array.meanings),
          array.meanings.isEmpty
            ? "it has none; give a number" : "meanings: " + array.meanings.joined(separator: ", ")
        )
      }
    }
  }

  private mutating func checkLabel() {
    guard let label = series.label, let input = series.mainInput, let outline = inputs[input], outline.arrays != nil
    else { return }
    for variable in label.value.variables {
      guard let array = outline[variable] else {
        reportMissing(variable, in: input, label.location)
        continue
      }
      let own = remaining(array.dimensions)
      guard !own.isEmpty else { continue }
      report("'{\(variable)}' is not a single number: it runs along \(list(own))", label.location)
    }
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : names.joined(separator: ", ")
  }

  private mutating func report(_ message: String, _ location: SourceLocation?, _ hints: String?...) {
    var diagnostic = Diagnostic(message, at: location)
    diagnostic.hints = hints.compactMap { $0 }
    report(diagnostic)
  }

  private mutating func report(_ diagnostic: Diagnostic) {
    var diagnostic = diagnostic
    if diagnostic.location == nil { diagnostic.message = "\(place): \(diagnostic.message)" }
    found.append(diagnostic)
  }
}

extension DrawKind {
  /// The largest number of dimensions of what is drawn.
  fileprivate var dimensionality: Int {
    switch self {
    case .horizontal, .vertical: 0
    case .lines, .region, .band: 1
    case .vectors, .heatmap: 2
    case .points: 8
    }
  }
}
