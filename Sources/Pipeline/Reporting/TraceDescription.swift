public import Configuration
public import Provenance

/// The tree from a result down to the data and the seeds that it came from.
public struct TraceDescription {
  /// Of a sweep so many points are shown, and the others counted.
  public static let mostPoints = 3
  private let chain: StatementChain
  private let width: Int

  /// The tree of a chain.
  ///
  /// - Parameter width: the width of the terminal.
  public init(_ chain: StatementChain, width: Int) {
    self.chain = chain
    self.width = width
  }

  /// The tree, then the data, the seeds and the origin of the code.
  public var lines: [String] {
    guard let root = chain.links.first else { return [] }
    var shown: Set<String> = []
    var lines: [String] = []
    write(root, name: nil, first: "", rest: "", &shown, &lines)
    lines.append("")
    lines += list("data", data)
    lines += list("seeds", seeds)
    lines += list("made with", tools)
    lines += list("signed", [signatures])
    lines += list("lacking", gaps)
    return lines
  }

  // MARK: The tree

  private func write(
    _ link: StatementChain.Link,
    name: String?,
    first: String,
    rest: String,
    _ shown: inout Set<String>,
    _ lines: inout [String]
  ) {
    var heading = name.map { "\($0): " } ?? ""
    heading += link.kind.printable
    if let stage = link.stage { heading += ", stage '\(stage.printable)'" }
    if let pipeline = link.pipeline, first.isEmpty { heading += " of '\(pipeline.printable)'" }
    if let place = link.place { heading += "  \(place.printable)" }
    let isRepeated = !shown.insert(link.key).inserted
    lines.append(first + heading + (isRepeated ? "  (see above)" : ""))
    guard !isRepeated else { return }
    let groups = Self.grouped(link.inputs)
    let bar = rest + (groups.isEmpty ? "    " : "│   ")
    var facts = "result \(link.address.prefix(12)), action \(link.key.prefix(12))"
    if let started = link.started { facts += ", \(started.printable)" }
    if let seconds = link.seconds { facts += " in \(Console.duration(seconds))" }
    lines.append(bar + facts)
    let parameters = OriginDescription.brief(link.parameters)
    if !parameters.isEmpty { lines.append(bar + OriginDescription.cut(parameters, to: width - bar.count)) }
    for (number, group) in groups.enumerated() {
      let isLast = number == groups.count - 1
      write(
        group,
        of: link,
        first: rest + (isLast ? "└─ " : "├─ "),
        rest: rest + (isLast ? "   " : "│  "),
        &shown,
        &lines
      )
    }
  }

  private func write(
    _ group: [Statement.Input],
    of link: StatementChain.Link,
    first: String,
    rest: String,
    _ shown: inout Set<String>,
    _ lines: inout [String]
  ) {
    let name = group[0].stack
    let axes = link.axes(of: name)
    guard !axes.isEmpty else {
      write(group[0], name: name, first: first, rest: rest, &shown, &lines)
      return
    }
    let list = axes.map { "\($0.name.printable): \($0.length)" }.joined(separator: ", ")
    lines.append("\(first)\(name.printable): \(group.count) points, stacked (\(list))")
    let points = group.prefix(Self.mostPoints)
    for (number, point) in points.enumerated() {
      let isLast = number == group.count - 1
      let place = String(point.name.dropFirst(name.count))
      write(
        point,
        name: place,
        first: rest + (isLast ? "└─ " : "├─ "),
        rest: rest + (isLast ? "   " : "│  "),
        &shown,
        &lines
      )
    }
    if group.count > points.count { lines.append("\(rest)└─ and \(group.count - points.count) more") }
  }

  private func write(
    _ input: Statement.Input,
    name: String,
    first: String,
    rest: String,
    _ shown: inout Set<String>,
    _ lines: inout [String]
  ) {
    guard let key = chain.maker(of: input.address), let link = chain[key] else {
      lines.append("\(first)\(name.printable): result \(input.address.prefix(12)), of which no record is here")
      return
    }
    write(link, name: name.printable, first: first, rest: rest, &shown, &lines)
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

  // MARK: The leaves

  private func list(_ name: String, _ texts: [String]) -> [String] {
    let most = 12
    let shown = texts.prefix(most) + (texts.count > most ? ["and \(texts.count - most) more"] : [])
    return shown.enumerated().map { number, text in
      (number == 0 ? name : "").padded(to: 11) + text
    }
  }

  private var data: [String] {
    var texts: [String] = []
    for link in chain.links {
      for data in link.statement?.statement.data ?? [] {
        var text = data.name.printable
        if let digest = data.digest["sha256"] { text += "  SHA-256 \(digest.prefix(16))" }
        if let source = data.downloadLocation { text += "  \(source.printable)" }
        if !texts.contains(text) { texts.append(text) }
      }
    }
    return texts
  }

  private var seeds: [String] {
    var texts: [String] = []
    for link in chain.links {
      for (path, value) in link.parameters.leaves where Self.isSeed(path) {
        let text = "\(link.stage?.printable ?? link.kind): \(path) = \(value.canonicalText)"
        if !texts.contains(text) { texts.append(text) }
      }
    }
    return texts
  }

  private static func isSeed(_ path: String) -> Bool {
    let name = path.split(separator: ".").last ?? ""
    return name == "seed" || name == "seeds" || name.hasPrefix("seeds[") || name.hasSuffix("_seed")
  }

  private var tools: [String] {
    var texts: [String] = []
    for link in chain.links {
      guard let statement = link.statement?.statement else { continue }
      var text = statement.builder.printable
      if let commit = statement.commit {
        text += ", pipeline file of commit \(commit.name.prefix(12))" + (commit.isDirty ? ", changed since" : "")
      }
      if !texts.contains(text) { texts.append(text) }
    }
    return texts
  }

  private var signatures: String {
    let keys = chain.links.compactMap { $0.statement?.envelope?.signatures.first?.keyID }
    let count = chain.links.count
    guard !keys.isEmpty else { return "none of \(count) statements" }
    let names = Set(keys).sorted().map { String($0.prefix(12)).printable }.joined(separator: ", ")
    return "\(keys.count) of \(count) statements, as they say by key \(names) ('pipeline audit' verifies)"
  }

  private var gaps: [String] {
    chain.gaps.compactMap { gap in
      switch gap {
      case .noRecord(let address, let key):
        "no record of the action\(key.map { " \($0.prefix(12))" } ?? "") that made \(address.prefix(12))"
      case .noStatement(let key): "action \(key.prefix(12)) has no statement: it was run by an older version"
      case .unreadable(let key, let reason): "the statement of action \(key.prefix(12)): \(reason)"
      case .notFollowed: nil
      }
    }
  }

  // MARK: JSON

  /// The chain for machines: the actions, the first being the one that was asked about.
  public var json: JSONValue {
    [
      "actions": .array(chain.links.map { json($0) }),
      "lacking": .array(gaps.map { .string($0) }),
    ]
  }

  private func json(_ link: StatementChain.Link) -> JSONValue {
    var members: [String: JSONValue] = [
      "key": .string(link.key),
      "kind": .string(link.kind),
      "parameters": link.parameters,
      "address": .string(link.address),
      "inputs": .array(
        link.inputs.map { input in
          let maker = chain.maker(of: input.address) ?? input.key
          return [
            "name": .string(input.name), "address": .string(input.address), "key": maker.map { .string($0) } ?? .null,
          ]
        }
      ),
    ]
    func set(_ name: String, _ text: String?) { if let text { members[name] = .string(text) } }
    set("pipeline", link.pipeline)
    set("stage", link.stage)
    set("place", link.place)
    set("started", link.started)
    if let seconds = link.seconds { members["seconds"] = .number(seconds) }
    if let statement = link.statement {
      members["statement"] = statement.statement.json
      members["signed_by"] = .array(
        (statement.envelope?.signatures ?? []).map { .string($0.keyID) }
      )
    }
    return .object(members)
  }
}

extension JSONValue {
  /// The value for people: a text without quotes.
  package var shown: String { if case .string(let text) = self { text.printable } else { canonicalText.printable } }

  /// The values that hold no others, each with its path: `learning_rate.values[2]`.
  public var leaves: [(path: String, value: JSONValue)] { leaves(at: "") }

  private func leaves(at path: String) -> [(path: String, value: JSONValue)] {
    switch self {
    case .object(let members):
      members.sorted { $0.key < $1.key }.flatMap { $0.value.leaves(at: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    case .array(let values):
      values.enumerated().flatMap { $0.element.leaves(at: "\(path)[\($0.offset)]") }
    default: [(path, self)]
    }
  }
}
