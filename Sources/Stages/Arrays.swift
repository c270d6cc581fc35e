internal import Artifacts
public import Configuration
public import Planning
public import References

/// `arrays`: arrays of the inputs and numbers written in the file, in one artifact.
public struct Arrays: StageKind {
  /// What is taken from the inputs: the name that it gets, and where it is.
  public var take = NamedValues<DataReference>()
  /// What is written in the file.
  public var values = NamedValues<WrittenArray>()

  /// No arrays.
  public init() {}

  /// The parameters.
  public static let fields: [Field<Arrays>] = [
    .init("take", \.take, "Arrays of the inputs: the name that each gets, and 'input/array' or 'input/array[step=5]'."),
    .init("values", \.values, "Arrays that are written here."),
  ]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "arrays",
    "Arrays of the inputs and numbers written in the file, in one artifact.",
    discussion: """
      For published values that a figure compares with, and for what a reader of the results should find in one place. \
      An array that is taken keeps its dimensions, and brings their coordinates along. A list stands along a dimension of \
      its own, unless it says over which.
      """,
    inputs: .free,
    outputs: nil
  )

  /// Nothing to put together.
  public func inconsistencies() -> [Inconsistency] {
    let names = take.names + values.names
    if names.isEmpty { return [Inconsistency("values", "there are no arrays; give 'values', 'take' or both")] }
    guard let twice = values.names.first(where: take.names.contains) else { return [] }
    return [Inconsistency("values", "'\(twice)' is taken and written")]
  }

  /// The arrays, where those of the inputs are known.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? {
    var outputs: [OutputDeclaration] = []
    var coordinates: [OutputDeclaration] = []
    for entry in take.entries {
      guard case .array(let input, let path) = entry.value.value.content else { continue }
      // Mistakes of a selection are reported by the check.
      var ignored = Diagnostics()
      guard let knowledge = inputs[input], let known = knowledge.outputs,
        let source = known.first(where: { $0.name == path }),
        let left = knowledge.outline.dimensions(of: entry.value.value, in: input, &ignored)
      else { return nil }
      outputs.append(source.renamed(entry.name.value, over: left))
      coordinates += known.filter { left.contains($0.name) && $0.dimensions == [$0.name] }
    }
    for entry in values.entries {
      let array = entry.value.value
      let dimensions = array.isList ? [array.over ?? entry.name.value] : []
      outputs.append(OutputDeclaration(entry.name.value, dimensions, unit: array.unit, array.description ?? ""))
    }
    for coordinate in coordinates where !outputs.contains(where: { $0.name == coordinate.name }) {
      outputs.append(coordinate)
    }
    return outputs
  }

  /// Checks that the inputs have what is taken of them.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    for entry in take.entries {
      guard case .array(let input, let path) = entry.value.value.content else {
        diagnostics.report(
          "a number where 'input/array' is expected",
          at: entry.value.location,
          hints: "numbers stand under 'values'"
        )
        continue
      }
      guard let known = inputs[input] else {
        diagnostics.report(
          "there is no input '\(input)'",
          at: entry.value.location,
          hints: Suggestion.hint(for: input, among: inputs.keys.sorted()),
          inputs.isEmpty ? "the stage has no inputs" : "inputs: " + inputs.keys.sorted().joined(separator: ", ")
        )
        continue
      }
      known.checkVariable(Located(path, at: entry.value.location), isSeries: false, &diagnostics)
      guard known.outputs?.contains(where: { $0.name == path }) == true else { continue }
      _ = known.outline.dimensions(of: entry.value.value, in: "'\(input)'", &diagnostics)
    }
  }

  /// Puts them together.
  public func run(_ context: StageContext) async throws -> StageResult {
    var result = Artifact(attributes: [
      "kind": .string(Self.declaration.name), "title": .string(Self.declaration.summary),
    ])
    for entry in take.entries {
      guard case .array(let input, let path) = entry.value.value.content else { continue }
      let whole = try context.input(input).required(path)
      try result.add(try entry.value.value.variable(in: context.inputs) ?? whole, as: entry.name.value)
    }
    for entry in values.entries {
      try result.add(try entry.value.value.variable(entry.name.value), as: entry.name.value)
    }
    for entry in take.entries {
      guard case .array(let input, _) = entry.value.value.content else { continue }
      let source = try context.input(input)
      for dimension in result[entry.name.value]?.dimensions ?? [] where result[dimension] == nil {
        // Of a dimension of which only a part was taken the coordinate would be too long.
        guard let coordinate = source[dimension], coordinate.shape == [result.length(of: dimension)] else { continue }
        try result.add(coordinate, as: dimension)
      }
    }
    return StageResult(result)
  }
}

/// An array as it is written in a file: numbers, with what they are.
public struct WrittenArray: Record, Equatable {
  /// The numbers.
  public var values: [Double] = []
  /// The dimension along which they stand; that of their own name unless given.
  public var over: String?
  /// The unit.
  public var unit: String?
  /// What they are.
  public var description: String?
  /// Whether they are a list, and not a single number.
  var isList: Bool { isSingle != true }
  private var isSingle: Bool?

  /// No numbers.
  public init() {}

  /// The keys of an array.
  public static let fields: [Field<WrittenArray>] = [
    .init("values", \.values, "The numbers.", limit: .notEmpty(), required: true),
    .init("over", \.over, "The dimension along which they stand; their own unless given."),
    .init("unit", \.unit, "The unit, in the words of UDUNITS."),
    .init("description", \.description, "What they are."),
    .init("single", \.isSingle, "Whether the one number stands alone, without a dimension."),
  ]

  /// `[a, b]` for `{ values: [a, b] }`, and a number for one that stands alone.
  public static func expandShorthand(_ node: Node) -> Node? {
    func entry(_ key: String, _ value: Node) -> Node.Entry { .init(key: key, keyLocation: node.location, value: value) }
    switch node.content {
    case .mapping: return nil
    case .sequence: return Node(.mapping([entry("values", node)]), at: node.location)
    case .scalar:
      let single = Node(.scalar(text: "true", isPlain: true), at: node.location)
      let values = Node(.sequence([node]), at: node.location)
      return Node(.mapping([entry("values", values), entry("single", single)]), at: node.location)
    }
  }

  /// A list, or a number.
  public static var shorthand: ValueShape? { .either([.list(.number), .number]) }

  /// More than one number that stands alone.
  public func inconsistencies() -> [Inconsistency] {
    guard isSingle == true else { return [] }
    if values.count != 1 { return [Inconsistency("single", "\(values.count) numbers do not stand alone")] }
    return over == nil ? [] : [Inconsistency("over", "a number that stands alone has no dimension")]
  }

  fileprivate func variable(_ name: String) throws(ArtifactError) -> Variable {
    let dimensions = isList ? [(name: over ?? name, length: values.count)] : []
    return try Variable(.float64(values), over: dimensions, units: unit, description: description)
  }
}

extension OutputDeclaration {
  /// The same array under another name, over the dimensions that are left of it; a coordinate is then its own no more.
  fileprivate func renamed(_ name: String, over dimensions: [String]) -> OutputDeclaration {
    OutputDeclaration(name, dimensions, unit: unit, summary, meanings: meanings, optional: isOptional)
  }
}
