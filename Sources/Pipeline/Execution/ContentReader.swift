public import Configuration
internal import Store
public import SystemPackage

/// Reads what is in HDF5 files that may be damaged, in processes of their own: the library that reads them may crash.
public struct ContentReader: Sendable {
  private let executable: FilePath
  private let arguments: [String]
  private let processes: Int

  /// A reader.
  ///
  /// - Parameters:
  ///   - executable: the program that, called with `arguments`, serves as a `ContentWorker`.
  ///   - processes: how many read at once.
  public init(executable: FilePath, arguments: [String], processes: Int) {
    self.executable = executable
    self.arguments = arguments
    self.processes = processes
  }

  /// What is in some files, in their order.
  ///
  /// - Parameters:
  ///   - areExports: whether they are files beside figures, whose statements are asked for too.
  ///   - work: a folder for what lies on the disk meanwhile.
  public func contents(of files: [FilePath], areExports: Bool, work: FilePath) async -> [FileContent] {
    let share = max(1, (files.count + processes - 1) / processes)
    let parts = await withTaskGroup { group in
      for (number, start) in stride(from: 0, to: files.count, by: share).enumerated() {
        group.addTask {
          let orders = files[start..<min(start + share, files.count)].map { path in
            var order = ContentOrder()
            order.path = path.string
            order.isExport = areExports
            return order
          }
          return (start, await read(orders, list: work.appending("orders-\(number)")))
        }
      }
      return await group.reduce(into: [(start: Int, contents: [FileContent])]()) { $0.append($1) }
    }
    return parts.sorted { $0.start < $1.start }.flatMap(\.contents)
  }

  private func read(_ orders: [ContentOrder], list: FilePath) async -> [FileContent] {
    await IsolatedProcess.answers(to: orders.map(\.line), executable, arguments) { list }.map { answer in
      switch answer {
      case .line(let line):
        (try? FileContent(line: line)) ?? FileContent(failure: "the process that read it gave no answer")
      case .ended(.exited(let code)): FileContent(failure: "the process that read it exited with code \(code)")
      case .ended(let ending): FileContent(failure: "reading it \(ending.ofReading)")
      case .notAsked(let reason): FileContent(failure: "it could not be read: \(reason)")
      }
    }
  }
}

/// A file that is to be read.
struct ContentOrder: Record {
  var path = ""
  var isExport = false

  static let fields: [Field<ContentOrder>] = [
    .init("path", \.path, "The path of the file.", required: true),
    .init("export", \.isExport, "Whether it is a file beside a figure."),
  ]
}

/// What is in an HDF5 file.
public struct FileContent: Record {
  /// The address of its content; nil where it could not be read.
  public var address: String?
  /// Why it could not be read.
  public var failure: String?
  /// The statements that it carries.
  public var statements: String?
  /// Whether it has the bytes of the store's object with these statements in it; nil where there is no such object.
  public var isWhole: Bool?
  /// The version of the library that read it.
  public var library: String?

  /// Nothing is known.
  public init() {}

  init(failure: String) {
    self.failure = failure
  }

  /// The members.
  public static let fields: [Field<FileContent>] = [
    .init("address", \.address, "The address of its content."),
    .init("failure", \.failure, "Why it could not be read."),
    .init("statements", \.statements, "The statements that it carries."),
    .init("whole", \.isWhole, "Whether it has the bytes of the store's object with these statements in it."),
    .init("library", \.library, "The version of the library that read it."),
  ]
}
