internal import Configuration

extension TableContent {
  private var headings: [String] { [table.heading] + table.columns.map(\.title) }

  private var body: [[Cell]] {
    labels.indices.map { row in [labels[row]] + columns.map { $0.cells[row] } }
  }

  /// The table in GitHub's Markdown.
  public var markdown: String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map(Self.markdownText).joined(separator: " | ") + " |\n"
    }
    let rule = "|---|" + String(repeating: "---:|", count: columns.count) + "\n"
    return line(headings) + rule + body.map { line($0.map { $0.text(.text) }) }.joined()
  }

  /// A text in a cell of Markdown, in which nothing is HTML, a link or the end of the cell.
  private static func markdownText(_ text: String) -> String {
    text.printable.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case "\\", "|", "[", "]", "`": "\\\(scalar)"
      default: String(scalar)
      }
    }.joined()
  }

  /// The table as comma-separated values (RFC 4180), with numbers for machines.
  public var commaSeparated: String {
    func line(_ cells: [String]) -> String {
      cells.map { cell in
        let needsQuotes = cell.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
      }.joined(separator: ",") + "\r\n"
    }
    return line(headings) + body.map { line($0.map { $0.text(.plain) }) }.joined()
  }

  /// The table as a LaTeX tabular with the rules of the package booktabs.
  public var latex: String {
    func line(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\\n" }
    let titles = [Self.escaped(table.heading)] + table.columns.map { $0.tex ?? Self.escaped($0.title) }
    let rows = body.map { row in
      line(
        row.map { cell in
          if case .text(let text) = cell { return Self.escaped(text) }
          return cell.text(.tex)
        }
      )
    }
    return "\\begin{tabular}{l\(String(repeating: "r", count: columns.count))}\n\\toprule\n" + line(titles)
      + "\\midrule\n" + rows.joined() + "\\bottomrule\n\\end{tabular}\n"
  }

  /// A text in which no character means a command to TeX.
  private static func escaped(_ text: String) -> String {
    text.printable.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\textbackslash{}"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": "\\\(scalar)"
      default: String(scalar)
      }
    }.joined()
  }
}
