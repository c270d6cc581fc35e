import Glibc
import Store
import SystemPackage
import TestSupport
import Testing

/// The pipeline files that have used a store.
@Suite struct ProjectRegistryTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  @Test func `A registered pipeline file is found again, also when the project has moved`() throws {
    let file = try folder.write("pipeline: p\n", to: "pipelines/p.yaml")
    for _ in 0..<2 { try ProjectRegistry.register(file, pipeline: "p", in: store.root) }
    try ProjectRegistry.register("/elsewhere/q.yaml", pipeline: "q", in: store.root)
    #expect(folder.files(below: "artifacts/projects").count == 2)
    let entries = try ProjectRegistry(of: store).entries
    #expect(entries.map(\.pipeline) == ["q", "p"])
    #expect(entries.last?.file == ProjectRegistry.path(of: file))
    try ProjectRegistry.forget("/elsewhere/q.yaml", pipeline: "q", in: store.root)
    #expect(try ProjectRegistry(of: store).forgottenPipelines == ["q"])
    let moved = try TemporaryFolder()
    rename(store.root.string, moved.path.appending("artifacts").string)
    let there = try ProjectRegistry(of: try ArtifactStore(at: moved.path.appending("artifacts")))
    #expect(there.entries.last?.file == ProjectRegistry.path(of: moved.path.appending("pipelines/p.yaml")))
    try moved.write("{", to: "artifacts/projects/0123456789abcdef.json")
    #expect(throws: StoreError.self) {
      try ProjectRegistry(of: try ArtifactStore(at: moved.path.appending("artifacts")))
    }
  }
}
