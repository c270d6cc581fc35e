internal import Artifacts
internal import Configuration
internal import References

/// Takes the numbers of one series out of the inputs: dimensions fixed, elements filtered and thinned.
struct Selection {
  let series: Series
  let inputs: [String: Artifact]
  let place: String

  /// An array with some dimensions fixed.
  struct Slice {
    var values: [Double]
    var dimensions: [String]
    var shape: [Int]
  }

  /// How many marks the series gives.
  func count() throws(FigureError) -> Int {
    guard let each = series.each?.value else { return 1 }
    var length: Int?
    for (_, reference) in series.given {
      guard let variable = try variable(reference), let axis = variable.dimensions.firstIndex(of: each) else {
        continue
      }
      let own = variable.shape[axis]
      if let length, length != own {
        throw FigureError("\(place): '\(each)' has length \(length) in one input and \(own) in another")
      }
      length = own
    }
    return length ?? 0
  }

  /// The mark at one index of `each`.
  ///
  /// - Parameter digits: how many digits the values in its label have more than the template asks for.
  func mark(each index: Int?, style: MarkStyle, digits: Int) throws(FigureError) -> Mark {
    var slices: [(name: String, reference: DataReference, slice: Slice)] = []
    for (name, reference) in series.given {
      slices.append((name, reference, try slice(reference, each: index)))
    }
    var colorValue: Double?
    let colorSlice = slices.first { $0.name == "z" }?.slice
    if series.draw != .heatmap, let slice = colorSlice, slice.dimensions.isEmpty {
      colorValue = slice.values.first
      slices.removeAll { $0.name == "z" }
    } else if colorSlice == nil, let index {
      // Without a coordinate the place itself is what there is to show.
      colorValue = coordinate(each: index) ?? Double(index)
    }
    let values = series.draw == .heatmap ? try grid(slices.map(\.slice)) : try elements(slices.map(\.slice), index)
    var columns: [Mark.Column] = []
    for ((name, reference, _), values) in zip(slices, values) {
      let units = try variable(reference)?.units
      columns.append(.init(name: name, values: values, units: units, source: reference.description))
    }
    let labelled = try series.z.flatMap { reference throws(FigureError) in try variable(reference) }
    return Mark(
      kind: series.draw,
      columns: columns,
      labels: labelled.map { z in z.meanings.compactMap { word in z.label(meaning: word).map { ($0, word) } } } ?? [],
      colorValue: colorValue,
      label: try label(each: index, digits),
      style: style
    )
  }

  // MARK: Elements

  /// The slices as lists of equal length, one element for each place that is kept.
  private func elements(_ slices: [Slice], _ index: Int?) throws(FigureError) -> [[Double]] {
    guard let frame = frame(of: slices) else { return [] }
    var lists: [[Double]] = []
    for slice in slices { lists.append(try broadcast(slice, over: frame)) }
    let kept = try keptElements(of: frame, index)
    return lists.map { list in kept.count == list.count ? list : kept.map { list[$0] } }
  }

  /// The slice that the elements run along: the one with the most dimensions.
  func frame(of slices: [Slice]) -> Slice? {
    if series.draw == .vectors, let grid = slices.first(where: { $0.dimensions.count == 2 }) { return grid }
    return slices.max { $0.dimensions.count < $1.dimensions.count }
  }

  /// The places, in order, of the elements that are drawn.
  func keptElements(of frame: Slice, _ index: Int?) throws(FigureError) -> [Int] {
    var kept = Array(frame.values.indices)
    if series.every > 1 {
      let strides = Self.strides(frame.shape)
      kept = kept.filter { place in
        zip(strides, frame.shape).allSatisfy { stride, length in (place / stride) % length % series.every == 0 }
      }
    }
    for entry in series.filter.entries {
      guard let input = series.mainInput else { continue }
      let reference = DataReference(.array(input: input, path: entry.name.value))
      let values = try broadcast(try slice(reference, each: index), over: frame)
      let wanted: Double?
      switch entry.value.value {
      case .number(let number): wanted = number.double
      case .meaning(let word): wanted = try variable(reference)?.label(meaning: word)
      }
      kept = kept.filter { values[$0] == wanted }
    }
    if let first = series.first { kept = Array(kept.prefix(first)) }
    if let last = series.last { kept = Array(kept.suffix(last)) }
    return kept
  }

  /// The slice repeated along the dimensions of `frame` that it lacks.
  private func broadcast(_ slice: Slice, over frame: Slice) throws(FigureError) -> [Double] {
    if slice.dimensions == frame.dimensions, slice.shape == frame.shape { return slice.values }
    if slice.dimensions.isEmpty, let value = slice.values.first {
      return Array(repeating: value, count: frame.values.count)
    }
    // Arrays of two inputs may name one dimension differently; then the lengths decide.
    if slice.dimensions.count == 1, frame.dimensions.count == 1, slice.shape == frame.shape { return slice.values }
    let own = Self.strides(slice.shape)
    var strides: [Int] = []
    var length = 1
    for (dimension, count) in zip(frame.dimensions, frame.shape) {
      if let axis = slice.dimensions.firstIndex(of: dimension), slice.shape[axis] == count {
        strides.append(own[axis])
        length *= count
      } else {
        strides.append(0)
      }
    }
    guard length == slice.values.count else {
      throw FigureError(
        "\(place): an array of \(slice.shape) over \(slice.dimensions) does not fit one of \(frame.shape) over "
          + "\(frame.dimensions)"
      )
    }
    return Self.gather(slice.values, shape: frame.shape, strides: strides, offset: 0)
  }

  /// x, y, and z in rows of constant y.
  private func grid(_ slices: [Slice]) throws(FigureError) -> [[Double]] {
    let (x, y, z) = (slices[0], slices[1], slices[2])
    let isTransposed = isTransposed(x: x.dimensions, y: y.dimensions, z: z.dimensions)
    let rowsFirst = isTransposed ? [z.shape[1], z.shape[0]] : z.shape
    guard rowsFirst == y.shape + x.shape else {
      throw FigureError("\(place): \(z.shape) cells for \(x.values.count) values of x and \(y.values.count) of y")
    }
    guard x.values.count > 1, y.values.count > 1 else {
      throw FigureError("\(place): a heat map has at least two values of x and of y")
    }
    guard isTransposed else { return [x.values, y.values, z.values] }
    return [x.values, y.values, Self.gather(z.values, shape: rowsFirst, strides: [1, z.shape[1]], offset: 0)]
  }

  /// Whether the cells of a heat map lie in columns.
  func isTransposed(x: [String], y: [String], z: [String]) -> Bool { z == x + y && z != y + x }

  // MARK: Slices

  private func variable(_ reference: DataReference) throws(FigureError) -> Variable? {
    try array(reference)?.variable
  }

  /// The array that is referred to, with what is selected of it; nil for a number.
  func array(_ reference: DataReference) throws(FigureError) -> SelectedArray? {
    do throws(ArtifactError) {
      return try reference.array(in: inputs)
    } catch {
      throw FigureError("\(place): \(error.description)")
    }
  }

  /// The array with the dimensions of `at` and of `each` fixed; nil for a number.
  private func fixed(_ reference: DataReference, each index: Int?) throws(FigureError) -> Variable? {
    var indices = Dictionary(series.at.entries.map { ($0.name.value, $0.value.value) }) { first, _ in first }
    if let each = series.each?.value { indices[each] = index }
    let whole = try variable(reference)
    do throws(ArtifactError) {
      return try whole?.slice(at: indices)
    } catch {
      throw FigureError("\(place): \(error.description)")
    }
  }

  func slice(_ reference: DataReference, each index: Int?) throws(FigureError) -> Slice {
    guard let variable = try fixed(reference, each: index) else {
      guard case .number(let number) = reference.content else { return Slice(values: [], dimensions: [], shape: []) }
      return Slice(values: [number.double], dimensions: [], shape: [])
    }
    guard let values = variable.values.doubles else {
      throw FigureError("\(place): '\(reference)' holds texts, which cannot be drawn")
    }
    return Slice(values: values, dimensions: variable.dimensions, shape: variable.shape)
  }

  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * max(1, shape[axis + 1]) }
    return strides
  }

  /// The values at `offset` plus every combination of steps, in row-major order of `shape`.
  private static func gather(_ values: [Double], shape: [Int], strides: [Int], offset: Int) -> [Double] {
    let count = shape.reduce(1, *)
    var result: [Double] = []
    result.reserveCapacity(count)
    var index = [Int](repeating: 0, count: shape.count)
    var place = offset
    while result.count < count {
      result.append(values[place])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < shape[axis] { break }
        place -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }

  // MARK: Labels and colours

  /// The value of the coordinate of `each`, if it has one in the main input.
  private func coordinate(each index: Int) -> Double? {
    guard let input = series.mainInput, let each = series.each?.value,
      let values = inputs[input]?[each]?.values.doubles, values.indices.contains(index)
    else { return nil }
    return values[index]
  }

  /// The number of digits beyond its template that make the labels of different values differ.
  func moreDigits(_ count: Int) throws(FigureError) -> Int {
    guard count > 1, series.label?.value.variables.isEmpty == false else { return 0 }
    func distinct(_ digits: Int) throws(FigureError) -> Int {
      var texts: Set<String> = []
      for index in 0..<count { texts.insert(try label(each: index, digits)) }
      return texts.count
    }
    let all = try distinct(17)
    var digits = 0
    while digits < 17, try distinct(digits) < all { digits += 1 }
    return digits
  }

  private func label(each index: Int?, _ more: Int) throws(FigureError) -> String {
    var text = ""
    for piece in series.label?.value.pieces ?? [] {
      switch piece {
      case .markup(let markup): text += markup
      case .value(let name, let digits): text += try valueText(name, min(17, digits + more), each: index)
      }
    }
    return text
  }

  private func valueText(_ name: String, _ digits: Int, each index: Int?) throws(FigureError) -> String {
    guard let input = series.mainInput else { return "" }
    let reference = DataReference(.array(input: input, path: name))
    guard let variable = try fixed(reference, each: index) else { return "" }
    if case .string(let texts) = variable.values { return FigureText.escaped(texts.first ?? "") }
    guard let value = variable.values.doubles?.first else { return "" }
    for meaning in variable.meanings where variable.label(meaning: meaning) == value {
      return FigureText.words(meaning)
    }
    return NumberText.significant(value, digits: digits)
  }
}
