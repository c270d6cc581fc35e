internal import Configuration
internal import SystemPackage

// What the code of a fingerprint is made of: `code/FINGERPRINT.json`, from the name of each module or file to its digest.
// Stored once and not in every record. It is derived: without it a change is reported without its place.
extension ArtifactStore {
  /// Notes the parts of a fingerprint, unless they are.
  public func note(_ fingerprint: String, of parts: [String: String]) {
    guard let file = codePath(fingerprint), !FileSystem.exists(file) else { return }
    let json = JSONValue.object(parts.mapValues { .string($0) })
    try? FileSystem.createFolder(file.removingLastComponent())
    try? writeAtomically(Array((json.canonicalText + "\n").utf8), to: file)
  }

  /// Which parts of the code with an older fingerprint are not what they are now, by name; nil if that is not known.
  public func changedParts(of fingerprint: String, to parts: [String: String]) -> [String]? {
    guard let old = self.parts(of: fingerprint) else { return nil }
    return Set(old.keys).union(parts.keys).filter { old[$0] != parts[$0] }.sorted()
  }

  /// The parts of a fingerprint, if they are noted.
  public func parts(of fingerprint: String) -> [String: String]? {
    guard let file = codePath(fingerprint), let bytes = try? FileSystem.read(file, limit: 1 << 20),
      let text = String(validating: bytes, as: UTF8.self),
      case .object(let members)? = try? JSONValue(reading: text, name: "code")
    else { return nil }
    return members.compactMapValues { if case .string(let digest) = $0 { digest } else { nil } }
  }

  /// A record is data: what it calls a fingerprint must not lead out of the folder.
  private func codePath(_ fingerprint: String) -> FilePath? {
    guard !fingerprint.isEmpty, fingerprint.utf8.count <= 64, fingerprint.allSatisfy(\.isHexDigit) else { return nil }
    return root.appending("code").appending("\(fingerprint).json")
  }
}
