public import Configuration
public import Planning
internal import References

/// The claims of a pipeline file.
public struct ClaimList: Sendable {
  /// A claim with its checked references.
  public struct Entry: Sendable {
    /// The claim.
    public let claim: Claim
    /// Where it is written.
    public let location: SourceLocation?
    /// For each stage that it speaks of the actions whose results that is.
    public let sources: [String: Source<String>]
  }

  /// The claims, in the order of the file.
  public private(set) var entries: [Entry] = []

  /// Reads claims and checks them against the declared outputs of the stages; mistakes are reported.
  @discardableResult
  public init(_ written: Node, _ stages: StageDirectory, _ diagnostics: inout Diagnostics) {
    guard case .sequence(let items) = written.content else { return }
    var names: Set<String> = []
    // Many claims speak of one stage, which may have very many points.
    var known: [String: StageDirectory.Entry] = [:]
    // An expression without a value has been reported, so the claim around it is not.
    for item in items where !diagnostics.isFull && !item.hasUnresolved {
      guard let claim = Claim.decode(item, &diagnostics) else { continue }
      if !names.insert(claim.name.value).inserted {
        diagnostics.report("the name '\(claim.name.value)' is that of another claim", at: claim.name.location)
      }
      for stage in claim.stages where known[stage] == nil { known[stage] = stages[stage] }
      ClaimCheck(claim: claim, names: stages.names, stages: known).run(&diagnostics)
      // One that is not made now is checked for mistakes nevertheless.
      guard claim.isMade else { continue }
      var sources: [String: Source<String>] = [:]
      for stage in claim.stages { sources[stage] = known[stage]?.source }
      entries.append(Entry(claim: claim, location: claim.name.location, sources: sources))
    }
  }

  /// The claims of a pipeline without mistakes.
  public init(of pipeline: Pipeline) {
    var ignored = Diagnostics()
    self.init(pipeline.claims, pipeline.stages, &ignored)
  }
}

/// The checks of one claim before anything runs.
private struct ClaimCheck {
  let claim: Claim
  /// The stages of the file.
  let names: [String]
  /// What is known of those that the claim speaks of.
  let stages: [String: StageDirectory.Entry]

  func run(_ diagnostics: inout Diagnostics) {
    guard claim.value.input != nil else {
      diagnostics.report(
        "a number where a value of a result is expected",
        at: claim.value.location,
        hints: "a claim speaks of 'stage/array'"
      )
      return
    }
    var isKnown = true
    var left: [(reference: DataReference, dimensions: [String])] = []
    for reference in claim.references {
      guard let dimensions = dimensions(of: reference, &diagnostics) else {
        isKnown = false
        continue
      }
      left.append((reference, dimensions))
    }
    guard isKnown, let value = left.first?.dimensions, let kept = reduced(value, &diagnostics) else { return }
    for other in left.dropFirst() where !other.dimensions.allSatisfy(kept.contains) {
      let more = other.dimensions.filter { !kept.contains($0) }.joined(separator: ", ")
      diagnostics.report(
        "'\(other.reference)' runs along \(more), and what it is compared with does not",
        at: other.reference.location,
        hints: "select one element: [\(other.dimensions[0])@0]"
      )
    }
    checkExpectation(kept, &diagnostics)
  }

  /// What is left of an array; nil where it is not known, or is wrong, which has then been reported.
  private func dimensions(of reference: DataReference, _ diagnostics: inout Diagnostics) -> [String]? {
    guard let name = reference.input else { return [] }
    guard let stage = stages[name] else {
      // A stage with mistakes is there nevertheless.
      guard !names.contains(name) else { return nil }
      diagnostics.report(
        "there is no stage '\(name)'",
        at: reference.location,
        hints: Suggestion.hint(for: name, among: names),
        "stages: " + Suggestion.list(names)
      )
      return nil
    }
    return stage.outline.dimensions(
      of: reference,
      in: "stage '\(name)'",
      known: stage.coordinates,
      &diagnostics
    )
  }

  /// The dimensions along which there is more than one value to compare; nil for a mistake, which has been reported.
  private func reduced(_ dimensions: [String], _ diagnostics: inout Diagnostics) -> [String]? {
    var open = dimensions
    var kept = dimensions
    for step in claim.reduction.steps {
      if let dimension = step.dimension {
        guard open.contains(dimension) else {
          let isGone = dimensions.contains(dimension)
          diagnostics.report(
            isGone
              ? "the dimension '\(dimension)' is reduced twice"
              : "'\(claim.value)' has no dimension '\(dimension)' that is left",
            at: step.location,
            hints: Suggestion.hint(for: dimension, among: dimensions),
            dimensions.isEmpty ? "it is a single value" : "dimensions: " + dimensions.joined(separator: ", ")
          )
          return nil
        }
        open.removeAll { $0 == dimension }
        if !step.way.isQuantifier { kept.removeAll { $0 == dimension } }
      } else {
        if !step.way.isQuantifier { kept = [] }
        open = []
      }
    }
    return kept
  }

  private func checkExpectation(_ kept: [String], _ diagnostics: inout Diagnostics) {
    switch claim.expected {
    case .numbers(let numbers)?:
      guard kept.count != 1 || numbers.isEmpty else { return }
      diagnostics.report(
        "\(numbers.count) numbers are expected, and '\(claim.value)' is left with "
          + (kept.isEmpty ? "one value" : "the dimensions \(kept.joined(separator: ", "))"),
        at: claim.value.location
      )
    case .word(let word)?:
      guard case .array(let input, let path) = claim.value.content, let outline = stages[input]?.outline,
        let array = outline[path], !array.meanings.isEmpty, !array.meanings.contains(word.value)
      else { return }
      diagnostics.report(
        "'\(word.value)' is no meaning of '\(path)'",
        at: word.location,
        hints: Suggestion.hint(for: word.value, among: array.meanings),
        "meanings: " + array.meanings.joined(separator: ", ")
      )
    default: break
    }
  }
}

extension Node {
  /// Whether an expression in it has no value.
  fileprivate var hasUnresolved: Bool {
    switch content {
    case .scalar: isUnresolved
    case .sequence(let items): items.contains(where: \.hasUnresolved)
    case .mapping(let entries): entries.contains { $0.value.hasUnresolved }
    }
  }
}

extension StageDirectory.Entry {
  /// What is known of the arrays, for those who refer to them.
  fileprivate var outline: InputOutline {
    InputOutline(
      kind: knowledge.kind,
      arrays: knowledge.outputs?.map { .init(path: $0.name, dimensions: $0.dimensions, meanings: $0.meanings) }
    )
  }
}
