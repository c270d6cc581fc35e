public import Artifacts
internal import Configuration
internal import Glibc
public import Planning
public import SystemPackage

/// The store on disk: objects named by their content, a record for each action, plain files and atomic renames.
///
/// ```
/// objects/ab/abcd….h5     read-only, named by the digest of the canonical content (other files: of their bytes)
/// actions/ab/abcd….json   what an action made, by the action's key
/// figures/NAME/           what a person opens
/// scratch/                work in progress
/// ```
public struct ArtifactStore: Sendable {
  /// The folder of the store.
  public let root: FilePath

  /// Opens the store, making its folders if need be.
  public init(at root: FilePath) throws(StoreError) {
    self.root = root
    for folder in ["objects", "actions", "figures", "scratch"] {
      try FileSystem.createFolder(root.appending(folder))
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
  public func store(_ artifact: Artifact, scratch: FilePath) throws -> ObjectRecord {
    let file = scratch.appending("artifact.h5")
    try artifact.write(to: file.string)
    return try store(file, address: artifact.address, suffix: "h5")
  }

  /// Stores a file under the digest of its bytes, with its extension; the file itself is moved.
  public func store(file: FilePath) throws -> ObjectRecord {
    let suffix = file.extension ?? ""
    return try store(file, address: nil, suffix: suffix.isSuffix ? suffix : "bin")
  }

  private func store(_ file: FilePath, address: ContentDigest?, suffix: String) throws -> ObjectRecord {
    let bytes = try FileSystem.read(file)
    let digest = bytes.withUnsafeBytes { ContentDigest(of: $0) }
    var object = ObjectRecord()
    object.address = (address ?? digest).description
    object.file = digest.description
    object.bytes = bytes.count
    object.suffix = suffix
    let destination = path(of: object)
    // A copy that is there may be damaged: it is replaced, which is harmless when it is not.
    try FileSystem.synchronize(file)
    try FileSystem.makeReadOnly(file)
    try FileSystem.createFolder(destination.removingLastComponent())
    try FileSystem.move(file, to: destination)
    return object
  }

  /// Reads an artifact and checks that its content is what its address says. One that is not is moved aside, so that
  /// the next run makes it anew.
  public func artifact(at address: ContentDigest) throws(StoreError) -> Artifact {
    let file = path(of: address)
    // Told apart first: a file that cannot be opened now may be whole.
    _ = try FileSystem.read(file, limit: 0)
    let reason: String
    do throws(ArtifactError) {
      let artifact = try Artifact(contentsOf: file.string)
      if artifact.address == address { return artifact }
      reason = "its content is \(artifact.address.short)"
    } catch {
      reason = error.description
    }
    let aside = root.appending("scratch").appending("damaged-\(address.short)-\(getpid()).h5")
    try FileSystem.move(file, to: aside)
    throw StoreError("\(file) is damaged (\(reason)); it is now \(aside), and running again makes it anew")
  }
}

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
  /// - Throws: also when the record is one that would not be read back.
  public func write(_ record: ActionRecord) throws(StoreError) {
    var diagnostics = Diagnostics()
    guard ContentDigest(record.key) != nil, ActionRecord.decode(Node(record.json), &diagnostics) != nil else {
      throw StoreError("a record that cannot be kept: \(diagnostics)")
    }
    let file = path("actions", record.key, "json")
    try FileSystem.createFolder(file.removingLastComponent())
    try FileSystem.writeAtomically(Array((record.json.canonicalText + "\n").utf8), to: file)
  }

  /// Why an action must be run although this record of it is there; nil if its objects are in place.
  ///
  /// An object's size is compared here; its content is checked when it is read.
  public func reasonToRun(_ record: ActionRecord) -> RunReason? {
    for object in [record.artifact] + record.files.values {
      guard let size = FileSystem.size(of: path(of: object)) else {
        return .objectMissing(address: object.address)
      }
      guard size == object.bytes else { return .objectDamaged(address: object.address) }
    }
    return nil
  }
}

extension ArtifactStore {
  /// A new folder for the work of this process on an action.
  public func makeScratch(for key: String) throws(StoreError) -> FilePath {
    let folder = root.appending("scratch").appending("\(getpid())-\(key.prefix(12))-\(Self.host)")
    FileSystem.removeFolder(folder)
    try FileSystem.createFolder(folder)
    return folder
  }

  /// Removes the scratch folders of processes of this machine that are no more.
  public func removeAbandonedScratch() {
    let scratch = root.appending("scratch")
    for name in (try? FileSystem.contents(of: scratch)) ?? [] {
      let parts = name.split(separator: "-", maxSplits: 2)
      // A store may be shared: of another machine's processes nothing is known here.
      guard parts.count == 3, parts[2] == Self.host, let process = pid_t(parts[0]), process > 0 else { continue }
      if kill(process, 0) != 0, errno == ESRCH { FileSystem.removeFolder(scratch.appending(name)) }
    }
  }

  private static var host: String {
    var name = utsname()
    guard uname(&name) == 0 else { return "unknown" }
    let text = withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return text.isFileName ? text : "unknown"
  }
}
