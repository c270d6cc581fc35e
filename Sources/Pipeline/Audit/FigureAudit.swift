internal import Artifacts
internal import Execution
internal import Figures
internal import Provenance
internal import Store
internal import SystemPackage

/// Whether the files in the folders of figures are those that were published.
struct FigureAudit {
  private(set) var findings: [AuditFinding] = []
  /// How many files were compared.
  private(set) var count = 0
  private let known: KnownActions
  /// The actions that have a file with these bytes.
  private let owners: [String: ActionName]

  init(
    _ folders: [FilePath],
    _ actions: [AuditedAction],
    _ known: KnownActions,
    _ reader: ContentReader,
    work: FilePath
  ) async {
    self.known = known
    let files = actions.flatMap { action in action.record.files.values.map { ($0.file, action.name) } }
    owners = Dictionary(files) { first, _ in first }
    var unlisted: [AuditFinding] = []
    let names = folders.map { folder -> [String] in
      let names: [String]
      do throws(StoreError) {
        names = try FileSystem.contents(of: folder)
      } catch {
        if error.reason != .noSuchFileOrDirectory {
          unlisted.append(AuditFinding(.unreadable, at: folder.string, error.description))
        }
        return []
      }
      return names.filter { name in
        do throws(StoreError) {
          return try FileSystem.hasFile(at: folder.appending(name))
        } catch {
          unlisted.append(AuditFinding(.unreadable, at: folder.appending(name).string, error.description))
          return false
        }
      }
    }
    findings = unlisted
    let artifacts = zip(folders, names).flatMap { folder, names in
      names.filter { $0.hasSuffix(".h5") }.map { folder.appending($0) }
    }
    let contents = await reader.contents(of: artifacts, areExports: true, work: work)
    let read = Dictionary(zip(artifacts.map(\.string), contents)) { first, _ in first }
    for (folder, names) in zip(folders, names) { look(at: folder, names, read) }
  }

  private mutating func look(at folder: FilePath, _ names: [String], _ contents: [String: FileContent]) {
    guard let store = known.store else { return }
    var makers = FigureExport(store: store, folder: folder).exports.mapValues(\.description)
    var published: Set<String> = []
    for name in names where name.hasSuffix(".h5") {
      let path = folder.appending(name)
      guard let content = contents[path.string] else { continue }
      let audit = EmbeddedAudit(content, at: path.string, known, changed: .figureChanged)
      findings += audit.findings
      count += 1
      published.insert(name)
      if makers[name] == nil, let key = audit.key { makers[name] = key }
    }
    for (name, key) in makers.sorted(by: { $0.key < $1.key }) {
      guard let record = record(for: key, at: folder.appending(name)) else { continue }
      if !names.contains(name) { tellMissing(folder.appending(name), record) }
      for (file, object) in Self.names(of: record, beside: name).sorted(by: { $0.key < $1.key }) {
        guard published.insert(file).inserted else { continue }
        if names.contains(file) {
          compare(folder.appending(file), with: object, of: record)
        } else {
          tellMissing(folder.appending(file), record)
        }
      }
    }
    for name in names where !published.contains(name) { look(at: folder.appending(name)) }
  }

  /// The files of a record under the names that they have beside its artifact.
  private static func names(of record: ActionRecord, beside artifact: String) -> [String: ObjectRecord] {
    guard let first = record.files.keys.min().map(stem) else { return [:] }
    let published = stem(artifact)
    let names = record.files.map { file, object in
      let own = stem(file)
      return ((own == first ? published : own) + file.dropFirst(own.count), object)
    }
    return Dictionary(names) { first, _ in first }
  }

  private static func stem(_ name: String) -> String { FilePath(name).stem ?? name }

  private mutating func tellMissing(_ path: FilePath, _ record: ActionRecord) {
    do throws(StoreError) {
      // It may be there all the same: a disk that failed for a moment hid it.
      let isMissing = try FileSystem.kind(of: path) == nil
      let (word, detail) =
        isMissing
        ? (AuditWord.figureMissing, "there is no such file") : (AuditWord.unreadable, "it was not found at first")
      findings.append(AuditFinding(word, at: path.string, of: record.name, detail))
    } catch {
      findings.append(AuditFinding(.unreadable, at: path.string, of: record.name, error.description))
    }
  }

  private mutating func compare(_ path: FilePath, with object: ObjectRecord, of record: ActionRecord) {
    count += 1
    do throws(StoreError) {
      let digest = try FileSystem.digest(of: path)
      guard digest.description != object.file else { return }
      let owner = owners[digest.description].map { "; it is a file of \($0)" } ?? ""
      let detail = "its SHA-256 is \(digest.short), and \(object.file.prefix(12)) was published\(owner)"
      findings.append(AuditFinding(.figureChanged, at: path.string, of: record.name, detail))
    } catch {
      findings.append(AuditFinding(.unreadable, at: path.string, of: record.name, error.description))
    }
  }

  /// A file of which it is not known under which name it was published: by its bytes, else by what it says of itself.
  private mutating func look(at path: FilePath) {
    let digest: String
    do throws(StoreError) {
      digest = try FileSystem.digest(of: path).description
    } catch {
      findings.append(AuditFinding(.unreadable, at: path.string, error.description))
      return
    }
    if owners[digest] != nil {
      count += 1
      return
    }
    let name = path.lastComponent?.string ?? ""
    if name.prefixMatch(of: /edited-[0-9a-f]{8}-/) != nil {
      findings.append(
        AuditFinding(
          .figureEdited,
          at: path.string,
          "its bytes differed from the published file, and it was moved aside"
        )
      )
    } else if let identity = identity(of: path), let record = record(for: identity.action.description, at: path) {
      count += 1
      let detail = "it says that it was drawn by this action, which drew no file with these bytes"
      findings.append(AuditFinding(.figureChanged, at: path.string, of: record.name, detail))
    } else {
      findings.append(AuditFinding(.unknownFigure, at: path.string, "no action that is audited here made it"))
    }
  }

  private mutating func identity(of path: FilePath) -> PictureIdentity? {
    do {
      guard let format = try PictureIdentity.format(of: path) else { return nil }
      return try PictureIdentity.read(format, from: path)
    } catch let error as Errno {
      findings.append(AuditFinding(.unreadable, at: path.string, error.description))
      return nil
    } catch {
      // A picture with a mark that is not one of this program is unknown.
      return nil
    }
  }

  /// The record of an action that a file here names; nil also if it cannot be read, which is a finding.
  private mutating func record(for key: String, at path: FilePath) -> ActionRecord? {
    do throws(StoreError) {
      return try known.record(for: key)
    } catch {
      findings.append(AuditFinding(.unreadableRecord, at: path.string, "how it was made is not known: \(error)"))
      return nil
    }
  }
}

extension ActionRecord {
  /// What the action is called.
  var name: ActionName { ActionName(key: key, pipeline: pipeline, stage: stage) }
}
