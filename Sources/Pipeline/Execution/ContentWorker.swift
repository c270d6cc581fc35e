internal import Artifacts
internal import Configuration
public import Store
public import SystemPackage

/// The process that reads HDF5 files: takes them on its standard input, one a line, and answers each with a line.
public struct ContentWorker: Sendable {
  private let store: ArtifactStore?
  private let work: FilePath

  /// A worker on a store.
  ///
  /// - Parameters:
  ///   - store: where the objects are with which files beside figures are compared.
  ///   - work: a folder for files that lie there meanwhile.
  public init(store: ArtifactStore?, work: FilePath) {
    self.store = store
    self.work = work
  }

  /// Serves until standard input ends.
  public func serve() throws {
    let file = work.appending("export-\(FileSystem.randomName).h5")
    defer { FileSystem.remove(file) }
    try IsolatedProcess.serve { line in
      let content: FileContent
      do {
        let order = try ContentOrder(line: line)
        ReadingTime.limit(for: [FilePath(order.path)])
        content = try read(order, file)
      } catch {
        content = FileContent(failure: String(describing: error))
      }
      return content.line
    }
  }

  private func read(_ order: ContentOrder, _ file: FilePath) throws -> FileContent {
    var content = FileContent()
    let address = try Artifact(contentsOf: order.path).address
    content.address = address.description
    guard order.isExport else { return content }
    content.statements = try EmbeddedStatements.read(from: order.path)
    content.library = HDF5Library.version
    guard let object = store?.path(of: address), FileSystem.exists(object) else { return content }
    // Exporting gives the same bytes each time: whatever else is in the file was put there later.
    if let statements = content.statements {
      try FigureExport.write(object, carrying: statements, to: file)
      content.isWhole = try FileSystem.digest(of: file) == FileSystem.digest(of: FilePath(order.path))
    } else {
      content.isWhole = try FileSystem.digest(of: object) == FileSystem.digest(of: FilePath(order.path))
    }
    return content
  }
}
