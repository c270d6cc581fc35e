public import Configuration

/// A pipeline with every value known: the graph of its actions.
public struct Pipeline: Sendable {
  /// The name.
  public let name: String
  /// The title for people.
  public let title: String
  /// The actions; each stands after those whose results it needs.
  public let actions: [Action]
  /// The files around it whose content belongs to the keys.
  public let files: [String]
  /// Whether these are all that matters: false where a file is not there whose coming would.
  public let filesAreKnown: Bool
  /// What the file claims of the results, with every value known. Who reads it belongs to no key, so that a better
  /// reading of claims computes nothing anew.
  public let claims: Node
  /// What is known of the stages, where there are claims.
  public let stages: StageDirectory

  /// The name, and the title if it has one.
  public var heading: String { title.isEmpty ? name : "\(name): \(title)" }

  /// What the command line changes about a pipeline.
  public struct Choices: Sendable {
    /// The profile, if any.
    public var profile: String?
    /// Values for parameters, by name, as YAML text.
    public var settings: [(name: String, value: String)] = []

    /// Nothing changed.
    public init() {}
  }

  /// Checks what a file claims of the results of its stages.
  public typealias ClaimCheck = (_ claims: Node, _ stages: StageDirectory, _ diagnostics: inout Diagnostics) -> Void

  /// Actions that no file declares as they are, such as those behind a result.
  ///
  /// - Parameter actions: each stands after those whose results it needs.
  public init(name: String, title: String, actions: [Action]) {
    (self.name, self.title, self.actions) = (name, title, actions)
    (files, filesAreKnown, claims, stages) = ([], true, Node(.sequence([])), StageDirectory())
  }

  /// Reads a pipeline.
  ///
  /// - Parameters:
  ///   - files: the files around it, whose content belongs to the keys of the stages that name them.
  ///   - checkClaims: is called once if there are claims, so that all mistakes of a file are reported together.
  /// - Throws: everything that is wrong with the file and the choices, each with its place.
  public init(
    _ root: Node,
    choices: Choices,
    kinds: StageKinds,
    files: any StageFiles = NoFiles(),
    checkClaims: ClaimCheck = { _, _, _ in }
  ) throws(Diagnostics) {
    var diagnostics = Diagnostics()
    guard let file = PipelineFile.decodePart(root, &diagnostics) else { throw diagnostics }
    name = file.name
    title = file.title
    let parameters = Self.parameters(of: file, choices, &diagnostics)
    var substitution = Substitution(parameters)
    var digests = ProjectDigests(files)
    var stages: [Stage] = []
    if file.stages.entries.isEmpty, let place = file.stages.node.location {
      diagnostics.report("there are no stages", at: place)
    }
    for entry in file.stages.entries where !diagnostics.isFull {
      if let stage = Stage(entry, &substitution, kinds, &digests, &diagnostics) { stages.append(stage) }
    }
    let names = file.stages.names
    let byName = Dictionary(stages.map { ($0.name, $0) }) { first, _ in first }
    let order = Self.order(stages, byName, &diagnostics)
    var outputs: [String: [OutputDeclaration]] = [:]
    var index = SweepIndex()
    var memory: [String: MemoryEstimate] = [:]
    // In a circle nothing stands after what it needs; the inputs are checked nevertheless.
    for stage in order.isEmpty ? stages : order where !diagnostics.isFull {
      outputs[stage.name] = stage.check(byName, outputs, names, &index, &memory, &diagnostics)
    }
    substitution.point = nil
    claims = substitution.apply(to: file.claims.node, &diagnostics)
    if case .sequence(let items) = claims.content, !items.isEmpty {
      self.stages = StageDirectory(names: names, stages: byName, outputs: outputs)
      checkClaims(claims, self.stages, &diagnostics)
    } else {
      self.stages = StageDirectory()
    }
    try diagnostics.throwIfAny()
    actions = order.flatMap { $0.actions(byName, kinds, &index, memory) }
    self.files = digests.read
    filesAreKnown = !digests.lacksSome
  }

  /// The values of the parameters: of the file, changed by the profile, changed by the command line.
  static func parameters(
    of file: PipelineFile,
    _ choices: Choices,
    _ diagnostics: inout Diagnostics
  ) -> [String: Node] {
    var values = Dictionary(file.parameters.entries.map { ($0.key, $0.value) }) { first, _ in first }
    let names = file.parameters.names
    func unknown(_ name: String, _ location: SourceLocation?) -> Diagnostic {
      Diagnostic(
        "there is no parameter '\(name)' to set",
        at: location,
        hints: Suggestion.hint(for: name, among: names),
        names.isEmpty ? "the file declares none" : "parameters: " + names.joined(separator: ", ")
      )
    }
    var profiles: [String: String] = [:]
    for profile in file.profiles.entries {
      // Each has files of its own, which are one on a disk that ignores case.
      if let other = profiles.updateValue(profile.key, forKey: profile.key.lowercased()) {
        diagnostics.report(
          "the profiles '\(other)' and '\(profile.key)' differ only in case",
          at: profile.keyLocation,
          hints: "give one of them another name: some disks do not tell their files apart"
        )
      }
      // Every profile is checked, not only the chosen one: a mistake in it should not wait for its day.
      guard let changes = NodeMap.decode(profile.value, &diagnostics) else { continue }
      for change in changes.entries {
        if values[change.key] == nil { diagnostics.report(unknown(change.key, change.keyLocation)) }
        if profile.key == choices.profile { values[change.key] = change.value }
      }
    }
    if let profile = choices.profile, !file.profiles.names.contains(profile) {
      diagnostics.report(
        "there is no profile '\(profile)'",
        at: file.profiles.node.location?.firstLine,
        hints: Suggestion.hint(for: profile, among: file.profiles.names),
        file.profiles.names.isEmpty
          ? "the file declares none" : "profiles: " + file.profiles.names.joined(separator: ", ")
      )
    }
    for setting in choices.settings {
      guard !setting.value.isEmpty else {
        diagnostics.report(
          "--set \(setting.name) has no value",
          at: nil,
          hints: "write --set \(setting.name)=VALUE, or --set '\(setting.name)=\"\"' for an empty text"
        )
        continue
      }
      let value = Setting.node(setting.value, name: setting.name)
      if values.updateValue(value, forKey: setting.name) == nil { diagnostics.report(unknown(setting.name, nil)) }
    }
    for value in values.values { Substitution.refuse(in: value, &diagnostics) }
    return values
  }

  /// The stages, each after its inputs; otherwise in the order of the file. Reports a cycle with all its members.
  private static func order(
    _ stages: [Stage],
    _ byName: [String: Stage],
    _ diagnostics: inout Diagnostics
  ) -> [Stage] {
    var order: [Stage] = []
    var done: Set<String> = []
    // An explicit stack, so that a chain of any length cannot overflow the thread's.
    for start in stages where !done.contains(start.name) {
      var stack: [(stage: Stage, needed: [Located<String>], next: Int)] = [(start, start.needed, 0)]
      var depths = [start.name: 0]
      while let (stage, needed, next) = stack.last {
        guard next < needed.count else {
          done.insert(stage.name)
          order.append(stage)
          stack.removeLast()
          depths[stage.name] = nil
          continue
        }
        stack[stack.count - 1].next += 1
        let source = needed[next]
        if let depth = depths[source.value] {
          let cycle = stack[depth...].map(\.stage.name) + [source.value]
          diagnostics.report(
            "the stages need each other in a circle: " + cycle.joined(separator: " needs "),
            at: source.location
          )
          return []
        }
        if !done.contains(source.value), let stage = byName[source.value] {
          depths[stage.name] = stack.count
          stack.append((stage, stage.needed, 0))
        }
      }
    }
    return order
  }
}
