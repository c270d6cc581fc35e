public import Configuration
public import Figures
public import Planning
internal import SystemPackage

/// Puts arrays of the inputs into a table.
extension Table: StageKind {
  /// Any inputs, and a table of them.
  public static let declaration = KindDeclaration(
    "table",
    "Puts arrays of the inputs into a table: Markdown, CSV and LaTeX.",
    discussion: """
      Data are written 'input/variable', where 'input' is a name under 'inputs:'. The result holds the labels of the \
      rows and one array a column, named after the array it shows; its files are NAME.md, NAME.csv (with numbers that \
      programs read: -3e-12, nan, inf) and NAME.tex (for the package booktabs).
      """,
    inputs: .free,
    outputs: nil
  )

  /// The name that the user chose, else the word of the kind.
  public var fileStem: String? { name ?? Self.declaration.name }

  /// Checks every name against the declared arrays of the inputs.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    check(against: inputs.mapValues(\.outline), &diagnostics)
  }

  /// Takes the numbers from the inputs and writes the table.
  public func run(_ context: StageContext) async throws -> StageResult {
    let content = try TableContent(self, inputs: context.inputs)
    let stem = name ?? "table"
    var files: [String: String] = [:]
    for (suffix, text) in [("md", content.markdown), ("csv", content.commaSeparated), ("tex", content.latex)] {
      let path = FilePath(context.scratch).appending("\(stem).\(suffix)")
      try OutputFile.write(text.utf8, to: path)
      files["\(stem).\(suffix)"] = path.string
    }
    return StageResult(try content.artifact(), files: files)
  }
}
