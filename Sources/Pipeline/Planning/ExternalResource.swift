public import Artifacts
public import Configuration

/// Something from outside of the store that a result was made with: a data file, a program. The statement of the action
/// names it.
public struct ExternalResource: Sendable, Equatable {
  /// What it is called: the name of the file or of the program.
  public let name: String
  /// The digest of its bytes, if it is known.
  public let digest: ContentDigest?
  /// The version, of a program.
  public let version: String?
  /// Where it is to be had, such as the address of a download.
  public let source: String?

  /// A resource.
  public init(_ name: String, digest: ContentDigest? = nil, version: String? = nil, source: String? = nil) {
    self.name = name
    self.digest = digest
    self.version = version
    self.source = source
  }
}

extension ExternalResource {
  /// The resource in a result's provenance.
  public var json: JSONValue {
    var members: [String: JSONValue] = ["name": .string(name)]
    if let digest { members["sha256"] = .string(digest.description) }
    if let version { members["version"] = .string(version) }
    if let source { members["source"] = .string(source) }
    return .object(members)
  }

  /// Reads a resource from a result's provenance; nil for anything else.
  public init?(_ json: JSONValue) {
    guard case .object(let members) = json, case .string(let name)? = members["name"] else { return nil }
    func text(_ key: String) -> String? {
      if case .string(let text)? = members[key] { text } else { nil }
    }
    self.init(
      name,
      digest: text("sha256").flatMap(ContentDigest.init),
      version: text("version"),
      source: text("source")
    )
  }
}

extension StageResult {
  /// Says which data from outside the result was made from. They stand in `provenance` under `data`.
  public mutating func state(data: [ExternalResource]) {
    provenance["data"] = .array(data.map(\.json))
  }

  /// Says which programs besides this one the result was made with. They stand in `provenance` under `tools`.
  public mutating func state(tools: [ExternalResource]) {
    provenance["tools"] = .array(tools.map(\.json))
  }
}
