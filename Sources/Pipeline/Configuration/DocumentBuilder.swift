internal import CLibYAML

/// A node, with what bounds the work of whoever walks through it: aliases are written out in both.
private struct Converted {
  let node: Node
  /// The number of nodes in it.
  let size: Int
  /// The number of levels in it.
  let height: Int
}

/// One libyaml parser and its document, and the way from libyaml's node table to `Node`.
struct DocumentBuilder {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let document: UnsafeMutablePointer<yaml_document_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let source: SourceText
  /// Nodes that are used more than once, by libyaml's index: an alias has its anchor's.
  private var shared: Set<Int32> = []
  /// Those of them that have been converted, and those that are being so.
  private var converted: [Int32: Converted] = [:]
  private var inProgress: Set<Int32> = []

  init(_ bytes: [UInt8], _ source: SourceText) throws(Diagnostics) {
    self.source = source
    parser = .allocate(capacity: 1)
    document = .allocate(capacity: 1)
    input = .allocate(capacity: bytes.count)
    _ = input.initialize(from: bytes)
    guard yaml_parser_initialize(parser) == 1 else {
      input.deallocate()
      parser.deallocate()
      document.deallocate()
      throw Diagnostics(Diagnostic("libyaml has no memory for a parser", at: nil))
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    guard yaml_parser_load(parser, document) == 1 else {
      let error = parserError()
      yaml_parser_delete(parser)
      input.deallocate()
      parser.deallocate()
      document.deallocate()
      throw Diagnostics(error)
    }
    findShared()
  }

  private mutating func findShared() {
    let all = document.pointee.nodes
    let nodes = UnsafeBufferPointer(start: all.start, count: all.top - all.start)
    // Without an alias every node but the root has its one place in another.
    var uses = 0
    for node in nodes { Self.children(of: node) { _ in uses += 1 } }
    guard uses >= nodes.count else { return }
    var used: Set<Int32> = [1]
    for node in nodes {
      Self.children(of: node) { index in
        if !used.insert(index).inserted { shared.insert(index) }
      }
    }
  }

  private static func children(of node: yaml_node_t, _ body: (Int32) -> Void) {
    switch node.type {
    case YAML_SEQUENCE_NODE:
      let items = node.data.sequence.items
      for item in UnsafeBufferPointer(start: items.start, count: items.top - items.start) { body(item) }
    case YAML_MAPPING_NODE:
      let pairs = node.data.mapping.pairs
      for pair in UnsafeBufferPointer(start: pairs.start, count: pairs.top - pairs.start) {
        body(pair.key)
        body(pair.value)
      }
    default: break
    }
  }

  func delete() {
    yaml_document_delete(document)
    yaml_parser_delete(parser)
    input.deallocate()
    parser.deallocate()
    document.deallocate()
  }

  mutating func root() throws(Diagnostics) -> Node {
    guard yaml_document_get_root_node(document) != nil else {
      throw Diagnostics(
        Diagnostic(
          "\(source.name) is empty",
          at: nil,
          hints: "a pipeline file has at least 'pipeline:' and 'stages:'; pipelines/fig3.yaml is an example"
        )
      )
    }
    return try convert(1, depth: 0).node
  }

  func expectEndOfStream() throws(Diagnostics) {
    var next = yaml_document_t()
    guard yaml_parser_load(parser, &next) == 1 else { throw Diagnostics(parserError()) }
    defer { yaml_document_delete(&next) }
    guard let second = yaml_document_get_root_node(&next) else { return }
    throw Diagnostics(
      Diagnostic("a second YAML document", at: location(second.pointee), hints: "one file holds one pipeline")
    )
  }

  private mutating func convert(_ index: Int32, depth: Int) throws(Diagnostics) -> Converted {
    if let known = converted[index] {
      try checkDepth(depth + known.height, known.node.location)
      return known
    }
    guard let pointer = yaml_document_get_node(document, index) else {
      throw Diagnostics(Diagnostic("libyaml lost a node", at: nil))
    }
    let raw = pointer.pointee
    let place = location(raw)
    let isShared = shared.contains(index)
    if isShared, !inProgress.insert(index).inserted {
      throw Diagnostics(Diagnostic("an alias inside the node that it names", at: place))
    }
    try checkDepth(depth + 1, place)
    var size = 1
    var height = 0
    let content: Node.Content
    switch raw.type {
    case YAML_SCALAR_NODE:
      content = try scalar(raw, place)
    case YAML_SEQUENCE_NODE:
      try expectTag("seq", raw, place)
      var items: [Node] = []
      var item = raw.data.sequence.items.start
      while let current = item, current != raw.data.sequence.items.top {
        let element = try convert(current.pointee, depth: depth + 1)
        size += element.size
        height = max(height, element.height)
        try checkSize(size, place)
        items.append(element.node)
        item = current + 1
      }
      content = .sequence(items)
    default:
      try expectTag("map", raw, place)
      var entries: [Node.Entry] = []
      var places: [String: SourceLocation?] = [:]
      var pair = raw.data.mapping.pairs.start
      while let current = pair, current != raw.data.mapping.pairs.top {
        let key = try convert(current.pointee.key, depth: depth + 1).node
        guard case .scalar(let name, _) = key.content else {
          throw Diagnostics(Diagnostic("a key that is \(key.summary)", at: key.location, hints: "keys are names"))
        }
        if let first = places.updateValue(key.location, forKey: name), let first {
          throw Diagnostics(
            Diagnostic("the key '\(name)' is here twice", at: key.location, hints: "it was first set at \(first)")
          )
        }
        let value = try convert(current.pointee.value, depth: depth + 1)
        size += value.size + 1
        height = max(height, value.height)
        try checkSize(size, place)
        entries.append(.init(key: name, keyLocation: key.location, value: value.node))
        pair = current + 1
      }
      content = .mapping(entries)
    }
    let result = Converted(node: Node(content, at: place), size: size, height: height + 1)
    if isShared {
      inProgress.remove(index)
      converted[index] = result
    }
    return result
  }

  private func checkDepth(_ depth: Int, _ place: SourceLocation?) throws(Diagnostics) {
    guard depth <= YAMLParser.maximumDepth else {
      throw Diagnostics(Diagnostic("nested more than \(YAMLParser.maximumDepth) deep", at: place))
    }
  }

  private func checkSize(_ size: Int, _ place: SourceLocation) throws(Diagnostics) {
    guard size <= YAMLParser.maximumNodes else {
      throw Diagnostics(
        Diagnostic(
          "more than \(YAMLParser.maximumNodes) nodes once the aliases are written out",
          at: place,
          hints: "aliases of aliases multiply"
        )
      )
    }
  }

  private func scalar(_ raw: yaml_node_t, _ place: SourceLocation) throws(Diagnostics) -> Node.Content {
    try expectTag("str", raw, place)
    let bytes = UnsafeBufferPointer(start: raw.data.scalar.value, count: raw.data.scalar.length)
    return .scalar(
      text: String(decoding: bytes, as: UTF8.self),
      isPlain: raw.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
    )
  }

  private func expectTag(_ name: String, _ raw: yaml_node_t, _ place: SourceLocation) throws(Diagnostics) {
    let tag = raw.tag.map { String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)) } ?? ""
    guard tag == "tag:yaml.org,2002:\(name)" else {
      throw Diagnostics(
        Diagnostic(
          "the tag '\(tag)'",
          at: place,
          hints: "tags have no meaning here; a value's type is known from its key"
        )
      )
    }
  }

  private func location(_ raw: yaml_node_t) -> SourceLocation {
    SourceLocation(source: source, start: position(raw.start_mark), end: position(raw.end_mark))
  }

  private func position(_ mark: yaml_mark_t) -> SourcePosition {
    // The end of a text without a last line feed is marked one line further down.
    guard mark.line < source.lines.count else {
      return SourcePosition(line: source.lines.count, column: (source.lines.last?.unicodeScalars.count ?? 0) + 1)
    }
    return SourcePosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private func position(offset: Int) -> SourcePosition {
    let before = SourceText(name: "", text: String(decoding: input.prefix(offset), as: UTF8.self))
    return SourcePosition(line: before.lines.count, column: (before.lines.last?.unicodeScalars.count ?? 0) + 1)
  }

  private func parserError() -> Diagnostic {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "unreadable"
    let context = parser.pointee.context.map { String(cString: $0) }
    // A reader's error (a control character) has an offset but no mark.
    let isReaders = parser.pointee.error == YAML_READER_ERROR
    let place = isReaders ? position(offset: parser.pointee.problem_offset) : position(parser.pointee.problem_mark)
    return Diagnostic(
      "not YAML: \(problem)" + (context.map { " \($0)" } ?? ""),
      at: SourceLocation(source: source, start: place, end: place),
      hints: problem.contains("cannot start any token")
        ? "YAML is indented with spaces; text with : # { [ needs quotes" : nil
    )
  }
}
