public import Configuration
public import References

/// A table as it is declared: what its rows are, and which arrays its columns show.
public struct Table: Record {
  /// The stem of the files' names; nil for `table`.
  public var name: String?
  /// The labels of the rows.
  public var rows = DataReference(.number(0))
  /// The heading of the labels.
  public var heading = ""
  /// The dimension for each index of which all rows are repeated.
  public var each: Located<String>?
  /// Dimensions fixed at an index.
  public var at = NamedValues<Int>()
  /// The columns.
  public var columns: [Column] = []

  /// A table without columns.
  public init() {}

  /// The keys of a table.
  public static let fields: [Field<Table>] = [
    .init(
      "name",
      \.name,
      "The stem of the files' names; unless given, they are published under the name of the pipeline.",
      limit: .ifPresent(.name)
    ),
    .init("rows", \.rows, "The labels of the rows: input/variable, over one dimension.", required: true),
    .init("heading", \.heading, "The heading of the labels."),
    .init("each", \.each, "The dimension for each index of which all rows are repeated."),
    .init("at", \.at, "Dimensions that are fixed at an index; a negative one counts from the end."),
    .init("columns", \.columns, "The columns.", limit: .notEmpty(), required: true),
  ]

  /// One column.
  public struct Column: Record {
    /// The heading.
    public var title = ""
    /// The heading in TeX, where it differs.
    public var tex: String?
    /// The array.
    public var value = DataReference(.number(0))
    /// Significant digits of numbers.
    public var digits = 6

    /// A column without a heading.
    public init() {}

    /// The keys of a column.
    public static let fields: [Field<Column>] = [
      .init("title", \.title, "The heading.", required: true),
      .init("tex", \.tex, "The heading in TeX; the same as the title unless given."),
      .init(
        "value",
        \.value,
        "What is shown: input/variable, over the rows, over 'each', or over both.",
        required: true
      ),
      .init("digits", \.digits, "The significant digits of numbers.", limit: .within(1...17)),
    ]
  }

  /// All references, the rows' first.
  private var references: [DataReference] { [rows] + columns.map(\.value) }

  /// Checks the references against the declared inputs.
  public func check(against inputs: [String: InputOutline], _ diagnostics: inout Diagnostics) {
    var isKnown = true
    for reference in references {
      guard case .array(let input, let path) = reference.content else {
        diagnostics.report("a table shows arrays, and this is a number", at: reference.location)
        isKnown = false
        continue
      }
      guard let outline = inputs[input] else {
        diagnostics.report(
          "there is no input '\(input)'",
          at: reference.location,
          hints: Suggestion.hint(for: input, among: inputs.keys.sorted()),
          "inputs: " + inputs.keys.sorted().joined(separator: ", ")
        )
        isKnown = false
        continue
      }
      guard let arrays = outline.arrays else {
        isKnown = false
        continue
      }
      guard outline[path] == nil else {
        if outline.dimensions(of: reference, in: "'\(input)'", &diagnostics) == nil { isKnown = false }
        continue
      }
      diagnostics.report(
        "\(outline.kind) makes no array '\(path)'",
        at: reference.location,
        hints: Suggestion.hint(for: path, among: arrays.map(\.path)),
        "arrays: " + arrays.map(\.path).joined(separator: ", ")
      )
      isKnown = false
    }
    if isKnown { checkDimensions(inputs, &diagnostics) }
  }

  private func checkDimensions(_ inputs: [String: InputOutline], _ diagnostics: inout Diagnostics) {
    func left(_ reference: DataReference) -> [String] {
      let all = reference.input.flatMap { inputs[$0]?.dimensions(of: reference) } ?? []
      return all.filter { $0 != each?.value && !at.entries.map(\.name.value).contains($0) }
    }
    let all = Set(
      references.flatMap { reference in reference.input.flatMap { inputs[$0]?.dimensions(of: reference) } ?? [] }
    )
    for name in at.entries.map(\.name) + [each].compactMap({ $0 }) where !all.contains(name.value) {
      diagnostics.report(
        "neither the rows nor a column have the dimension '\(name.value)'",
        at: name.location,
        hints: Suggestion.hint(for: name.value, among: all.sorted()),
        all.isEmpty ? "they have none" : "dimensions: " + Suggestion.list(all.sorted())
      )
    }
    let row = left(rows)
    if row.count != 1 {
      diagnostics.report(
        "the rows have \(row.isEmpty ? "no dimension" : "the dimensions " + row.joined(separator: ", "))",
        at: rows.location,
        hints: "they are an array over one dimension; fix others with 'at'"
      )
    }
    for column in columns where !left(column.value).allSatisfy(row.contains) {
      let others = left(column.value).filter { !row.contains($0) }
      diagnostics.report(
        "\(column.value) has the dimension \(others.joined(separator: ", ")), and the rows have \(row.joined())",
        at: column.value.location,
        hints: "fix it with 'at', or repeat the rows with 'each'"
      )
    }
    for column in columns where row.count == 1 && left(column.value) == row && column.value.input == rows.input {
      guard let outline = rows.input.flatMap({ inputs[$0] }) else { continue }
      let (own, those) = (outline.parts(of: column.value)[row[0]], outline.parts(of: rows)[row[0]])
      guard own != those else { continue }
      diagnostics.report(
        "\(column.value) has other elements along '\(row[0])' than the rows, \(rows)",
        at: column.value.location,
        hints: "select the same of both"
      )
    }
  }
}
