import Store
import SystemPackage
import TestSupport
import Testing

/// The gate at which runs wait while garbage collection moves files.
@Suite struct GarbageGateTests {
  private let folder: TemporaryFolder
  private let store: ArtifactStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ArtifactStore(at: folder.path.appending("artifacts"))
  }

  @Test func `A run waits while garbage collection moves files`() async throws {
    let gate = try store.closeGate()
    let waiting = Task { await store.waitAtGate() }
    try await Task.sleep(for: .milliseconds(100))
    #expect(throws: StoreError.self) { try store.closeGate() }
    gate.release()
    await waiting.value
    try store.closeGate().release()
    #expect(folder.files(below: "artifacts/leases") == [])
  }
}
