internal import Artifacts
internal import Configuration
internal import Execution
internal import Planning
internal import Provenance
internal import Reporting
internal import Store
internal import SystemPackage

/// The contents of a page about an action: from the plan and, once it has run, from its record and statement.
struct ActionView {
  struct Parameter {
    let path: String
    let value: String
    let place: String
    let meaning: String
  }

  struct Input {
    let inputName: String
    let inputStage: String
    let inputLink: String?
    let inputNote: String?
    let inputAddress: String?
    let inputArtifact: String?
  }

  struct Output {
    let outputName: String
    let outputLink: String?
    let outputSize: String
    let outputDigest: String
  }

  struct Fact {
    let factName: String
    let factValue: String
  }

  struct Dependency {
    let dependencyName: String
    let which: String
    let dependencyDigest: String
  }

  /// More parameters than these are counted and not listed.
  private static let mostParameters = 500
  /// Of a list in a parameter so many values are written out.
  private static let mostValues = 24
  /// Of a log the last lines.
  private static let mostLogLines = 200
  /// A longer statement is not put into a page; its record has it.
  private static let longestStatement = 60_000

  private(set) var problems: [String] = []
  let isMissing: Bool
  /// "Not made yet", "Damaged".
  let lack: String
  let missingReason: String
  let pictures: [FigureView]
  private(set) var parameters: [Parameter] = []
  let hasParameters: Bool
  private(set) var parameterNote: String?
  let declared: String
  private(set) var inputs: [Input] = []
  let hasInputs: Bool
  let made: Bool
  private(set) var outputs: [Output] = []
  private(set) var facts: [Fact] = []
  private(set) var dependencies: [Dependency] = []
  private(set) var log: String?
  private(set) var logNote = "It wrote nothing."
  private(set) var statement: String?

  /// - Parameters:
  ///   - root: the way from the page to the folder of the report.
  ///   - pictures: what it drew.
  /// - Throws: if the record of the action cannot be read.
  init(
    _ action: Action,
    _ pipeline: PipelineFacts,
    _ site: Site,
    root: String,
    pictures: [FigureView]
  ) throws(StoreError) {
    let record = try pipeline.record(of: action.name)
    let base = "\(root)\(pipeline.run.description.asLink)/"
    made = record != nil
    isMissing = record == nil
    lack = pipeline.lack(of: action.name).capitalizedFirst
    missingReason = pipeline.reasons[action.name].map { "\($0)." } ?? ""
    self.pictures = pictures.map { $0.seen(from: base) }
    declared = action.location.map { Self.place($0, in: pipeline.source.file) } ?? pipeline.source.file
    let values = Self.flat(action.parameters, path: "")
    hasParameters = !values.isEmpty
    hasInputs = !action.inputs.isEmpty
    describe(values, of: action, pipeline, site.kinds)
    describeInputs(of: action, pipeline, site, root: root)
    guard let record else { return }
    describeOutputs(of: record, site, root: root, base: base)
    describeRun(of: record, site.options.keys)
    if let store = pipeline.store { describeLog(of: record, in: store) }
  }

  // MARK: What was asked for

  private mutating func describe(
    _ values: [(path: String, value: String)],
    of action: Action,
    _ pipeline: PipelineFacts,
    _ kinds: StageKinds
  ) {
    let shape = kinds[action.kind]?.shape
    var described: Set<String> = []
    parameters = values.prefix(Self.mostParameters).map { path, value in
      let place = pipeline.source.places.place(of: path, in: action.stage)
      let field = Self.field(path, in: shape)
      let unit = field?.unit.map { " [\($0)]" } ?? ""
      // A field of many values is described once.
      let isNew = field.map { described.insert("\(Self.parent(of: path)) \($0.name)").inserted } ?? false
      return Parameter(
        path: path,
        value: value + unit,
        place: place.map { Self.place($0, in: pipeline.source.file) } ?? "default",
        meaning: isNew ? field?.help ?? "" : ""
      )
    }
    if values.count > Self.mostParameters { parameterNote = "And \(values.count - Self.mostParameters) more." }
  }

  private static func place(_ location: SourceLocation, in file: String) -> String {
    let name = location.source.name.hasPrefix("--set") ? location.source.name : file
    return "\(name):\(location.start.line):\(location.start.column)"
  }

  private static func parent(of path: String) -> String {
    path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
  }

  /// The values of a parameter with their paths; a list of plain values is one.
  private static func flat(_ value: JSONValue, path: String) -> [(path: String, value: String)] {
    switch value {
    case .object(let members) where !members.isEmpty:
      return members.sorted { $0.key < $1.key }.flatMap {
        flat($0.value, path: path.isEmpty ? $0.key : "\(path).\($0.key)")
      }
    case .array(let values) where values.contains(where: \.isNested):
      return values.enumerated().flatMap { flat($0.element, path: "\(path)[\($0.offset)]") }
    case .array(let values):
      let shown = values.prefix(mostValues).map(\.shown).joined(separator: ", ")
      let more = values.count > mostValues ? ", … (\(values.count) values)" : ""
      return [(path, "[\(shown)\(more)]")]
    case .object: return path.isEmpty ? [] : [(path, "{}")]
    default: return [(path, value.shown)]
    }
  }

  /// The field that a path leads to, as the kind declares it.
  private static func field(_ path: String, in shape: ValueShape?) -> FieldDescription? {
    var shape = shape
    var found: FieldDescription?
    for part in path.split(separator: ".") {
      let name = part.prefix { $0 != "[" }
      guard let field = shape?.fields.first(where: { $0.name == name }) else { return found }
      found = field
      shape = field.shape
    }
    return found
  }

  private mutating func describeInputs(of action: Action, _ pipeline: PipelineFacts, _ site: Site, root: String) {
    let numbers = Dictionary(pipeline.stages.enumerated().map { ($1.name, $0) }) { first, _ in first }
    let base = "\(root)\(pipeline.run.description.asLink)/stages/"
    for (name, source) in action.inputs.sorted(by: { $0.key < $1.key }) {
      let stages = Set(source.references.map { Action.stage(of: $0) }).sorted()
      let stage = stages.first ?? ""
      let hasPage = (numbers[stage] ?? .max) < Site.mostStagePages
      var (text, note, address) = (stage, String?.none, String?.none)
      switch source {
      case .one(let action):
        text = action
        address = pipeline.results[action]?.address
      case .stack(let axes, let members):
        let axes = axes.map { "\($0.name): \($0.length)" }.joined(separator: ", ")
        note = "\(members.compactMap { $0 }.count) points, stacked (\(axes))"
      }
      inputs.append(
        Input(
          inputName: name,
          inputStage: text,
          inputLink: hasPage ? base + "\(stage).html".asLink : nil,
          inputNote: note,
          inputAddress: address.map { String($0.prefix(12)) },
          inputArtifact: address.flatMap { site.artifacts[$0] }.map { root + $0.path }
        )
      )
    }
  }

  // MARK: What came of it

  private mutating func describeOutputs(of record: ActionRecord, _ site: Site, root: String, base: String) {
    outputs.append(
      Output(
        outputName: "artifact \(record.artifact.address.prefix(12))",
        outputLink: site.artifacts[record.artifact.address].map { root + $0.path },
        outputSize: ShortNumber.bytes(record.artifact.bytes),
        outputDigest: record.artifact.address
      )
    )
    for (what, objects) in [("file", record.files), ("part", record.parts)] {
      for (name, object) in objects.sorted(by: { $0.key < $1.key }) {
        outputs.append(
          Output(
            outputName: "\(what) \(name)",
            outputLink: nil,
            outputSize: ShortNumber.bytes(object.bytes),
            outputDigest: object.file
          )
        )
      }
    }
  }

  private mutating func describeRun(of record: ActionRecord, _ keys: [PublicKey]) {
    func add(_ name: String, _ value: String?) { if let value { facts.append(Fact(factName: name, factValue: value)) } }
    add("Key", record.key)
    guard let text = record.statement else {
      add("Begun", record.started)
      add("Time", record.seconds.map { Console.duration($0) })
      add("Signature", "none: a version that wrote no statements ran it")
      return
    }
    let found: UnverifiedStatement
    do throws(StatementError) {
      found = try UnverifiedStatement(reading: text)
    } catch {
      problems.append("its statement cannot be read: \(error)")
      return
    }
    let statement = found.statement
    for part in statement.disagreements(with: record) {
      problems.append("the statement says something else than the record: \(part)")
    }
    let run = JSONValue.object(statement.run)
    add("Begun", statement.started)
    add("Ended", statement.finished)
    add("Time", run["seconds"]?.double.map { Console.duration($0) })
    add("Processor time", run["processorSeconds"]?.double.map { Console.duration($0) })
    add("Peak memory", run["peakMemoryBytes"]?.double.flatMap { Int(exactly: $0) }.map { ShortNumber.bytes($0) })
    add("Threads", run["threads"]?.shown)
    let machine = run["machine"]
    let names = ["host", "processor", "architecture", "vectors", "system"]
    let words = names.compactMap { machine?[$0]?.shown }
    add("Machine", words.isEmpty ? nil : words.joined(separator: ", "))
    add("Exit status", run["exitStatus"]?.shown)
    let usual: Set = ["seconds", "processorSeconds", "peakMemoryBytes", "threads", "machine", "exitStatus"]
    for (name, value) in statement.run.sorted(by: { $0.key < $1.key }) where !usual.contains(name) {
      add(name, value.shown)
    }
    add("Signature", signature(of: found, keys))
    describeDependencies(of: statement)
    if text.utf8.count <= Self.longestStatement { self.statement = statement.json.indentedText }
  }

  private mutating func signature(of found: UnverifiedStatement, _ keys: [PublicKey]) -> String {
    guard let envelope = found.envelope else { return "none" }
    let named = envelope.signatures.map { String($0.keyID.prefix(12)) }.joined(separator: ", ")
    guard !keys.isEmpty else { return "by key \(named), as it says; not verified here (--key FILE verifies)" }
    do throws(StatementError) {
      return "holds, by key \(try found.verified(by: keys).key.identifier.prefix(12))"
    } catch {
      problems.append(error.description)
      return "does not hold"
    }
  }

  private mutating func describeDependencies(of statement: Statement) {
    for dependency in statement.dependencies where !dependency.name.hasPrefix("inputs/") {
      var which = dependency.uri ?? dependency.downloadLocation ?? ""
      for (name, value) in dependency.annotations.sorted(by: { $0.key < $1.key }) {
        switch (name, value) {
        case ("parts", .object(let parts)): which = parts.keys.sorted().joined(separator: ", ")
        case ("dirty", .boolean(let isDirty)):
          which = isDirty ? "the pipeline file had other bytes than in this commit" : "with the pipeline file as it was"
        default: which += (which.isEmpty ? "" : ", ") + "\(name) \(value.shown)"
        }
      }
      let digests = dependency.digest.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      dependencies.append(
        Dependency(dependencyName: dependency.name, which: which, dependencyDigest: digests.joined(separator: " "))
      )
    }
  }

  private mutating func describeLog(of record: ActionRecord, in store: ArtifactStore) {
    let statement = record.statement.flatMap { try? UnverifiedStatement(reading: $0) }?.statement
    guard let kept = statement.flatMap({ StageLog(of: $0, in: store) }) else { return }
    let bytes: [UInt8]
    switch kept.find() {
    case .whole(let path):
      do throws(StoreError) {
        bytes = try FileSystem.read(path, limit: 1 << 24)
      } catch {
        logNote = "Its log (SHA-256 \(kept.digest)) cannot be read: \(error)"
        return
      }
    case .unreadable(let reason):
      logNote = "Its log (SHA-256 \(kept.digest)) cannot be read: \(reason)"
      return
    case .changed, .missing:
      logNote = "Its log (SHA-256 \(kept.digest)) is no longer in the store, or was changed."
      return
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    log = lines.suffix(Self.mostLogLines).map { String($0).printable }.joined(separator: "\n")
    logNote =
      lines.count > Self.mostLogLines
      ? "The last \(Self.mostLogLines) of \(lines.count) lines." : "SHA-256 \(kept.digest)"
  }
}

extension JSONValue {
  /// A member of an object.
  subscript(name: String) -> JSONValue? { if case .object(let members) = self { members[name] } else { nil } }

  /// The number, if this is one.
  var double: Double? { if case .number(let number) = self { number } else { nil } }

  fileprivate var isNested: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }
}

extension ValueShape {
  /// The fields of a record, also of one in a list or among other forms.
  fileprivate var fields: [FieldDescription] {
    switch self {
    case .record(let fields): fields
    case .list(let element), .dictionary(let element): element.fields
    case .either(let shapes): shapes.first { !$0.fields.isEmpty }?.fields ?? []
    default: []
    }
  }
}
