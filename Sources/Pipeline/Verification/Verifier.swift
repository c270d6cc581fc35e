internal import Artifacts
public import Configuration
public import Execution
public import Planning
internal import Reporting
public import Store
internal import Synchronization
public import SystemPackage

/// What became of an action that was, or could not be, made again.
public struct VerifiedAction: Sendable {
  /// What was recorded of it.
  public let recorded: RecordedAction
  /// What it is called in reports: that of the graph.
  public let graph: String
  /// How it agrees.
  public internal(set) var agreement = Agreement.notComparable
  /// Why, in one line.
  public internal(set) var reason = ""
  /// More of that, in lines.
  public internal(set) var details: [String] = []
  /// Every difference of the contents, for machines.
  public internal(set) var differences = JSONValue.null
  /// The record of what was made now.
  public internal(set) var remade: ActionRecord?

  init(_ recorded: RecordedAction, of graph: String) {
    (self.recorded, self.graph) = (recorded, graph)
    reason = recorded.lack ?? ""
  }
}

/// Makes recorded results again in an empty store, and compares.
public struct Verifier: Sendable {
  private let store: ArtifactStore
  private let runner: Runner
  private let executable: FilePath
  private let arguments: [String]

  /// A verifier.
  ///
  /// - Parameters:
  ///   - store: the empty store.
  ///   - runner: runs actions in it.
  ///   - executable: the program that, called with `arguments`, serves as a `ComparisonWorker`.
  public init(in store: ArtifactStore, runner: Runner, executable: FilePath, arguments: [String]) {
    (self.store, self.runner, self.executable, self.arguments) = (store, runner, executable, arguments)
  }

  /// Runs the actions of a graph again.
  ///
  /// - Parameters:
  ///   - chosen: which of them are run.
  ///   - threads: how many threads each is given; nil for what there is to spare.
  ///   - observe: receives the events.
  /// - Returns: the run's end, and why actions have no result now, by name.
  public func run(
    _ graph: RecordedGraph,
    chosen: VerifiedChoice,
    threads: Int?,
    observe: @escaping @Sendable (RunEvent) -> Void
  ) async -> (summary: RunSummary, failures: [String: String]) {
    var options = RunOptions()
    options.keepsGoing = true
    options.threads = threads
    options.replay = graph.replay
    let failures = Mutex<[String: String]>([:])
    let summary = await runner.run(graph.runnable(chosen), options) { event in
      if case .failed(let stage, let message) = event { failures.withLock { $0[stage] = message } }
      observe(event)
    }
    return (summary, failures.withLock { $0 })
  }

  /// Compares what was made now with what is recorded: of what has another address the contents, in a process of their
  /// own.
  public func compare(
    _ graph: RecordedGraph,
    chosen: VerifiedChoice,
    _ summary: RunSummary,
    failures: [String: String]
  ) async -> [VerifiedAction] {
    var verified: [VerifiedAction] = []
    var orders: [(place: Int, order: ComparisonOrder)] = []
    for recorded in graph.actions where chosen.hasLeft(recorded, of: graph) {
      var one = VerifiedAction(recorded, of: graph.name)
      guard let record = recorded.record, recorded.lack == nil else {
        verified.append(one)
        continue
      }
      guard chosen.isDrawn(record.key) else { continue }
      let name = recorded.action.name
      let found: Result<ActionRecord?, StoreError> = Result { () throws(StoreError) -> ActionRecord? in
        guard let key = summary.keys[name] else { return nil }
        return try store.record(for: key)
      }
      if let failure = failures[name] {
        one.reason = failure
      } else if case .failure(let error) = found {
        one.reason = error.description
      } else if case .success(let remade?) = found {
        one.remade = remade
        if remade.artifact.address == record.artifact.address {
          one.compareFiles(record, remade)
        } else {
          orders.append((verified.count, order(recorded, record, remade, graph)))
        }
      } else {
        one.reason = "it was not run"
      }
      verified.append(one)
    }
    let lines = orders.map(\.order.line)
    let answers = await IsolatedProcess.answers(to: lines, executable, arguments) { try store.newScratchFile("orders") }
    for ((place, _), answer) in zip(orders, answers) { verified[place].take(answer) }
    return verified
  }

  private func order(
    _ recorded: RecordedAction,
    _ record: ActionRecord,
    _ remade: ActionRecord,
    _ graph: RecordedGraph
  ) -> ComparisonOrder {
    var order = ComparisonOrder()
    order.recorded = graph.origin?.path(of: record.artifact).string ?? ""
    order.address = record.artifact.address
    order.remade = store.path(of: remade.artifact).string
    order.tolerances = recorded.action.tolerances
    return order
  }
}

extension RecordedGraph {
  /// What is run again, as a pipeline.
  public func runnable(_ chosen: VerifiedChoice) -> Pipeline {
    let actions = comparable.filter { chosen.isDrawn($0.record?.key ?? "") && chosen.hasLeft($0, of: self) }
    return Pipeline(name: pipeline, title: title, actions: actions.map(\.action))
  }
}

extension VerifiedAction {
  /// Compares the digests of the files of two records with one address.
  fileprivate mutating func compareFiles(_ old: ActionRecord, _ new: ActionRecord) {
    var differing: [String] = []
    if old.artifact.file != new.artifact.file { differing.append("the HDF5 file") }
    for (old, new) in [(old.files, new.files), (old.parts, new.parts)] {
      for name in Set(old.keys).union(new.keys).sorted() where old[name]?.file != new[name]?.file {
        differing.append(name.printable)
      }
    }
    agreement = differing.isEmpty ? .identical : .equalContent
    guard !differing.isEmpty else { return }
    reason = "other bytes in \(differing.joined(separator: ", "))"
    // No picture of another version can have the same bytes.
    if recorded.codeChange != nil, !old.files.isEmpty {
      reason += "; a picture carries the key of its action, to which the code belongs"
    }
  }

  fileprivate mutating func take(_ answer: IsolatedProcess.Answer) {
    let tolerances = recorded.action.tolerances
    switch answer {
    case .line(let line):
      guard let found = try? ComparisonAnswer(line: line) else {
        reason = "the process that compared it gave no answer"
        return
      }
      (agreement, reason, details, differences) = (found.agreement, found.headline, found.details, found.differences)
    case .ended(.exited(let code)): reason = "the process that compared it exited with code \(code)"
    case .ended(let ending):
      // What has just been written can be read: it is the recorded one.
      let found = ComparisonAnswer(notShown: "cannot be read: reading it \(ending.ofReading)", within: tolerances)
      (agreement, reason) = (found.agreement, found.headline)
    case .notAsked(let why): reason = "it could not be compared: \(why)"
    }
  }
}
