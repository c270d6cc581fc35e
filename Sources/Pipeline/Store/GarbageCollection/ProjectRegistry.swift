internal import Artifacts
internal import Configuration
public import SystemPackage

/// The pipeline files that have used a store: `projects/DIGEST.json`, one small file for each.
///
/// Garbage collection keeps what each of them would reuse. A file that lies in the project around the store is named
/// relative to the store, so that the project may be moved or copied as a whole.
public struct ProjectRegistry: Sendable {
  /// A pipeline file that has used the store.
  public struct Entry: Sendable, Hashable {
    /// The path of the file.
    public let file: FilePath
    /// The name of the pipeline.
    public let pipeline: String
    /// Whether the user has had it forgotten, and it has not run since.
    public let isForgotten: Bool
  }

  /// The files, in the order of their paths.
  public let entries: [Entry]

  private static let folder = "projects"

  /// Reads the registry of a store.
  ///
  /// - Throws: for an entry that cannot be read: the pipeline that it names would keep nothing.
  public init(of store: ArtifactStore) throws(StoreError) {
    let place = Self.place(of: store.root)
    var entries: [Entry] = []
    if let folder = try OpenFolder(store.root).folder(Self.folder) {
      for name in try folder.names() where name.hasSuffix(".json") {
        entries.append(try Self.entry(try folder.read(name), folder.path.appending(name), place))
      }
    }
    self.entries = entries.sorted { $0.file.string < $1.file.string }
  }

  /// The names of pipelines that were forgotten, and of which no other file is in use.
  public var forgottenPipelines: Set<String> {
    Set(entries.filter(\.isForgotten).map(\.pipeline)).subtracting(entries.filter { !$0.isForgotten }.map(\.pipeline))
  }

  /// Registers a pipeline file. Costs the reading of a small file if it is registered.
  public static func register(_ file: FilePath, pipeline: String, in store: FilePath) throws(StoreError) {
    try write(file, pipeline: pipeline, isForgotten: false, in: store)
  }

  /// Has a pipeline file forgotten: neither it nor its last runs keep anything until it is run again.
  public static func forget(_ file: FilePath, pipeline: String, in store: FilePath) throws(StoreError) {
    try write(file, pipeline: pipeline, isForgotten: true, in: store)
  }

  private static func write(
    _ file: FilePath,
    pipeline: String,
    isForgotten: Bool,
    in store: FilePath
  ) throws(StoreError) {
    let place = place(of: store)
    let name = self.name(of: resolved(file), place)
    var members: [String: JSONValue] = ["file": .string(name), "pipeline": .string(pipeline)]
    if isForgotten { members["forgotten"] = .boolean(true) }
    let bytes = Array((JSONValue.object(members).canonicalText + "\n").utf8)
    let folder = store.appending(Self.folder)
    let path = folder.appending("\(ContentDigest(of: name).description.prefix(16)).json")
    // Most runs find it as it is. One that cannot be read is written again.
    if let known = try? FileSystem.read(path), known == bytes { return }
    try FileSystem.createFolder(folder)
    try FileSystem.writeAtomically(bytes, to: path, temporary: folder.appending("\(FileSystem.randomName).tmp"))
  }

  private static func entry(_ bytes: [UInt8], _ path: FilePath, _ place: FilePath) throws(StoreError) -> Entry {
    guard let text = String(validating: bytes, as: UTF8.self),
      case .object(let members)? = try? JSONValue(reading: text, name: path.string),
      case .string(let file)? = members["file"], case .string(let pipeline)? = members["pipeline"]
    else {
      throw StoreError("cannot read \(path). Delete it if it is damaged, and run its pipeline again to register it")
    }
    return Entry(
      file: place.pushing(FilePath(file)).lexicallyNormalized(),
      pipeline: pipeline,
      isForgotten: members["forgotten"] == .boolean(true)
    )
  }

  /// The path under which a file is registered: relative to the store if it lies in the project around it.
  private static func name(of file: FilePath, _ place: FilePath) -> String {
    let project = place.removingLastComponent()
    var inside = file
    guard !project.components.isEmpty, inside.removePrefix(project) else { return file.string }
    return FilePath("..").pushing(inside).string
  }

  private static func place(of store: FilePath) -> FilePath {
    FileSystem.resolved(store).map(FileSystem.absolute) ?? FileSystem.absolute(store)
  }

  /// The path under which a file is known, without links in its folder: two ways to one file are one entry.
  public static func path(of file: FilePath) -> FilePath { resolved(file) }

  private static func resolved(_ file: FilePath) -> FilePath {
    let absolute = FileSystem.absolute(file)
    guard let name = absolute.lastComponent else { return absolute }
    return (FileSystem.resolved(absolute.removingLastComponent()) ?? absolute.removingLastComponent()).appending(name)
  }
}
