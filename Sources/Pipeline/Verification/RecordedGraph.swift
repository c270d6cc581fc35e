internal import Artifacts
internal import Configuration
public import Execution
public import Planning
public import Provenance
public import Store

/// An action with what is recorded of it.
public struct RecordedAction: Sendable {
  /// What is run to make the result again.
  public let action: Action
  /// The record; nil where none is found.
  public let record: ActionRecord?
  /// Why the action cannot be run again and compared; nil if it can.
  public let lack: String?
  /// In what the code differs with which the result was made from that of this program; nil if it does not.
  public let codeChange: String?
  /// Where the stage is declared, as `file:line:column`.
  public let place: String?
  /// How long it kept processors busy when it was recorded, in seconds.
  public let cost: Double
  /// The address of the recorded result.
  let address: ContentDigest?
  /// The key of the action, where that is known.
  private let key: String?

  /// What costs less than this counts for as much, so that every result has a share.
  private static let leastCost = 0.001
  /// A century.
  private static let greatestCost = 3e9

  /// An action that is recorded.
  package init(_ action: Action, _ record: ActionRecord, _ origin: ArtifactStore?, code: [String: [String: String]]) {
    self.action = action
    self.record = record
    (address, key) = (ContentDigest(record.artifact.address), record.key)
    let statement = record.statement.flatMap { try? UnverifiedStatement(reading: $0) }?.statement
    // A statement may say anything: no cost may swamp the sum of all.
    cost = min(max(statement?.processorSeconds ?? record.seconds ?? 0, Self.leastCost), Self.greatestCost)
    let stated = statement.flatMap { stated in stated.file.flatMap { file in stated.position.map { "\(file):\($0)" } } }
    place = action.location?.description ?? stated
    lack = Self.contradiction(in: record)
    guard record.code != action.fingerprint else {
      codeChange = nil
      return
    }
    let parts = code[action.fingerprint].flatMap { origin?.changedParts(of: record.code, to: $0) } ?? []
    codeChange = "made by another version of the code" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
  }

  /// An action that cannot be run again and compared.
  init(_ action: Action, lacking lack: String, record: ActionRecord? = nil, key: String? = nil) {
    self.key = record?.key ?? key
    self.action = action
    self.record = record
    self.lack = lack
    (codeChange, place, cost) = (nil, action.location?.description, 0)
    address = record.flatMap { ContentDigest($0.artifact.address) }
  }

  /// What is verified of it.
  ///
  /// - Parameter graph: the names that distinguish actions without a known key.
  func subject(of graph: RecordedGraph) -> VerifiedChoice.Subject {
    VerifiedChoice.Subject(
      key: key ?? "\(graph.name)/\(action.name)",
      digests: record?.objects.map { "\($0.address) \($0.file)" }.sorted() ?? [],
      tolerances: JSONValue.object(action.tolerances.mapValues(\.json)).canonicalText,
      lack: lack
    )
  }

  /// What a record says that was changed by hand is no record of anything.
  private static func contradiction(in record: ActionRecord) -> String? {
    let key = Action.key(
      kind: record.kind,
      parameters: record.parameters,
      inputs: .object(record.inputs.mapValues(\.json)),
      code: record.code
    )
    return key.description == record.key
      ? nil : "its record was changed or moved: its key is no digest of what it says; 'pipeline audit' says more"
  }
}

/// The recorded actions of a pipeline, or those behind a result.
public struct RecordedGraph: Sendable {
  /// What it is called in reports: `fig4.quick`.
  public let name: String
  /// The name of the pipeline.
  public let pipeline: String
  /// The title of the pipeline.
  public let title: String
  /// The actions, each after those whose results it needs.
  public package(set) var actions: [RecordedAction] = []
  /// Points of sweeps of which no result is recorded, and that the recorded sweeps go without.
  public internal(set) var leftOut: [String] = []
  /// The store in which the results are recorded; nil if only a file names them.
  let origin: ArtifactStore?
  /// Recorded results that are inputs and that no action of the graph made, by what stands for them.
  var given: [String: ContentDigest] = [:]

  private init(name: String, pipeline: String, title: String, origin: ArtifactStore?) {
    (self.name, self.pipeline, self.title, self.origin) = (name, pipeline, title, origin)
  }

  /// An action that runs as another one does, on these inputs.
  private static func action(
    like action: Action,
    inputs: [String: Source<String>]
  ) -> Action {
    Action(
      name: action.name,
      kind: action.kind,
      parameters: action.parameters,
      inputs: inputs,
      fingerprint: action.fingerprint,
      resources: action.resources,
      tolerances: action.tolerances,
      location: action.location
    )
  }
}

// MARK: - Of a pipeline

extension RecordedGraph {
  /// What is recorded of the actions of a pipeline.
  ///
  /// - Parameters:
  ///   - run: the name of a run with the pipeline's values.
  ///   - scope: the names of the actions that are meant; nil for all.
  ///   - code: for each fingerprint of the code the digests of its parts.
  ///   - elsewhere: finds the result of an action that is not recorded here.
  public init(
    _ pipeline: Pipeline,
    as run: RunName,
    scope: Set<String>? = nil,
    in store: ArtifactStore,
    code: [String: [String: String]],
    elsewhere: (String) -> String? = { _ in nil }
  ) {
    self.init(name: run.description, pipeline: pipeline.name, title: pipeline.title, origin: store)
    let latest = LatestRun(of: run.description, in: store, code: code)
    let meant = pipeline.actions.filter { scope?.contains($0.name) ?? true }
    var plan = Plan(meant)
    var records: [String: ActionRecord] = [:]
    while let task = plan.next() {
      let name = task.action.name
      let found: ActionRecord?
      do throws(StoreError) {
        found = try store.record(of: task, latest)
      } catch {
        plan.fail(name, error.description)
        continue
      }
      if let record = found, let address = ContentDigest(record.artifact.address) {
        records[name] = record
        plan.finish(name, address: address)
      } else {
        plan.fail(name, "\(store.reason(for: task, since: latest))")
      }
    }
    for action in meant {
      if let record = records[action.name] {
        // A point that a stack goes without has no name to wait for.
        let inputs = action.inputs.compactMapValues { $0.compactMap { records[$0] == nil ? nil : $0 } }
        actions.append(RecordedAction(Self.action(like: action, inputs: inputs), record, store, code: code))
        continue
      }
      let reason: String
      switch plan[action.name] {
      case .skipped:
        leftOut.append(action.name)
        continue
      case .failed(let why): reason = why
      case .unreachable(let cause): reason = "it needs '\(cause)'"
      default: continue
      }
      let place = elsewhere(action.name).map { "; \($0)" } ?? ""
      actions.append(RecordedAction(action, lacking: "no result is recorded: \(reason)\(place)"))
    }
  }
}

extension ArtifactStore {
  /// The record of an action: of its key, or else the latest one that was made by another version of the code and alike
  /// otherwise.
  fileprivate func record(of task: Plan.Task, _ latest: LatestRun) throws(StoreError) -> ActionRecord? {
    if let record = try record(for: task.key) { return record }
    guard let key = latest[task.action.name], let record = try record(for: key), record.kind == task.action.kind,
      record.parameters == task.action.parameters, record.inputs == task.addresses
    else { return nil }
    return record
  }
}

// MARK: - Behind a result

extension RecordedGraph {
  /// What is recorded of the actions behind a result.
  ///
  /// - Parameters:
  ///   - chain: their statements; the action that was asked about comes first.
  ///   - store: the store in which they were found; nil if only a file names them.
  ///   - fingerprint: the fingerprint of this program's code behind a kind; nil for a kind that it does not have.
  ///   - tolerances: what the pipeline of an action declares.
  ///   - refusal: why an action is not to be run.
  public init(
    behind name: String,
    _ chain: StatementChain,
    in store: ArtifactStore?,
    code: [String: [String: String]],
    fingerprint: (String) -> String?,
    tolerances: (StatementChain.Link) -> [String: Tolerance],
    refusal: (StatementChain.Link) -> String?
  ) {
    self.init(name: name, pipeline: chain.links.first?.pipeline ?? "unknown", title: "", origin: store)
    var names: [String: String] = [:]
    var taken: Set<String> = []
    for link in chain.links {
      let stage = link.stage ?? link.kind
      // Two pipelines may have a stage of one name behind one result.
      var name = stage
      var number = 1
      while !taken.insert(name).inserted {
        name = "\(stage) (\(link.key.prefix(12))\(number == 1 ? "" : ", \(number)"))"
        number += 1
      }
      names[link.key] = name
    }
    for link in Self.ordered(chain) {
      let name = names[link.key] ?? link.key
      guard let record = link.record ?? link.statement?.statement.record else {
        actions.append(
          RecordedAction(Self.unknown(name, link), lacking: "its statement and its record are not here", key: link.key)
        )
        continue
      }
      var inputs: [String: Source<String>] = [:]
      for (input, source) in record.inputs {
        inputs[input] = source.compactMap { address in
          if let name = chain.maker(of: address.description).flatMap({ names[$0] }) { return name }
          let stand = "result \(address.short)"
          given[stand] = address
          return stand
        }
      }
      let current = fingerprint(record.kind)
      let action = Action(
        name: name,
        kind: record.kind,
        parameters: record.parameters,
        inputs: inputs,
        fingerprint: current ?? record.code,
        tolerances: tolerances(link),
        location: nil
      )
      let lack = current == nil ? "this program has no kind '\(record.kind)'" : refusal(link)
      actions.append(
        lack.map { RecordedAction(action, lacking: $0, record: record) }
          ?? RecordedAction(action, record, store, code: code)
      )
    }
  }

  private static func unknown(_ name: String, _ link: StatementChain.Link) -> Action {
    Action(name: name, kind: link.kind, parameters: [:], inputs: [:], fingerprint: "", location: nil)
  }

  /// The links, each after those whose results it needs.
  private static func ordered(_ chain: StatementChain) -> [StatementChain.Link] {
    var ordered: [StatementChain.Link] = []
    var seen: Set<String> = []
    // An explicit stack, so that a chain of any length cannot overflow the thread's.
    for start in chain.links where seen.insert(start.key).inserted {
      var stack: [(link: StatementChain.Link, needed: [String], next: Int)] = []
      func needed(_ link: StatementChain.Link) -> [String] { link.inputs.compactMap { chain.maker(of: $0.address) } }
      stack.append((start, needed(start), 0))
      while let (link, keys, next) = stack.last {
        guard next < keys.count else {
          ordered.append(link)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        if seen.insert(keys[next]).inserted, let link = chain[keys[next]] { stack.append((link, needed(link), 0)) }
      }
    }
    return ordered
  }
}

extension RecordedGraph {
  /// The actions that can be run again and compared.
  public var comparable: [RecordedAction] { actions.filter { $0.lack == nil } }

  /// The recorded results, for those who need them.
  var replay: Replay {
    var results = given
    for one in actions { if let address = one.address { results[one.action.name] = address } }
    return Replay(results, records: actions.compactMap(\.record), from: origin)
  }
}
