internal import Configuration

extension PipelineGraph {
  /// How deep a tree is indented; what lies deeper becomes a tree of its own below.
  private static let maximumDepth = 24

  /// A tree for each stage that nothing else needs, with what it needs below it. A stage that is needed twice is
  /// written out once.
  public var text: String {
    var lines = [title.isEmpty ? name : "\(name): \(title.printable)"]
    var written: Set<Int> = []
    var roots = nodes.indices.filter { users[$0].isEmpty }
    var next = 0
    while next < roots.count {
      append(roots[next], to: &lines, &written, &roots)
      next += 1
    }
    return lines.joined(separator: "\n")
  }

  /// One line still to be written. An explicit list of them takes a chain of any length.
  private struct Pending {
    let node: Int
    let input: String?
    let indent: String
    let branch: String
    let depth: Int
  }

  private func append(_ root: Int, to lines: inout [String], _ written: inout Set<Int>, _ roots: inout [Int]) {
    guard !written.contains(root) else { return }
    var pending = [Pending(node: root, input: nil, indent: "", branch: "", depth: 0)]
    while let entry = pending.popLast() {
      let node = nodes[entry.node]
      let input = entry.input.map { $0 == node.name ? "" : "\($0): " } ?? ""
      let line = "\(entry.indent)\(entry.branch)\(input)\(node.name) (\(node.caption))"
      if written.contains(entry.node) {
        lines.append(line + (node.inputs.isEmpty ? "" : ", as above"))
        continue
      }
      if entry.depth == Self.maximumDepth, !node.inputs.isEmpty {
        lines.append(line + ", see below")
        roots.append(entry.node)
        continue
      }
      lines.append(line)
      written.insert(entry.node)
      let indent =
        switch entry.branch {
        case "": ""
        case "└─ ": entry.indent + "   "
        default: entry.indent + "│  "
        }
      for (index, input) in node.inputs.enumerated().reversed() {
        let branch = index == node.inputs.count - 1 ? "└─ " : "├─ "
        pending.append(
          Pending(node: input.source, input: input.name, indent: indent, branch: branch, depth: entry.depth + 1)
        )
      }
    }
  }

  /// The graph in the language of Graphviz.
  public var dot: String {
    var lines = ["digraph \(Self.quoted(name)) {", "  rankdir=TB;", "  node [shape=box, fontname=\"Helvetica\"];"]
    if !title.isEmpty { lines.append("  label=\(Self.quoted(title));") }
    for (number, node) in nodes.enumerated() {
      lines.append("  n\(number) [label=\"\(Self.escaped(node.name))\\n\(Self.escaped(node.caption))\"];")
    }
    for (number, node) in nodes.enumerated() {
      for input in node.inputs {
        let label = input.name == nodes[input.source].name ? "" : " [label=\(Self.quoted(input.name))]"
        lines.append("  n\(input.source) -> n\(number)\(label);")
      }
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

  /// A text between the quotes of DOT, where a backslash would begin an escape.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where scalar.isHazardous: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
