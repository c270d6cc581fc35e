internal import Configuration

extension Matrix {
  /// The schema of what stands under `matrix:`.
  static var schema: JSONValue {
    let point: JSONValue = ["type": ["object", "string"], "pattern": .string(SchemaForm.expression)]
    let points = list(of: point, atLeast: 1)
    return [
      "type": ["object", "string"],
      "pattern": .string(SchemaForm.expression),
      "minProperties": .number(1),
      "propertyNames": .object(String.nameBounds.keywords),
      "properties": [
        "include": described("Points that are added to the grid.", points),
        "exclude": described("Points, or values of some axes, that are left out.", points),
        "zip": described(
          "Axes that vary together, as lists of their names.",
          list(of: list(of: ["type": "string"], atLeast: 1), atLeast: 1)
        ),
      ],
      "additionalProperties": axis,
    ]
  }

  /// A list of values, `{ range: 4 }`, or a range with a unit.
  private static var axis: JSONValue {
    var properties: [String: JSONValue] = [:]
    for field in LongForm.fieldDescriptions { properties[field.name] = SchemaForm.property(field) }
    properties["range"] = [
      "description": "Whole numbers: 4 is 0, 1, 2, 3, and [2, 5] is 2, 3, 4.",
      "type": ["integer", "array", "string"],
      "pattern": .string(SchemaForm.expression),
      "minimum": .number(1),
      "items": ["type": ["integer", "string"], "pattern": .string(SchemaForm.expression)],
      "minItems": .number(2),
      "maxItems": .number(2),
    ]
    return [
      "type": ["array", "object", "string"],
      "pattern": .string(SchemaForm.expression),
      "description": "The values of a parameter that varies, referred to as ${{ matrix.NAME }}.",
      "items": ["type": ["number", "string", "boolean"]],
      "minItems": .number(1),
      "properties": .object(properties),
      "additionalProperties": .boolean(false),
    ]
  }

  private static func list(of element: JSONValue, atLeast count: Int) -> JSONValue {
    [
      "type": ["array", "string"],
      "pattern": .string(SchemaForm.expression),
      "items": element,
      "minItems": .integer(count),
    ]
  }

  private static func described(_ description: String, _ schema: JSONValue) -> JSONValue {
    guard case .object(var members) = schema else { return schema }
    members["description"] = .string(description)
    return .object(members)
  }
}
