public import Configuration
public import Provenance

/// The tree from a result down to the data and the seeds that it came from.
public struct TraceDescription {
  /// The number of points of a sweep that are shown; the others are counted.
  public static let mostPoints = TraceTree.mostPoints
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
    guard !chain.links.isEmpty else { return [] }
    var lines = TraceTree(chain, width: width).lines
    lines.append("")
    lines += list("data", data)
    lines += list("seeds", seeds)
    lines += list("made with", tools)
    lines += list("signed", [signatures])
    lines += list("lacking", gaps)
    return lines
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
    var texts = DistinctTexts()
    for link in chain.links {
      for data in link.statement?.statement.data ?? [] {
        var text = data.name.printable
        if let digest = data.digest["sha256"] { text += "  SHA-256 \(digest.prefix(16))" }
        if let source = data.downloadLocation { text += "  \(source.printable)" }
        texts.add(text)
      }
    }
    return texts.inOrder
  }

  private var seeds: [String] {
    var texts = DistinctTexts()
    for link in chain.links {
      for (path, value) in link.parameters.leaves where Self.isSeed(path) {
        let text = "\(link.stage?.printable ?? link.kind): \(path) = \(value.canonicalText)"
        texts.add(text)
      }
    }
    return texts.inOrder
  }

  private static func isSeed(_ path: String) -> Bool {
    let name = path.split(separator: ".").last ?? ""
    return name == "seed" || name == "seeds" || name.hasPrefix("seeds[") || name.hasSuffix("_seed")
  }

  private var tools: [String] {
    var texts = DistinctTexts()
    for link in chain.links {
      guard let statement = link.statement?.statement else { continue }
      var text = statement.builder.printable
      let git = statement.git
      if let commit = git.commit {
        text += ", pipeline file of commit \(commit.prefix(12))".printable
        if git.isDirty == true { text += ", changed since" }
        if git.isDirty == nil { text += ", and it is unknown whether it was changed: \(git.unknown?.printable ?? "")" }
      } else if let reason = git.unknown {
        text += ", commit \(reason.printable)"
      }
      texts.add(text)
    }
    return texts.inOrder
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
      case .unreadableRecord(_, _, let reason): reason
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

/// Texts in the order in which they were added, each once.
private struct DistinctTexts {
  private(set) var inOrder: [String] = []
  private var known: Set<String> = []

  mutating func add(_ text: String) {
    if known.insert(text).inserted { inOrder.append(text) }
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
