internal import Configuration

/// A stage with its parameters decoded, before the graph is closed.
struct Stage {
  /// The stage once, or one point of its sweep.
  struct Instance {
    /// What the point adds to the stage's name; empty outside of a sweep.
    let suffix: String
    /// Nil if they have a mistake, which has been reported; the inputs are still checked.
    let parameters: (any StageKind)?
    let inputs: [StageInput]
    let resources: StageResources
    let tolerances: NamedValues<Tolerance>
  }

  let name: String
  let kind: any StageKind.Type
  let matrix: Matrix?
  let instances: [Instance]
  let onFailure: FailureRule
  let location: SourceLocation?
  private let inputsLocation: SourceLocation?

  /// Reads a stage; what is wrong with it is reported.
  init?(
    _ entry: Node.Entry,
    _ substitution: inout Substitution,
    _ kinds: StageKinds,
    _ files: inout ProjectDigests,
    _ diagnostics: inout Diagnostics
  ) {
    guard entry.key.isName else {
      diagnostics.report("'\(entry.key)' is not a name of letters, digits, - and _", at: entry.keyLocation)
      return nil
    }
    substitution.point = nil
    var points: [Matrix.Point?] = [nil]
    if let written = entry.value["matrix"] {
      var found = Diagnostics()
      let node = substitution.apply(to: written, &found)
      let read = found.isEmpty ? Matrix(node, &found) : nil
      for diagnostic in found.all { diagnostics.report(diagnostic) }
      guard let matrix = read else { return nil }
      self.matrix = matrix
      points = matrix.points
    } else {
      matrix = nil
    }
    // What is written under `matrix:` has been read; it is not substituted again for every point.
    var body = entry.value
    if let entries = body.entries { body.content = .mapping(entries.filter { $0.key != "matrix" }) }
    var first: (kind: any StageKind.Type, entry: StageEntry)?
    var instances: [Instance] = []
    for point in points where !diagnostics.isFull {
      substitution.point = point.map { Dictionary($0.values.map { ($0.name, $0.value) }) { first, _ in first } }
      let node = substitution.apply(to: body, &diagnostics)
      guard let written = StageEntry.decodePart(node, &diagnostics),
        let kind = Self.kind(written, node, kinds, &diagnostics)
      else { return nil }
      if let first, first.entry.kind != written.kind || first.entry.onFailure != written.onFailure {
        diagnostics.report("the points of a sweep have one 'kind' and one 'on_failure'", at: entry.keyLocation)
        return nil
      }
      var with = written.parameters.node
      // A missing key is reported at the stage when there is no `with:` to point at.
      if with.location == nil { with.location = entry.keyLocation }
      var parameters: (any StageKind)? = kind.decode(with, &diagnostics)
      parameters?.resolve(&files, &diagnostics)
      instances.append(
        Instance(
          suffix: point?.suffix ?? "",
          parameters: parameters,
          inputs: written.inputs.entries.compactMap { StageInput($0, &diagnostics) },
          resources: written.resources,
          tolerances: written.tolerance
        )
      )
      first = first ?? (kind, written)
    }
    guard let first else { return nil }
    name = entry.key
    kind = first.kind
    self.instances = instances
    onFailure = first.entry.onFailure
    location = entry.keyLocation
    inputsLocation = first.entry.inputs.node.location?.firstLine
  }

  private static func kind(
    _ written: StageEntry,
    _ node: Node,
    _ kinds: StageKinds,
    _ diagnostics: inout Diagnostics
  ) -> (any StageKind.Type)? {
    if let kind = kinds[written.kind] { return kind }
    // A missing kind, or one that is not a text, has been reported.
    guard !written.kind.isEmpty else { return nil }
    diagnostics.report(
      "there is no kind of stage '\(written.kind)'",
      at: node["kind"]?.location,
      hints: Suggestion.hint(for: written.kind, among: kinds.names),
      "kinds: " + kinds.names.joined(separator: ", ")
    )
    return nil
  }

  /// The stages that some point needs, each once, in the order in which they are named.
  var needed: [Located<String>] {
    var seen: Set<String> = []
    return instances.flatMap(\.inputs).map(\.stage).filter { seen.insert($0.value).inserted }
  }
}

// MARK: - Checks

extension Stage {
  /// Checks the inputs against the kind's declaration and the stages that make them.
  ///
  /// - Parameters:
  ///   - stages: the stages that were readable, by name.
  ///   - outputs: their declared arrays.
  ///   - names: all stages of the file, in its order.
  /// - Returns: the declared arrays of this stage; nil if they are unknown.
  func check(
    _ stages: [String: Stage],
    _ outputs: [String: [OutputDeclaration]],
    _ names: [String],
    _ index: inout SweepIndex,
    _ memory: inout [String: MemoryEstimate],
    _ diagnostics: inout Diagnostics
  ) -> [OutputDeclaration]? {
    var result: [OutputDeclaration]?
    // Of a stage that many points of this one name, once. The points of a sweep may have other lengths each.
    var lengths: [String: [String: Int]] = [:]
    for (number, instance) in instances.enumerated() where !diagnostics.isFull {
      var knowledge: [String: InputKnowledge] = [:]
      for input in instance.inputs {
        let source = input.stage.value
        if let stage = stages[source] {
          let axes = stage.axes(without: input, &index, &diagnostics)
          let single = outputs[source]
          if lengths[source] == nil {
            lengths[source] = stage.matrix == nil ? stage.instances.first?.parameters?.lengths ?? [:] : [:]
          }
          knowledge[input.name] = InputKnowledge(
            stage: source,
            kind: stage.kind.declaration.name,
            outputs: stage.matrix == nil ? single : single.map { OutputDeclaration.stacked($0, along: axes) },
            files: stage.instances.first?.parameters?.resultFiles ?? [],
            lengths: lengths[source] ?? [:],
            parameters: stage.parameters(meantBy: input, &index)
          )
        } else if !names.contains(source) {
          knowledge[input.name] = InputKnowledge(stage: source, kind: "", outputs: nil)
          diagnostics.report(
            "there is no stage '\(source)'",
            at: input.stage.location,
            hints: Suggestion.hint(for: source, among: names),
            "stages: " + Suggestion.list(names)
          )
        } else {
          // The stage exists but has a mistake, which has been reported; its arrays are unknown.
          knowledge[input.name] = InputKnowledge(stage: source, kind: "", outputs: nil)
        }
      }
      if case .named(let declared) = kind.declaration.inputs { checkNames(instance, declared, &diagnostics) }
      var found = Diagnostics()
      instance.parameters?.check(knowledge, &found)
      for diagnostic in found.all {
        // What a default value causes has no place of its own.
        var placed = diagnostic
        placed.location = placed.location ?? inputsLocation ?? location
        diagnostics.report(placed)
      }
      memory[name + instance.suffix] = instance.parameters?.memory(
        knowledge,
        threads: min(instance.resources.cores ?? .max, MemoryEstimate.cores)
      )
      // Of a stage whose parameters have a mistake the declared arrays are known.
      if number == 0 { result = instance.parameters.map { $0.outputs(of: knowledge) } ?? kind.declaration.outputs }
      checkTolerances(instance, result, &diagnostics)
    }
    if let result, let matrix { checkAxes(matrix, result, &diagnostics) }
    return result
  }

  /// The parameters of the one point that an input means.
  private func parameters(meantBy input: StageInput, _ index: inout SweepIndex) -> (any StageKind)? {
    guard matrix != nil else { return instances.first?.parameters }
    let points = index.points(of: self, for: input)
    return points.count == 1 && instances.indices.contains(points[0]) ? instances[points[0]].parameters : nil
  }

  private func checkNames(
    _ instance: Instance,
    _ declared: [InputDeclaration],
    _ diagnostics: inout Diagnostics
  ) {
    let names = declared.map(\.name)
    for input in instance.inputs where !names.contains(input.name) {
      diagnostics.report(
        "\(kind.declaration.name) has no input '\(input.name)'",
        at: input.nameLocation,
        hints: Suggestion.hint(for: input.name, among: names),
        names.isEmpty ? "it takes no inputs" : "inputs: " + names.joined(separator: ", ")
      )
    }
    for input in declared where !instance.inputs.contains(where: { $0.name == input.name }) {
      diagnostics.report(
        "the input '\(input.name)' of \(kind.declaration.name) is missing",
        at: inputsLocation ?? location,
        hints: "\(input.name): \(input.help)"
      )
    }
  }

  /// A tolerance is one of an array, as far as it is known which there are.
  private func checkTolerances(
    _ instance: Instance,
    _ outputs: [OutputDeclaration]?,
    _ diagnostics: inout Diagnostics
  ) {
    guard let names = outputs?.map(\.name) else { return }
    for entry in instance.tolerances.entries where !names.contains(entry.name.value) {
      diagnostics.report(
        "the result of stage '\(name)' has no array '\(entry.name.value)'",
        at: entry.name.location,
        hints: Suggestion.hint(for: entry.name.value, among: names),
        "arrays: " + Suggestion.list(names)
      )
    }
  }

  /// The axes become dimensions of the stacked arrays, so that they need names of their own.
  private func checkAxes(_ matrix: Matrix, _ outputs: [OutputDeclaration], _ diagnostics: inout Diagnostics) {
    let taken = Set(outputs.map(\.name) + outputs.flatMap(\.dimensions) + ["missing"])
    for axis in matrix.dimensions.flatMap(\.axes) where taken.contains(axis.name) {
      diagnostics.report(
        "the axis '\(axis.name)' has the name of an array or dimension of \(kind.declaration.name)",
        at: axis.location,
        hints: "rename it, such as 'swept_\(axis.name)'"
      )
    }
  }

  /// The dimensions of the sweep that an input leaves open.
  private func axes(
    without input: StageInput,
    _ index: inout SweepIndex,
    _ diagnostics: inout Diagnostics
  ) -> [SweepAxis] {
    let axes = matrix?.sweepAxes ?? []
    let names = axes.flatMap { $0.coordinates.map(\.name) }
    var isComplete = true
    for entry in input.fixed.entries {
      guard names.contains(entry.name.value) else {
        isComplete = false
        diagnostics.report(
          matrix == nil
            ? "stage '\(name)' is no sweep, and has no axis '\(entry.name.value)'"
            : "the sweep of stage '\(name)' has no axis '\(entry.name.value)'",
          at: entry.name.location,
          hints: Suggestion.hint(for: entry.name.value, among: names),
          names.isEmpty ? nil : "axes: " + names.joined(separator: ", ")
        )
        continue
      }
      guard matrix?.values[entry.name.value]?.contains(entry.value.value) == false else { continue }
      let values = axes.flatMap(\.coordinates).first { $0.name == entry.name.value }?.values ?? []
      isComplete = false
      diagnostics.report(
        "the axis '\(entry.name.value)' of stage '\(name)' has no value \(entry.value.value.canonicalText)",
        at: entry.value.location,
        hints: "values: " + Suggestion.list(values.map(\.canonicalText))
      )
    }
    if isComplete, matrix != nil, index.points(of: self, for: input).isEmpty {
      let values = input.fixed.entries.map { "\($0.name.value) = \($0.value.value.canonicalText)" }
      diagnostics.report(
        "the sweep of stage '\(name)' leaves out the point \(values.joined(separator: ", "))",
        at: input.stage.location
      )
    }
    return axes.filter { axis in
      !axis.coordinates.contains { coordinate in input.fixed.entries.contains { $0.name.value == coordinate.name } }
    }
  }
}

// MARK: - Actions

extension Stage {
  /// The actions of a stage without mistakes, one a point.
  func actions(
    _ stages: [String: Stage],
    _ kinds: StageKinds,
    _ index: inout SweepIndex,
    _ memory: [String: MemoryEstimate]
  ) -> [Action] {
    instances.map { instance in
      Action(
        name: name + instance.suffix,
        kind: kind.declaration.name,
        parameters: instance.parameters?.json ?? [:],
        inputs: Dictionary(
          instance.inputs.compactMap { input in
            stages[input.stage.value].map { (input.name, $0.source(for: input, &index)) }
          }
        ) { first, _ in first },
        fingerprint: kinds.fingerprint(of: kind),
        onFailure: onFailure,
        resources: instance.resources,
        memory: memory[name + instance.suffix],
        fileStem: instance.parameters?.fileStem,
        tolerances: Dictionary(instance.tolerances.entries.map { ($0.name.value, $0.value.value) }) { first, _ in first
        },
        location: location
      )
    }
  }

  /// What an input that names this stage receives.
  private func source(for input: StageInput, _ index: inout SweepIndex) -> Source<String> {
    guard let matrix else { return .one(name) }
    let fixed = Set(input.fixed.entries.map(\.name.value))
    let isOpen = matrix.sweepAxes.map { axis in !axis.coordinates.contains { fixed.contains($0.name) } }
    let open = zip(matrix.sweepAxes, isOpen).filter(\.1).map(\.0)
    var members = [String?](repeating: nil, count: open.reduce(1) { $0 * $1.length })
    for number in index.points(of: self, for: input) {
      let point = matrix.points[number]
      let place = zip(zip(matrix.sweepAxes, point.indices), isOpen).filter(\.1)
        .reduce(0) { $0 * $1.0.0.length + $1.0.1 }
      members[place] = name + instances[number].suffix
    }
    if open.isEmpty, let only = members[0] { return .one(only) }
    return .stack(axes: open, members: members)
  }
}

// MARK: - For those who refer to its results

extension Stage {
  /// What whoever names the stage receives.
  ///
  /// - Parameter outputs: the declared arrays of one of its points.
  func entry(_ outputs: [OutputDeclaration]?) -> StageDirectory.Entry {
    var index = SweepIndex()
    let axes = matrix?.sweepAxes ?? []
    var coordinates = matrix == nil ? instances.first?.parameters?.coordinates ?? [:] : [:]
    for coordinate in axes.flatMap(\.coordinates) { coordinates[coordinate.name] = coordinate.values }
    return StageDirectory.Entry(
      knowledge: InputKnowledge(
        stage: name,
        kind: kind.declaration.name,
        outputs: matrix == nil ? outputs : outputs.map { OutputDeclaration.stacked($0, along: axes) }
      ),
      coordinates: coordinates,
      source: source(for: StageInput(whole: name), &index)
    )
  }
}

/// Finds the points of sweeps that inputs mean, without looking at all of them for every input.
struct SweepIndex {
  /// For a stage and the axes that are fixed, the points by the values of those axes.
  private var points: [String: [[JSONValue]: [Int]]] = [:]

  /// The numbers of the points that an input of `stage` means.
  mutating func points(of stage: Stage, for input: StageInput) -> [Int] {
    guard let matrix = stage.matrix else { return [] }
    let fixed = Dictionary(input.fixed.entries.map { ($0.name.value, $0.value.value) }) { first, _ in first }
    let names = fixed.keys.sorted()
    let key = ([stage.name] + names).joined(separator: " ")
    if points[key] == nil {
      points[key] = Dictionary(grouping: matrix.points.indices) { number in
        names.map { name in matrix.points[number].values.first { $0.name == name }.map { JSONValue($0.value) } ?? .null
        }
      }
    }
    return points[key]?[names.map { fixed[$0] ?? .null }] ?? []
  }
}

extension OutputDeclaration {
  /// The arrays of a sweep: each gains the axes as its first dimensions, but for coordinates.
  fileprivate static func stacked(_ outputs: [OutputDeclaration], along axes: [SweepAxis]) -> [OutputDeclaration] {
    let names = axes.map(\.name)
    let arrays = outputs.map { output in
      output.dimensions == [output.name]
        ? output
        : OutputDeclaration(
          output.name,
          names + output.dimensions,
          unit: output.unit,
          output.summary,
          meanings: output.meanings,
          optional: output.isOptional
        )
    }
    let coordinates = axes.flatMap { axis in
      axis.coordinates.map { OutputDeclaration($0.name, [axis.name], unit: $0.unit, "A parameter that varies.") }
    }
    // Coordinates that differ from point to point stand beside their dimension; which do is known only afterwards.
    let differing = outputs.filter { $0.dimensions == [$0.name] }.map { output in
      OutputDeclaration(
        "\(output.name)_of_point",
        names + [output.name],
        unit: output.unit,
        output.summary,
        optional: true
      )
    }
    return arrays + coordinates + differing
  }
}
