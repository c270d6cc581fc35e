public import Artifacts

/// An array with what is selected of it: dimensions fixed at one index are gone, others have only the chosen indices.
public struct SelectedArray: Sendable {
  /// What is left of the array.
  public private(set) var variable: Variable
  /// The group that the array belongs to, in which its coordinates are.
  private let group: Artifact
  /// The dimensions of the whole array.
  private let dimensions: [String]
  /// For each dimension of the array the indices that are selected.
  private var places: [String: [Int]] = [:]

  /// Selects elements of an array.
  ///
  /// - Parameters:
  ///   - group: the group that it belongs to.
  ///   - name: what it is called in messages.
  /// - Throws: that there is no such dimension, coordinate, value or position.
  public init(
    _ variable: Variable,
    of group: Artifact,
    _ selection: ElementSelection = .init(),
    named name: String
  ) throws(ArtifactError) {
    self.variable = variable
    self.group = group
    dimensions = variable.dimensions
    var open = variable.dimensions
    var others: [(selector: ElementSelection.Selector, along: Variable, called: String)] = []
    for selector in selection.selectors {
      guard let word = selector.name, !variable.dimensions.contains(word) else { continue }
      guard let along = group[word] else {
        throw ArtifactError("'\(name)' has no dimension '\(word)', and there is no array of that name")
      }
      others.append((selector, along, word))
    }
    let named = selection.selectors.compactMap(\.name) + others.flatMap(\.along.dimensions)
    open.removeAll { named.contains($0) }
    var unnamed = open.makeIterator()
    for selector in selection.selectors where selector.name.map(variable.dimensions.contains) ?? true {
      guard let dimension = selector.name ?? unnamed.next() else {
        throw ArtifactError("'\(name)' has \(variable.dimensions.count) dimensions, and more are selected")
      }
      try choose(selector, along: dimension, by: group[dimension], of: name)
    }
    // What stands along a dimension by its side may itself have dimensions that are fixed by now.
    for other in others {
      let rest = try SelectedArray.along(other.along, places)
      guard rest.dimensions.count == 1, self.variable.dimensions.contains(rest.dimensions[0]) else {
        throw ArtifactError("'\(other.called)' does not run along one dimension that is left of '\(name)'")
      }
      try choose(other.selector, along: rest.dimensions[0], by: rest, of: name, isCoordinate: false)
    }
  }

  /// Another array of the group at the same places, as far as it has the dimensions.
  private static func along(_ variable: Variable, _ places: [String: [Int]]) throws(ArtifactError) -> Variable {
    var rest = variable
    for (dimension, indices) in places.sorted(by: { $0.key < $1.key }) where rest.dimensions.contains(dimension) {
      rest = try indices.count == 1 ? rest.slice(at: [dimension: indices[0]]) : rest.choosing(indices, along: dimension)
    }
    return rest
  }

  private mutating func choose(
    _ selector: ElementSelection.Selector,
    along dimension: String,
    by coordinate: Variable?,
    of name: String,
    isCoordinate: Bool = true
  ) throws(ArtifactError) {
    guard places[dimension] == nil, let axis = variable.dimensions.firstIndex(of: dimension) else {
      throw ArtifactError("the dimension '\(dimension)' of '\(name)' is selected twice")
    }
    let indices = try selector.indices(length: variable.shape[axis], along: dimension, by: coordinate)
    places[dimension] = indices
    if indices.count == 1, selector.single != nil, isCoordinate || selector.way == .nearest {
      variable = try variable.slice(at: [dimension: indices[0]])
    } else {
      variable = try variable.choosing(indices, along: dimension)
    }
  }

  /// Where an element of what is left stands in the whole array: the index along each of its dimensions.
  ///
  /// - Parameter index: the index along a dimension that is left.
  public func indicesInWhole(_ index: (String) -> Int) -> [(dimension: String, index: Int)] {
    dimensions.map { dimension in
      guard variable.dimensions.contains(dimension) else { return (dimension, places[dimension]?.first ?? 0) }
      let own = index(dimension)
      return (dimension, places[dimension].map { $0.indices.contains(own) ? $0[own] : own } ?? own)
    }
  }

  /// The coordinate of a dimension that is left, at the indices that are selected; nil if it has none.
  public func coordinate(of dimension: String) throws(ArtifactError) -> Variable? {
    guard let whole = group[dimension], whole.dimensions == [dimension] else { return nil }
    return try places[dimension].map { indices throws(ArtifactError) in
      try whole.choosing(indices, along: dimension)
    } ?? whole
  }

  /// What the index of a dimension that is left stands for: its coordinate, or the index in the whole array.
  public func label(of index: Int, along dimension: String) -> String {
    let place = places[dimension].map { $0[index] } ?? index
    switch group[dimension]?.values {
    case .string(let texts)? where texts.indices.contains(place): return Criterion.meaning(texts[place]).description
    case let values?:
      guard let numbers = values.exact, numbers.indices.contains(place), numbers[place].isFinite else { break }
      return Criterion.number(numbers[place]).description
    case nil: break
    }
    return "@\(place)"
  }
}

extension ElementSelection.Selector {
  /// The indices that are meant, in the order of the array.
  fileprivate func indices(
    length: Int,
    along dimension: String,
    by coordinate: Variable?
  ) throws(ArtifactError) -> [Int] {
    var indices: Set<Int> = []
    for choice in choices {
      switch way {
      case .position: indices.formUnion(try Self.positions(choice, length: length, along: dimension))
      case .value, .nearest:
        guard let coordinate, coordinate.dimensions.count == 1 else {
          throw ArtifactError("'\(dimension)' has no coordinate; a position is selected by '\(dimension)@0'")
        }
        indices.formUnion(try matching(choice, coordinate, along: name ?? dimension))
      }
    }
    return indices.sorted()
  }

  private static func positions(
    _ choice: ElementSelection.Choice,
    length: Int,
    along dimension: String
  ) throws(ArtifactError) -> ClosedRange<Int> {
    func place(_ value: Criterion?, or otherwise: Int) throws(ArtifactError) -> Int {
      guard case .number(let number)? = value, let index = Int(exactly: number.double) else { return otherwise }
      let place = index < 0 ? index + length : index
      guard (0..<length).contains(place) else {
        throw ArtifactError("there is no index \(index) along '\(dimension)', which has length \(length)")
      }
      return place
    }
    let (first, last) =
      switch choice {
      case .one(let value): (try place(value, or: 0), try place(value, or: 0))
      case .range(let low, let high): (try place(low, or: 0), try place(high, or: length - 1))
      }
    guard first <= last else {
      throw ArtifactError("the positions \(first) to \(last) along '\(dimension)' are an empty range")
    }
    return first...last
  }

  private func matching(
    _ choice: ElementSelection.Choice,
    _ coordinate: Variable,
    along name: String
  ) throws(ArtifactError) -> [Int] {
    let isOwn = coordinate.meanings.isEmpty
    switch (choice, coordinate.values) {
    case (.one(let value), .string(let texts)):
      let text = if case .meaning(let word) = value { word } else { value.description }
      return try found(texts.indices.filter { texts[$0] == text }, value, name, among: texts, isOwn)
    case (.one(.meaning(let word)), let values):
      guard let label = coordinate.label(meaning: word), let numbers = values.doubles else {
        throw ArtifactError("'\(word)' is no meaning of '\(name)'")
      }
      return numbers.indices.filter { numbers[$0] == label }
    case (.range, .string): throw ArtifactError("'\(name)' holds texts, and a range has numbers")
    case (.one(.number(let number)), let values):
      let numbers = values.exact ?? []
      guard way != .nearest else {
        let finite = numbers.indices.filter { numbers[$0].isFinite }
        guard let nearest = finite.min(by: { numbers[$0].distance(to: number) < numbers[$1].distance(to: number) })
        else {
          throw ArtifactError("'\(name)' has no number that could be the nearest to \(number)")
        }
        return [nearest]
      }
      let texts = numbers.map(\.description)
      let places = numbers.indices.filter { numbers[$0] == number }
      return try found(places, .number(number), name, among: texts, isOwn)
    case (.range(let low, let high), let values):
      func bound(_ value: Criterion?, _ otherwise: Double) -> ExactNumber {
        if case .number(let number)? = value { number } else { .real(otherwise) }
      }
      let (least, greatest) = (bound(low, -.infinity), bound(high, .infinity))
      let numbers = values.exact ?? []
      return numbers.indices.filter { numbers[$0] >= least && numbers[$0] <= greatest }
    }
  }

  /// That a coordinate lacks a value is a mistake; that no label has a meaning is an answer.
  private func found(
    _ places: [Int],
    _ value: Criterion,
    _ name: String,
    among texts: [String],
    _ isCoordinate: Bool
  ) throws(ArtifactError) -> [Int] {
    guard places.isEmpty, isCoordinate else { return places }
    let shown = texts.prefix(8).joined(separator: ", ") + (texts.count > 8 ? ", …" : "")
    throw ArtifactError("'\(name)' has no value \(value); it has \(shown), and '~' takes the nearest number")
  }
}

extension Variable {
  /// The part of the array at some indices of a dimension.
  fileprivate func choosing(_ indices: [Int], along dimension: String) throws(ArtifactError) -> Variable {
    guard let axis = dimensions.firstIndex(of: dimension) else { return self }
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let kept = (0..<outer).flatMap { block in
      indices.flatMap { index in
        let start = (block * shape[axis] + index) * inner
        return start..<start + inner
      }
    }
    var left = zip(dimensions, shape).map { (name: $0, length: $1) }
    left[axis].length = indices.count
    var part = try Variable(values.picking(kept), over: left)
    part.attributes = attributes
    return part
  }
}
