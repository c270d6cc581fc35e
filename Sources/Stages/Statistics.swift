internal import Artifacts
public import Configuration
public import Planning
internal import References

/// `statistics`: mean, spread and range of arrays over some of their dimensions, such as the seeds of a sweep; of labels
/// how often each occurs.
public struct Statistics: StageKind {
  /// The dimensions that go.
  public var over: [Located<String>] = []
  /// The arrays; all that have the dimensions, unless some are named.
  public var variables: [Located<String>] = []
  /// The meanings of labels that count; all, unless some are named.
  public var among: [Located<String>] = []

  /// Over no dimensions.
  public init() {}

  /// The parameters.
  public static let fields: [Field<Statistics>] = [
    .init(
      "over",
      \.over,
      "The dimensions over which statistics are taken, such as [seed].",
      limit: .notEmpty(),
      required: true
    ),
    .init("variables", \.variables, "The arrays; unless named, all that have the dimensions."),
    .init("among", \.among, "Of labels: the meanings that count, such as [below, edge]; all unless named."),
  ]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "statistics",
    "Mean, standard deviation, least and greatest value of arrays over some of their dimensions; how often labels occur.",
    discussion: """
      Of each array NAME it makes NAME_mean, NAME_standard_deviation (with n - 1), NAME_least, NAME_greatest and NAME_count, over \
      the dimensions that are left. Values that are missing or infinite do not count. Arrays over what is left alone are handed on.

      Of an array NAME of labels it makes NAME_count and NAME_share, how often each label occurs, over the dimensions that are \
      left and one more, NAME, whose coordinate are the meanings; and NAME_mode, the label that occurs most often (of several \
      the first; missing where none occurs). With 'among' only those meanings count: the share is that of them.
      """,
    inputs: .named([InputDeclaration("data", "The artifact with the arrays.")]),
    outputs: nil
  )

  /// The arrays that are made, where those of the input are known.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? {
    guard let outputs = inputs["data"]?.outputs else { return nil }
    let gone = Set(over.map(\.value))
    let statistics = outputs.filter { isMeant($0.name, $0.dimensions) }.flatMap { output in
      let rest = output.dimensions.filter { !gone.contains($0) }
      if !output.meanings.isEmpty { return LabelSummary.outputs(of: output, over: rest) }
      return Summary.statistics.map { statistic in
        OutputDeclaration(
          "\(output.name)_\(statistic.name)",
          rest,
          unit: statistic.name == "count" ? "1" : output.unit,
          output.summary
        )
      }
    }
    let made = Set(statistics.map(\.name))
    let left = Set(statistics.flatMap(\.dimensions)).subtracting(made)
    return statistics + outputs.filter { !$0.dimensions.isEmpty && left.isSuperset(of: $0.dimensions) }
  }

  /// Checks the names.
  public func check(_ inputs: [String: InputKnowledge], _ diagnostics: inout Diagnostics) {
    guard let input = inputs["data"], let outputs = input.outputs else { return }
    let dimensions = Set(outputs.flatMap(\.dimensions)).sorted()
    for dimension in over where !dimensions.contains(dimension.value) {
      diagnostics.report(
        "stage '\(input.stage)' (\(input.kind)) has no dimension '\(dimension.value)'",
        at: dimension.location,
        hints: Suggestion.hint(for: dimension.value, among: dimensions),
        "dimensions: " + dimensions.joined(separator: ", ")
      )
    }
    for variable in variables {
      input.checkVariable(variable, isSeries: true, &diagnostics)
      guard let output = outputs.first(where: { $0.name == variable.value }) else { continue }
      let lacking = over.map(\.value).filter { !output.dimensions.contains($0) }
      if !lacking.isEmpty {
        diagnostics.report(
          "'\(variable.value)' has no dimension \(lacking.joined(separator: ", "))",
          at: variable.location
        )
      }
    }
    let meanings = Set(outputs.filter { isMeant($0.name, $0.dimensions) }.flatMap(\.meanings)).sorted()
    for word in among where !meanings.contains(word.value) {
      diagnostics.report(
        "'\(word.value)' is no meaning of a label here",
        at: word.location,
        hints: Suggestion.hint(for: word.value, among: meanings),
        meanings.isEmpty ? "there are no labels" : "meanings: " + meanings.joined(separator: ", ")
      )
    }
  }

  private func isMeant(_ name: String, _ dimensions: [String]) -> Bool {
    guard dimensions != [name], over.allSatisfy({ dimensions.contains($0.value) }) else { return false }
    return variables.isEmpty || variables.contains { $0.value == name }
  }

  /// Takes the statistics.
  public func run(_ context: StageContext) async throws -> StageResult {
    let input = try context.input("data")
    var result = Artifact(attributes: [
      "kind": .string(Self.declaration.name), "title": .string(Self.declaration.summary),
    ])
    for name in variables { _ = try input.required(name.value) }
    var left: Set<String> = []
    for (name, variable) in input.variables.sorted(by: { $0.key < $1.key }) {
      guard isMeant(name, variable.dimensions) else { continue }
      if !variable.meanings.isEmpty {
        let summary = LabelSummary(of: variable, over: over.map(\.value), among: among.map(\.value))
        try summary.add(to: &result, as: name)
        left.formUnion(summary.dimensions.map(\.name))
        continue
      }
      guard let summary = Summary(of: variable, over: over.map(\.value)) else { continue }
      left.formUnion(summary.dimensions.map(\.name))
      for statistic in Summary.statistics {
        var array = try Variable(
          .float64(summary.cells.map(statistic.value)),
          over: summary.dimensions,
          units: statistic.name == "count" ? "1" : variable.units
        )
        if let description = variable.description {
          array.attributes["long_name"] = .string("\(statistic.title) of: \(description)")
        }
        try result.add(array, as: "\(name)_\(statistic.name)")
      }
    }
    guard !result.variables.isEmpty else {
      let dimensions = over.map(\.value).joined(separator: ", ")
      throw StageFailure("no array of the input has the dimensions \(dimensions)")
    }
    for (name, variable) in input.variables.sorted(by: { $0.key < $1.key }) {
      let isLeft = !variable.dimensions.isEmpty && left.isSuperset(of: variable.dimensions)
      if isLeft, result[name] == nil { try result.add(variable, as: name) }
    }
    return StageResult(result)
  }
}
