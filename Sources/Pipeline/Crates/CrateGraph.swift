internal import Configuration

/// A node of a crate's JSON-LD graph: what it is, and what is said of it.
struct Entity {
  let id: String
  var types: [String]
  private var members: [String: [JSONValue]] = [:]
  /// For each member what is said already: a list of ten thousand is not searched for each of its parts.
  private var said: [String: Set<JSONValue>] = [:]

  init(_ id: String, _ types: String..., name: String? = nil) {
    self.id = id
    self.types = types
    if let name { add("name", .string(name)) }
  }

  /// Adds a value to a member, unless the member has it.
  mutating func add(_ member: String, _ value: JSONValue) {
    if said[member, default: []].insert(value).inserted { members[member, default: []].append(value) }
  }

  /// Says a text, if there is one.
  mutating func add(_ member: String, text: String?) {
    if let text, !text.isEmpty { add(member, .string(text)) }
  }

  /// Refers to another entity.
  mutating func refer(_ member: String, to id: String) { add(member, ["@id": .string(id)]) }

  /// Refers to other entities.
  mutating func refer(_ member: String, to ids: some Sequence<String>) {
    for id in ids { refer(member, to: id) }
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
    // In place: with `set` each change of an entity would copy all that it says.
    _modify {
      let isNew = entities[id] == nil
      yield &entities[id]
      if isNew, entities[id] != nil { order.append(id) }
    }
  }

  /// Adds an entity, unless it is there.
  mutating func add(_ entity: Entity) { if entities[entity.id] == nil { self[entity.id] = entity } }

  /// The content of `ro-crate-metadata.json`.
  var json: JSONValue {
    ["@context": .array(Self.contexts), "@graph": .array(order.compactMap { entities[$0]?.json })]
  }
}
