internal import Artifacts
public import Planning
internal import SystemPackage

/// What a look at the objects of a record finds.
public enum ObjectFinding: Sendable {
  /// All are in place, in states in which they were whole.
  case whole
  /// The action must be run.
  case lost(RunReason)
  /// These are in states that are not known: their bytes must be hashed.
  case unsure([ObjectRecord])
}

extension ArtifactStore {
  /// Looks at the objects of a record without reading them.
  public func look(at record: ActionRecord, _ states: FileStates) -> ObjectFinding {
    var unsure: [ObjectRecord] = []
    for object in record.objects {
      let state: FileState
      switch Self.state(of: object, at: path(of: object)) {
      case .success(let found): state = found
      case .failure(let lack): return .lost(lack.reason)
      }
      guard state.size == object.bytes else { return .lost(.objectDamaged(address: object.address)) }
      if !states.holds(object, state) { unsure.append(object) }
    }
    return unsure.isEmpty ? .whole : .unsure(unsure)
  }

  /// Hashes the bytes of an object, and notes in which state it was whole. One that is damaged is moved aside; the
  /// damage is then a reason to run. One that cannot be read now may be whole, and stays.
  ///
  /// - Parameter movesAside: false for whoever only looks.
  public func check(_ object: ObjectRecord, movesAside: Bool = true) -> RunReason? {
    let file = path(of: object)
    let before: FileState
    switch Self.state(of: object, at: file) {
    case .success(let found): before = found
    case .failure(let lack): return lack.reason
    }
    let digest: ContentDigest
    do throws(StoreError) {
      digest = try FileSystem.digest(of: file)
    } catch {
      return .objectUnreadable(address: object.address, reason: error.description)
    }
    guard digest.description == object.file else {
      // Where it cannot be moved, the new object takes its place.
      if movesAside { _ = moveAside(file, because: "its bytes have changed") }
      return .objectDamaged(address: object.address)
    }
    // What changed in between was not hashed.
    if FileState(of: file) == before { note(object, before) }
    return nil
  }

  /// Why an object cannot be used.
  private struct Lack: Error {
    let reason: RunReason
  }

  /// The state of an object's file.
  private static func state(of object: ObjectRecord, at file: FilePath) -> Result<FileState, Lack> {
    do throws(StoreError) {
      guard let state = try FileState(at: file) else {
        return .failure(Lack(reason: .objectMissing(address: object.address)))
      }
      return .success(state)
    } catch {
      return .failure(Lack(reason: .objectUnreadable(address: object.address, reason: error.description)))
    }
  }

  /// Why an action must be run although this record of it is there; nil if its objects are in place.
  ///
  /// An object's size is compared here; `look` and `check` find what has the same size and other bytes.
  public func reasonToRun(_ record: ActionRecord) -> RunReason? {
    if case .lost(let reason) = look(at: record, FileStates()) { reason } else { nil }
  }
}
