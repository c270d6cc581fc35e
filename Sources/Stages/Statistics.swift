internal import Artifacts
public import Configuration
public import Planning

/// `statistics`: mean, spread and range of arrays over some of their dimensions, such as the seeds of a sweep.
public struct Statistics: StageKind {
  /// The dimensions that go.
  public var over: [Located<String>] = []
  /// The arrays; all that have the dimensions, unless some are named.
  public var variables: [Located<String>] = []

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
    .init("variables", \.variables, "The arrays; unless named, all numbers that have the dimensions."),
  ]

  /// What the kind says of itself.
  public static let declaration = KindDeclaration(
    "statistics",
    "Mean, standard deviation, least and greatest value of arrays over some of their dimensions.",
    discussion: """
      Of each array NAME it makes NAME_mean, NAME_standard_deviation (with n - 1), NAME_least, NAME_greatest and NAME_count, over \
      the dimensions that are left. Values that are missing or infinite do not count. Arrays over what is left alone are handed on.
      """,
    inputs: .named([InputDeclaration("data", "The artifact with the arrays.")]),
    outputs: nil
  )

  /// The arrays that are made, where those of the input are known.
  public func outputs(of inputs: [String: InputKnowledge]) -> [OutputDeclaration]? {
    guard let outputs = inputs["data"]?.outputs else { return nil }
    let gone = Set(over.map(\.value))
    let statistics = outputs.filter { $0.meanings.isEmpty && isMeant($0.name, $0.dimensions) }.flatMap { output in
      Summary.statistics.map { statistic in
        OutputDeclaration(
          "\(output.name)_\(statistic.name)",
          output.dimensions.filter { !gone.contains($0) },
          unit: statistic.name == "count" ? "1" : output.unit,
          output.summary
        )
      }
    }
    let left = Set(statistics.flatMap(\.dimensions))
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
      if !lacking.isEmpty || !output.meanings.isEmpty {
        diagnostics.report(
          lacking.isEmpty
            ? "'\(variable.value)' holds labels, which have no mean"
            : "'\(variable.value)' has no dimension \(lacking.joined(separator: ", "))",
          at: variable.location
        )
      }
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
      guard isMeant(name, variable.dimensions), variable.attributes["flag_meanings"] == nil,
        let summary = Summary(of: variable, over: over.map(\.value))
      else { continue }
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

/// What the values of an array are like, for each index of the dimensions that are left.
private struct Summary {
  struct Cell {
    var count = 0.0
    var mean = 0.0
    /// The sum of squared differences from the mean (Welford's recurrence, which does not cancel).
    var squares = 0.0
    var least = Double.infinity
    var greatest = -Double.infinity

    mutating func add(_ value: Double) {
      count += 1
      let difference = value - mean
      mean += difference / count
      squares += difference * (value - mean)
      least = min(least, value)
      greatest = max(greatest, value)
    }
  }

  struct Statistic {
    let name: String
    let title: String
    let value: @Sendable (Cell) -> Double
  }

  static let statistics: [Statistic] = [
    Statistic(name: "mean", title: "Mean") { $0.count > 0 ? $0.mean : .nan },
    Statistic(name: "standard_deviation", title: "Standard deviation") {
      $0.count > 1 ? ($0.squares / ($0.count - 1)).squareRoot() : .nan
    },
    Statistic(name: "least", title: "Least value") { $0.count > 0 ? $0.least : .nan },
    Statistic(name: "greatest", title: "Greatest value") { $0.count > 0 ? $0.greatest : .nan },
    Statistic(name: "count", title: "Number of values") { $0.count },
  ]

  let dimensions: [(name: String, length: Int)]
  private(set) var cells: [Cell]

  /// Nil for texts.
  init?(of variable: Variable, over gone: [String]) {
    guard let values = variable.values.doubles else { return nil }
    let all = zip(variable.dimensions, variable.shape).map { (name: $0, length: $1) }
    dimensions = all.filter { !gone.contains($0.name) }
    cells = [Cell](repeating: Cell(), count: dimensions.reduce(1) { $0 * $1.length })
    for (place, value) in values.enumerated() where value.isFinite {
      var (rest, cell, stride) = (place, 0, 1)
      for dimension in all.reversed() {
        let index = rest % dimension.length
        rest /= dimension.length
        guard !gone.contains(dimension.name) else { continue }
        cell += index * stride
        stride *= dimension.length
      }
      cells[cell].add(value)
    }
  }
}
