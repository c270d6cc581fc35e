internal import Artifacts
internal import Configuration
internal import Planning

/// A variable of an artifact whose last dimension is time, as one series for each index of the others.
struct RecordedSeries {
  /// The series, the last of the leading dimensions running fastest.
  let series: [[Double]]
  /// For each series where it stands: "case=muP, learning_rate=0.1".
  let labels: [String]

  /// Reads `name` from an artifact.
  ///
  /// - Throws: when there is no such variable, it holds texts, or it has no dimension.
  init(_ artifact: Artifact, _ name: String) throws(StageFailure) {
    let variable = try artifact.required(name)
    guard let values = variable.values.doubles, let length = variable.shape.last else {
      throw StageFailure("'\(name)' is no series: it needs numbers over at least one dimension")
    }
    let count = length == 0 ? 0 : values.count / length
    series = (0..<count).map { Array(values[$0 * length..<($0 + 1) * length]) }
    let shape = variable.shape.dropLast()
    labels = (0..<count).map { index in
      var rest = index
      var parts: [String] = []
      for (dimension, length) in zip(variable.dimensions, shape).reversed() {
        parts.append("\(dimension)=\(artifact.label(of: dimension, at: rest % length))")
        rest /= length
      }
      return parts.reversed().joined(separator: ", ")
    }
  }
}

extension Artifact {
  /// The variable, or a failure that names those that are there.
  func required(_ name: String) throws(StageFailure) -> Variable {
    if let variable = self[name] { return variable }
    throw StageFailure("the input has no variable '\(name)'; it has \(variables.keys.sorted().joined(separator: ", "))")
  }

  /// Takes over the coordinates that another artifact has along some dimensions.
  mutating func addCoordinates(_ dimensions: [String], of source: Artifact) throws(ArtifactError) {
    for dimension in dimensions {
      if let coordinate = source[dimension], coordinate.dimensions == [dimension] {
        try add(coordinate, as: dimension)
      }
    }
  }

  /// The coordinate of a dimension at an index, or the index itself where there is none.
  fileprivate func label(of dimension: String, at index: Int) -> String {
    switch self[dimension]?.values {
    case .string(let texts): texts[index]
    case .some(let values): values.doubles.map { $0[index].description } ?? String(index)
    case nil: String(index)
    }
  }
}

extension InputKnowledge {
  /// Reports what is wrong with a variable that a parameter names; nothing is said where the outputs are not known.
  func checkVariable(_ name: Located<String>, isSeries: Bool, _ diagnostics: inout Diagnostics) {
    guard let outputs else { return }
    let names = outputs.map(\.name)
    guard let output = outputs.first(where: { $0.name == name.value }) else {
      diagnostics.report(
        "stage '\(stage)' (\(kind)) makes no variable '\(name.value)'",
        at: name.location,
        hints: Suggestion.hint(for: name.value, among: names),
        "it makes " + names.joined(separator: ", ")
      )
      return
    }
    guard isSeries, output.dimensions.isEmpty else { return }
    diagnostics.report("'\(name.value)' of stage '\(stage)' is a single value and no series", at: name.location)
  }
}
