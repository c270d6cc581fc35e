import Artifacts
import Execution
import Store
import SystemPackage
import TestSupport
import Testing

@Suite struct FigureFolderTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore
  private let figures: FigureFolder

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
    figures = FigureFolder(of: "toy", in: store)
  }

  private func record(_ text: String) throws -> ActionRecord {
    var record = ActionRecord()
    record.artifact = try store.store(Artifact(attributes: ["text": .string(text)]), scratch: folder.path)
    for suffix in ["pdf", "png"] {
      record.files["fig.\(suffix)"] = try store.store(file: try folder.write("\(text) as \(suffix)", to: "f.\(suffix)"))
    }
    return record
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try readBytes(figures.path.appending(name)), as: UTF8.self)
  }

  @Test func `The files of a record and their artifact lie in one folder`() throws {
    let outcomes = try figures.publish(try record("one"), isNew: true)
    #expect(outcomes == ["fig.h5": .written, "fig.pdf": .written, "fig.png": .written])
    #expect(try text("fig.pdf") == "one as pdf")
    #expect(try Artifact(contentsOf: figures.path.appending("fig.h5").string).attributes["text"]?.text == "one")
  }

  @Test func `What is there already is left, and a newer one replaces it`() throws {
    let first = try record("one")
    _ = try figures.publish(first, isNew: true)
    #expect(Set(try figures.publish(first, isNew: false).values) == [.unchanged])
    #expect(try figures.publish(try record("two"), isNew: true)["fig.pdf"] == .written)
    #expect(try text("fig.pdf") == "two as pdf")
    #expect(try figures.publish(first, isNew: false)["fig.pdf"] == .written)
    #expect(try text("fig.pdf") == "one as pdf")
  }

  @Test func `A file that was edited by hand is kept, or moved aside for a newer one`() throws {
    let first = try record("one")
    _ = try figures.publish(first, isNew: true)
    try FileSystem.writeAtomically(Array("edited".utf8), to: figures.path.appending("fig.pdf"))
    #expect(try figures.publish(first, isNew: false)["fig.pdf"] == .kept)
    #expect(try text("fig.pdf") == "edited")
    let aside = "edited-\(ContentDigest(of: "edited").description.prefix(8))-fig.pdf"
    #expect(try figures.publish(try record("two"), isNew: true)["fig.pdf"] == .movedAside(to: aside))
    #expect(try text(aside) == "edited")
    #expect(try text("fig.pdf") == "two as pdf")
  }
}
