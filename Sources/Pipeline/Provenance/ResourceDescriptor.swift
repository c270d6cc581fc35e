public import Configuration

/// Something that a statement speaks of: a file, an artifact, a program (in-toto's ResourceDescriptor v1).
public struct ResourceDescriptor: Sendable, Equatable {
  /// What it is called in the statement.
  public var name: String
  /// What it is, as a URI.
  public var uri: String?
  /// Its digests, by the name of the algorithm.
  public var digest: [String: String]
  /// Where it is to be had.
  public var downloadLocation: String?
  /// Further annotations.
  public var annotations: [String: JSONValue]

  /// A descriptor.
  public init(
    _ name: String,
    uri: String? = nil,
    digest: [String: String] = [:],
    downloadLocation: String? = nil,
    annotations: [String: JSONValue] = [:]
  ) {
    self.name = name
    self.uri = uri
    self.digest = digest
    self.downloadLocation = downloadLocation
    self.annotations = annotations
  }
}

extension ResourceDescriptor {
  /// The descriptor as JSON.
  var json: JSONValue {
    var members: [String: JSONValue] = ["name": .string(name)]
    if let uri { members["uri"] = .string(uri) }
    if !digest.isEmpty { members["digest"] = .object(digest.mapValues { .string($0) }) }
    if let downloadLocation { members["downloadLocation"] = .string(downloadLocation) }
    if !annotations.isEmpty { members["annotations"] = .object(annotations) }
    return .object(members)
  }

  /// Reads a descriptor. Members that are not known are left alone, as in-toto asks.
  init(_ json: JSONValue) throws(StatementError) {
    guard case .object(let members) = json else { throw StatementError("a descriptor is no object") }
    func text(_ key: String) throws(StatementError) -> String? {
      switch members[key] {
      case nil, .null: return nil
      case .string(let text): return text
      default: throw StatementError("'\(key)' of a descriptor is no text")
      }
    }
    var digest: [String: String] = [:]
    if case .object(let digests)? = members["digest"] {
      for (algorithm, value) in digests {
        guard case .string(let digits) = value else { throw StatementError("the digest '\(algorithm)' is no text") }
        digest[algorithm] = digits
      }
    }
    var annotations: [String: JSONValue] = [:]
    if case .object(let members)? = members["annotations"] { annotations = members }
    self.init(
      try text("name") ?? "",
      uri: try text("uri"),
      digest: digest,
      downloadLocation: try text("downloadLocation"),
      annotations: annotations
    )
  }
}
