public import Configuration

/// How the values of a claim are taken together: over all dimensions that are left, or over one after the other.
public struct Reduction: ConfigurationValue, Equatable {
  /// What is made of several values.
  public enum Way: String, Choice {
    /// The least.
    case min
    /// The greatest.
    case max
    /// Their mean.
    case mean
    /// Their sum.
    case sum
    /// How many there are.
    case count
    /// The first.
    case first
    /// The last.
    case last
    /// Whether the claim holds for one of them.
    case any
    /// Whether it holds for each of them.
    case all

    /// Whether it speaks of what holds for the values, and makes no value of them.
    var isQuantifier: Bool { self == .any || self == .all }
  }

  /// A dimension, and what is made of the values along it; nil for all dimensions that are left.
  public struct Step: Sendable, Equatable {
    /// The dimension.
    public let dimension: String?
    /// What is made of the values.
    public let way: Way
    /// Where it is written.
    let location: SourceLocation?

    /// The place is no part of what is said.
    public static func == (first: Step, second: Step) -> Bool {
      first.dimension == second.dimension && first.way == second.way
    }
  }

  /// The steps, in their order.
  public private(set) var steps: [Step] = []

  /// No reduction.
  public init() {}

  private static let words = ValueShape.choice(Way.allCases.map(\.rawValue))

  /// A word, a mapping of words, or a list of those.
  public static var shape: ValueShape { .either([words, .dictionary(words), .list(.dictionary(words))]) }

  /// Reads a word for all dimensions, or words by dimension.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Reduction? {
    var reduction = Reduction()
    switch node.content {
    case .scalar:
      guard let way = Way.decode(node, &diagnostics) else { return nil }
      reduction.steps = [Step(dimension: nil, way: way, location: node.location)]
    case .mapping(let entries):
      guard let steps = steps(entries, &diagnostics) else { return nil }
      reduction.steps = steps
    case .sequence(let items):
      guard items.allSatisfy({ $0.entries != nil }) else { return reject(node, &diagnostics) }
      guard let steps = steps(items.flatMap { $0.entries ?? [] }, &diagnostics) else { return nil }
      reduction.steps = steps
    }
    return reduction.isInOrder(&diagnostics) ? reduction : nil
  }

  private static func steps(_ entries: [Node.Entry], _ diagnostics: inout Diagnostics) -> [Step]? {
    let steps = entries.compactMap { entry in
      Way.decode(entry.value, &diagnostics).map {
        Step(dimension: entry.key, way: $0, location: entry.keyLocation)
      }
    }
    return steps.count == entries.count ? steps : nil
  }

  /// What holds for values is known only once they are made.
  private func isInOrder(_ diagnostics: inout Diagnostics) -> Bool {
    guard let first = steps.firstIndex(where: \.way.isQuantifier),
      let later = steps[first...].first(where: { !$0.way.isQuantifier })
    else { return true }
    diagnostics.report(
      "'\(later.way.rawValue)' behind '\(steps[first].way.rawValue)', which makes no values",
      at: later.location,
      hints: "'any' and 'all' come last"
    )
    return false
  }

  /// The word, or the words by dimension in a list, which keeps their order.
  public var json: JSONValue {
    if steps.count == 1, steps[0].dimension == nil { return .string(steps[0].way.rawValue) }
    return .array(steps.map { [$0.dimension ?? "": .string($0.way.rawValue)] })
  }
}

extension Reduction {
  /// "max over step of the mean over case of ".
  var prefix: String {
    steps.filter { !$0.way.isQuantifier }.reversed().map { step in
      step.way.rawValue + (step.dimension.map { " over \($0)" } ?? "") + " of "
    }.joined()
  }

  /// " for any learning_rate".
  var quantity: String {
    steps.filter(\.way.isQuantifier).reversed().map { step in
      guard let dimension = step.dimension else { return step.way == .any ? " for any" : "" }
      return step.way == .any ? " for any \(dimension)" : " for each \(dimension)"
    }.joined()
  }
}
