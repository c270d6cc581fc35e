public import Configuration
internal import Store

/// What a verification found, and of what.
public struct Verification: Sendable {
  /// What was to be verified.
  public let graphs: [RecordedGraph]
  /// What became of the actions, those of a graph each after those whose results it needs.
  public let actions: [VerifiedAction]
  /// What was drawn; nil where all was to be made again.
  public let sample: Sample?
  /// Files that were named, and that are not what their action made, with the reason.
  public let changedFiles: [(name: String, state: String)]
  /// The worst agreement that is taken for success.
  public let accepted: Agreement
  /// How it was done: the options, and the machine.
  public let circumstances: [String: JSONValue]
  /// How long it took.
  public let seconds: Double

  /// A verification.
  public init(
    of graphs: [RecordedGraph],
    _ actions: [VerifiedAction],
    _ sample: Sample?,
    changedFiles: [(name: String, state: String)],
    accepting accepted: Agreement,
    _ circumstances: [String: JSONValue],
    seconds: Double
  ) {
    (self.graphs, self.actions, self.sample, self.changedFiles) = (graphs, actions, sample, changedFiles)
    (self.accepted, self.circumstances, self.seconds) = (accepted, circumstances, seconds)
  }

  /// What decides on success: the worst agreement that is not accepted; `identical` if there is none.
  public var verdict: Agreement {
    let found = actions.map(\.agreement).filter { !isAccepted($0) }.max() ?? .identical
    return changedFiles.isEmpty ? found : .different
  }

  func isAccepted(_ agreement: Agreement) -> Bool { agreement <= accepted }

  /// The first action in the order of the graphs that came out otherwise. Its inputs were equal, as are those of all.
  var firstDifference: VerifiedAction? {
    actions.first { $0.agreement == .different } ?? actions.first { $0.agreement == .withinTolerance }
  }

  /// Whether a reason for what could not be made names something below a folder.
  public func names(_ folder: String) -> Bool { actions.contains { $0.reason.contains(folder) } }

  /// How many actions agree in a way.
  func count(_ agreement: Agreement) -> Int { actions.count { $0.agreement == agreement } }
}

// MARK: - What a sample says

extension Verification {
  /// What was reproduced of all that could be, and what follows for the rest.
  public struct Extent: Sendable, Equatable {
    /// How many actions could be made again.
    public let total: Int
    /// How many were, and came out as recorded, or within the tolerance.
    public let reproduced: Int
    /// Their part of the recorded processor time, from 0 to 1.
    public let costShare: Double
    /// The processor time that was recorded of all, in seconds.
    public let seconds: Double
    /// How many of the draws came out otherwise, or could not be compared.
    public let differingDraws: Int
    /// The largest share of all results, weighted by cost, that would come out otherwise, with a confidence of 95 %; nil
    /// where all were made again.
    public let largestDifferingShare: Double?
  }

  /// The extent of what was reproduced.
  public var extent: Extent {
    var costs: [String: Double] = [:]
    for one in graphs.flatMap(\.comparable) { costs[one.record?.key ?? ""] = one.cost }
    var reproduced: Set<String> = []
    var failed: Set<String> = []
    for one in actions where one.recorded.lack == nil {
      guard let key = one.recorded.record?.key else { continue }
      if one.agreement <= .withinTolerance { reproduced.insert(key) } else { failed.insert(key) }
    }
    // Summed in one order, so that the same store gives the same digits.
    func sum(_ keys: some Sequence<String>) -> Double { keys.sorted().reduce(0) { $0 + (costs[$1] ?? 0) } }
    let seconds = sum(costs.keys)
    let differing = failed.reduce(0) { $0 + (sample?.times[$1] ?? 0) }
    return Extent(
      total: costs.count,
      reproduced: reproduced.count,
      costShare: seconds > 0 ? sum(reproduced) / seconds : 0,
      seconds: seconds,
      differingDraws: differing,
      largestDifferingShare: sample?.draws.map { Sample.largestShare(differing: differing, of: $0) }
    )
  }
}
