internal import Artifacts
public import Store
public import SystemPackage

/// The folder in which a person finds the pictures of a pipeline: `figures/NAME/`.
public struct FigureFolder: Sendable {
  /// The folder.
  public let path: FilePath
  private let store: ArtifactStore

  /// The folder of a pipeline.
  public init(of pipeline: String, in store: ArtifactStore) {
    path = store.root.appending("figures").appending(pipeline)
    self.store = store
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

  /// Puts the files of a record into the folder, and their artifact beside them under the name that they share.
  ///
  /// - Parameter isNew: whether they were made just now.
  /// - Returns: what became of each, by name.
  public func publish(_ record: ActionRecord, isNew: Bool) throws(StoreError) -> [String: Outcome] {
    var outcomes: [String: Outcome] = [:]
    for (name, object) in record.files {
      outcomes[name] = try publish(object, as: name, isNew: isNew)
    }
    if let stem = record.files.keys.min().flatMap({ FilePath($0).stem }) {
      outcomes["\(stem).h5"] = try publish(record.artifact, as: "\(stem).h5", isNew: isNew)
    }
    return outcomes
  }

  /// Puts the object into the folder under `name`, unless it is there.
  ///
  /// - Parameter isNew: whether the object was made just now. If it was not, an edited file is left as it is.
  func publish(_ object: ObjectRecord, as name: String, isNew: Bool) throws(StoreError) -> Outcome {
    let destination = path.appending(name)
    var outcome = Outcome.written
    if FileSystem.exists(destination) {
      let current = try FileSystem.read(destination)
      let digest = current.withUnsafeBytes { ContentDigest(of: $0) }.description
      if digest == object.file { return .unchanged }
      if !isStored(digest, suffix: object.suffix) {
        guard isNew else { return .kept }
        let aside = "edited-\(digest.prefix(8))-\(name)"
        try FileSystem.move(destination, to: path.appending(aside))
        outcome = .movedAside(to: aside)
      }
    }
    try FileSystem.createFolder(path)
    try FileSystem.writeAtomically(try FileSystem.read(store.path(of: object)), to: destination)
    return outcome
  }

  /// Whether a file is one that was drawn: only an edited one is no object of the store.
  private func isStored(_ digest: String, suffix: String) -> Bool {
    // An artifact's object is named by its content, so its file cannot be looked up this way; nobody edits it by hand.
    guard suffix != "h5" else { return true }
    var object = ObjectRecord()
    object.address = digest
    object.suffix = suffix
    return FileSystem.exists(store.path(of: object))
  }
}
