internal import Artifacts
internal import Configuration
internal import References

// The way back: from a point of a mark to the elements of the arrays that its numbers are.
extension Selection {
  /// The numbers of a point, with where each stands.
  func values(of mark: Mark, _ index: Int) throws(FigureError) -> [DrawnPoint.Value] {
    let width = max(1, mark["x"].count)
    let isGrid = mark.kind == .heatmap
    let place = isGrid ? try cell(row: index / width, column: index % width) : try place(index, each: mark.each)
    var values: [DrawnPoint.Value] = []
    for column in mark.columns {
      guard let reference = series.given.first(where: { $0.name == column.name })?.reference else { continue }
      let own =
        switch (isGrid, column.name) {
        case (true, "x"): index % width
        case (true, "y"): index / width
        default: index
        }
      values.append(
        DrawnPoint.Value(
          name: column.name,
          number: column.values[own],
          units: column.units,
          element: try element(reference, place, each: mark.each)
        )
      )
    }
    return values
  }

  /// The index along each dimension of the arrays at one of the elements that are drawn.
  private func place(_ index: Int, each: Int?) throws(FigureError) -> [String: Int] {
    var slices: [Slice] = []
    for (_, reference) in series.given { slices.append(try slice(reference, each: each)) }
    guard let frame = frame(of: slices) else { return [:] }
    let kept = try keptElements(of: frame, each)
    guard kept.indices.contains(index) else { return [:] }
    let strides = Self.strides(frame.shape)
    let places = zip(strides, frame.shape).map { stride, length in kept[index] / stride % max(1, length) }
    return Dictionary(zip(frame.dimensions, places)) { first, _ in first }
  }

  /// The index along each dimension at a cell of a heat map.
  private func cell(row: Int, column: Int) throws(FigureError) -> [String: Int] {
    var dimensions: [String: [String]] = [:]
    for (name, reference) in series.given { dimensions[name] = try slice(reference, each: nil).dimensions }
    let (x, y, z) = (dimensions["x"] ?? [], dimensions["y"] ?? [], dimensions["z"] ?? [])
    let places = isTransposed(x: x, y: y, z: z) ? [column, row] : [row, column]
    let pairs = Array(zip(z, places)) + x.map { ($0, column) } + y.map { ($0, row) }
    return Dictionary(pairs) { first, _ in first }
  }

  /// The element of an array at a place.
  private func element(
    _ reference: DataReference,
    _ place: [String: Int],
    each: Int?
  ) throws(FigureError) -> DrawnPoint.Element? {
    guard case .array(let input, let path) = reference.content, let array = try array(reference) else { return nil }
    func index(_ dimension: String, length: Int) -> Int {
      if let fixed = series.at.entries.first(where: { $0.name.value == dimension })?.value.value {
        return fixed < 0 ? fixed + length : fixed
      }
      if dimension == series.each?.value { return each ?? 0 }
      // Arrays of two inputs may name one dimension differently; then there is but one.
      return place[dimension] ?? (place.count == 1 ? place.values.first : nil) ?? 0
    }
    let lengths = Dictionary(zip(array.variable.dimensions, array.variable.shape)) { first, _ in first }
    let indices = array.indicesInWhole { index($0, length: lengths[$0] ?? 0) }
    return DrawnPoint.Element(
      input: input,
      path: path,
      indices: indices.map { DrawnPoint.Element.Index(dimension: $0.dimension, place: $0.index) }
    )
  }
}
