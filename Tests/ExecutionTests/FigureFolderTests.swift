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
    figures = FigureFolder(of: RunName("toy"), in: store)
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

  @Test func `A damaged picture is not published, and what is there stays`() throws {
    let first = try record("one")
    _ = try figures.publish(first, isNew: true)
    let second = try record("two")
    let object = try #require(second.files["fig.pdf"])
    let path = store.path(of: object)
    let bytes = try readBytes(path)
    FileSystem.remove(path)
    try FileSystem.writeAtomically([UInt8](repeating: 7, count: bytes.count), to: path)
    let error = #expect(throws: StoreError.self) { try figures.publish(second, isNew: true) }
    #expect(error?.description.hasPrefix("\(path) is damaged (its bytes are ") == true)
    #expect(error?.description.hasSuffix("and running again makes it anew") == true)
    #expect(try text("fig.pdf") == "one as pdf")
    #expect(!FileSystem.exists(path))
  }

  @Test func `A run with a profile or other values has a folder of its own`() throws {
    let runs = [
      RunName("toy"), RunName("toy", profile: "quick"), RunName("toy", isCustom: true),
      RunName("toy", profile: "../a b", isCustom: true),
    ]
    #expect(runs.map(\.description) == ["toy", "toy.quick", "toy.custom", "toy.a-b@2c2c791a0618990c.custom"])
    #expect(
      runs.map(\.difference) == [nil, "profile quick", "values set by hand", "profile ../a b, values set by hand"]
    )
    for run in runs {
      let folder = FigureFolder(of: run, in: store)
      #expect(folder.path.removingLastComponent() == store.root.appending("figures"))
      _ = try folder.publish(try record("\(run)"), isNew: true)
      #expect(String(decoding: try readBytes(folder.path.appending("fig.pdf")), as: UTF8.self) == "\(run) as pdf")
    }
  }
}
