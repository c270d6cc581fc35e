public import Artifacts
public import Planning
public import SystemPackage

/// The store on disk: objects named by their content, a record for each action, plain files and atomic renames.
///
/// ```
/// objects/ab/abcd….h5     read-only, named by the digest of the canonical content (other files: of their bytes)
/// actions/ab/abcd….json   what an action made, by the action's key
/// figures/NAME/           what a person opens
/// runs/TIME-NAME/         what each run did
/// claims/NAME.json        what became of the claims of a pipeline
/// logs/ab/KEY.DIGEST.log  what the stage of a result printed
/// logs/PIPELINE/          links to the newest of these by stage, and in failed/ what failed stages printed
/// leases/                 who is at work on which action
/// scratch/                work in progress
/// projects/               which pipeline files have used the store: garbage collection keeps what they would reuse
/// trash/TIME/             what garbage collection has removed, until a later one empties it
/// code/                   what each fingerprint of the code is made of; derived
/// states                  in which state the objects were when their content was last checked; derived
/// ```
public struct ArtifactStore: Sendable {
  /// The folder of the store.
  public let root: FilePath

  /// Opens the store, making its folders if need be.
  public init(at root: FilePath) throws(StoreError) {
    self.root = root
    let isThere = try Self(existingAt: root) != nil
    for folder in ["objects", "actions", "figures", "leases", "scratch"] {
      do {
        try FileSystem.createFolder(root.appending(folder))
      } catch  where isThere && [.readOnlyFileSystem, .permissionDenied].contains(error.reason) {
        // A copy that may only be read, as of an archive: nothing needs to be written where all is up to date, and
        // what does says so.
        continue
      }
    }
  }

  /// Where an object is kept.
  public func path(of object: ObjectRecord) -> FilePath {
    path("objects", object.address, object.suffix)
  }

  /// Where an artifact is kept.
  public func path(of address: ContentDigest) -> FilePath {
    path("objects", address.description, "h5")
  }

  func path(_ folder: String, _ digest: String, _ suffix: String) -> FilePath {
    root.appending(folder).appending(String(digest.prefix(2))).appending("\(digest).\(suffix)")
  }
}

extension ArtifactStore {
  /// Stores an artifact under the digest of its content.
  ///
  /// Its file gets a name in `objects/` only after its content was computed again from the file: libraries, file systems
  /// and disks may report success and keep something else.
  ///
  /// - Parameter isDurable: whether it outlasts a power cut from now on; else `commit` has to follow.
  public func store(_ artifact: Artifact, scratch: FilePath, isDurable: Bool = true) throws -> ObjectRecord {
    let file = scratch.appending("artifact.h5")
    try artifact.write(toFile: file.string)
    if isDurable { try FileSystem.synchronize(file) }
    let address = artifact.address
    let found: ContentDigest
    do throws(ArtifactError) {
      found = try Artifact.contentAddress(ofFile: file.string)
    } catch {
      throw StoreError("\(file) cannot be read back after it was written: \(error). Check the disk and its free space")
    }
    guard found == address else {
      throw StoreError("\(file) does not hold what was written to it. Check the disk and its free space")
    }
    return try keep(file, address: address, suffix: "h5", isDurable)
  }

  /// Stores a file under the digest of its bytes, with its extension; the file itself is moved.
  public func store(file: FilePath, isDurable: Bool = true) throws -> ObjectRecord {
    if isDurable { try FileSystem.synchronize(file) }
    return try keep(file, address: nil, suffix: Self.suffix(of: file), isDurable)
  }

  /// Gives a file whose bytes are final its name.
  private func keep(
    _ file: FilePath,
    address: ContentDigest?,
    suffix: String,
    _ isDurable: Bool
  ) throws -> ObjectRecord {
    // A program may have given its file an old time, and garbage collection measures by it how long an object is stored.
    try FileSystem.touch(file)
    // Nobody opens it to write from here on, so that its bytes are those that are digested.
    try FileSystem.makeReadOnly(file)
    var digester = FileDigester()
    let (digest, bytes) = try digester.digest(of: file)
    var object = ObjectRecord()
    object.address = (address ?? digest).description
    object.file = digest.description
    object.bytes = bytes
    object.suffix = suffix
    let destination = path(of: object)
    // A copy that is there may be damaged: it is replaced, which is harmless when it is not.
    try FileSystem.createFolder(destination.removingLastComponent())
    try FileSystem.move(file, to: destination, isDurable: isDurable)
    return object
  }

  /// Reads an artifact and checks that its content is what its address says. One that is not is moved aside, so that
  /// the next run makes it anew.
  public func artifact(at address: ContentDigest) throws(StoreError) -> Artifact {
    let file = path(of: address)
    // A file that cannot be opened now may be whole, so this error is no damage.
    _ = try FileSystem.read(file, limit: 0)
    if case .success(let artifact) = Self.read(file, at: address) { return artifact }
    // A disk or a network that failed for a moment is no damage: libhdf5 does not tell which it was. All bytes are read
    // another way, which fails where the disk still does, and then the artifact again.
    _ = try FileSystem.digest(of: file)
    switch Self.read(file, at: address) {
    case .success(let artifact): return artifact
    case .failure(let error): throw moveAside(file, because: error.description)
    }
  }

  private static func read(_ file: FilePath, at address: ContentDigest) -> Result<Artifact, ArtifactError> {
    Result { () throws(ArtifactError) -> Artifact in
      let artifact = try Artifact(contentsOf: file.string)
      guard artifact.address == address else { throw ArtifactError("its content is \(artifact.address.short)") }
      return artifact
    }
  }

  /// Reads one artifact, or the points of a sweep, which are stacked.
  ///
  /// - Parameter announce: receives each file before it is read, since libhdf5 may crash over a damaged one.
  public func artifact(
    of source: Source<ContentDigest>,
    announce: (FilePath) -> Void = { _ in }
  ) throws -> Artifact {
    func read(_ address: ContentDigest) throws -> Artifact {
      announce(path(of: address))
      return try artifact(at: address)
    }
    switch source {
    case .one(let address): return try read(address)
    case .stack(let axes, let members): return try Artifact(stacking: members.map { try $0.map(read) }, along: axes)
    }
  }

  /// Copies an object of another store into this one, once its bytes were found to be those of its record. The other
  /// store is only read, and its files are not linked to: that would change when they were last changed, which is how a
  /// run shows that they are whole.
  public func copy(_ object: ObjectRecord, from other: ArtifactStore) throws(StoreError) {
    let (source, destination) = (other.path(of: object), path(of: object))
    guard FileSystem.exists(source) else { throw StoreError("the recorded object \(source) is missing") }
    let temporary = scratchPath("copy")
    let digest: ContentDigest
    do {
      digest = try ContentDigest.copying(source, to: temporary, permissions: [.ownerRead, .groupRead, .otherRead])
      // What the copy holds, and not only what was read.
      guard try ContentDigest(ofFile: temporary) == digest else {
        throw StoreError("the copy does not hold what was written to it. Check the disk and its free space")
      }
    } catch {
      FileSystem.remove(temporary)
      throw StoreError("cannot copy \(source): \(error)")
    }
    guard digest.description == object.file else {
      FileSystem.remove(temporary)
      throw StoreError("the recorded object \(source) is damaged: its bytes are not those of its record")
    }
    try FileSystem.createFolder(destination.removingLastComponent())
    try FileSystem.move(temporary, to: destination, isDurable: false)
  }

  /// Reads the bytes of an object and checks that they are those of its record. An object that is damaged is moved
  /// aside, so that the next run makes it anew.
  public func bytes(of object: ObjectRecord) throws(StoreError) -> [UInt8] {
    let file = path(of: object)
    let bytes = try FileSystem.read(file, limit: max(0, object.bytes))
    let digest = ContentDigest(of: bytes)
    guard digest.description != object.file else { return bytes }
    throw moveAside(file, because: "its bytes are \(digest.short)")
  }

  /// Where a file of a result is kept, once its bytes were found to be those of its digest. One that is damaged is moved
  /// aside, so that the next run makes it anew.
  ///
  /// - Parameter name: the name that the file has in the result.
  public func file(_ digest: ContentDigest, named name: String) throws(StoreError) -> FilePath {
    var object = ObjectRecord()
    object.address = digest.description
    object.file = digest.description
    object.suffix = Self.suffix(of: FilePath(name))
    guard let reason = check(object) else { return path(of: object) }
    throw StoreError("the file '\(name)': \(reason); running again makes it anew")
  }

  /// The suffix under which a file is kept.
  private static func suffix(of file: FilePath) -> String {
    let suffix = file.extension ?? ""
    return suffix.isSuffix ? suffix : "bin"
  }

  /// Moves a damaged object out of the way.
  ///
  /// - Returns: the error that says so; in a store that cannot be written to, that the object has to stay where it is.
  func moveAside(_ file: FilePath, because reason: String) -> StoreError {
    let name = "damaged-\(file.stem?.prefix(12) ?? "")-\(FileSystem.randomName).\(file.extension ?? "")"
    let aside = root.appending("scratch").appending(name)
    do throws(StoreError) {
      try FileSystem.move(file, to: aside)
    } catch {
      return StoreError("\(file) is damaged (\(reason)), and it could not be moved aside: \(error)")
    }
    return StoreError("\(file) is damaged (\(reason)); it is now \(aside), and running again makes it anew")
  }
}
