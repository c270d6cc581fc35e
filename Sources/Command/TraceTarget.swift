import Artifacts
import Configuration
import Figures
import Provenance
import Reporting
import Store
import SystemPackage

/// What `pipeline trace` is asked about: a file, an address or a stage, and the action that made it.
struct TraceTarget {
  /// The key of the action.
  let key: String
  /// Where its statement and those behind it are looked up.
  let source: StatementSource
  /// The store, if there is one.
  let store: ArtifactStore?
  /// Whether the file is what the action made, in words; nil where no file was named.
  let state: String?
  /// Whether the file was changed after it was made.
  var isChanged = false

  /// What a name means.
  enum Form {
    /// A picture of this program's.
    case picture(PictureIdentity.Format)
    /// An HDF5 file, which is read in a process of its own.
    case artifact
    /// Another file, which is looked for by its bytes.
    case file
    /// An address, a key or a stage.
    case name
  }

  /// Resolves a text, by the first bytes of the file if it is one.
  static func form(of text: String) throws -> Form {
    let path = FilePath(text)
    guard let type = (try? path.stat())?.type, type != .directory else { return .name }
    // A pipe would wait for its writer, and a device has no end.
    guard type == .regular else {
      throw Diagnostics(Diagnostic("'\(text)' is no file that holds a result", at: nil))
    }
    do {
      if let format = try PictureIdentity.format(of: path) { return .picture(format) }
      let start = try FilePart.of(path, from: 0, most: 8)
      return start == [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] ? .artifact : .file
    } catch {
      throw Diagnostics(Diagnostic("cannot read \(text): \(error)", at: nil))
    }
  }

  /// Finds the action behind a name.
  init(_ text: String, _ form: Form, _ options: ArtifactOptions) throws {
    let path = FilePath(text)
    switch form {
    case .picture(let format): try self.init(picture: path, format, try Self.store(around: path, options))
    case .artifact: try self.init(artifact: path, try Self.store(around: path, options))
    case .file: try self.init(file: path, try Self.store(around: path, options))
    case .name:
      let reference = try ArtifactReference(text, options)
      var found = reference.record
      if found == nil, let address = ContentDigest(reference.file.stem ?? "") {
        found = try reference.store?.records(making: address).first
      }
      guard let record = found else {
        throw Self.unknown("'\(text)'", "has an artifact, and no record of an action that made it", reference.store)
      }
      self.init(key: record.key, source: try StatementSource(reference.store), store: reference.store, state: nil)
    }
  }

  private init(key: String, source: StatementSource, store: ArtifactStore?, state: String?, isChanged: Bool = false) {
    (self.key, self.source, self.store, self.state, self.isChanged) = (key, source, store, state, isChanged)
  }

  private init(picture path: FilePath, _ format: PictureIdentity.Format, _ store: ArtifactStore?) throws {
    let digest = try ContentDigest(ofFile: path)
    guard let identity = try PictureIdentity.read(format, from: path) else {
      try self.init(file: path, store, digest, because: "this \(format.rawValue) does not say who drew it")
      return
    }
    guard let record = try store?.record(for: identity.action) ?? store?.records(making: identity.artifact).first else {
      throw Self.unknown(
        path.string,
        "says that action \(identity.action.short) drew it",
        store,
        "has no record of that"
      )
    }
    let isWhole = record.files.values.contains { $0.file == digest.description }
    self.init(
      key: record.key,
      source: try StatementSource(store),
      store: store,
      state: isWhole ? "as it was drawn" : "changed since it was drawn, or another picture that carries its mark",
      isChanged: !isWhole
    )
  }

  private init(artifact path: FilePath, _ store: ArtifactStore?) throws {
    let address = try Artifact(contentsOf: path.string).address
    try self.init(artifact: path, address, carrying: EmbeddedStatements.read(from: path.string) ?? "", store)
  }

  /// Finds the action behind an HDF5 file that another process has read: by its content, and by the statements that it may
  /// carry.
  init(artifact path: FilePath, _ address: ContentDigest, carrying bundle: String, _ options: ArtifactOptions) throws {
    try self.init(artifact: path, address, carrying: bundle, Self.store(around: path, options))
  }

  private init(
    artifact path: FilePath,
    _ address: ContentDigest,
    carrying bundle: String,
    _ store: ArtifactStore?
  ) throws {
    let source: StatementSource
    do throws(StatementError) {
      source = try StatementSource(store, bundle: bundle)
    } catch {
      throw ArtifactError("\(path): \(error)")
    }
    let isChanged = ContentDigest(path.stem ?? "").map { $0 != address } ?? false
    if let key = try source.key(making: address.description) ?? store?.records(making: address).first?.key {
      self.init(
        key: key,
        source: source,
        store: store,
        state: isChanged ? "not the content that its name says" : "with the content that was made",
        isChanged: isChanged
      )
    } else if let key = source.first {
      self.init(
        key: key,
        source: source,
        store: store,
        state: "its content is not the one that its statements tell of: it was changed",
        isChanged: true
      )
    } else {
      throw Self.unknown(path.string, "carries no statements", store, "has no record of its content")
    }
  }

  /// Any other file, by its bytes.
  private init(
    file path: FilePath,
    _ store: ArtifactStore?,
    _ known: ContentDigest? = nil,
    because reason: String = "it is neither a picture nor an HDF5 file"
  ) throws {
    let digest = try known ?? ContentDigest(ofFile: path)
    guard let record = try store?.records(withFile: digest).first else {
      throw Self.unknown(path.string, "cannot be traced: \(reason)", store, "has no file with its bytes")
    }
    self.init(key: record.key, source: try StatementSource(store), store: store, state: "as it was made")
  }

  static func store(around path: FilePath, _ options: ArtifactOptions) throws -> ArtifactStore? {
    if let named = options.store { return try ArtifactReference.open(FilePath(named)) }
    return try ArtifactReference.store(around: path)
  }

  private static func unknown(
    _ name: String,
    _ what: String,
    _ store: ArtifactStore?,
    _ lack: String? = nil
  ) -> Diagnostics {
    let place = store.map { "the store \($0.root)" } ?? "there is no store here"
    let rest = lack.map { store == nil ? ", and \(place)" : ", and \(place) \($0)" } ?? ""
    return Diagnostics(Diagnostic("\(name) \(what)\(rest)", at: nil, hints: "'--store' names another store"))
  }
}
