internal import Artifacts
public import Store
public import SystemPackage

/// The folder in which a person finds the pictures of a pipeline: `figures/NAME/`, with another name for a run with
/// other values.
public struct FigureFolder: Sendable {
  /// The folder.
  public let path: FilePath
  private let store: ArtifactStore

  /// The folder of a run.
  public init(of run: RunName, in store: ArtifactStore) {
    path = store.root.appending("figures").appending(run.description)
    self.store = store
  }

  init(at path: FilePath, in store: ArtifactStore) {
    (self.path, self.store) = (path, store)
  }

  /// What became of a file that was to be put into the folder.
  public enum Outcome: Sendable, Hashable {
    /// It is there, as before.
    case unchanged
    /// It was put there.
    case written
    /// What was there had been edited by hand; that is now beside it under this name.
    case movedAside(to: String)
    /// What is there has been edited by hand, and nothing newer was drawn: it stays.
    case kept
  }

  /// Puts the files of a record into the folder, and their artifact beside them under the name of the first, with the
  /// chain of its statements.
  ///
  /// - Parameters:
  ///   - names: under which names.
  ///   - isNew: whether they were made just now.
  /// - Returns: what became of each, by published name.
  /// - Throws: also when an object is damaged, which is then moved aside and not published.
  public func publish(
    _ record: ActionRecord,
    as names: PublishedNames.Answer = .init(),
    isNew: Bool
  ) throws(StoreError) -> [String: Outcome] {
    var outcomes: [String: Outcome] = [:]
    for (file, object) in record.files {
      let name = names.name(of: file)
      outcomes[name] = try publish(object, as: name, isNew: isNew)
    }
    if let first = record.files.keys.min() {
      let name = names.name(of: first).stem + ".h5"
      outcomes[name] = try export(record, as: name, isNew: isNew)
    }
    return outcomes
  }

  private func export(_ record: ActionRecord, as name: String, isNew: Bool) throws(StoreError) -> Outcome {
    do {
      let outcome = try FigureExport(store: store, folder: path).publish(record, as: name, isNew: isNew)
      if let outcome { return outcome }
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError("cannot write \(path.appending(name)): \(error)")
    }
    return try publish(record.artifact, as: name, isNew: isNew)
  }

  /// Puts the object into the folder under `name`, unless it is there.
  ///
  /// - Parameter isNew: whether the object was made just now. If it was not, an edited file is left as it is.
  private func publish(_ object: ObjectRecord, as name: String, isNew: Bool) throws(StoreError) -> Outcome {
    let destination = path.appending(name)
    var outcome = Outcome.written
    var editedDigest: String?
    if try FileSystem.kind(of: destination) != nil {
      let digest = try FileSystem.digest(of: destination).description
      if digest == object.file { return .unchanged }
      if try !isStored(digest, suffix: object.suffix) {
        guard isNew else { return .kept }
        editedDigest = digest
      }
    }
    // Before anything is moved: what is damaged takes nobody's place, nor does what the disk has no room for.
    try FileSystem.createFolder(path)
    let copy = try store.newScratchFile("figure")
    defer { FileSystem.remove(copy) }
    try store.copy(object, to: copy)
    if let editedDigest {
      let aside = "edited-\(editedDigest.prefix(8))-\(name)"
      try FileSystem.move(destination, to: path.appending(aside))
      outcome = .movedAside(to: aside)
    }
    try FileSystem.move(copy, to: destination)
    return outcome
  }

  /// Whether a file is one that was drawn: only an edited one is no object of the store.
  private func isStored(_ digest: String, suffix: String) throws(StoreError) -> Bool {
    // An artifact's object is named by its content, so its file cannot be looked up this way; nobody edits it by hand.
    guard suffix != "h5" else { return true }
    var object = ObjectRecord()
    object.address = digest
    object.suffix = suffix
    return try FileSystem.kind(of: store.path(of: object)) != nil
  }
}
