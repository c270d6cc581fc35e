public import Artifacts
internal import Configuration

/// A table with its numbers: what is kept in the artifact, and its text as Markdown, CSV and LaTeX.
public struct TableContent: Sendable {
  private let table: Table
  private let labels: [String]
  /// For each column its values over the rows, and their texts.
  private let columns: [(values: Values, texts: [String])]

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
    let blocks = (0..<(repeats ?? 1)).map { index in
      table.each.map { fixed.merging([$0.value: index]) { first, _ in first } } ?? fixed
    }
    labels = blocks.flatMap { _ in Self.texts(rows, digits: 17) }
    columns = try table.columns.map { column in
      let parts = try blocks.map { block in
        let slice = try Self.variable(column.value, inputs).slice(at: block)
        guard slice.dimensions.isEmpty || slice.dimensions == rows.dimensions else {
          throw FigureError("\(column.value) has other dimensions than the rows")
        }
        return slice.dimensions.isEmpty ? try slice.repeated(count, over: rows.dimensions[0]) : slice
      }
      let texts = parts.flatMap { Self.texts($0, digits: column.digits) }
      return (parts[0].values.joining(parts.map(\.values)), texts)
    }
  }

  private static func variable(_ reference: DataReference, _ inputs: [String: Artifact]) throws -> Variable {
    guard case .array(let input, let path) = reference.content, let artifact = inputs[input] else {
      throw FigureError("\(reference) names no array of an input")
    }
    var names = path.split(separator: "/").map(String.init)
    let last = names.popLast() ?? ""
    guard let variable = names.reduce(artifact, { $0?.groups[$1] })?[last] else {
      throw FigureError("the input '\(input)' has no array '\(path)'")
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

  /// The values for a reader: texts as they are, labels by their meaning, numbers rounded.
  private static func texts(_ variable: Variable, digits: Int) -> [String] {
    if case .string(let texts) = variable.values { return texts }
    let meanings = variable.meanings
    return (variable.values.doubles ?? []).map { value in
      if !meanings.isEmpty, let index = Int(exactly: value), meanings.indices.contains(index) {
        return meanings[index].split(separator: "-").joined(separator: " ")
      }
      return NumberText.plain(value, digits: digits)
    }
  }
}

extension TableContent {
  /// The table as an artifact: the labels, and one array a column.
  public func artifact() throws -> Artifact {
    var artifact = Artifact(attributes: ["kind": .string("table")])
    let length = (name: "row", length: labels.count)
    try artifact.add(Variable(.string(labels), over: [length], description: table.heading), as: "row")
    for (index, column) in columns.enumerated() {
      let number = String(index + 1)
      let name = "column" + String(repeating: "0", count: max(0, 2 - number.count)) + number
      var variable = try Variable(column.values, over: [length], description: table.columns[index].title)
      variable.attributes["source"] = .string(table.columns[index].value.description)
      variable.attributes["text"] = .list(.string(column.texts))
      try artifact.add(variable, as: name)
    }
    return artifact
  }

  private var headings: [String] { [table.heading] + table.columns.map(\.title) }

  private var body: [[String]] {
    labels.indices.map { row in [labels[row]] + columns.map { $0.texts[row] } }
  }

  /// The table in GitHub's Markdown.
  public var markdown: String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    let rule = "|---|" + String(repeating: "---:|", count: columns.count) + "\n"
    return line(headings) + rule + body.map(line).joined()
  }

  /// The table as comma-separated values (RFC 4180).
  public var commaSeparated: String {
    func line(_ cells: [String]) -> String {
      cells.map { cell in
        let needsQuotes = cell.contains { ",\"\n\r".contains($0) }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
      }.joined(separator: ",") + "\r\n"
    }
    return line(headings) + body.map(line).joined()
  }

  /// The table as a LaTeX tabular with the rules of the package booktabs.
  public var latex: String {
    func line(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\\n" }
    let titles = [Self.escaped(table.heading)] + table.columns.map { $0.tex ?? Self.escaped($0.title) }
    return "\\begin{tabular}{l\(String(repeating: "r", count: columns.count))}\n\\toprule\n" + line(titles)
      + "\\midrule\n"
      + body.map { line($0.map(Self.escaped)) }.joined() + "\\bottomrule\n\\end{tabular}\n"
  }

  /// A text in which no character means a command to TeX.
  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\textbackslash{}"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": "\\\(character)"
      default: String(character)
      }
    }.joined()
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
