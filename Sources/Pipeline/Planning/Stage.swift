internal import Configuration

/// A stage with its parameters decoded, before the graph is closed.
struct Stage {
  struct Input {
    let name: String
    let source: String
    let nameLocation: SourceLocation?
    let location: SourceLocation?
  }

  let name: String
  let kind: any StageKind.Type
  /// Nil when they have a mistake, which has been told; the inputs are checked nevertheless.
  let parameters: (any StageKind)?
  let inputs: [Input]
  let location: SourceLocation?
  private let inputsLocation: SourceLocation?

  /// Reads a stage; what is wrong with it is reported.
  init?(_ entry: Node.Entry, _ node: Node, _ kinds: StageKinds, _ diagnostics: inout Diagnostics) {
    guard entry.key.isName else {
      diagnostics.report(
        "'\(entry.key)' is not a name of letters, digits, - and _",
        at: entry.keyLocation
      )
      return nil
    }
    guard let written = StageEntry.decodePart(node, &diagnostics) else { return nil }
    guard let kind = kinds[written.kind] else {
      // A kind that is missing, or no text, has been told.
      if !written.kind.isEmpty {
        diagnostics.report(
          "there is no kind of stage '\(written.kind)'",
          at: node["kind"]?.location,
          hints: Suggestion.hint(for: written.kind, among: kinds.names),
          "kinds: " + kinds.names.joined(separator: ", ")
        )
      }
      return nil
    }
    var with = written.parameters.node
    // A missing key is reported at the stage when there is no `with:` to point at.
    if with.location == nil { with.location = entry.keyLocation }
    var inputs: [Input] = []
    for input in written.inputs.entries {
      guard let source = String.decode(input.value, &diagnostics) else { continue }
      inputs.append(
        Input(name: input.key, source: source, nameLocation: input.keyLocation, location: input.value.location)
      )
    }
    self.name = entry.key
    self.kind = kind
    self.parameters = kind.decode(with, &diagnostics)
    self.inputs = inputs
    self.location = entry.keyLocation
    self.inputsLocation = written.inputs.node.location?.firstLine
  }

  /// Checks the inputs against the kind's declaration and the other stages.
  ///
  /// - Parameters:
  ///   - stages: the stages that were readable, by name.
  ///   - names: all stages of the file, in its order.
  func checkInputs(_ stages: [String: Stage], _ names: [String], _ diagnostics: inout Diagnostics) {
    var knowledge: [String: InputKnowledge] = [:]
    for input in inputs {
      if let source = stages[input.source] {
        let declaration = source.kind.declaration
        knowledge[input.name] = InputKnowledge(
          stage: source.name,
          kind: declaration.name,
          outputs: declaration.outputs
        )
      } else if !names.contains(input.source) {
        diagnostics.report(
          "there is no stage '\(input.source)'",
          at: input.location,
          hints: Suggestion.hint(for: input.source, among: names),
          "stages: " + Suggestion.list(names)
        )
      } else {
        // The stage is there but could not be read; that has been told, and nothing more is known of its arrays.
        knowledge[input.name] = InputKnowledge(stage: input.source, kind: "", outputs: nil)
      }
    }
    if case .named(let declared) = kind.declaration.inputs {
      checkNames(declared, &diagnostics)
    }
    parameters?.check(knowledge, &diagnostics)
  }

  private func checkNames(_ declared: [InputDeclaration], _ diagnostics: inout Diagnostics) {
    let names = declared.map(\.name)
    for input in inputs where !names.contains(input.name) {
      diagnostics.report(
        "\(kind.declaration.name) has no input '\(input.name)'",
        at: input.nameLocation,
        hints: Suggestion.hint(for: input.name, among: names),
        names.isEmpty ? "it takes no inputs" : "inputs: " + names.joined(separator: ", ")
      )
    }
    for input in declared where !inputs.contains(where: { $0.name == input.name }) {
      diagnostics.report(
        "the input '\(input.name)' of \(kind.declaration.name) is missing",
        at: inputsLocation ?? location,
        hints: "\(input.name): \(input.summary)"
      )
    }
  }

  /// The action of a stage without mistakes.
  func action(_ kinds: StageKinds) -> Action {
    Action(
      name: name,
      kind: kind.declaration.name,
      parameters: parameters?.json ?? [:],
      inputs: Dictionary(inputs.map { ($0.name, $0.source) }) { first, _ in first },
      fingerprint: kinds.fingerprint(of: kind),
      location: location
    )
  }
}
