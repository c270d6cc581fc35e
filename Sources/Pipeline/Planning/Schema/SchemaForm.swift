internal import Configuration

/// What values of a shape look like to JSON Schema. Keywords of a schema each speak of one type of value only, so
/// shapes of different types are joined by putting their keywords side by side: an editor then marks a mistake deep
/// in a mapping at its place, which it cannot do inside an `anyOf`.
struct SchemaForm {
  /// Which texts are values.
  private enum Texts {
    case none
    case words([String])
    case matching(String)
    case any
  }

  /// How an expression is written that stands for a whole value.
  static let expression = #"^\$\{\{.*\}\}$"#

  private var types: [String] = []
  private var texts = Texts.none
  private var keywords: [String: JSONValue] = [:]
  private var isAnything = false
  /// The only values, where they can be listed.
  private var alternatives: [JSONValue] = []

  init(_ shape: ValueShape) {
    switch shape {
    case .boolean: types = ["boolean"]
    case .integer: types = ["integer"]
    case .number: types = ["number"]
    case .string:
      // A text without quotes may look like a number or a truth value.
      types = ["number", "boolean"]
      texts = .any
    case .choice(let words): texts = .words(words)
    case .list(let element):
      types = ["array"]
      keywords["items"] = Self(element).schema
    case .dictionary(let element):
      types = ["object"]
      keywords["additionalProperties"] = Self(element).schema
    case .record(let fields): describe(fields)
    case .either(let shapes):
      for form in shapes.map(Self.init) { join(form) }
    case .any: isAnything = true
    }
  }

  private mutating func describe(_ fields: [FieldDescription]) {
    types = ["object"]
    keywords["additionalProperties"] = .boolean(false)
    keywords["properties"] = .object(
      Dictionary(fields.map { ($0.name, Self.property($0)) }) { first, _ in first }
    )
    let required = fields.filter { $0.defaultValue == nil }.map { JSONValue.string($0.name) }
    // Nothing at all is a mapping with all defaults.
    if required.isEmpty { types.append("null") } else { keywords["required"] = .array(required) }
  }

  private mutating func join(_ other: SchemaForm) {
    types += other.types.filter { !types.contains($0) }
    keywords.merge(other.keywords) { first, _ in first }
    isAnything = isAnything || other.isAnything
    switch (texts, other.texts) {
    case (.none, _): texts = other.texts
    case (_, .none), (.any, _): break
    case (.words(let first), .words(let second)): texts = .words(first + second)
    default: texts = .any
    }
  }

  /// The schema of a field: what its value may be, what it means, its unit and its default.
  static func property(_ field: FieldDescription) -> JSONValue {
    var form = Self(field.shape)
    if let bounds = field.bounds { form.apply(bounds) }
    // An optional value may be written as nothing.
    if field.defaultValue == .null, !form.types.contains("null") { form.types.append("null") }
    var description = field.help
    if let unit = field.unit { description += " Unit: \(unit)." }
    var members: [String: JSONValue] = [:]
    if let value = field.defaultValue, value != .null {
      members["default"] = value
      if value != .object([:]), value != .array([]), value != .string("") {
        description += " Default: \(value.canonicalText)."
      }
    }
    members["description"] = .string(description)
    return merged(form.schema, members)
  }

  private mutating func apply(_ bounds: ValueBounds) {
    for (keyword, value) in bounds.keywords {
      guard keyword == "pattern", case .string(let pattern) = value else {
        keywords[keyword] = value
        continue
      }
      texts = .matching(pattern)
    }
    if let items = keywords["items"], !bounds.elementKeywords.isEmpty {
      keywords["items"] = Self.merged(items, bounds.elementKeywords)
    }
    // A keyword that lists all values would refuse an expression.
    if case .array(let values) = keywords.removeValue(forKey: "enum") {
      alternatives = values
    }
  }

  /// The schema. Wherever a value may stand, so may an expression.
  var schema: JSONValue {
    guard !isAnything else { return [:] }
    if !alternatives.isEmpty { return Self.oneOf(alternatives) }
    if types.isEmpty, case .words(let words) = texts { return Self.oneOf(words.map { .string($0) }) }
    if types == ["null"], case .words(let words) = texts { return Self.oneOf(words.map { .string($0) } + [.null]) }
    var members = keywords
    members["type"] = .array((types + ["string"]).map { .string($0) })
    switch texts {
    case .any: break
    case .none: members["pattern"] = .string(Self.expression)
    case .matching(let pattern): members["pattern"] = .string("\(pattern)|\(Self.expression)")
    case .words(let words):
      // The words are letters, digits and hyphens, which mean themselves in a pattern.
      members["pattern"] = .string("^(\(words.joined(separator: "|")))$|\(Self.expression)")
    }
    return .object(members)
  }

  /// These values, or an expression.
  static func oneOf(_ values: [JSONValue]) -> JSONValue {
    ["anyOf": [["enum": .array(values)], ["type": "string", "pattern": .string(expression)]]]
  }

  private static func merged(_ schema: JSONValue, _ members: [String: JSONValue]) -> JSONValue {
    guard case .object(let own) = schema else { return schema }
    return .object(own.merging(members) { first, _ in first })
  }
}
