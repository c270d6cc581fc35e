public import Artifacts
internal import Configuration
internal import SystemPackage

extension ArtifactStore {
  /// The record of an action; nil only if the store has no file for it.
  ///
  /// - Throws: if there is something that cannot be read, or that is no record of this action.
  public func record(for key: ContentDigest) throws(StoreError) -> ActionRecord? {
    do throws(RecordError) {
      return try readRecord(for: key)
    } catch {
      if case .missing = error { return nil }
      // The reason names the file.
      if case .unreadable(let reason) = error { throw StoreError(reason) }
      throw StoreError("the record \(path(ofRecord: key)) cannot be used: \(error)")
    }
  }

  /// How long an action took, for estimates; nil if that is not known, for which a record that cannot be read is one
  /// reason: whoever needs the result reads the record again and reports it.
  public func seconds(of key: ContentDigest) -> Double? { (try? record(for: key))?.seconds }

  /// Reads the record of an action.
  ///
  /// - Throws: why there is none that can be used.
  public func readRecord(for key: ContentDigest) throws(RecordError) -> ActionRecord {
    let bytes: [UInt8]
    do throws(StoreError) {
      bytes = try FileSystem.read(path("actions", key.description, "json"))
    } catch {
      throw error.isMissing ? .missing : .unreadable(error.description)
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
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .damaged("it is not UTF-8 text") }
    let value: JSONValue
    do throws(Diagnostics) {
      value = try JSONValue(reading: text, name: key.short)
    } catch {
      throw .damaged(error.all.first?.message ?? "it is not JSON")
    }
    var diagnostics = Diagnostics()
    guard let record = ActionRecord.decode(Node(value), &diagnostics) else {
      throw .damaged(diagnostics.all.first?.message ?? "it is not a record")
    }
    guard record.key == key.description else { throw .misplaced(key: record.key) }
    self = record
  }
}

/// Why a record cannot be used.
public enum RecordError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no such file.
  case missing
  /// Whether there is a record is not known: the file cannot be read, or is not a regular file.
  case unreadable(String)
  /// The bytes of the file are not a record.
  case damaged(String)
  /// It is the record of another action.
  case misplaced(key: String)

  /// The reason in words.
  public var description: String {
    switch self {
    case .missing: "there is no such file"
    case .unreadable(let reason), .damaged(let reason): reason
    case .misplaced(let key): "it is the record of another action, \(key.prefix(12))"
    }
  }
}
