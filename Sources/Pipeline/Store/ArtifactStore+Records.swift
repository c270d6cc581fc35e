public import Artifacts
internal import Configuration
internal import SystemPackage

extension ArtifactStore {
  /// What is known of an action; nil if nothing is, or if what is there is not readable.
  public func record(for key: ContentDigest) -> ActionRecord? { try? readRecord(for: key) }

  /// Reads the record of an action.
  ///
  /// - Throws: why there is none that can be used.
  public func readRecord(for key: ContentDigest) throws(RecordError) -> ActionRecord {
    let bytes: [UInt8]
    do throws(StoreError) {
      bytes = try FileSystem.read(path("actions", key.description, "json"))
    } catch {
      throw .unreadable(error.description)
    }
    return try ActionRecord(reading: bytes, key: key)
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

extension ActionRecord {
  /// Reads the bytes of a record's file.
  ///
  /// - Parameter key: the key that the name of the file says.
  init(reading bytes: [UInt8], key: ContentDigest) throws(RecordError) {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .unreadable("it is no text") }
    let value: JSONValue
    do throws(Diagnostics) {
      value = try JSONValue(reading: text, name: key.short)
    } catch {
      throw .unreadable(error.all.first?.message ?? "it is not JSON")
    }
    var diagnostics = Diagnostics()
    guard let record = ActionRecord.decode(Node(value), &diagnostics) else {
      throw .unreadable(diagnostics.all.first?.message ?? "it is no record")
    }
    guard record.key == key.description else { throw .misplaced(key: record.key) }
    self = record
  }
}

/// Why a record cannot be used.
public enum RecordError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file is not there, or is no record.
  case unreadable(String)
  /// It is the record of another action.
  case misplaced(key: String)

  /// The reason in words.
  public var description: String {
    switch self {
    case .unreadable(let reason): reason
    case .misplaced(let key): "it is the record of another action, \(key.prefix(12))"
    }
  }
}
