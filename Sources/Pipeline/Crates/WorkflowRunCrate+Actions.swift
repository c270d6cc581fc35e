internal import Artifacts
internal import Configuration
internal import Execution
internal import Planning
internal import Provenance
internal import Reporting
internal import Store
internal import SystemPackage

// The stages as steps and tools, and the actions that ran them.
extension WorkflowRunCrate {
  // MARK: What was planned

  /// The tool of a stage: its kind, with the parameters and inputs that the stage gives to it.
  mutating func addTool(of stage: PipelineFacts.Stage) {
    let id = Self.tool(stage.name)
    var tool = Entity(id, "SoftwareApplication", name: stage.kind)
    tool.add("description", text: kinds[stage.kind]?.declaration.summary)
    if let version = engine.split(separator: "@").dropFirst().first {
      tool.add("softwareVersion", .string(String(version)))
    }
    tool.refer("softwareRequirements", to: engine)
    tool.refer("mainEntity", to: engine)
    for (name, value) in parameters(of: stage) {
      let parameter = Self.parameter(name, of: stage.name)
      var formal = Entity(parameter, "FormalParameter", name: name)
      formal.add("additionalType", .string(value.formalType))
      let field = field(name, of: stage.kind)
      formal.add("description", text: field?.help)
      if let standard = field?.defaultValue, standard != .null { formal.add("defaultValue", .string(standard.shown)) }
      graph.add(formal)
      tool.refer("input", to: parameter)
    }
    for name in stage.actions.first?.inputs.keys.sorted() ?? [] {
      let input = Self.input(name, of: stage.name)
      var formal = Entity(input, "FormalParameter", name: name)
      formal.add("additionalType", "File")
      graph.add(formal)
      tool.refer("input", to: input)
    }
    let output = Self.output(of: stage.name)
    var formal = Entity(output, "FormalParameter", name: "result")
    formal.add("additionalType", "File")
    formal.add("description", "The labelled arrays, in HDF5.")
    graph.add(formal)
    tool.refer("output", to: output)
    graph.add(tool)
    graph[workflow]?.refer("hasPart", to: id)
  }

  private func field(_ name: String, of kind: String) -> FieldDescription? {
    guard case .record(let fields)? = kinds[kind]?.shape else { return nil }
    return fields.first { $0.name == name }
  }

  private func parameters(of stage: PipelineFacts.Stage) -> [(name: String, value: JSONValue)] {
    guard case .object(let members)? = stage.actions.first?.parameters else { return [] }
    return members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func parameter(_ name: String, of stage: String) -> String {
    "\(tool(stage))/parameters/\(name)".asReference
  }

  private static func input(_ name: String, of stage: String) -> String { "\(tool(stage))/inputs/\(name)".asReference }

  private static func output(of stage: String) -> String { "\(tool(stage))/result" }

  /// The step of a stage, with what is connected to the inputs and parameters of its tool.
  mutating func addStep(of stage: PipelineFacts.Stage, at position: Int) {
    let id = "#steps/\(stage.name)"
    var step = Entity(id, "HowToStep", name: stage.name)
    step.add("position", .string("\(position)"))
    step.refer("workExample", to: Self.tool(stage.name))
    if let location = stage.actions.first?.location {
      step.add(
        "description",
        .string("Declared at \(facts.source.file):\(location.start.line):\(location.start.column)")
      )
    }
    func connect(_ source: String, _ target: String) {
      var connection = Entity("\(target)/from/\(source.dropFirst())", "ParameterConnection")
      connection.refer("sourceParameter", to: source)
      connection.refer("targetParameter", to: target)
      graph.add(connection)
      step.refer("connection", to: connection.id)
    }
    for (name, source) in stage.actions.first?.inputs.sorted(by: { $0.key < $1.key }) ?? [] {
      for stageName in Set(source.references.map { Action.stage(of: $0) }).sorted() {
        connect(Self.output(of: stageName), Self.input(name, of: stage.name))
      }
    }
    for (name, value) in parameters(of: stage) {
      let target = Self.parameter(name, of: stage.name)
      let places = ([name] + value.paths(below: name)).compactMap { facts.source.places.place(of: $0, in: stage.name) }
      for parameter in facts.source.parameters where places.contains(where: parameter.holds) {
        connect("#parameters/\(parameter.name)".asReference, target)
      }
    }
    graph.add(step)
    graph[workflow]?.refer("step", to: id)
  }

  mutating func addControl(of stage: PipelineFacts.Stage) {
    let id = Self.control(stage)
    var control = Entity(id, "ControlAction", name: "Orchestration of \(stage.name)")
    control.refer("instrument", to: "#steps/\(stage.name)")
    control.refer("object", to: actions[stage.name] ?? [])
    control.add("actionStatus", "http://schema.org/CompletedActionStatus")
    graph.add(control)
  }

  // MARK: What was done

  mutating func add(_ action: Action, of stage: PipelineFacts.Stage) throws {
    guard let store = facts.store, let record = try facts.record(of: action.name) else { return }
    let id = "#actions/\(action.name)".asReference
    var entity = Entity(id, "CreateAction", name: "Run of \(action.name)")
    let statement = record.statement.flatMap { try? UnverifiedStatement(reading: $0) }?.statement
    let place = statement.flatMap { machine(of: $0) } ?? ""
    entity.add("description", .string("The action with the key \(record.key)\(place)"))
    entity.add("identifier", .string(record.key))
    entity.refer("instrument", to: Self.tool(stage.name))
    addObjects(of: action, record, statement, to: &entity, stage)
    try addResults(of: action, record, to: &entity, stage, store)
    complete(&entity, statement?.started ?? record.started, statement?.finished)
    if let start = statement?.started ?? record.started { firstStart = min(firstStart ?? start, start) }
    if let end = statement?.finished { lastEnd = max(lastEnd ?? end, end) }
    if let statement { addUsage(statement, to: &entity) }
    graph.add(entity)
    graph[Self.root]?.refer("mentions", to: [id])
    actions[stage.name, default: []].append(id)
    guard let text = record.statement else { return }
    let path = "statements/\(record.key).json"
    guard !folder.has(path) else { return }
    try folder.write(text, to: path)
    addFile(
      path,
      "The in-toto statement of \(action.name)",
      bytes: text.utf8.count,
      sha256: ContentDigest(of: text).description,
      format: "application/json"
    )
    graph[path]?.refer("about", to: id)
  }

  private func machine(of statement: Statement) -> String? {
    guard case .object(let machine)? = statement.run["machine"] else { return nil }
    let words = ["host", "processor", "architecture", "vectors", "system"].compactMap { machine[$0]?.shown }
    return words.isEmpty ? nil : ", on \(words.joined(separator: ", "))"
  }

  /// Parameters, inputs and data from outside.
  private mutating func addObjects(
    of action: Action,
    _ record: ActionRecord,
    _ statement: Statement?,
    to entity: inout Entity,
    _ stage: PipelineFacts.Stage
  ) {
    if case .object(let members) = record.parameters {
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        let formal = Self.parameter(name, of: stage.name)
        // The points of a sweep share most of their values.
        let known = values[formal, default: [:]]
        let id = known[value] ?? "\(formal)/\(known.count)"
        if known[value] == nil {
          values[formal, default: [:]][value] = id
          var property = Entity(id, "PropertyValue", name: name)
          property.add("value", value.plainValue)
          property.refer("exampleOfWork", to: formal)
          graph.add(property)
        }
        entity.refer("object", to: [id])
      }
    }
    for (name, source) in record.inputs.sorted(by: { $0.key < $1.key }) {
      for address in source.references {
        let id = Self.artifact(address.description)
        graph[id]?.refer("exampleOfWork", to: Self.input(name, of: stage.name))
        entity.refer("object", to: [id])
      }
    }
    for data in statement?.data ?? [] {
      let id = "#data/\(data.digest["sha256"] ?? data.name)".asReference
      var work = Entity(id, "CreativeWork", name: data.name)
      work.add("sha256", text: data.digest["sha256"])
      work.add("url", text: data.downloadLocation)
      if graph[id] == nil { given.append(id) }
      graph.add(work)
      entity.refer("object", to: [id])
    }
    for tool in statement?.dependencies ?? [] {
      guard let uri = tool.uri, uri.hasPrefix("pkg:"), uri != engine else { continue }
      graph.add(program(uri))
      graph[Self.tool(stage.name)]?.refer("softwareRequirements", to: uri)
    }
  }

  private static func artifact(_ address: String) -> String { "objects/\(address).h5" }

  /// The artifact, the files for people and the other files, copied into the crate.
  private mutating func addResults(
    of action: Action,
    _ record: ActionRecord,
    to entity: inout Entity,
    _ stage: PipelineFacts.Stage,
    _ store: ArtifactStore
  ) throws {
    let artifact = Self.artifact(record.artifact.address)
    try copy(record.artifact, to: artifact, "The result of \(action.name)", store)
    graph[artifact]?.refer("exampleOfWork", to: Self.output(of: stage.name))
    entity.refer("result", to: [artifact])
    if isLast(stage) { made.append(artifact) }
    for (name, object) in record.parts.sorted(by: { $0.key < $1.key }) {
      let path = "objects/\(object.address).\(object.suffix)"
      try copy(object, to: path, "\(name) of \(action.name)", store)
      entity.refer("result", to: [path])
    }
    guard let answer = names?.names(for: record.files.keys, of: action) else { return }
    for (name, object) in record.files.sorted(by: { $0.key < $1.key }) {
      let published = answer.name(of: name)
      let path = "figures/\(published)"
      try copy(object, to: path, published, store)
      let output = "#outputs/\(published)".asReference
      var formal = Entity(output, "FormalParameter", name: published)
      formal.add("additionalType", "File")
      graph.add(formal)
      graph[workflow]?.refer("output", to: output)
      graph[path.asLink]?.refer("exampleOfWork", to: output)
      entity.refer("result", to: [path.asLink])
      made.append(path.asLink)
    }
  }

  /// Whether no other stage needs the results of a stage: they are those of the whole run.
  private func isLast(_ stage: PipelineFacts.Stage) -> Bool { !facts.neededStages.contains(stage.name) }

  private mutating func copy(_ object: ObjectRecord, to path: String, _ name: String, _ store: ArtifactStore) throws {
    guard !folder.has(path) else { return }
    let bytes = try FileSystem.read(store.path(of: object), limit: max(0, object.bytes))
    guard ContentDigest(of: bytes).description == object.file else {
      throw StoreError("\(store.path(of: object)) is damaged, and no crate is made; running again makes it anew")
    }
    try folder.write(bytes, to: path)
    addFile(path, name, bytes: bytes.count, sha256: object.file, format: Self.format(object.suffix))
  }

  private mutating func addUsage(_ statement: Statement, to entity: inout Entity) {
    for (name, unit) in [
      ("seconds", "https://qudt.org/vocab/unit/SEC"), ("processorSeconds", "https://qudt.org/vocab/unit/SEC"),
      ("peakMemoryBytes", "https://qudt.org/vocab/unit/BYTE"), ("threads", "https://qudt.org/vocab/unit/NUM"),
    ] {
      guard let value = statement.run[name], case .number = value else { continue }
      var usage = Entity("\(entity.id)/\(name)", "PropertyValue", name: name)
      usage.add("propertyID", .string("\(Statement.buildType)/\(name)"))
      usage.add("unitCode", .string(unit))
      usage.add("value", value)
      graph.add(usage)
      entity.refer("resourceUsage", to: usage.id)
    }
  }
}

extension JSONValue {
  /// The paths of all values below this one.
  fileprivate func paths(below path: String) -> [String] {
    leaves.map { path + ($0.path.first == "[" ? "" : ".") + $0.path }
  }
}
