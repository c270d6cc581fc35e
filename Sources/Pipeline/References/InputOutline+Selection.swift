public import Configuration

extension InputOutline {
  /// The dimensions that are left of what a reference selects of this input's arrays; nil when that is not known, or
  /// something is wrong with it, which has then been reported.
  ///
  /// - Parameters:
  ///   - owner: what the input is called in messages, such as "stage 'orbit'".
  ///   - known: for dimensions and sweeps the values along them, as far as they are known.
  public func dimensions(
    of reference: DataReference,
    in owner: String,
    known: [String: [JSONValue]] = [:],
    _ diagnostics: inout Diagnostics
  ) -> [String]? {
    guard case .array(_, let path) = reference.content, let arrays else { return nil }
    guard let array = self[path] else {
      let names = arrays.map(\.path)
      diagnostics.report(
        "\(owner) has no array '\(path)'",
        at: reference.location,
        hints: Suggestion.hint(for: path, among: names),
        "arrays of \(kind): " + (names.isEmpty ? "none" : names.joined(separator: ", "))
      )
      return nil
    }
    var check = SelectionCheck(outline: self, array: array, known: known)
    check.run(reference.selection)
    for (message, hints) in check.found {
      var diagnostic = Diagnostic(message, at: reference.location)
      diagnostic.hints = hints
      diagnostics.report(diagnostic)
    }
    return check.found.isEmpty ? check.left : nil
  }
}

extension InputOutline {
  /// The dimensions that are left of what a reference selects; none where that is not known or something is wrong with it.
  public func dimensions(of reference: DataReference) -> [String] {
    // Mistakes of a selection have been reported.
    var ignored = Diagnostics()
    return dimensions(of: reference, in: "", &ignored) ?? []
  }

  /// By which selectors a reference selects some of the elements along dimensions that are left, by dimension; what is
  /// wrong with it is reported by `dimensions`.
  public func parts(of reference: DataReference) -> [String: [ElementSelection.Selector]] {
    guard case .array(_, let path) = reference.content, let array = self[path] else { return [:] }
    var check = SelectionCheck(outline: self, array: array, known: [:])
    check.run(reference.selection)
    return check.parts
  }
}

/// Checks a selection against the declaration of an array before it exists.
private struct SelectionCheck {
  let outline: InputOutline
  let array: InputOutline.Array
  let known: [String: [JSONValue]]
  /// The dimensions that are left.
  var left: [String] = []
  /// What selects some of the elements along dimensions that are left.
  var parts: [String: [ElementSelection.Selector]] = [:]
  var found: [(message: String, hints: [String])] = []

  /// The names of the groups that the array is in, and of the array within them.
  private var group: String { array.path.lastIndex(of: "/").map { String(array.path[...$0]) } ?? "" }

  init(outline: InputOutline, array: InputOutline.Array, known: [String: [JSONValue]]) {
    self.outline = outline
    self.array = array
    self.known = known
    left = array.dimensions
  }

  mutating func run(_ selection: ElementSelection) {
    var taken: Set<String> = []
    var others: [(ElementSelection.Selector, InputOutline.Array)] = []
    var own: [(selector: ElementSelection.Selector, dimension: String?)] = []
    for selector in selection.selectors {
      guard let name = selector.name, !array.dimensions.contains(name) else {
        own.append((selector, selector.name))
        continue
      }
      guard let other = outline[group + name] else {
        report("'\(array.path)' has no dimension '\(name)'", nearest: name, among: array.dimensions)
        continue
      }
      others.append((selector, other))
    }
    guard found.isEmpty else { return }
    let named = Set(own.compactMap(\.dimension) + others.flatMap(\.1.dimensions))
    var unnamed = array.dimensions.filter { !named.contains($0) }.makeIterator()
    for (selector, name) in own {
      guard let dimension = name ?? unnamed.next() else {
        let count = array.dimensions.count
        report("'\(array.path)' has \(count) \(count == 1 ? "dimension" : "dimensions"), and more are selected")
        return
      }
      guard taken.insert(dimension).inserted else {
        report("the dimension '\(dimension)' is selected twice")
        return
      }
      check(selector, along: dimension)
      if selector.single != nil {
        left.removeAll { $0 == dimension }
      } else {
        // With or without its name it means the same.
        var named = selector
        named.name = dimension
        parts[dimension, default: []].append(named)
      }
    }
    for (selector, other) in others { check(selector, by: other, &taken) }
  }

  private mutating func check(_ selector: ElementSelection.Selector, along dimension: String) {
    let values = known[dimension]
    guard selector.way != .position else {
      if let values { checkPositions(selector, values.count, along: dimension) }
      return
    }
    guard let coordinate = outline[group + dimension], coordinate.dimensions == [dimension] else {
      report("'\(dimension)' has no coordinate", hint: "a position is selected by '\(dimension)@0'")
      return
    }
    checkMeanings(selector, coordinate)
    guard let values, selector.way == .value, coordinate.meanings.isEmpty else { return }
    let texts = values.map { if case .string(let text) = $0 { text } else { $0.canonicalText } }
    for case .one(let value) in selector.choices {
      let text = if case .meaning(let word) = value { word } else { value.description }
      if !texts.contains(text) {
        report("'\(dimension)' has no value \(value)", nearest: text, among: texts, called: "values")
      }
    }
  }

  private mutating func checkPositions(_ selector: ElementSelection.Selector, _ length: Int, along dimension: String) {
    let values = selector.choices.flatMap { choice in
      switch choice {
      case .one(let value): [value]
      case .range(let low, let high): [low, high].compactMap { $0 }
      }
    }
    for case .number(let number) in values where !(-Double(length)..<Double(length)).contains(number.double) {
      report("there is no index \(number) along '\(dimension)', which has length \(length)")
    }
  }

  private mutating func check(
    _ selector: ElementSelection.Selector,
    by other: InputOutline.Array,
    _ taken: inout Set<String>
  ) {
    guard selector.way != .position else {
      report("'\(other.path)' is no dimension of '\(array.path)', so it has no positions")
      return
    }
    let open = other.dimensions.filter { left.contains($0) || !array.dimensions.contains($0) }
    guard open.count == 1, left.contains(open[0]) else {
      report(
        "'\(other.path)' runs along \(open.isEmpty ? "nothing" : open.joined(separator: ", ")), and selects along one "
          + "dimension that is left of '\(array.path)'",
        nearest: nil,
        among: left
      )
      return
    }
    guard taken.insert(open[0]).inserted else {
      report("the dimension '\(open[0])' is selected twice")
      return
    }
    checkMeanings(selector, other)
    if selector.single != nil, selector.way == .nearest {
      left.removeAll { $0 == open[0] }
    } else {
      parts[open[0], default: []].append(selector)
    }
  }

  private mutating func checkMeanings(_ selector: ElementSelection.Selector, _ labels: InputOutline.Array) {
    guard !labels.meanings.isEmpty else { return }
    for case .one(.meaning(let word)) in selector.choices where !labels.meanings.contains(word) {
      report("'\(word)' is no meaning of '\(labels.path)'", nearest: word, among: labels.meanings, called: "meanings")
    }
  }

  private mutating func report(_ message: String, hint: String? = nil) {
    found.append((message, [hint].compactMap { $0 }))
  }

  private mutating func report(
    _ message: String,
    nearest word: String?,
    among names: [String],
    called what: String = "dimensions"
  ) {
    let hint = word.flatMap { Suggestion.hint(for: $0, among: names) }
    let list = names.isEmpty ? "it has none" : "\(what): " + Suggestion.list(names)
    found.append((message, [hint, list].compactMap { $0 }))
  }
}
