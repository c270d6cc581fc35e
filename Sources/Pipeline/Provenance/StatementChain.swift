internal import Artifacts
public import Configuration
internal import Planning
public import Store
internal import SystemPackage

/// The statements of an action and of all whose results it was made from, down to external data and seeds.
public struct StatementChain: Sendable {
  /// An action of the chain.
  public struct Link: Sendable {
    /// The key of the action.
    public let key: String
    /// What is stated of it; nil where its record is of a version that wrote no statement.
    public let statement: UnverifiedStatement?
    /// The text of the statement.
    public let text: String?
    /// Its record; nil where the statement was found without one.
    public let record: ActionRecord?
  }

  /// Something that the chain lacks.
  public enum Gap: Sendable, Equatable {
    /// The record of an action, or of whichever made a result, cannot be read.
    case unreadableRecord(key: String?, address: String, reason: String)
    /// No record of the action that made a result is there.
    case noRecord(address: String, key: String?)
    /// The record has no statement.
    case noStatement(key: String)
    /// The statement cannot be read.
    case unreadable(key: String, reason: String)
    /// Some results of a sweep were left out of the look.
    case notFollowed(count: Int)
  }

  /// The actions, each once; the one that was asked about comes first.
  public private(set) var links: [Link] = []
  /// What is lacking; empty where the chain is closed.
  public private(set) var gaps: [Gap] = []
  private var places: [String: Int] = [:]
  /// For each address the key of the action that is taken to have made it.
  private var makers: [String: String] = [:]

  /// The link of an action.
  public subscript(key: String) -> Link? { places[key].map { links[$0] } }

  /// The key of the action of the chain that made a result.
  public func maker(of address: String) -> String? { makers[address] }
}

extension StatementChain {
  /// Follows an action's statements.
  ///
  /// - Parameters:
  ///   - key: the key of the action; nil where it is to be looked up by what it made.
  ///   - address: the result that it made, if that is known.
  ///   - source: where records and statements are looked up.
  ///   - most: how many points of a sweep are followed; nil for all.
  public init(from key: String?, making address: String = "", in source: StatementSource, most: Int? = nil) {
    var waiting = [(address: address, key: key)]
    // Read once, when the first result is looked up by its address.
    var recorded: ArtifactMakers?
    var next = 0
    while next < waiting.count {
      let (address, known) = waiting[next]
      next += 1
      let found: (link: Link, problem: String?)?
      do throws(StoreError) {
        found = try source.link(known, making: address, &recorded)
      } catch {
        gaps.append(.unreadableRecord(key: known, address: address, reason: error.description))
        continue
      }
      guard let link = found else {
        gaps.append(.noRecord(address: address, key: known))
        continue
      }
      if !address.isEmpty { makers[address] = link.link.key }
      guard places[link.link.key] == nil else { continue }
      places[link.link.key] = links.count
      links.append(link.link)
      if let reason = link.problem {
        gaps.append(.unreadable(key: link.link.key, reason: reason))
      } else if link.link.statement == nil {
        gaps.append(.noStatement(key: link.link.key))
      }
      waiting += follow(link.link.inputs, most).filter { makers[$0.address] == nil }
        .map { (address: $0.address, key: $0.key) }
    }
  }

  /// The inputs that are followed: of a sweep the first points.
  private mutating func follow(_ inputs: [Statement.Input], _ most: Int?) -> [Statement.Input] {
    guard let most else { return inputs }
    var followed: [Statement.Input] = []
    for group in Dictionary(grouping: inputs, by: \.stack).sorted(by: { $0.key < $1.key }).map(\.value) {
      followed += group.prefix(most)
      if group.count > most { gaps.append(.notFollowed(count: group.count - most)) }
    }
    return followed
  }

  /// Throws if a record could not be read, so that what is behind it is not known.
  public func checkIsRead() throws(StoreError) {
    for case .unreadableRecord(_, _, let reason) in gaps { throw StoreError(reason) }
  }

  /// The statements as an in-toto bundle: one on each line, in the order of their keys behind the first.
  public var bundle: String {
    guard let first = links.first else { return "" }
    let rest = links.dropFirst().sorted { $0.key < $1.key }
    return ([first] + rest).compactMap(\.text).map { $0 + "\n" }.joined()
  }
}

extension StatementChain.Link {
  /// The results that the action was made from: as its statement says, else as its record does.
  public var inputs: [Statement.Input] {
    if let statement { return statement.statement.inputs }
    guard let record else { return [] }
    var statement = Statement()
    statement.describe(inputs: record.inputs, keys: [:])
    return statement.inputs
  }
}

extension Statement.Input {
  /// The name of the input without the place of a point.
  public var stack: String { String(name.prefix { $0 != "[" }) }
}

/// Where records and statements are looked up: a store, a bundle of statements that a file carries, or both.
public struct StatementSource: Sendable {
  private let store: ArtifactStore?
  private let bundle: [String: (statement: UnverifiedStatement, text: String)]
  private let makers: [String: String]
  /// The key of the first statement of the bundle.
  public let first: String?

  /// A source.
  ///
  /// - Parameter bundle: statements, one on each line.
  /// - Throws: when a line is no statement.
  public init(_ store: ArtifactStore?, bundle: String = "") throws(StatementError) {
    self.store = store
    var found: [String: (UnverifiedStatement, String)] = [:]
    var makers: [String: String] = [:]
    var first: String?
    for line in bundle.split(separator: "\n") {
      let statement = try UnverifiedStatement(reading: String(line))
      guard let key = statement.statement.key else { throw StatementError("a statement of the file names no action") }
      first = first ?? key
      found[key] = (statement, String(line))
      if let address = statement.statement.address { makers[address] = key }
    }
    self.bundle = found
    self.makers = makers
    self.first = first
  }

  /// The key of the statement of the bundle whose action made a result.
  public func key(making address: String) -> String? { makers[address] }

  /// What is known of an action: by its key, else by the result that it made.
  ///
  /// - Parameter recorded: the keys of the store by what their actions made, once they are read.
  fileprivate func link(
    _ key: String?,
    making address: String,
    _ recorded: inout ArtifactMakers?
  ) throws(StoreError) -> (link: StatementChain.Link, problem: String?)? {
    if let key, let found = try link(key) { return found }
    if let key = makers[address], let found = try link(key) { return found }
    // Records are named by keys: looking for one by what it made is the slow way, for records without statements.
    guard let address = ContentDigest(address), let store else { return nil }
    if recorded == nil { recorded = try store.makers() }
    guard let all = recorded else { return nil }
    guard let record = try store.records(making: address, among: all).first else { return nil }
    return link(record)
  }

  private func link(_ key: String) throws(StoreError) -> (link: StatementChain.Link, problem: String?)? {
    if let digest = ContentDigest(key), let record = try store?.record(for: digest) { return link(record) }
    return bundle[key].map {
      (StatementChain.Link(key: key, statement: $0.statement, text: $0.text, record: nil), nil)
    }
  }

  private func link(_ record: ActionRecord) -> (link: StatementChain.Link, problem: String?) {
    guard let text = record.statement else {
      return (StatementChain.Link(key: record.key, statement: nil, text: nil, record: record), nil)
    }
    do throws(StatementError) {
      let statement = try UnverifiedStatement(reading: text)
      return (StatementChain.Link(key: record.key, statement: statement, text: text, record: record), nil)
    } catch {
      return (StatementChain.Link(key: record.key, statement: nil, text: nil, record: record), error.description)
    }
  }
}

// MARK: - The facts of a link, from its statement or, without one, from its record

extension StatementChain.Link {
  private var stated: Statement? { statement?.statement }

  /// The kind of the stage.
  public var kind: String { stated?.kind ?? record?.kind ?? "" }
  /// The name of the pipeline.
  public var pipeline: String? { stated?.pipeline ?? record?.pipeline }
  /// The name of the action within the pipeline.
  public var stage: String? { stated?.stage ?? record?.stage }
  /// The parameters with defaults.
  public var parameters: JSONValue { stated?.parameters ?? record?.parameters ?? [:] }
  /// The address of the result.
  public var address: String { stated?.address ?? record?.artifact.address ?? "" }
  /// When it was begun, as ISO 8601 in UTC.
  public var started: String? { stated?.started ?? record?.started }
  /// How long it took.
  public var seconds: Double? { stated?.seconds ?? record?.seconds }

  /// The stage's place in the pipeline file, as `file:line:column`.
  public var place: String? {
    guard let file = stated?.file, let position = stated?.position else { return nil }
    return "\(file):\(position)"
  }

  /// The sweep of an input, if it is one: the names and the lengths of its axes.
  public func axes(of input: String) -> [(name: String, length: Int)] {
    guard case .stack(let axes, _)? = source(of: input) else { return [] }
    return axes.map { ($0.name, $0.length) }
  }

  /// The result of an input at some indices along its axes, or the one result that it is.
  ///
  /// - Parameter indices: by the name of the axis.
  /// - Returns: its address; nil where the indices do not say which point of a sweep it is, or the point is missing.
  public func member(of input: String, at indices: [String: Int]) -> String? {
    switch source(of: input) {
    case .one(let address)?: return address.description
    case .stack(let axes, let members)?:
      var place = 0
      for axis in axes {
        guard let index = indices[axis.name], (0..<axis.length).contains(index) else { return nil }
        place = place * axis.length + index
      }
      return members[place]?.description
    case nil: return nil
    }
  }

  private func source(of input: String) -> Source<ContentDigest>? {
    if let record { return record.inputs[input] }
    guard case .object(let inputs)? = stated?.internalParameters["inputs"], let json = inputs[input] else { return nil }
    var diagnostics = Diagnostics()
    return Source.decode(Node(json), &diagnostics)
  }
}
