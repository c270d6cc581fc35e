internal import Configuration

/// A figure in words, for whoever does not see it: what each panel has on its axes, and what is drawn in it.
struct FigureWords {
  let text: String

  /// The words for a figure with these parameters.
  init(_ parameters: JSONValue, titled title: String) {
    guard case .array(let panels)? = parameters["panels"], !panels.isEmpty else {
      text = "Figure: \(title)"
      return
    }
    let count = panels.count == 1 ? "" : ", \(panels.count) panels"
    text = (["Figure: \(title)\(count)"] + panels.map(Self.describe)).joined(separator: ". ") + "."
  }

  private static func describe(_ panel: JSONValue) -> String {
    let title = plain(panel["title"])
    let x = plain(panel["x"]?["label"])
    let y = plain(panel["y"]?["label"])
    let axes = y.isEmpty ? x : x.isEmpty ? y : "\(y) against \(x)"
    var labels: [String] = []
    if case .array(let series)? = panel["series"] {
      for one in series {
        // A label with places for values is not read here.
        guard case .string(let label)? = one["label"], !label.contains("{"), !label.isEmpty else { continue }
        let words = plain(.string(label))
        if !labels.contains(words) { labels.append(words) }
      }
    }
    let drawn = labels.isEmpty ? "" : "showing " + labels.joined(separator: ", ")
    let parts = [title, axes, drawn].filter { !$0.isEmpty }
    return parts.isEmpty ? "A panel" : parts.joined(separator: "; ")
  }

  /// A text of a figure without its fonts and braces.
  private static func plain(_ value: JSONValue?) -> String {
    guard case .string(let text)? = value else { return "" }
    return text.replacing(/\{\/[^ }]* ?/, with: "").filter { !"{}\\".contains($0) }
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// The size of a picture in pixels, as its file says.
struct PictureSize {
  let width: Int
  let height: Int

  /// Nil where the beginning of the file does not tell.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.prefix(2000), as: UTF8.self)
    guard let match = text.firstMatch(of: /viewBox="0 0 ([0-9.]+) ([0-9.]+)"/), let width = Double(match.1),
      let height = Double(match.2), (1...100_000).contains(width), (1...100_000).contains(height)
    else { return nil }
    (self.width, self.height) = (Int(width.rounded()), Int(height.rounded()))
  }
}

/// A table in GitHub's Markdown, as the kind `table` writes it.
struct MarkdownTable {
  let headings: [String]
  let rows: [[String]]

  init(_ text: String) {
    let lines = text.split(separator: "\n").map { Self.cells(String($0)) }
    headings = lines.first ?? []
    rows = Array(lines.dropFirst(2))
  }

  /// The texts of a line's cells, without the escapes that `TableContent.markdown` writes.
  private static func cells(_ line: String) -> [String] {
    var cells = [""]
    var isEscaped = false
    for character in line {
      if !isEscaped, character == "|" {
        cells.append("")
      } else if !isEscaped, character == "\\" {
        isEscaped = true
        continue
      } else {
        cells[cells.count - 1].append(character)
      }
      isEscaped = false
    }
    return cells.dropFirst().dropLast().map { cell in
      cell.split(separator: " ").joined(separator: " ").replacing("&lt;", with: "<").replacing("&amp;", with: "&")
    }
  }
}
