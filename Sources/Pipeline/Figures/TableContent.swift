public import Artifacts
internal import Configuration
internal import References

/// A table with its numbers: what is kept in the artifact, and what stands in its cells.
public struct TableContent: Sendable {
  let table: Table
  /// The labels of the rows.
  let labels: [Cell]
  /// For each column its values over the rows, and its cells.
  let columns: [(values: Values, cells: [Cell])]

  /// What stands in a cell.
  enum Cell: Sendable {
    /// A text as it is, or a label by its meaning.
    case text(String)
    /// A number, with the significant digits that are shown.
    case number(ExactNumber, digits: Int)
  }

  /// Takes the numbers of a table from its inputs.
  ///
  /// - Throws: what of the table does not fit the inputs.
  public init(_ table: Table, inputs: [String: Artifact]) throws {
    self.table = table
    let fixed = Dictionary(table.at.entries.map { ($0.name.value, $0.value.value) }) { first, _ in first }
    let rows = try Self.variable(table.rows, inputs).slice(at: fixed)
    let repeats = try table.each.map { try Self.length(of: $0.value, in: table, inputs) }
    guard rows.dimensions.count == 1, let count = rows.shape.first else {
      throw FigureError("\(table.rows) is not an array over one dimension")
    }
    guard repeats != 0 else {
      throw FigureError("there is nothing to repeat the rows for: '\(table.each?.value ?? "")' has length 0")
    }
    let blocks = (0..<(repeats ?? 1)).map { index in
      table.each.map { fixed.merging([$0.value: index]) { first, _ in first } } ?? fixed
    }
    labels = blocks.flatMap { _ in Self.cells(rows, digits: 17) }
    columns = try table.columns.map { column in
      let parts = try blocks.map { block in
        let slice = try Self.variable(column.value, inputs).slice(at: block)
        guard slice.dimensions.isEmpty || slice.dimensions == rows.dimensions else {
          throw FigureError("\(column.value) has other dimensions than the rows")
        }
        guard slice.dimensions.isEmpty || slice.shape == rows.shape else {
          throw FigureError("\(column.value) has \(slice.shape[0]) elements, and there are \(count) rows")
        }
        return slice.dimensions.isEmpty ? try slice.repeated(count, over: rows.dimensions[0]) : slice
      }
      let cells = parts.flatMap { Self.cells($0, digits: column.digits) }
      return (parts[0].values.joining(parts.map(\.values)), cells)
    }
  }

  private static func variable(_ reference: DataReference, _ inputs: [String: Artifact]) throws -> Variable {
    guard let variable = try reference.variable(in: inputs) else {
      throw FigureError("\(reference) names no array of an input")
    }
    return variable
  }

  private static func length(of dimension: String, in table: Table, _ inputs: [String: Artifact]) throws -> Int {
    for column in table.columns {
      let variable = try Self.variable(column.value, inputs)
      if let axis = variable.dimensions.firstIndex(of: dimension) { return variable.shape[axis] }
    }
    throw FigureError("no column has the dimension '\(dimension)'")
  }

  private static func cells(_ variable: Variable, digits: Int) -> [Cell] {
    if case .string(let texts) = variable.values { return texts.map { .text($0) } }
    let meanings = variable.meanings
    return (variable.values.exact ?? []).map { value in
      if let meaning = meanings.first(where: { variable.label(meaning: $0) == value.double }) {
        return .text(meaning.split(separator: "-").joined(separator: " "))
      }
      return .number(value, digits: digits)
    }
  }

  /// The table as an artifact: the labels, and one array a column, named after the array that it shows.
  public func artifact() throws -> Artifact {
    var artifact = Artifact(attributes: ["kind": .string("table")])
    let length = (name: "row", length: labels.count)
    let texts = labels.map { $0.text(.text) }
    try artifact.add(Variable(.string(texts), over: [length], description: table.heading), as: "row")
    for (declared, column) in zip(table.columns, columns) {
      var variable = try Variable(column.values, over: [length], description: declared.title)
      variable.attributes["source"] = .string(declared.value.description)
      variable.attributes["text"] = .list(.string(column.cells.map { $0.text(.text) }))
      let stem = declared.value.path?.split(separator: "/").last.map(String.init) ?? "column"
      // A name that is taken gets the first free number.
      let names = [stem] + (2...table.columns.count + 2).map { stem + String($0) }
      try artifact.add(variable, as: names.first { artifact[$0] == nil } ?? stem)
    }
    return artifact
  }
}

extension TableContent.Cell {
  /// The cell with its number in some form.
  func text(_ form: NumberText.Form) -> String {
    switch self {
    case .text(let text): text
    case .number(let value, let digits): NumberText.significant(value, digits: digits, form)
    }
  }
}

extension Variable {
  /// A single value as often as there are rows.
  fileprivate func repeated(_ count: Int, over dimension: String) throws(ArtifactError) -> Variable {
    var variable = try Variable(
      values.picking([Int](repeating: 0, count: count)),
      over: [(name: dimension, length: count)]
    )
    variable.attributes = attributes
    return variable
  }
}
