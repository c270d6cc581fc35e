/// A mapping with known keys, declared once: its fields name the key, the property, the unit, the limits and a
/// line of documentation; decoding, messages, documentation, schema and cache key follow from them.
///
/// The value that `init()` makes holds the defaults.
public protocol Record: ConfigurationValue {
  /// The record with every field at its default.
  init()
  /// The fields, in the order in which they are documented.
  static var fields: [Field<Self>] { get }
  /// What is wrong with the fields taken together, once each is right by itself.
  func inconsistencies() -> [Inconsistency]
  /// Keys that were fields once, and what to do about each.
  static var retired: [String: String] { get }
  /// The long form of a short one (`x: loss` for `x: { variable: loss }`), or nil if `node` is not a short form.
  static func expandShorthand(_ node: Node) -> Node?
  /// What the short form looks like; nil if there is none.
  static var shorthand: ValueShape? { get }
}

/// Something wrong between fields.
public struct Inconsistency: Sendable {
  /// The field at which it is reported.
  public let field: String
  /// What is wrong.
  public let message: String

  /// An inconsistency, reported at `field`.
  public init(_ field: String, _ message: String) {
    self.field = field
    self.message = message
  }
}

/// A field of a record.
public struct Field<Root: Sendable>: Sendable {
  /// The key.
  public let name: String
  /// Whether the key must be given.
  public let isRequired: Bool
  let help: String
  let unit: String?
  let shape: ValueShape
  let limits: String?
  let bounds: ValueBounds?
  let read: @Sendable (Node, inout Root, inout Diagnostics) -> Void
  let write: @Sendable (Root) -> JSONValue

  /// Declares that `name` is read into `property`.
  ///
  /// - Parameters:
  ///   - name: the key in the file.
  ///   - property: the property of the record.
  ///   - help: one line of documentation.
  ///   - unit: the unit of a quantity.
  ///   - limit: what a value must hold.
  ///   - required: whether leaving the key out is a mistake.
  public init<Value: ConfigurationValue>(
    _ name: String,
    _ property: any WritableKeyPath<Root, Value> & Sendable,
    _ help: String,
    unit: String? = nil,
    limit: Limit<Value>? = nil,
    required: Bool = false
  ) {
    self.name = name
    self.isRequired = required
    self.help = help
    self.unit = unit
    self.shape = Value.shape
    self.limits = limit?.words
    self.bounds = limit?.bounds
    self.read = { node, root, diagnostics in
      guard let value = Value.decode(node, &diagnostics) else { return }
      if let limit, !limit.holds(value) {
        diagnostics.report(
          "'\(name)' is \(node.summary), and must be \(limit.words)",
          at: node.location,
          hints: unit.map { "its unit is \($0)" }
        )
        return
      }
      root[keyPath: property] = value
    }
    self.write = { $0[keyPath: property].json }
  }

  private init<Part>(_ field: Field<Part>, of part: any WritableKeyPath<Root, Part> & Sendable) {
    name = field.name
    isRequired = field.isRequired
    help = field.help
    unit = field.unit
    shape = field.shape
    limits = field.limits
    bounds = field.bounds
    read = { node, root, diagnostics in field.read(node, &root[keyPath: part], &diagnostics) }
    write = { field.write($0[keyPath: part]) }
  }

  /// The same field, of a record that has this one's as a part.
  public func of<Whole>(_ part: any WritableKeyPath<Whole, Root> & Sendable) -> Field<Whole> {
    Field<Whole>(self, of: part)
  }
}

extension Record {
  /// A mapping with the fields, or the short form.
  public static var shape: ValueShape {
    let mapping = ValueShape.record(fieldDescriptions)
    return shorthand.map { .either([mapping, $0]) } ?? mapping
  }

  /// The fields without the record's type.
  public static var fieldDescriptions: [FieldDescription] {
    let defaults = Self()
    return fields.map { field in
      FieldDescription(
        name: field.name,
        help: field.help,
        unit: field.unit,
        shape: field.shape,
        limits: field.limits,
        bounds: field.bounds,
        defaultValue: field.isRequired ? nil : field.write(defaults)
      )
    }
  }

  /// No inconsistencies.
  public func inconsistencies() -> [Inconsistency] { [] }

  /// No retired keys.
  public static var retired: [String: String] { [:] }

  /// No short form.
  public static func expandShorthand(_ node: Node) -> Node? { nil }

  /// No short form.
  public static var shorthand: ValueShape? { nil }

  /// Reads the mapping; unknown keys, missing keys and bad values are all reported.
  public static func decode(_ node: Node, _ diagnostics: inout Diagnostics) -> Self? {
    var found = Diagnostics()
    let record = decodePart(node, &found)
    for diagnostic in found.all {
      diagnostics.report(diagnostic)
    }
    return found.isEmpty ? record : nil
  }

  /// Reads what can be read of the mapping, so that more mistakes are found in one go; fields with a mistake, which is
  /// reported, keep their default. Nil when it is no mapping.
  public static func decodePart(_ node: Node, _ diagnostics: inout Diagnostics) -> Self? {
    guard !node.isUnresolved else { return nil }
    let node = expandShorthand(node) ?? node
    // Nothing where a mapping is expected means all defaults.
    let entries = node.isNull ? [] : node.entries
    guard let entries else { return reject(node, &diagnostics) }
    let fields = fields
    var record = Self()
    var found = Diagnostics()
    // A misspelt key is not missing as well.
    var meant: Set<String> = []
    for entry in entries {
      if let field = fields.first(where: { $0.name == entry.key }) {
        field.read(entry.value, &record, &found)
      } else if let advice = retired[entry.key] {
        found.report("the key '\(entry.key)' is retired", at: entry.keyLocation, hints: advice)
      } else {
        let names = fields.map(\.name)
        if let nearest = Suggestion.nearest(to: entry.key, among: names) { meant.insert(nearest) }
        found.report(
          "unknown key '\(entry.key)'",
          at: entry.keyLocation,
          hints: Suggestion.hint(for: entry.key, among: names),
          "known here: " + (names.isEmpty ? "nothing" : names.joined(separator: ", "))
        )
      }
    }
    for field in fields where field.isRequired && !meant.contains(field.name) {
      guard !entries.contains(where: { $0.key == field.name }) else { continue }
      found.report("the key '\(field.name)' is missing", at: node.location?.firstLine, hints: field.help)
    }
    if found.isEmpty {
      for inconsistency in record.inconsistencies() {
        let place = node[inconsistency.field]?.location ?? node.location?.firstLine
        found.report(inconsistency.message, at: place)
      }
    }
    for diagnostic in found.all {
      diagnostics.report(diagnostic)
    }
    return record
  }

  /// The fields with their values, defaults filled in; an absent value is left out where that is the default.
  public var json: JSONValue {
    let defaults = Self()
    var members: [String: JSONValue] = [:]
    for field in Self.fields {
      let value = field.write(self)
      if value != .null || field.write(defaults) != .null { members[field.name] = value }
    }
    return .object(members)
  }
}

extension SourceLocation {
  /// The first line's part of the stretch, for a message about a whole mapping.
  public var firstLine: SourceLocation {
    end.line == start.line ? self : SourceLocation(source: source, start: start, end: start)
  }
}
