internal import Artifacts
internal import Configuration
public import Planning
public import Store
public import SystemPackage

/// That a run left nothing to do, and in which states the files were that this rests on: the pipeline file, the program,
/// every record, object and published figure. While they are in those states there is nothing to do again, and a run
/// says so without reading the pipeline.
///
/// It is derived and may be deleted at any time: the run then looks at each action by itself.
public struct CompletedRun: Sendable {
  /// How many actions the run has.
  public let total: Int
  /// The name of the pipeline.
  public let name: String
  /// The name and the title of the pipeline.
  public let heading: String
  /// The folder of its figures relative to the store; empty if it has none.
  public let figures: String
  /// The lines about its claims, all of which hold; empty if it has none.
  public let claims: [String]

  /// What a run depends on besides the store.
  public struct Request: Sendable {
    fileprivate let name: String
    fileprivate let sources: [(path: String, state: FileState)]
    /// What was changed before this moment, in nanoseconds, cannot be changed after it and have the same time: clocks of
    /// file systems tick every few milliseconds.
    fileprivate let moment = FileState.now - 100_000_000

    /// A request to run a pipeline file as it is now.
    ///
    /// - Parameters:
    ///   - file: the pipeline file.
    ///   - program: the file of this program.
    /// - Returns: nil for a file that is not there.
    public init?(_ file: FilePath, _ choices: Pipeline.Choices, program: FilePath) {
      let path = FileSystem.absolute(file)
      let sources = [path, program].map { ($0.string, FileState(of: $0)) }
      let known = sources.compactMap { path, state in state.map { (path: path, state: $0) } }
      guard known.count == sources.count else { return nil }
      self.sources = known
      let asked: JSONValue = [
        "file": .string(path.string),
        "profile": choices.profile.map { .string($0) } ?? .null,
        "settings": .array(choices.settings.map { .array([.string($0.name), .string($0.value)]) }),
      ]
      name = "\(ContentDigest(of: asked.canonicalText).short).complete"
    }
  }

  // The number is raised when the lines, or what a complete run means, change.
  private static let mark = "pipeline complete run 3"

  /// What was noted of a run; nil unless every file is as it was.
  public init?(_ request: Request, in store: FilePath) {
    // What cannot be read, or has a damaged byte, is no note: the run then looks at everything.
    guard let all = try? FileSystem.read(store.appending("latest").appending(request.name)),
      let bytes = Self.content(of: all)
    else { return nil }
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).makeIterator()
    func text() -> String? { lines.next().map { String(decoding: $0, as: UTF8.self) } }
    guard text() == Self.mark, let total = text().flatMap({ Int($0) }), let name = text(), let heading = text(),
      let figures = text(), let claimed = text().flatMap({ Int($0) }), claimed >= 0
    else { return nil }
    var claims: [String] = []
    while claims.count < claimed {
      guard let line = text() else { return nil }
      claims.append(line)
    }
    guard let count = text().flatMap({ Int($0) }), count >= 0 else { return nil }
    for source in request.sources {
      guard text() == "\(source.state.line)\(source.path)" else { return nil }
    }
    for _ in 0..<count {
      guard let line = lines.next(), let (state, path) = FileState.read(line),
        FileState(of: store.pushing(FilePath(String(decoding: path, as: UTF8.self)))) == state
      else { return nil }
    }
    guard text() == "" else { return nil }
    (self.total, self.name, self.heading, self.figures, self.claims) = (total, name, heading, figures, claims)
  }

  /// The lines before the last one, if that is their digest: a note could otherwise be read with another word in it.
  private static func content(of bytes: [UInt8]) -> ArraySlice<UInt8>? {
    guard bytes.count > 64 else { return nil }
    let content = bytes[..<(bytes.count - 64)]
    return ContentDigest(of: Array(content)).description.utf8.elementsEqual(bytes.suffix(64)) ? content : nil
  }

  /// Removes all that was noted, which is made anew.
  public static func forgetAll(in store: ArtifactStore) {
    let folder = store.root.appending("latest")
    for name in (try? FileSystem.contents(of: folder)) ?? [] where name.hasSuffix(".complete") {
      FileSystem.remove(folder.appending(name))
    }
  }

  /// Notes that a run found nothing to do. Nothing is noted where a file was changed after the run was asked for: then it
  /// is not known whether the run saw it as it is now.
  ///
  /// - Parameters:
  ///   - figures: the folder of the published files.
  ///   - claims: the lines about the claims, none of which may fail.
  ///   - published: those files.
  public static func note(
    _ request: Request,
    _ pipeline: Pipeline,
    _ summary: RunSummary,
    figures: String,
    claims: [String],
    published: [FilePath],
    in store: ArtifactStore
  ) {
    // A run that computed something is followed by one that looks at all of it, and that one is noted.
    guard summary.computed.isEmpty, pipeline.filesAreKnown else { return }
    let lines = [pipeline.name, pipeline.heading, figures, "\(claims.count)"] + claims
    // A line each.
    guard summary.isComplete, summary.skipped == 0, request.sources.allSatisfy({ $0.state.changed < request.moment }),
      !lines.contains(where: { $0.contains("\n") })
    else { return }
    var files = published
    for (name, key) in summary.keys {
      guard let address = summary.addresses[name] else { return }
      files.append(store.path(ofRecord: key))
      files.append(store.path(of: address))
      files += summary.drawn[name]?.objects.map { store.path(of: $0) } ?? []
    }
    var text = "\(mark)\n\(summary.total)\n\(lines.joined(separator: "\n"))\n\(files.count + pipeline.files.count)\n"
    for source in request.sources { text += "\(source.state.line)\(source.path)\n" }
    for file in files {
      var path = file
      guard path.removePrefix(store.root), let state = FileState(of: file), state.changed < request.moment
      else { return }
      text += "\(state.line)\(path)\n"
    }
    for file in pipeline.files {
      guard let state = FileState(of: FilePath(file)), state.changed < request.moment else { return }
      text += "\(state.line)\(file)\n"
    }
    // A note that cannot be made costs time in the next run and nothing else.
    let folder = store.root.appending("latest")
    try? FileSystem.createFolder(folder)
    text += ContentDigest(of: text).description
    try? store.writeAtomically(Array(text.utf8), to: folder.appending(request.name), isDurable: false)
  }
}

extension FileState {
  /// The state at the beginning of a line.
  fileprivate var line: String { "\(size) \(modified) \(changed) \(inode) " }

  /// Reads the state at the beginning of a line, and what follows it. Digit by digit: this is done for every file of a
  /// run that is up to date.
  fileprivate static func read(_ line: ArraySlice<UInt8>) -> (FileState, ArraySlice<UInt8>)? {
    var place = line.startIndex
    func number() -> Int? {
      var value = 0
      let start = place
      while place < line.endIndex, case let digit = line[place] &- UInt8(ascii: "0"), digit < 10 {
        value = value &* 10 &+ Int(digit)
        place += 1
      }
      guard place > start, place < line.endIndex, line[place] == UInt8(ascii: " ") else { return nil }
      place += 1
      return value
    }
    guard let size = number(), let modified = number(), let changed = number(), let inode = number() else { return nil }
    return (FileState(size: size, modified: modified, changed: changed, inode: inode), line[place...])
  }
}
