internal import Artifacts
internal import Planning
internal import References

/// How often each label occurs, for each index of the dimensions that are left.
struct LabelSummary {
  let dimensions: [(name: String, length: Int)]
  private let meanings: [String]
  private let values: [Double]
  private let description: String
  /// How often each label occurs, cell after cell; those that do not count do not occur.
  private let counts: [[Int]]

  /// Counts the labels.
  ///
  /// - Parameters:
  ///   - gone: the dimensions over which is counted.
  ///   - among: the meanings that count; empty for all.
  init(of variable: Variable, over gone: [String], among: [String]) {
    dimensions = zip(variable.dimensions, variable.shape).map { (name: $0, length: $1) }
      .filter { !gone.contains($0.name) }
    meanings = variable.meanings
    values = meanings.map { variable.label(meaning: $0) ?? .nan }
    description = variable.description ?? ""
    let isCounted = meanings.map { among.isEmpty || among.contains($0) }
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: meanings.count),
      count: dimensions.reduce(1) { $0 * $1.length }
    )
    for (value, cell) in zip(variable.values.doubles ?? [], variable.cells(over: gone)) {
      // A label without a meaning is that of a point that is missing.
      guard let label = values.firstIndex(of: value), isCounted[label] else { continue }
      counts[cell][label] += 1
    }
    self.counts = counts
  }

  /// The arrays that `add` makes.
  static func outputs(of output: OutputDeclaration, over left: [String]) -> [OutputDeclaration] {
    let name = output.name
    return [
      OutputDeclaration("\(name)_count", left + [name], output.summary),
      OutputDeclaration("\(name)_share", left + [name], output.summary),
      OutputDeclaration("\(name)_mode", left, unit: nil, output.summary, meanings: output.meanings),
      OutputDeclaration(name, [name], unit: nil, output.summary),
    ]
  }

  /// Puts counts, shares and the most frequent label into an artifact.
  func add(to artifact: inout Artifact, as name: String) throws(ArtifactError) {
    let own = dimensions + [(name: name, length: meanings.count)]
    func add(_ what: String, _ values: [Double]) throws(ArtifactError) {
      let text = "\(what) of each label: \(description)"
      try artifact.add(Variable(.float64(values), over: own, units: "1", description: text), as: "\(name)_\(what)")
    }
    try add("count", counts.flatMap { $0.map(Double.init) })
    // Of no label at all there are no shares: 0/0.
    try add("share", counts.flatMap { cell in cell.map { Double($0) / Double(cell.reduce(0, +)) } })
    let modes = counts.map { cell -> Int8 in
      guard let most = cell.max(), most > 0, let label = cell.firstIndex(of: most) else { return -1 }
      return Int8(clamping: label)
    }
    var mode = try Variable(.int8(modes), over: dimensions, description: "The most frequent label: \(description)")
    mode.attributes["flag_values"] = .list(.int8(meanings.indices.map { Int8(clamping: $0) }))
    mode.attributes["flag_meanings"] = .string(meanings.joined(separator: " "))
    try artifact.add(mode, as: "\(name)_mode")
    try artifact.add(Variable(.string(meanings), over: [(name: name, length: meanings.count)]), as: name)
  }
}
