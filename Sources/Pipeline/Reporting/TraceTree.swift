internal import Configuration
internal import Provenance

/// The tree of a chain: a result, and below it what it was made from.
///
/// Each action is written out once. A chain of thousands of stages must neither overflow the stack nor print megabytes of
/// indentation: lines still to be written wait in a list, and the tree does not grow in width beyond a limit.
struct TraceTree {
  /// The number of points of a sweep that are shown; the others are counted.
  static let mostPoints = 3
  /// From this level on, the only input of an action is written in its column and not further in.
  private static let foldedLevel = 8
  /// A branch at this level is written below as a tree of its own.
  private static let deepestLevel = 24

  /// The lines of the tree.
  private(set) var lines: [String] = []
  private let chain: StatementChain
  private let width: Int
  private var shown: Set<String> = []
  private var pending: [Pending] = []
  /// The actions whose trees are written below.
  private var roots: [StatementChain.Link] = []

  /// Something that is still to be written.
  private struct Pending {
    enum Content {
      case action(StatementChain.Link, name: String?)
      case sweep(name: String, points: [Statement.Input], axes: String)
      case input(Statement.Input, name: String)
      case remark(String)
    }
    let content: Content
    /// What stands before its first line, and before those below.
    let first: String
    let rest: String
    let level: Int
  }

  init(_ chain: StatementChain, width: Int) {
    self.chain = chain
    self.width = width
    roots = Array(chain.links.prefix(1))
    var next = 0
    while next < roots.count {
      let root = roots[next]
      next += 1
      guard !shown.contains(root.key) else { continue }
      pending = [Pending(content: .action(root, name: nil), first: "", rest: "", level: 0)]
      while let entry = pending.popLast() { write(entry) }
    }
  }

  private mutating func write(_ entry: Pending) {
    switch entry.content {
    case .action(let link, let name): write(link, name, entry)
    case .sweep(let name, let points, let axes):
      lines.append("\(entry.first)\(name.printable): \(points.count) points, stacked (\(axes))")
      var parts = points.prefix(Self.mostPoints).map { point in
        Pending.Content.input(point, name: String(point.name.dropFirst(name.count)))
      }
      if points.count > parts.count { parts.append(.remark("and \(points.count - parts.count) more")) }
      branch(parts, below: entry)
    case .input(let input, let name):
      guard let link = chain.maker(of: input.address).flatMap({ chain[$0] }) else {
        let address = input.address.prefix(12)
        lines.append("\(entry.first)\(name.printable): result \(address), of which no record is here".printable)
        return
      }
      write(link, name, entry)
    case .remark(let text): lines.append(entry.first + text)
    }
  }

  private mutating func write(_ link: StatementChain.Link, _ name: String?, _ entry: Pending) {
    var heading = name.map { "\($0): " } ?? ""
    heading += link.kind
    if let stage = link.stage { heading += ", stage '\(stage)'" }
    if let pipeline = link.pipeline, lines.isEmpty { heading += " of '\(pipeline)'" }
    if let place = link.place { heading += "  \(place)" }
    let line = entry.first + heading.printable
    guard !shown.contains(link.key) else { return lines.append(line + "  (see above)") }
    let groups = Self.grouped(link.inputs)
    guard entry.level < Self.deepestLevel || groups.isEmpty else {
      roots.append(link)
      return lines.append(line + "  (see below)")
    }
    shown.insert(link.key)
    lines.append(line)
    let bar = entry.rest + (groups.isEmpty ? "    " : "│   ")
    var facts = "result \(link.address.prefix(12)), action \(link.key.prefix(12))"
    if let started = link.started { facts += ", \(started)" }
    if let seconds = link.seconds { facts += " in \(Console.duration(seconds))" }
    lines.append(bar + facts.printable)
    let parameters = OriginDescription.brief(link.parameters)
    if !parameters.isEmpty { lines.append(bar + OriginDescription.cut(parameters, to: width - bar.count)) }
    branch(groups.map { Self.content(of: $0, link) }, below: entry)
  }

  private static func content(of group: [Statement.Input], _ link: StatementChain.Link) -> Pending.Content {
    let name = group[0].stack
    let axes = link.axes(of: name)
    guard !axes.isEmpty else { return .input(group[0], name: name) }
    let list = axes.map { "\($0.name.printable): \($0.length)" }.joined(separator: ", ")
    return .sweep(name: name, points: group, axes: list)
  }

  /// Puts what stands below an entry at the end of the list, the first part last.
  private mutating func branch(_ parts: [Pending.Content], below entry: Pending) {
    // An only input in the column of the action above it: no other line follows a corner in the same column.
    if parts.count == 1, entry.level >= Self.foldedLevel {
      let first = entry.first.hasSuffix("├─ ") ? entry.rest + "└─ " : entry.first
      let rest = entry.first.hasSuffix("├─ ") ? entry.rest + "   " : entry.rest
      pending.append(Pending(content: parts[0], first: first, rest: rest, level: entry.level))
      return
    }
    for (number, part) in parts.enumerated().reversed() {
      let isLast = number == parts.count - 1
      pending.append(
        Pending(
          content: part,
          first: entry.rest + (isLast ? "└─ " : "├─ "),
          rest: entry.rest + (isLast ? "   " : "│  "),
          level: entry.level + 1
        )
      )
    }
  }

  /// The inputs, those of a sweep together.
  private static func grouped(_ inputs: [Statement.Input]) -> [[Statement.Input]] {
    var groups: [[Statement.Input]] = []
    for input in inputs {
      if input.name.hasSuffix("]"), groups.last?[0].stack == input.stack {
        groups[groups.count - 1].append(input)
      } else {
        groups.append([input])
      }
    }
    return groups
  }
}
