internal import Artifacts
internal import Configuration
public import Store
public import SystemPackage

/// Publishes figures in a process of its own: the library that writes the HDF5 file beside a figure may crash, as when
/// the disk is full.
public struct FigurePublisher: Sendable {
  private let folder: FigureFolder
  private let store: ArtifactStore
  private let executable: FilePath
  private let arguments: [String]

  /// A publisher for a folder of figures.
  ///
  /// - Parameters:
  ///   - executable: the program that, called with `arguments`, serves as a `PublishingWorker`.
  public init(to folder: FigureFolder, store: ArtifactStore, executable: FilePath, arguments: [String]) {
    (self.folder, self.store) = (folder, store)
    (self.executable, self.arguments) = (executable, arguments)
  }

  /// The files of one record that are to be published.
  public struct Request: Sendable {
    /// The record.
    public let record: ActionRecord
    /// Under which names.
    public let names: PublishedNames.Answer
    /// Whether the result was made just now.
    public let isNew: Bool

    /// A request.
    public init(_ record: ActionRecord, as names: PublishedNames.Answer, isNew: Bool) {
      (self.record, self.names, self.isNew) = (record, names, isNew)
    }
  }

  /// Publishes the files of several records.
  ///
  /// - Returns: for each record what became of its files, by published name, or why they are not all there.
  public func publish(_ requests: [Request]) async -> [Result<[String: FigureFolder.Outcome], StoreError>] {
    guard !requests.isEmpty else { return [] }
    let orders = requests.map { request in
      var order = PublishingOrder()
      order.folder = folder.path.string
      order.record = request.record.json
      order.stems = request.names.stems
      order.isNew = request.isNew
      return order.line
    }
    let answers = await IsolatedProcess.answers(to: orders, executable, arguments) {
      try store.newScratchFile("publishing")
    }
    return answers.map { answer in
      switch answer {
      case .line(let line):
        guard let answer = try? PublishingAnswer(line: line) else {
          return .failure(StoreError("the process that publishes them gave no answer"))
        }
        if let failure = answer.failure { return .failure(StoreError(failure)) }
        return .success(answer.outcomes.compactMapValues(FigureFolder.Outcome.init))
      case .ended(.exited(let code)):
        return .failure(StoreError("the process that publishes them exited with code \(code); is the disk full?"))
      case .ended(.crashed(let signal)):
        return .failure(StoreError("the process that publishes them crashed (signal \(signal)); is the disk full?"))
      case .notAsked(let reason): return .failure(StoreError("they could not be published: \(reason)"))
      }
    }
  }
}

/// The process that publishes: takes requests on its standard input, one a line, and answers each with a line.
public struct PublishingWorker: Sendable {
  private let store: ArtifactStore

  /// A worker on a store.
  public init(store: ArtifactStore) {
    self.store = store
  }

  /// Serves until standard input ends.
  public func serve() throws {
    try IsolatedProcess.serve { line in
      var answer = PublishingAnswer()
      do {
        let order = try PublishingOrder(line: line)
        var diagnostics = Diagnostics()
        guard let record = ActionRecord.decode(Node(order.record), &diagnostics) else { throw diagnostics }
        var names = PublishedNames.Answer()
        names.stems = order.stems
        answer.outcomes = try FigureFolder(at: FilePath(order.folder), in: store)
          .publish(record, as: names, isNew: order.isNew).mapValues(\.word)
      } catch {
        answer.failure = String(describing: error)
      }
      return answer.line
    }
  }
}

/// A request to publish the files of a record.
private struct PublishingOrder: Record {
  var folder = ""
  var record: JSONValue = [:]
  var stems: [String: String] = [:]
  var isNew = false

  static let fields: [Field<PublishingOrder>] = [
    .init("folder", \.folder, "The folder of the figures.", required: true),
    .init("record", \.record, "The record of the action.", required: true),
    .init("stems", \.stems, "The published name of each stem in the record.", required: true),
    .init("new", \.isNew, "Whether the result was made just now.", required: true),
  ]
}

/// What became of the files of a record.
private struct PublishingAnswer: Record {
  var outcomes: [String: String] = [:]
  var failure: String?

  static let fields: [Field<PublishingAnswer>] = [
    .init("outcomes", \.outcomes, "What became of each file, by published name."),
    .init("failure", \.failure, "Why not all files are there."),
  ]
}

extension FigureFolder.Outcome {
  private static let aside = "aside "

  /// The outcome as a text.
  fileprivate var word: String {
    switch self {
    case .unchanged: "unchanged"
    case .written: "written"
    case .kept: "kept"
    case .movedAside(let name): Self.aside + name
    }
  }

  /// Reads an outcome.
  fileprivate init?(_ word: String) {
    switch word {
    case "unchanged": self = .unchanged
    case "written": self = .written
    case "kept": self = .kept
    default:
      guard word.hasPrefix(Self.aside) else { return nil }
      self = .movedAside(to: String(word.dropFirst(Self.aside.count)))
    }
  }
}
