internal import Artifacts
public import Configuration
internal import Planning
public import Store

// What the statement of an action says, written and read: `Documentation/statements.md`.
extension Statement {
  private static let artifactName = "artifact.h5"
  private static let fileFolder = "files/"
  private static let partFolder = "parts/"
  private static let inputFolder = "inputs/"
  private static let dataFolder = "data/"
  /// The digest of code is one of 128 bits, FNV-1a.
  private static let codeDigest = "fnv1a128"

  // MARK: Writing

  /// Says what was asked for, and what came of it.
  mutating func describe(_ record: ActionRecord, at place: Attestor.Place) {
    subject = [Self.descriptor(Self.artifactName, record.artifact, isArtifact: true)]
    subject += record.files.sorted { $0.key < $1.key }.map { Self.descriptor(Self.fileFolder + $0.key, $0.value) }
    subject += record.parts.sorted { $0.key < $1.key }.map { Self.descriptor(Self.partFolder + $0.key, $0.value) }
    externalParameters = [
      "kind": .string(record.kind),
      "parameters": record.parameters,
      "pipeline": .string(place.pipeline),
      "stage": .string(place.stage),
    ]
    if let position = place.position { externalParameters["position"] = .string(position) }
    internalParameters = [
      "key": .string(record.key),
      "code": .string(record.code),
      "inputs": .object(record.inputs.mapValues(\.json)),
    ]
  }

  private static func descriptor(_ name: String, _ object: ObjectRecord, isArtifact: Bool = false) -> ResourceDescriptor
  {
    var digest = ["sha256": object.file]
    if isArtifact { digest[contentDigest] = object.address }
    return ResourceDescriptor(name, digest: digest)
  }

  /// Says from which pipeline file it came.
  mutating func describe(_ source: PipelineSource?, _ git: GitState) {
    guard let source else { return }
    externalParameters["file"] = .string(source.file)
    if let profile = source.profile { externalParameters["profile"] = .string(profile) }
    if !source.settings.isEmpty { externalParameters["set"] = .array(source.settings.map { .string($0) }) }
    dependencies.append(
      ResourceDescriptor("pipeline", digest: ["sha256": source.sha256, "gitBlob": source.blob])
    )
    guard let commit = git.commit else {
      if let reason = git.unknown { run["repository"] = .string("unknown: \(reason)") }
      return
    }
    var repository = ResourceDescriptor("repository", digest: ["gitCommit": commit])
    if let isDirty = git.isDirty { repository.annotations["dirty"] = .boolean(isDirty) }
    if let reason = git.unknown { repository.annotations["unknown"] = .string(reason) }
    dependencies.append(repository)
  }

  /// Says from which results it was made, and which actions made those.
  mutating func describe(inputs: [String: Source<ContentDigest>], keys: [String: String]) {
    func add(_ name: String, _ address: ContentDigest) {
      var descriptor = ResourceDescriptor(name, digest: [Self.contentDigest: address.description])
      if let key = keys[address.description] { descriptor.annotations["action"] = .string(key) }
      dependencies.append(descriptor)
    }
    for (name, source) in inputs.sorted(by: { $0.key < $1.key }) {
      switch source {
      case .one(let address): add(Self.inputFolder + name, address)
      case .stack(_, let members):
        for (index, member) in members.enumerated() {
          if let member { add("\(Self.inputFolder)\(name)[\(index)]", member) }
        }
      }
    }
  }

  /// Says on which code it depends.
  mutating func describe(code: String, _ parts: [String: String]) {
    dependencies.append(
      ResourceDescriptor(
        "code",
        digest: [Self.codeDigest: code],
        annotations: parts.isEmpty ? [:] : ["parts": .object(parts.mapValues { .string($0) })]
      )
    )
  }

  /// Adds what the stage reported about its run: data and programs from outside become dependencies, the rest details.
  mutating func describe(_ more: [String: JSONValue]) {
    for (name, value) in more.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "data":
        dependencies += Self.resources(value).map(Self.descriptor(ofData:))
      case "tools":
        dependencies += Self.tools(value)
      default: run[name] = value
      }
    }
  }

  private static func descriptor(ofData data: ExternalResource) -> ResourceDescriptor {
    ResourceDescriptor(
      dataFolder + data.name,
      digest: data.digest.map { ["sha256": $0.description] } ?? [:],
      downloadLocation: data.source
    )
  }

  private static func tools(_ value: JSONValue) -> [ResourceDescriptor] {
    resources(value).map { tool in
      ResourceDescriptor(
        tool.name,
        uri: "pkg:generic/\(tool.name)" + (tool.version.map { "@\($0)" } ?? ""),
        digest: tool.digest.map { ["sha256": $0.description] } ?? [:]
      )
    }
  }

  private static func resources(_ value: JSONValue) -> [ExternalResource] {
    guard case .array(let values) = value else { return [] }
    return values.compactMap { ExternalResource($0) }
  }

  // MARK: Reading

  /// The key of the action.
  public var key: String? { internalParameters["key"]?.text }
  /// The kind of the stage.
  public var kind: String? { externalParameters["kind"]?.text }
  /// The name of the pipeline.
  public var pipeline: String? { externalParameters["pipeline"]?.text }
  /// The name of the action within the pipeline.
  public var stage: String? { externalParameters["stage"]?.text }
  /// The path of the pipeline file from the folder of its project.
  public var file: String? { externalParameters["file"]?.text }
  /// Where in that file the stage is declared, as `line:column`.
  public var position: String? { externalParameters["position"]?.text }
  /// The parameters with defaults.
  public var parameters: JSONValue { externalParameters["parameters"] ?? [:] }
  /// The address of the artifact.
  public var address: String? {
    subject.first { $0.name == Self.artifactName }?.digest[Self.contentDigest]
  }
  /// The pipeline file's SHA-256.
  public var fileDigest: String? { dependencies.first { $0.name == "pipeline" }?.digest["sha256"] }
  /// The commit that was checked out, and whether the pipeline file differed from it, as far as that is known.
  public var git: GitState {
    guard let repository = dependencies.first(where: { $0.name == "repository" }),
      let name = repository.digest["gitCommit"]
    else {
      guard case .string(let reason)? = run["repository"] else { return .none }
      return GitState(unknown: reason)
    }
    var git = GitState(commit: name)
    if case .boolean(let isDirty)? = repository.annotations["dirty"] { git.isDirty = isDirty }
    if case .string(let reason)? = repository.annotations["unknown"] { git.unknown = reason }
    return git
  }
  /// The data from outside.
  public var data: [ResourceDescriptor] {
    dependencies.filter { $0.name.hasPrefix(Self.dataFolder) }.map { data in
      var data = data
      data.name.removeFirst(Self.dataFolder.count)
      return data
    }
  }

  /// The SHA-256 of what the stage wrote, if it wrote something.
  public var logDigest: String? { byproducts.first { $0.name == "log" }?.digest["sha256"] }
  /// The version of libhdf5 with which the artifact was written.
  public var hdf5: String? { dependencies.first { $0.name == "libhdf5" }?.uri }

  /// A result that it was made from.
  public struct Input: Sendable, Equatable {
    /// The name of the input, for a point of a sweep with its place: `runs[3]`.
    public let name: String
    /// The address of the result.
    public let address: String
    /// The key of the action that made it, if that was known.
    public let key: String?
  }

  /// The results that it was made from.
  public var inputs: [Input] {
    dependencies.compactMap { dependency in
      guard dependency.name.hasPrefix(Self.inputFolder), let address = dependency.digest[Self.contentDigest] else {
        return nil
      }
      return Input(
        name: String(dependency.name.dropFirst(Self.inputFolder.count)),
        address: address,
        key: dependency.annotations["action"]?.text
      )
    }
  }

  /// The record that the statement was written with, without the sizes of its objects, which it does not contain.
  /// Nil where it lacks something.
  public var record: ActionRecord? {
    var diagnostics = Diagnostics()
    guard let key, let kind, let code = internalParameters["code"]?.text,
      let json = internalParameters["inputs"],
      let inputs = [String: Source<ContentDigest>].decode(Node(json), &diagnostics),
      let artifact = subject.first(where: { $0.name == Self.artifactName }).flatMap(Self.object)
    else { return nil }
    var record = ActionRecord()
    (record.key, record.kind, record.code) = (key, kind, code)
    (record.parameters, record.inputs, record.artifact) = (parameters, inputs, artifact)
    for descriptor in subject {
      guard let object = Self.object(descriptor) else { continue }
      if descriptor.name.hasPrefix(Self.fileFolder) {
        record.files[String(descriptor.name.dropFirst(Self.fileFolder.count))] = object
      } else if descriptor.name.hasPrefix(Self.partFolder) {
        record.parts[String(descriptor.name.dropFirst(Self.partFolder.count))] = object
      }
    }
    return record
  }

  private static func object(_ descriptor: ResourceDescriptor) -> ObjectRecord? {
    guard let file = descriptor.digest["sha256"], ContentDigest(file) != nil else { return nil }
    var object = ObjectRecord()
    object.file = file
    object.address = descriptor.digest[contentDigest] ?? file
    return ContentDigest(object.address) == nil ? nil : object
  }

  /// The processor time of the action in seconds; nil if it is not recorded.
  public var processorSeconds: Double? {
    if case .number(let seconds)? = run["processorSeconds"] { seconds } else { nil }
  }

  /// How long the action took, in seconds; nil if that is not stated.
  public var seconds: Double? {
    if case .number(let seconds)? = run["seconds"] { seconds } else { nil }
  }

  /// The profile of the pipeline, and the values that were set, as `name=value`.
  public var choices: (profile: String?, settings: [String]) {
    var settings: [String] = []
    if case .array(let values)? = externalParameters["set"] { settings = values.compactMap(\.text) }
    return (externalParameters["profile"]?.text, settings)
  }

  // MARK: Agreement

  /// In what the statement and a record of the same action do not agree, or the statement not with itself: a word each.
  /// Empty when all is well.
  ///
  /// - Parameters:
  ///   - isDigest: whether the record's key is a digest of what it stands for, if that has been found out.
  ///   - isOfAnyRun: whether the statement may be of another run of the action: then times and machines may differ.
  public func disagreements(
    with record: ActionRecord,
    keyIsDigest isDigest: Bool? = nil,
    isOfAnyRun: Bool = false
  ) -> [String] {
    var found: [String] = []
    func compare(_ name: String, _ isSame: Bool) { if !isSame { found.append(name) } }
    var expected = Statement()
    expected.describe(record, at: Attestor.Place(pipeline: "", stage: "", position: nil, keys: [:]))
    compare("key", key == record.key)
    compare("kind", kind == record.kind)
    compare("parameters", parameters == record.parameters)
    compare("code", internalParameters["code"]?.text == record.code)
    compare("inputs", internalParameters["inputs"] == expected.internalParameters["inputs"])
    // What determines the key is the same then, and need not be digested again.
    let isConsistent = found.isEmpty ? isDigest ?? self.isConsistent : self.isConsistent
    expected.describe(inputs: record.inputs, keys: [:])
    let addresses = { (statement: Statement) in statement.inputs.map { "\($0.name) \($0.address)" } }
    compare("dependencies", addresses(self) == addresses(expected))
    compare("subject", subject == expected.subject)
    let recorded = record.provenanceMember("data").map { Self.resources($0).map(Self.descriptor(ofData:)) } ?? []
    compare("data", recorded == dependencies.filter { $0.name.hasPrefix(Self.dataFolder) })
    if !isOfAnyRun { found += disagreements(withProvenanceOf: record) }
    compare("key as a digest of kind, parameters, inputs and code", isConsistent)
    return found
  }

  /// The members of a record's provenance that do not say what the statement says. Only the statement is signed, so each
  /// of them must follow from it, and none may be missing.
  private func disagreements(withProvenanceOf record: ActionRecord) -> [String] {
    guard case .object(var recorded) = record.provenance else { return ["provenance"] }
    var stated: [String: JSONValue] = ["started": .string(started)]
    stated["pipeline"] = externalParameters["pipeline"]
    stated["stage"] = externalParameters["stage"]
    for name in ["seconds", "threads", "machine"] { stated[name] = run[name] }
    var found = stated.filter { recorded[$0.key] != $0.value }.map(\.key)
    for name in stated.keys { recorded[name] = nil }
    for (name, value) in recorded {
      let isSame =
        switch name {
        case "data": true
        case "tools": Self.tools(value).allSatisfy(dependencies.contains)
        case "program": value.text.map(Self.builder(of:)) == builder
        default: run[name] == value
        }
      if !isSame { found.append(name) }
    }
    return found.sorted()
  }

  /// The URI of a program that is given by its name and version.
  static func builder(of program: String) -> String {
    "pkg:generic/" + program.split(separator: " ").joined(separator: "@")
  }

  /// Whether the key is a digest of the rest: a statement cannot be moved to another action by changing its key alone.
  public var isConsistent: Bool {
    let own = Action.key(
      kind: kind ?? "",
      parameters: parameters,
      inputs: internalParameters["inputs"] ?? [:],
      code: internalParameters["code"]?.text ?? ""
    )
    return own.description == key
  }
}

extension ActionRecord {
  /// A member of the provenance of the record.
  fileprivate func provenanceMember(_ name: String) -> JSONValue? {
    if case .object(let members) = provenance { members[name] } else { nil }
  }
}

extension JSONValue {
  /// The text, if this is one.
  var text: String? { if case .string(let text) = self { text } else { nil } }
}
