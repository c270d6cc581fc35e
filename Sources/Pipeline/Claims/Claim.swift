public import Configuration
public import References

/// Something that a result must show, as it is written under `claims:` of a pipeline file.
public struct Claim: Record {
  /// What it is called.
  public var name = Located("")
  /// Of which values it speaks.
  public var value = DataReference(.number(0))
  /// How several values are taken together.
  public var reduction = Reduction()
  /// What they must be.
  public var expected: Expectation?
  /// By how much they may differ from it.
  public var tolerance: Double?
  /// By which part of it they may.
  public var relativeTolerance: Double?
  /// What they must be greater than.
  public var above: DataReference?
  /// What they must not be less than.
  public var atLeast: DataReference?
  /// What they must be less than.
  public var below: DataReference?
  /// What they must not be greater than.
  public var atMost: DataReference?
  /// Between which two they must be.
  public var between: [DataReference]?
  /// Whether the claim is made at all.
  public var isMade = true

  /// A claim of nothing.
  public init() {}

  /// The keys of a claim.
  public static let fields: [Field<Claim>] = [
    .init("name", \.name, "What is claimed, in a line for people; each claim of a file has its own.", required: true),
    .init(
      "value",
      \.value,
      "Of which values: stage/array, or some of its elements, such as orbit/flip[level=2] or runs/loss[case=low, step@-1].",
      required: true
    ),
    .init(
      "reduce",
      \.reduction,
      """
      How the values are taken together: one word for all that are left, or for each dimension one, in this order: min, max, \
      mean, sum, count (of those that are there), first, last; then 'any' or 'all' (which is meant where nothing is said).
      """
    ),
    .init(
      "expect",
      \.expected,
      """
      What the value is: a number, a text or the meaning of a label, stage/array, or a list of numbers along the one \
      dimension that is left.
      """
    ),
    .init(
      "tolerance",
      \.tolerance,
      "By how much it may differ from what is expected (default: not at all).",
      limit: .ifPresent(.nonNegative)
    ),
    .init(
      "relative_tolerance",
      \.relativeTolerance,
      "By which part of what is expected it may differ from that.",
      limit: .ifPresent(.nonNegative)
    ),
    .init("above", \.above, "The value is greater than this: a number, or stage/array."),
    .init("at_least", \.atLeast, "The value is this or greater."),
    .init("below", \.below, "The value is less than this."),
    .init("at_most", \.atMost, "The value is this or less."),
    .init("between", \.between, "The value is between these two, or one of them: [least, greatest]."),
    .init(
      "when",
      \.isMade,
      "Whether this is claimed: with a parameter, such as ${{ parameters.large }}, a profile may leave it out."
    ),
  ]

  /// No comparison, and those that exclude each other.
  public func inconsistencies() -> [Inconsistency] {
    var found: [Inconsistency] = []
    if name.value.allSatisfy(\.isWhitespace) || name.value.contains(where: \.isNewline) {
      found.append(Inconsistency("name", "the name of a claim is a text of one line"))
    }
    let kinds = [
      ("expect", expected != nil), ("between", between != nil),
      ("above", above != nil || atLeast != nil || below != nil || atMost != nil),
    ].filter(\.1).map(\.0)
    switch kinds.count {
    case 0: found.append(Inconsistency("name", "a claim says what must hold: \(Self.comparisons)"))
    case 1: break
    default: found.append(Inconsistency(kinds[1], "a claim has one of 'expect', 'between', or bounds"))
    }
    if expected == nil, tolerance != nil || relativeTolerance != nil {
      let field = tolerance != nil ? "tolerance" : "relative_tolerance"
      found.append(Inconsistency(field, "a tolerance is for 'expect'"))
    }
    if tolerance != nil, relativeTolerance != nil {
      found.append(Inconsistency("relative_tolerance", "a claim has one tolerance, absolute or relative"))
    }
    if case .word = expected, tolerance ?? relativeTolerance != nil {
      found.append(Inconsistency("expect", "a text is met or not; a tolerance is for numbers"))
    }
    return found + boundMistakes
  }

  private static let comparisons = "'expect', 'above', 'at_least', 'below', 'at_most' or 'between'"

  private var boundMistakes: [Inconsistency] {
    if above != nil, atLeast != nil {
      return [Inconsistency("at_least", "there is one lower bound, 'above' or 'at_least'")]
    }
    if below != nil, atMost != nil {
      return [Inconsistency("at_most", "there is one upper bound, 'below' or 'at_most'")]
    }
    if let between {
      guard between.count == 2 else { return [Inconsistency("between", "two bounds: [least, greatest]")] }
      guard case (.number(let low), .number(let high)) = (between[0].content, between[1].content), low > high else {
        return []
      }
      return [Inconsistency("between", "nothing is between \(low) and \(high), of which the first is greater")]
    }
    guard case .number(let low)? = (above ?? atLeast)?.content, case .number(let high)? = (below ?? atMost)?.content
    else { return [] }
    let isPossible = atLeast != nil && atMost != nil ? low <= high : low < high
    return isPossible ? [] : [Inconsistency(below != nil ? "below" : "at_most", "no value is within these bounds")]
  }
}

/// What a value must be.
public enum Expectation: ConfigurationValue {
  /// A number, or the elements of another array.
  case value(DataReference)
  /// These numbers, along the one dimension that is left.
  case numbers([ExactNumber])
  /// This text, or the label with this meaning.
  case word(Located<String>)

  /// A number, a list of numbers or a text.
  public static var shape: ValueShape { .either([.number, .string, .list(.number)]) }

  /// Reads a number, a list of numbers, a reference, or a word.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Expectation? {
    if case .sequence = node.content { return [ExactNumber].decode(node, &diagnostics).map { .numbers($0) } }
    if case .string(let text) = JSONValue(node), !text.contains("/") {
      return node.isUnresolved ? nil : .word(Located(text, at: node.location))
    }
    return DataReference.decode(node, &diagnostics).map { .value($0) }
  }

  /// As it is written.
  public var json: JSONValue {
    switch self {
    case .value(let reference): reference.json
    case .numbers(let numbers): numbers.json
    case .word(let word): word.json
    }
  }
}

extension Claim {
  /// All references to results.
  var references: [DataReference] {
    var references = [value] + [above, atLeast, below, atMost].compactMap { $0 } + (between ?? [])
    if case .value(let reference)? = expected { references.append(reference) }
    return references.filter { $0.input != nil }
  }

  /// The stages whose results it speaks of, each once, sorted.
  public var stages: [String] { Set(references.compactMap(\.input)).sorted() }

  /// What is expected, in words: "1.236 ± 1e-9", "above 3", "between 1.9 and 2.2 for any learning_rate".
  public var expectation: String { comparison + reduction.quantity }

  private var comparison: String {
    if let expected {
      let what =
        switch expected {
        case .value(let reference): reference.description
        case .numbers(let numbers): numbers.map(\.description).joined(separator: ", ")
        case .word(let word): word.value
        }
      if let tolerance { return "\(what) ± \(ExactNumber.real(tolerance))" }
      return what + (relativeTolerance.map { " ± \(ExactNumber.real($0)) of it" } ?? "")
    }
    if let between, between.count == 2 { return "between \(between[0]) and \(between[1])" }
    let bounds = [("above", above), ("at least", atLeast), ("below", below), ("at most", atMost)]
    return bounds.compactMap { word, bound in bound.map { "\(word) \($0)" } }.joined(separator: " and ")
  }

  /// What is looked at, in words: "mean over probe of runs/loss[step@-5..]".
  public var subject: String { reduction.prefix + value.description }
}
