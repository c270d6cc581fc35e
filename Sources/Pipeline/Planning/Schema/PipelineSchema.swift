public import Configuration

/// The JSON Schema (draft 7) of a pipeline file, from the declarations of the kinds: what an editor checks and
/// completes while a file is written.
public struct PipelineSchema {
  private let kinds: StageKinds
  private let claim: ValueShape

  /// The schema of pipelines of these kinds.
  ///
  /// - Parameter claim: what a claim looks like.
  public init(_ kinds: StageKinds, claim: ValueShape) {
    self.kinds = kinds
    self.claim = claim
  }

  /// The schema.
  public var json: JSONValue {
    var properties: [String: JSONValue] = [:]
    for field in PipelineFile.fieldDescriptions { properties[field.name] = SchemaForm.property(field) }
    properties["parameters"] = Self.mapping(of: ["$ref": "#/definitions/value"], PipelineFile.help("parameters"))
    properties["profiles"] = Self.mapping(
      of: Self.mapping(of: ["$ref": "#/definitions/value"], "Values of parameters."),
      PipelineFile.help("profiles")
    )
    properties["claims"] = [
      "type": ["array", "null"],
      "description": .string(PipelineFile.help("claims")),
      "items": claimJSON,
    ]
    properties["stages"] = [
      "type": "object",
      "description": .string(PipelineFile.help("stages")),
      "minProperties": .number(1),
      "propertyNames": .object(String.nameBounds.keywords),
      "additionalProperties": ["$ref": "#/definitions/stage"],
    ]
    return [
      "$schema": "http://json-schema.org/draft-07/schema#",
      "title": "A pipeline file",
      "type": "object",
      "properties": .object(properties),
      "required": .array(PipelineFile.requiredNames),
      "additionalProperties": .boolean(false),
      "definitions": ["stage": stage, "value": Self.value],
    ]
  }

  /// The schema of a claim by itself.
  public var claimJSON: JSONValue { SchemaForm(claim).schema }

  /// Parameters and profiles hold values as they are, without expressions.
  private static let value: JSONValue = [
    "not": ["type": "string", "pattern": #"\$\{\{"#],
    "items": ["$ref": "#/definitions/value"],
    "additionalProperties": ["$ref": "#/definitions/value"],
  ]

  private static func mapping(of element: JSONValue, _ description: String) -> JSONValue {
    ["type": ["object", "null"], "description": .string(description), "additionalProperties": element]
  }

  /// A stage: what its kind says of `with` and `inputs` holds once the kind is written.
  private var stage: JSONValue {
    var properties: [String: JSONValue] = [:]
    for field in StageEntry.fieldDescriptions { properties[field.name] = SchemaForm.property(field) }
    properties["kind"] = [
      "description": .string(StageEntry.help("kind")),
      "anyOf": [
        ["enum": .array(kinds.names.map { .string($0) })],
        ["type": "string", "pattern": .string(SchemaForm.expression)],
      ],
    ]
    if case .object(var matrix) = Matrix.schema {
      matrix["description"] = .string(StageEntry.help("matrix"))
      properties["matrix"] = .object(matrix)
    }
    // Nothing more is said here, so that one mistake is marked once.
    for name in ["with", "inputs"] { properties[name] = ["description": .string(StageEntry.help(name))] }
    return [
      "type": ["object", "string"],
      "pattern": .string(SchemaForm.expression),
      "properties": .object(properties),
      "required": .array(StageEntry.requiredNames),
      "additionalProperties": .boolean(false),
      "allOf": .array(kinds.all.map(Self.condition)),
    ]
  }

  private static func condition(_ kind: any StageKind.Type) -> JSONValue {
    let declaration = kind.declaration
    let parameters = kind.fieldDescriptions
    var with = SchemaForm(.record(parameters)).schema
    if case .object(var members) = with {
      members["description"] = .string(declaration.summary)
      with = .object(members)
    }
    var required: [JSONValue] = parameters.contains { $0.defaultValue == nil } ? ["with"] : []
    let inputs: JSONValue
    switch declaration.inputs {
    case .free:
      inputs = [
        "type": ["object", "string", "null"],
        "pattern": .string(SchemaForm.expression),
        "additionalProperties": stageName("The stage that makes the input."),
      ]
    case .named(let named):
      if !named.isEmpty { required.append("inputs") }
      inputs = [
        "type": .array((named.isEmpty ? ["object", "string", "null"] : ["object", "string"]).map { .string($0) }),
        "pattern": .string(SchemaForm.expression),
        "properties": .object(
          Dictionary(named.map { ($0.name, stageName($0.help)) }) { first, _ in first }
        ),
        "required": .array(named.map { .string($0.name) }),
        "additionalProperties": .boolean(false),
      ]
    }
    return [
      "if": ["properties": ["kind": ["const": .string(declaration.name)]], "required": ["kind"]],
      "then": ["properties": ["with": with, "inputs": inputs], "required": .array(required)],
    ]
  }

  /// The name of a stage, or the long form with points of its sweep.
  private static func stageName(_ summary: String) -> JSONValue {
    let name: JSONValue = ["type": ["string", "number", "boolean"]]
    return [
      "description": .string(summary),
      "type": ["string", "number", "boolean", "object"],
      "properties": [
        "stage": name,
        "at": ["type": ["object", "string", "null"], "pattern": .string(SchemaForm.expression)],
      ],
      "required": ["stage"],
      "additionalProperties": .boolean(false),
    ]
  }
}

extension Record {
  /// What is said of the field, which the record has.
  fileprivate static func help(_ field: String) -> String {
    fieldDescriptions.first { $0.name == field }?.help ?? ""
  }

  /// The keys that must be given.
  fileprivate static var requiredNames: [JSONValue] {
    fieldDescriptions.filter { $0.defaultValue == nil }.map { .string($0.name) }
  }
}
