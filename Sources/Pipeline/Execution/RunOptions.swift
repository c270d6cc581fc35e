public import Configuration
public import Planning

/// What of a pipeline is run, and how.
public struct RunOptions: Sendable {
  /// The actions that belong to the run; nil for all.
  public var scope: Set<String>?
  /// Those of them that may be computed; of the others the known results are used. Nil for all.
  public var computable: Set<String>?
  /// Those that are computed although their results are known.
  public var forced: Set<String> = []
  /// Whether the run goes on after a failure with what does not need the result.
  public var keepsGoing = false
  /// Under which name it is remembered what was run, so that the next run can tell what has changed.
  public var name: RunName?
  /// For each fingerprint of the code the digests of its parts, to tell which of them have changed.
  public var code: [String: [String: String]] = [:]
  /// Whether every object is hashed, and not only those whose files have changed.
  public var isDeep = false
  /// How many threads each action is given; what it asks for, or the run has to spare, unless given.
  public var threads: Int?
  /// The recorded results, where they are made again to be compared.
  public var replay: Replay?

  /// A run of everything that is not known.
  public init() {}
}

extension Pipeline {
  /// The actions that a name means: those of a stage, or one point of a sweep by its full name.
  ///
  /// - Parameter option: the option that names it, for the message when there is none.
  public func actions(named name: String, by option: String) throws(Diagnostics) -> Set<String> {
    let meant = actions.map(\.name).filter { $0 == name || Action.stage(of: $0) == name }
    guard meant.isEmpty else { return Set(meant) }
    var seen: Set<String> = []
    let stages = actions.map { $0.stage }.filter { seen.insert($0).inserted }
    throw Diagnostics(
      Diagnostic(
        "\(option): there is no stage '\(name)'",
        at: nil,
        hints: Suggestion.hint(for: name, among: stages),
        "stages: " + Suggestion.list(stages)
      )
    )
  }

  /// Reports the stages that need more memory than a run may use at once.
  public func check(fitsInto memory: ByteCount) throws(Diagnostics) {
    var diagnostics = Diagnostics()
    var reported: Set<String> = []
    for action in actions {
      guard let needed = action.resources.memory, needed.bytes > memory.bytes, reported.insert(action.stage).inserted
      else { continue }
      diagnostics.report(
        "'\(action.name)' asks for \(needed) of memory, and the run may use \(memory)",
        at: action.location,
        hints: "less under 'resources', or more by --memory"
      )
    }
    try diagnostics.throwIfAny()
  }

  /// The actions, and all whose results they need.
  public func needed(for names: Set<String>) -> Set<String> {
    var needed = names
    // Each action stands after those that it needs, so that one pass from the end meets every one in time.
    for action in actions.reversed() where needed.contains(action.name) {
      needed.formUnion(action.inputs.values.flatMap(\.references))
    }
    return needed
  }
}
