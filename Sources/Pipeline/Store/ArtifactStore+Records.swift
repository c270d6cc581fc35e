public import Artifacts
internal import Configuration
internal import SystemPackage

extension ArtifactStore {
  /// What is known of an action; nil if nothing is, or if what is there is not readable.
  public func record(for key: ContentDigest) -> ActionRecord? {
    guard let bytes = try? FileSystem.read(path("actions", key.description, "json")),
      let text = String(validating: bytes, as: UTF8.self),
      let value = try? JSONValue(reading: text, name: key.short)
    else { return nil }
    var diagnostics = Diagnostics()
    guard let record = ActionRecord.decode(Node(value), &diagnostics), record.key == key.description else { return nil }
    return record
  }

  /// Writes down what an action made.
  ///
  /// - Parameter isDurable: whether it outlasts a power cut from now on; else `commit` has to follow.
  /// - Throws: also when the record is one that would not be read back.
  public func write(_ record: ActionRecord, isDurable: Bool = true) throws(StoreError) {
    var diagnostics = Diagnostics()
    let json = record.json
    guard ContentDigest(record.key) != nil, ActionRecord.decode(Node(json), &diagnostics) != nil else {
      throw StoreError("a record that cannot be kept: \(diagnostics)")
    }
    let file = path("actions", record.key, "json")
    try FileSystem.createFolder(file.removingLastComponent())
    try writeAtomically(Array((json.canonicalText + "\n").utf8), to: file, isDurable: isDurable)
  }
}
