public import Configuration

extension KindDocumentation {
  /// The documentation for machines; the parameters are a JSON Schema.
  public var json: JSONValue {
    let declaration = kind.declaration
    var members: [String: JSONValue] = [
      "name": .string(declaration.name),
      "summary": .string(declaration.summary),
      "discussion": .string(declaration.discussion),
      "parameters": SchemaForm(.record(kind.fieldDescriptions)).schema,
    ]
    // Left out where the user chooses them, or the parameters do.
    if case .named(let inputs) = declaration.inputs {
      members["inputs"] = .array(inputs.map { ["name": .string($0.name), "summary": .string($0.help)] })
    }
    members["outputs"] = declaration.outputs.map { .array($0.map(Self.describe)) }
    return .object(members)
  }

  private static func describe(_ output: OutputDeclaration) -> JSONValue {
    [
      "name": .string(output.name),
      "dimensions": .array(output.dimensions.map { .string($0) }),
      "unit": output.unit.map { .string($0) } ?? .null,
      "summary": .string(output.summary),
      "meanings": .array(output.meanings.map { .string($0) }),
      "optional": .boolean(output.isOptional),
    ]
  }
}
