internal import Configuration

/// The kinds of stage that a program knows, each with the fingerprint of the code behind it.
public struct StageKinds: Sendable {
  /// The kinds, in the order in which they are documented.
  public let all: [any StageKind.Type]
  private let byName: [String: any StageKind.Type]
  private let fingerprints: [String: String]
  /// For each fingerprint the digests of the modules and files that it is made of, by name.
  public let code: [String: [String: String]]

  /// The kinds of a program.
  ///
  /// - Parameters:
  ///   - fingerprints: for each kind's source file (`Module/File.swift`), the digest of the code that its results
  ///     depend on.
  ///   - parts: for each kind's source file the digests of the parts of that code, by name.
  public init(
    _ all: [any StageKind.Type],
    fingerprints: [String: String],
    parts: [String: [String: String]] = [:]
  ) {
    self.all = all
    self.byName = Dictionary(all.map { ($0.declaration.name, $0) }) { first, _ in first }
    self.fingerprints = fingerprints
    let code = parts.compactMap { file, parts in fingerprints[file].map { ($0, parts) } }
    self.code = Dictionary(code) { first, _ in first }
    for kind in all {
      // Without one a stale result could be taken for a fresh one.
      precondition(fingerprints[kind.declaration.sourceFile] != nil, "\(kind) has no fingerprint")
    }
  }

  /// The kind with this name.
  public subscript(name: String) -> (any StageKind.Type)? { byName[name] }

  /// The names of all kinds.
  public var names: [String] { all.map { $0.declaration.name } }

  /// The digest of the code that the results of a kind depend on.
  public func fingerprint(of kind: any StageKind.Type) -> String {
    fingerprints[kind.declaration.sourceFile] ?? ""
  }
}
