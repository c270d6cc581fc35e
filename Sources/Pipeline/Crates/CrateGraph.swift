internal import Configuration

/// A node of a crate's JSON-LD graph: what it is, and what is said of it.
struct Entity {
  let id: String
  var types: [String]
  private var members: [String: [JSONValue]] = [:]

  init(_ id: String, _ types: String..., name: String? = nil) {
    self.id = id
    self.types = types
    if let name { add("name", .string(name)) }
  }

  /// Says something more; what is said already is not said twice.
  mutating func add(_ member: String, _ value: JSONValue) {
    if members[member]?.contains(value) != true { members[member, default: []].append(value) }
  }

  /// Says a text, if there is one.
  mutating func add(_ member: String, text: String?) {
    if let text, !text.isEmpty { add(member, .string(text)) }
  }

  /// Refers to another entity.
  mutating func refer(_ member: String, to id: String) { add(member, ["@id": .string(id)]) }

  /// Refers to others.
  mutating func refer(_ member: String, to ids: some Sequence<String>) {
    // Of very many, looking for each among those before would take long.
    members[member, default: []] += ids.map { ["@id": .string($0)] }
    if members[member]?.isEmpty == true { members[member] = nil }
  }

  /// The entity in the flattened form that RO-Crate asks for: a value alone stands without a list.
  var json: JSONValue {
    func compact(_ values: [JSONValue]) -> JSONValue { values.count == 1 ? values[0] : .array(values) }
    var result = members.mapValues(compact)
    result["@id"] = .string(id)
    result["@type"] = compact(types.map { .string($0) })
    return .object(result)
  }
}

/// The graph of a crate.
struct CrateGraph {
  private static let contexts: [JSONValue] = [
    "https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context",
  ]
  private var order: [String] = []
  private var entities: [String: Entity] = [:]

  /// An entity that is there already, to say more of it; setting one that is not there adds it.
  subscript(id: String) -> Entity? {
    get { entities[id] }
    set {
      if entities[id] == nil { order.append(id) }
      entities[id] = newValue
    }
  }

  /// Adds an entity, unless it is there.
  mutating func add(_ entity: Entity) { if entities[entity.id] == nil { self[entity.id] = entity } }

  /// The content of `ro-crate-metadata.json`.
  var json: JSONValue {
    ["@context": .array(Self.contexts), "@graph": .array(order.compactMap { entities[$0]?.json })]
  }
}
